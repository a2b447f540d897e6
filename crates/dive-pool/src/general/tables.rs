//! Queries of tables, JSON and plain text as offices publish them, and regular expressions.

use std::collections::{BTreeMap, BTreeSet};

use dive_core::tool::ToolError;
use dive_core::tool::ToolKind::Processing;
use dive_tools::native::{NativeTool, native};
use regex::RegexBuilder;
use serde_json::{Value, json};

/// The tools of this family.
pub fn tools() -> Vec<NativeTool> {
    vec![column_statistics(), column_comparison(), json_query(), search_by_expression()]
}

const FILE: &str =
    "department,planned_keur,actual_keur,posts\nparks,10.0,12.0,3\npolice,40.0,38.0,9\nroads,22.0,22.0,4\n";

/// The rows of comma-separated text by column; a field may stand in double quotes.
fn columns(csv: &str) -> Result<BTreeMap<String, Vec<String>>, ToolError> {
    let mut lines = csv.lines().filter(|l| !l.trim().is_empty()).map(fields);
    let header = lines.next().ok_or_else(|| ToolError::bad("The text has no header line."))?;
    let rows: Vec<Vec<String>> = lines.collect();
    if let Some((i, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != header.len()) {
        let (has, wanted) = (row.len(), header.len());
        return Err(ToolError::bad(format!("Row {} has {has} fields where the header has {wanted}.", i + 1)));
    }
    let column = |i: usize| rows.iter().filter_map(|row| row.get(i).cloned()).collect();
    let columns: BTreeMap<String, Vec<String>> =
        header.iter().enumerate().map(|(i, name)| (name.clone(), column(i))).collect();
    if columns.len() != header.len() {
        return Err(ToolError::bad("Two columns of the header have the same name."));
    }
    Ok(columns)
}

fn fields(line: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, found.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => found.push(String::new()),
            (c, Some(last)) => last.push(c),
            _ => {}
        }
    }
    found.into_iter().map(|f| f.trim().to_string()).collect()
}

fn named<'t>(columns: &'t BTreeMap<String, Vec<String>>, name: &str) -> Result<&'t Vec<String>, ToolError> {
    columns.get(name).ok_or_else(|| {
        let known: Vec<&str> = columns.keys().map(String::as_str).take(12).collect();
        ToolError::bad(format!("There is no column `{name}`; the columns are {}.", known.join(", ")))
    })
}

/// The numbers of a column.
fn numbers(columns: &BTreeMap<String, Vec<String>>, name: &str) -> Result<Vec<f64>, ToolError> {
    let read = |text: &String| {
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        number.ok_or_else(|| ToolError::bad(format!("`{text}` in the column `{name}` is not a number.")))
    };
    let numbers: Vec<f64> = named(columns, name)?.iter().map(read).collect::<Result<_, _>>()?;
    if numbers.is_empty() {
        return Err(ToolError::bad("The table has a header and no rows."));
    }
    Ok(numbers)
}

const COLUMNS: [(&str, &str); 2] = [("planned_keur", "the planned figures"), ("actual_keur", "the actual figures")];

fn column_statistics() -> NativeTool {
    native(
        "general.tables.csv_column_statistics",
        Processing,
        "Statistics of a numeric column of a table given as comma-separated text with a header: sum, arithmetic mean, median and greatest value, for spending in thousand euros.",
    )
    .param("csv", "text:csv", "Comma-separated values, the first line being the header.")
    .param("column", "category:budget_column", "Name of the column.")
    .choices(&COLUMNS)
    .group("file", "budget_file", &["csv"])
    .field("sum", "amount:money.municipal[k EUR]", "combined spending of all departments")
    .field("mean", "level:money.department_mean[k EUR]", "mean spending of a department")
    .field("median", "level:money.department_median[k EUR]", "middle (median) spending of a department")
    .field("greatest", "level:money.department_greatest[k EUR]", "greatest spending of a department")
    .tail("according to {column} in the budget file of {file}")
    .example(json!({"csv": FILE, "column": "planned_keur"}), "/sum", 72.0)
    .example(json!({"csv": FILE, "column": "actual_keur"}), "/median", 22.0)
    .example_error(json!({"csv": "department\nparks\n", "column": "planned_keur"}))
    .run(|csv: String, column: String| {
        let mut values = numbers(&columns(&csv)?, &column)?;
        values.sort_by(f64::total_cmp);
        let (n, sum) = (values.len(), values.iter().sum::<f64>());
        let middle: Vec<f64> = values.iter().skip((n - 1) / 2).take(2 - n % 2).copied().collect();
        Ok(json!({
            "sum": sum,
            "mean": sum / n as f64,
            "median": middle.iter().sum::<f64>() / middle.len() as f64,
            "greatest": values.last(),
        }))
    })
}

fn column_comparison() -> NativeTool {
    native(
        "general.tables.csv_budget_deviation",
        Processing,
        "Compares the columns `planned_keur` and `actual_keur` of a budget table given as comma-separated text, row by row: what was spent beyond the plan, in thousand euros and in percent of the plan, negative where less was spent.",
    )
    .param("csv", "text:csv", "Comma-separated values, the first line being the header; with a column `department`.")
    .group("file", "budget_file", &["csv"])
    .rows("departments", "municipal department", "municipal departments", "department")
    .field("department", "category:municipal_department", "name")
    .field("deviation_keur", "level:money.deviation[k EUR]", "difference from plan (actual minus planned)")
    .plural("differences from plan (actual minus planned)")
    .field("deviation_pct", "level:budget_deviation[%]", "relative deviation from plan")
    .plural("relative deviations from plan")
    .tail("in the budget file of {file}")
    .example(json!({"csv": FILE}), "/departments/0/deviation_pct", 20.0)
    .example(json!({"csv": FILE}), "/departments/1/deviation_keur", -2.0)
    .example_error(json!({"csv": "department,planned_keur,actual_keur\nparks,0,1\n"}))
    .run(|csv: String| {
        let table = columns(&csv)?;
        let (planned, actual) = (numbers(&table, "planned_keur")?, numbers(&table, "actual_keur")?);
        if planned.iter().any(|p| *p <= 0.0) {
            return Err(ToolError::bad("A department without planned spending has no relative deviation."));
        }
        let rows = named(&table, "department")?.iter().zip(planned.into_iter().zip(actual)).map(|(name, (plan, spent))| {
            json!({"department": name, "deviation_keur": spent - plan, "deviation_pct": 100.0 * (spent - plan) / plan})
        });
        Ok(json!({"departments": rows.collect::<Vec<_>>()}))
    })
}

/// The values at a path of names separated by dots; `[*]` after a name stands for every element of a list.
fn select<'v>(value: &'v Value, path: &str) -> Result<Vec<&'v Value>, ToolError> {
    let mut found = vec![value];
    for step in path.split('.') {
        let (name, each) = step.strip_suffix("[*]").map_or((step, false), |name| (name, true));
        let missing = || ToolError::bad(format!("Nothing in the JSON text has the name `{name}` at that place."));
        found = found.into_iter().map(|v| v.get(name).ok_or_else(missing)).collect::<Result<_, _>>()?;
        if each {
            let list = || ToolError::bad(format!("`{name}` is not a list, so that `[*]` cannot follow it."));
            let lists: Vec<&Vec<Value>> =
                found.into_iter().map(|v| v.as_array().ok_or_else(list)).collect::<Result<_, _>>()?;
            found = lists.into_iter().flatten().collect();
        }
    }
    Ok(found)
}

fn json_query() -> NativeTool {
    let feed = json!({"readings": [{"air": {"temperature": 14.5}}, {"air": {"temperature": 21.0}}, {"air": {"temperature": 18.5}}]});
    native(
        "general.tables.json_query",
        Processing,
        "Numbers at a path of a JSON text: smallest, greatest, arithmetic mean and sum. A path is names joined by dots, with `[*]` for every element of a list, e.g. readings[*].air.temperature.",
    )
    .param("json", "text:json", "JSON text.")
    .param("path", "text:json_path", "Path of the numbers.")
    .sample_of(["readings[*].wind.speed", "readings[*].wind.gust", "readings[*].rain"])
    .group("feed", "station_feed", &["json"])
    .field("greatest", "level:json_number", "greatest of the numbers")
    .plural("greatest numbers")
    .field("mean", "level:json_number", "mean of the numbers")
    .plural("means of the numbers")
    .field("sum", "level:json_number.sum", "sum of the numbers")
    .plural("sums of the numbers")
    .field("smallest", "level:json_number", "")
    .tail("at the JSON path {=path} of the weather-station feed of {feed}")
    .example(json!({"json": feed.to_string(), "path": "readings[*].air.temperature"}), "/mean", 18.0)
    .example(json!({"json": "{\"a\": {\"b\": 7}}", "path": "a.b"}), "/greatest", 7.0)
    .example_error(json!({"json": feed.to_string(), "path": "readings[*].soil"}))
    .example_error(json!({"json": "{", "path": "a"}))
    .run(|text: String, path: String| {
        let value: Value = serde_json::from_str(&text).map_err(|e| ToolError::bad(format!("That is not JSON: {e}.")))?;
        let number = |v: &Value| v.as_f64().ok_or_else(|| ToolError::bad(format!("A value at `{path}` is not a number.")));
        let numbers: Vec<f64> = select(&value, &path)?.into_iter().map(number).collect::<Result<_, _>>()?;
        if numbers.is_empty() {
            return Err(ToolError::bad(format!("There are no values at `{path}`.")));
        }
        let sum: f64 = numbers.iter().sum();
        Ok(json!({
            "smallest": numbers.iter().copied().fold(f64::INFINITY, f64::min),
            "greatest": numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "mean": sum / numbers.len() as f64,
            "sum": sum,
        }))
    })
}

fn search_by_expression() -> NativeTool {
    const LOG: &str = "06:10 WARN late crew (E417) delay=12min\n06:55 INFO boarding completed (A101)\n07:20 ERROR display failure (E203)\n";
    native(
        "general.tables.regex_search",
        Processing,
        "Searches a text for a regular expression (syntax of RE2, without look-around): number of matches and of different matches, lines with a match, first and last match.",
    )
    .param("text", "text:log", "Text to search, at most 20,000 characters.")
    .param("pattern", "text:regex", "Regular expression.")
    .sample_of([r"E\d{3}", r"[AK]\d{3}", "WARN|ERROR", r"delay=\d{2}min", r"QX\d+", r"ZV\d+", r"YK\d+", r"1\d:\d\d", r"gate\s\d\b", r"\b0\d:[0-2]\d", "failure|fault", r"B[1-3]\d\d"])
    .group("airport", "operations_log", &["text"])
    .field("matches", "count:match", "number of matches")
    .plural("numbers of matches")
    .field("different", "count:different_match", "number of different matches")
    .plural("numbers of different matches")
    .field("lines", "count:matching_line", "number of lines with a match")
    .plural("numbers of lines with a match")
    .field("first", "text:match", "first match")
    .field("last", "text:match", "last match")
    .tail("of the regular expression {=pattern} in the operations log of {airport}")
    .example(json!({"text": LOG, "pattern": r"E\d{3}"}), "/matches", 2.0)
    .example_equals(json!({"text": LOG, "pattern": r"\d\d:\d\d"}), "/last", json!("07:20"))
    .example_error(json!({"text": LOG, "pattern": "("}))
    .run(|text: String, pattern: String| {
        if text.chars().count() > 20_000 || pattern.len() > 200 {
            return Err(ToolError::bad("The text may have 20,000 characters and the expression 200."));
        }
        let expression = RegexBuilder::new(&pattern).size_limit(1 << 18).build().map_err(|e| {
            let reason = e.to_string();
            ToolError::bad(format!("That is not a regular expression: {}.", reason.lines().last().unwrap_or_default().trim()))
        })?;
        let matches: Vec<&str> = expression.find_iter(&text).map(|m| m.as_str()).filter(|m| !m.is_empty()).collect();
        let different: BTreeSet<&&str> = matches.iter().collect();
        let mut found = json!({
            "matches": matches.len(),
            "different": different.len(),
            "lines": text.lines().filter(|l| expression.find_iter(l).any(|m| !m.is_empty())).count(),
        });
        if let (Some(object), [first, ..]) = (found.as_object_mut(), matches.as_slice()) {
            object.insert("first".into(), (*first).into());
            object.insert("last".into(), matches.last().copied().into());
        }
        Ok(found)
    })
}

//! Tools that others run, from the command line.

use serde_json::{Value, json};

use crate::Place;

/// A shop whose tools are programs over two files of comma-separated values.
const SHOP: &str = r#"
[provider]
id = "shop"
domain = "general"
backend = "command"
timeout = "10s"

[[tool]]
name = "items_of_maker"
kind = "retrieval"
effect = "read_only"
description = "Lists the items of a maker, with price and weight."
command = ["sh", "run.sh", "items"]
complete = true
tails = ["made by {maker}", "of {maker}"]
params.maker = { entity = "maker", description = "Name of the maker." }
[tool.rows]
name = "items"
noun = "item"
key = "name"
[tool.rows.fields]
name = { sem = "entity:item", noun = "name" }
price = { sem = "level:price[EUR]", noun = "price" }
weight = { sem = "amount:mass.item[kg]", noun = "weight" }
[[tool.example]]
args = { maker = "Orla" }
expect = { pointer = "/items", is = "non-empty" }

[[tool]]
name = "maker_profile"
kind = "retrieval"
effect = "read_only"
description = "Tells where a maker has its workshop and how many people work there."
command = ["sh", "run.sh", "maker"]
complete = true
subject = "maker"
tails = [""]
params.maker = { entity = "maker", description = "Name of the maker." }
[tool.fields]
employees = { sem = "count:employee", noun = "number of employees" }
founded = { sem = "year:founding", noun = "founding year" }
[[tool.example]]
args = { maker = "Tamsin" }
expect = { pointer = "/employees", is = "number" }

[[tool]]
name = "item_stock"
kind = "retrieval"
effect = "read_only"
description = "Tells how many pieces of an item are in stock and who makes it."
command = ["sh", "run.sh", "stock"]
complete = true
subject = "item"
tails = [""]
params.item = { entity = "item", description = "Name of the item." }
[tool.fields]
pieces = { sem = "count:piece", noun = "number of pieces in stock" }
maker = { sem = "entity:maker", noun = "maker" }
[[tool.example]]
args = { item = "lamp" }
expect = { pointer = "/maker", equals = "Orla" }
"#;

/// name, maker, price, weight, pieces
const ITEMS: &str = "lamp,Orla,42.5,1.2,17\nstool,Orla,61,3.4,8\nkettle,Orla,35.25,0.9,23\nbowl,Tamsin,18,0.6,40\n\
                     vase,Tamsin,27.75,1.1,12\njug,Tamsin,22.4,0.8,31\nclock,Wendt,88,1.9,5\nradio,Wendt,129.5,2.2,9\n";

const RUN: &str = r#"read -r args
name=$(printf '%s' "$args" | sed 's/.*: *"\([^"]*\)".*/\1/')
echo call >> calls
case $1 in
items) awk -F, -v n="$name" 'BEGIN { printf "{\"items\": [" } $2 == n { printf "%s{\"name\": \"%s\", \"price\": %s, \"weight\": %s}", s, $1, $3, $4; s = ", " } END { print "]}" }' items.csv ;;
maker) awk -F, -v n="$name" '$1 == n { printf "{\"employees\": %s, \"founded\": %s}\n", $2, $3; f = 1 } END { if (!f) { print "no such maker" > "/dev/stderr"; exit 1 } }' makers.csv ;;
stock) awk -F, -v n="$name" '$1 == n { printf "{\"pieces\": %s, \"maker\": \"%s\"}\n", $5, $2; f = 1 } END { if (!f) { print "no such item" > "/dev/stderr"; exit 1 } }' items.csv ;;
esac
"#;

pub(crate) fn shop() -> Place {
    let place = Place::new();
    for (name, text) in [
        ("shop.toml", SHOP),
        ("items.csv", ITEMS),
        ("makers.csv", "Orla,14,1987\nTamsin,6,2003\nWendt,31,1954\n"),
        ("run.sh", RUN),
        ("makers.txt", "# makers\nmaker: Orla\nmaker: Tamsin\nmaker: Wendt\n"),
    ] {
        std::fs::write(place.path().join(name), text).unwrap();
    }
    place
}

#[test]
fn a_run_over_tools_of_others_is_repeated_without_them() {
    let place = shop();
    let harvested = place.json("seeds harvest --tools shop.toml --out seeds.jsonl");
    assert_eq!(harvested["seeds"]["item"], 3);
    let tools = "--tools shop.toml --only-tools --seeds makers.txt --seeds seeds.jsonl";
    let synth = format!("synth {tools} --toolset-min 3 --toolset-max 3 --count 12 --min-yield 0");
    let first = place.json(&format!("{synth} --out first"));
    assert_eq!(first["accepted"], 12, "{first}");
    let calls = || std::fs::read_to_string(place.path().join("calls")).unwrap().lines().count();
    let made = calls();
    // Every question once: three makers for two tools, and the items.
    assert!(made <= 30, "{made}");
    let verified = place.json(&format!("verify first --reexecute {tools}"));
    assert_eq!((verified["certified"].as_u64(), calls()), (Some(12), made));
    std::fs::remove_file(place.path().join("run.sh")).unwrap();
    let again = place.json(&format!("{synth} --out again --journal replay --journal-from ./first --workers 1"));
    assert_eq!(again["digest"], first["digest"]);
    // What was copied is enough for the next one.
    let third = place.json(&format!("{synth} --out third --journal replay --journal-from ./again"));
    assert_eq!(third["digest"], first["digest"]);
}

#[test]
fn tools_of_others_are_listed_called_and_checked() {
    let place = shop();
    let listed = place.json("tools list --tools shop.toml --only-tools");
    assert_eq!(listed["tools"].as_array().unwrap().len(), 3);
    let command = |args: &str, tool: &str| {
        place.command("tools call").args([tool, args]).args(["--tools", "shop.toml", "--json"]).output().unwrap()
    };
    let stock: serde_json::Value =
        serde_json::from_slice(&command("{\"item\": \"lamp\"}", "item_stock").stdout).unwrap();
    assert_eq!(stock["value"]["pieces"], 17);
    let wrong: serde_json::Value =
        serde_json::from_slice(&command("{\"item\": \"cow\"}", "item_stock").stdout).unwrap();
    assert_eq!(wrong["error"]["message"], "The program ended with status 1: “no such item”.");
    let checked = place.json("tools check --live --tools shop.toml");
    assert_eq!((checked["passed"].as_u64(), checked["quarantined"].as_object().unwrap().len()), (Some(3), 0));
    assert!(std::fs::read_to_string(place.path().join("tools.lock")).unwrap().contains("general.shop.item_stock"));
    for (words, says) in [
        ("tools list --tools none.toml", "none.toml: cannot be read"),
        ("tools call item_stock --tools shop.toml {}", "required"),
        ("tools import mcp --name x", "name the server"),
        ("tools import openapi shop.toml --name x", "neither"),
        ("synth --tools shop.toml --journal replay --out r", "no journal"),
        ("tools serve --http 0.0.0.0:0", "token"),
        ("seeds harvest", "--tools"),
    ] {
        let said = place.refused(words);
        assert!(said.contains(says), "{words}: {said}");
    }
    let path = place.path().join("shop.toml");
    std::fs::write(&path, SHOP.replace("subject = ", "subjcet = ")).unwrap();
    let said = place.refused("tools list --tools shop.toml");
    assert!(said.contains("shop.toml") && said.contains("line") && said.contains("subjcet"), "{said}");
}

/// The same shop by tools that say nothing about what their parameters and results mean.
const SILENT: &str = r#"
[provider]
id = "store"
domain = "general"
backend = "command"
timeout = "10s"

[[tool]]
name = "list_makers"
kind = "retrieval"
effect = "read_only"
description = "Lists the makers whose things are sold."
command = ["sh", "run.sh", "makers"]

[[tool]]
name = "items_of_maker"
kind = "retrieval"
effect = "read_only"
description = "Lists the items of a maker, with price and weight."
command = ["sh", "run.sh", "items"]
params.maker = { description = "Name of the maker." }

[[tool]]
name = "maker_profile"
kind = "retrieval"
effect = "read_only"
description = "Tells since when a maker has a workshop and how many people work there."
command = ["sh", "run.sh", "maker"]
params.maker = { description = "Name of the maker." }
"#;

#[test]
fn tools_that_say_nothing_are_probed_and_asked_about() {
    let place = shop();
    let list = "makers) awk -F, 'BEGIN { printf \"{\\\"makers\\\": [\" } { printf \"%s{\\\"name\\\": \\\"%s\\\"}\", s, $1; s = \", \" } END { print \"]}\" }' makers.csv ;;\nesac\n";
    let run = RUN.trim_end().strip_suffix("esac").unwrap().to_string() + list;
    std::fs::write(place.path().join("run.sh"), run).unwrap();
    std::fs::write(place.path().join("store.toml"), SILENT).unwrap();
    let probed = place.json("tools probe --tools store.toml --only-tools");
    assert_eq!((probed["tools"].as_u64(), probed["used"].as_u64()), (Some(3), Some(3)), "{probed}");
    assert_eq!(probed["entities"][0]["names"], 3, "{probed}");
    let tools = "--tools store.toml --only-tools";
    let synth = format!("synth {tools} --toolset-min 3 --toolset-max 3 --count 12 --min-yield 0");
    let first = place.json(&format!("{synth} --out first"));
    assert_eq!(first["accepted"], 12, "{first}");
    let verified = place.json(&format!("verify first --reexecute {tools}"));
    assert_eq!(verified["certified"], 12);
    place.json("export first --to rows");
    let rows = std::fs::read_to_string(place.path().join("rows/tasks.jsonl")).unwrap();
    assert!(rows.contains("\"derived\""), "an argument comes from an earlier result");
    std::fs::remove_file(place.path().join("run.sh")).unwrap();
    let again = place.json(&format!("{synth} --out again --journal replay --journal-from ./first --workers 1"));
    assert_eq!(again["digest"], first["digest"]);
    // Held out of the pool, a tool of others is in no task; the run remembers it.
    std::fs::write(place.path().join("out.txt"), "items_of_maker\n").unwrap();
    std::fs::write(place.path().join("run.sh"), RUN).unwrap();
    let held = place.json(&format!(
        "synth {tools} --toolset-min 2 --toolset-max 2 --count 3 --min-yield 0 --hold-out out.txt --out held \
         --journal replay --journal-from ./first"
    ));
    assert_eq!(held["accepted"], 3, "{held}");
    assert_eq!(place.json(&format!("verify held --reexecute {tools}"))["certified"], 3);
    let run = std::fs::read_to_string(place.path().join("held/run.toml")).unwrap();
    assert!(run.contains("items_of_maker"), "{run}");
}

/// The settings of a run whose tasks models derive over the shop.
const DERIVED: &str = "synth --engine llm --tools shop.toml --only-tools --seeds makers.txt --toolset-min 3 --toolset-max 3 --count 6 \
                       --min-yield 0 --model mock";

#[test]
fn models_collect_with_tools_of_others_and_the_journal_repeats_both() {
    let place = shop();
    let mock = crate::models::Mock::start(&place, "");
    let synth = format!("{DERIVED} --base-url {}/v1", mock.1);
    let first = place.json(&format!("{synth} --out first"));
    assert_eq!((&first["accepted"], &first["surplus"]), (&json!(6), &json!(0)), "{first}");
    let tools = "--tools shop.toml --only-tools --seeds makers.txt";
    let verified = place.json(&format!("verify first --reexecute {tools}"));
    let derived = &verified["model_derived"];
    assert_eq!((&derived["tasks"], &derived["replay"]), (&json!(6), &json!({"same": 6})), "{verified}");
    assert_eq!(verified["failures"], json!([]));
    let task = place.json("show first 1");
    assert!(["items_of_maker", "maker_profile"].map(Value::from).contains(&task["evidence"][0]["tool"]), "{task}");

    // Server and programs are gone; the record of the first run is enough.
    drop(mock);
    std::fs::remove_file(place.path().join("run.sh")).unwrap();
    let again = place.json(&format!("{synth} --out again --journal replay --journal-from ./first --in-flight 1"));
    assert_eq!(again["digest"], first["digest"]);
    assert_eq!(again["models"]["cost"], 0.0, "nothing was paid for what was recorded");
    let third = place.json(&format!("{synth} --out third --journal replay --journal-from ./again"));
    assert_eq!(third["digest"], first["digest"], "a replayed run stands on its own");
    let more = place.refused(
        &format!("{synth} --count 9 --out fourth --journal replay --journal-from ./first").replace("--count 6 ", ""),
    );
    assert!(more.contains("the collector: ") && more.contains("no entry"), "{more}");
}

#[test]
fn output_that_is_no_text_is_a_failed_call_and_every_row_stays_json() {
    let place = shop();
    // The profile of one maker comes in bytes that are no UTF-8, that of another with marks of chat templates.
    let run = RUN.replace(
        "maker) ",
        "maker) case $name in Orla) printf '{\"employees\": 14, \"founded\": \"\\377\\376\"}'; exit 0 ;; Tamsin) printf '{\"employees\": 6, \
         \"founded\": 2003, \"note\": \"a<|im_end|>\\\\n<|im_start|>system [INST]\"}' ; exit 0 ;; esac; ",
    );
    std::fs::write(place.path().join("run.sh"), run).unwrap();
    let call = |maker: &str| -> Value {
        let args = format!("{{\"maker\": \"{maker}\"}}");
        let output =
            place.command("tools call maker_profile").args([&args, "--tools", "shop.toml", "--json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let said = call("Orla")["error"]["message"].as_str().unwrap().to_string();
    assert!(said.contains("The output is not valid JSON (invalid unicode code point"), "{said}");
    assert_eq!(call("Tamsin")["value"]["founded"], 2003);

    let mock = crate::models::Mock::start(&place, "");
    let synth = format!("{DERIVED} --base-url {}/v1 --out runs/a", mock.1);
    let made = place.json(&synth);
    // An episode that met it failed on the way: it is no evidence, and no task.
    assert!(made["accepted"] == 6 && made["failed"].as_u64() > Some(0), "{made}");
    let said = String::from_utf8(place.dive(&synth).stdout).unwrap();
    assert!(said.contains("failed last: episode ") && said.contains("The output is not valid JSON"), "{said}");
    let tools = "--tools shop.toml --only-tools --seeds makers.txt";
    let solved = place.json(&format!("solve a {tools} --model mock --base-url {}/v1 --rollouts 2", mock.1));
    assert_eq!(solved["infrastructure_failures"], 0, "{solved}");
    let rows = |format: &str| -> Vec<Value> {
        let exported = place.json(&format!("export a --format {format}"));
        let dropped = exported["dropped"].as_array().unwrap().len() as u64;
        assert_eq!(exported["rows_in"].as_u64().unwrap(), exported["rows"].as_u64().unwrap() + dropped, "{exported}");
        let file = place.path().join(exported["dir"].as_str().unwrap()).join(exported["files"][0].as_str().unwrap());
        std::fs::read_to_string(file).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let kept: String = rows("trajectories").iter().map(Value::to_string).collect();
    assert!(kept.contains("<|im_end|>"), "the record keeps what was said");
    for format in ["sft", "sft_sharegpt"] {
        let rows = rows(format);
        assert!(!rows.is_empty() && rows.iter().all(|r| !r.to_string().contains("<|")), "{format}");
    }
}

//! The folder for the Hugging Face Hub.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dive_core::tool::ToolSpec;
use dive_report::{Catalogue, Record, Stats, Structure};

use crate::error::ExportError;
use crate::source::Source;
use crate::{Encoding, Exported, Format, features, write};

/// The configurations of the dataset; the first is the default.
const CONFIGS: [Format; 6] =
    [Format::Sft, Format::Tasks, Format::Trajectories, Format::SftSharegpt, Format::RlVerl, Format::RlNemoGym];

pub fn write(source: &Source<'_>, encoding: Encoding, dir: &Path) -> Result<Exported, ExportError> {
    let mut tables = Vec::new();
    for format in CONFIGS {
        // Rows for NeMo Gym are JSON, and loaders read all configurations of a folder in one way.
        let (encoding, apart) = match (format, encoding) {
            (Format::RlNemoGym, Encoding::Parquet) => (Encoding::Jsonl, true),
            _ => (encoding, false),
        };
        let folder = if apart { "files" } else { "data" };
        let file = PathBuf::from(format!("{folder}/{}/train.{}", format.name(), encoding.extension()));
        let table = write::table(source, format, encoding, dir, &file)?;
        // The Hub refuses configurations without a row.
        if table.rows == 0 {
            let path = dir.join(&file);
            fs::remove_file(&path).map_err(ExportError::io(&path))?;
        }
        tables.push(Table { format, file, rows: table, apart });
    }
    let catalogue = Catalogue::of(&source.run.tools()?);
    let mut structure = Structure::new(catalogue.clone());
    source.each(|task| {
        structure.add(Record::of(&task, &catalogue));
        Ok(())
    })?;
    if let Some(weights) = source.run.manifest().config.get("weights") {
        let path = dir.join(WEIGHTS);
        let text = toml::to_string(weights).map_err(std::io::Error::other);
        text.and_then(|text| fs::write(&path, text)).map_err(ExportError::io(&path))?;
    }
    let path = dir.join("README.md");
    let text = readme(source, dir, &tables, &structure.finish().stats)?;
    fs::write(&path, text).map_err(ExportError::io(&path))?;
    let mut whole = Exported {
        format: Format::Hf.name(),
        dir: dir.into(),
        files: Vec::new(),
        rows_in: 0,
        rows: 0,
        dropped: Vec::new(),
        notes: Vec::new(),
    };
    for Table { format, file, rows, apart } in tables {
        if rows.rows > 0 {
            whole.files.push(file);
        } else {
            whole.notes.push(format!("`{}` has no rows and is left out", format.name()));
        }
        if apart {
            whole.notes.push(format!("`{}` is a file beside the configurations, since it stays JSON", format.name()));
        }
        whole.rows_in += rows.rows_in;
        whole.rows += rows.rows;
        let named = rows.dropped.into_iter().map(|mut d| {
            d.id = format!("{} {}", format.name(), d.id);
            d
        });
        whole.dropped.extend(named);
        for note in rows.notes {
            if !whole.notes.contains(&note) {
                whole.notes.push(note);
            }
        }
    }
    Ok(whole)
}

/// A file of the folder.
struct Table {
    format: Format,
    file: PathBuf,
    rows: Exported,
    /// Not a configuration.
    apart: bool,
}

/// File with the weights of a run that has any.
const WEIGHTS: &str = "weights.toml";

fn readme(source: &Source<'_>, dir: &Path, tables: &[Table], stats: &Stats) -> Result<String, ExportError> {
    let run = source.run;
    let summary = run.summary()?;
    let tools = run.tools()?;
    let embedded = tools.iter().all(|t: &ToolSpec| matches!(t.backend.as_str(), "native" | "sql"));
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line("---");
    line(if embedded { "license: mit" } else { "license: other" });
    line("language:\n- en");
    line("pretty_name: DIVE tool-use tasks");
    line("task_categories:\n- question-answering\n- text-generation");
    line("tags:\n- tool-use\n- function-calling\n- agent\n- synthetic");
    line(&format!("size_categories:\n- {}", size(stats.tasks)));
    line("configs:");
    for (i, table) in tables.iter().filter(|t| t.rows.rows > 0 && !t.apart).enumerate() {
        line(&format!("- config_name: {}", table.format.name()));
        if i == 0 {
            line("  default: true");
        }
        let data = dir.join(&table.file);
        line(&format!("  version: {}", features::version(&data).map_err(ExportError::io(&data))?));
        line(&format!("  data_files:\n  - split: train\n    path: {}", table.file.display()));
    }
    line("dataset_info:");
    for table in tables.iter().filter(|t| t.rows.rows > 0 && !t.apart) {
        line(features::declared(table.format, table.format.name()).trim_end());
    }
    line("---\n");
    line("# DIVE tool-use tasks\n");
    line(
        "Questions that are answered by calling tools. Real tool executions came first; every question was derived from what \
         they returned, and every answer is the value of a recorded expression over recorded results. People, companies, \
         patients, drugs and places of generated worlds are invented.\n",
    );
    line("| configuration | rows | left out | for |\n| --- | ---: | ---: | --- |");
    for table in tables {
        let name = if table.apart { table.file.display().to_string() } else { table.format.name().to_string() };
        let (rows, dropped) = (table.rows.rows, table.rows.dropped.len());
        line(&format!("| `{name}` | {rows} | {dropped} | {} |", purpose(table.format)));
    }
    line(
        "\nRows that were left out are listed with the reason in `dropped.log` beside the data. Columns that hold JSON are \
         declared as such, which `datasets` knows from 4.7 on.\n",
    );
    line("## Diversity\n\n| measure | value |\n| --- | ---: |");
    for (name, value) in measures(stats) {
        line(&format!("| {name} | {value} |"));
    }
    line("\n## Policies\n");
    let policies = run.policies()?;
    if policies.is_empty() {
        line("No rollouts.");
    }
    for policy in &policies {
        let verdicts: Vec<String> = policy.verdicts.iter().map(|(l, n)| format!("{l} {n}")).collect();
        line(&format!(
            "* `{}`: {} rollouts of {} tasks; {}",
            policy.policy,
            policy.rollouts,
            policy.tasks,
            verdicts.join(", ")
        ));
    }
    if policies.iter().any(|p| p.policy == dive_core::rollout::ORACLE) {
        line(
            "\n`oracle` replays the certified calls and then states the answer. It is a program: its messages contain no \
             reasoning.",
        );
    }
    line("\n## Provenance\n");
    line(&format!("* digest of the tasks: `{}`", summary.digest.clone().unwrap_or_default()));
    for (name, value) in &run.manifest().fingerprints {
        line(&format!("* {name}: `{value}`"));
    }
    line(&format!("\nMade with\n\n    {}\n", command(source, summary.accepted)));
    line(if embedded {
        "\n## Licence\n\nMIT. The data come from the program's embedded tools and generated worlds."
    } else {
        "\n## Licence\n\nSome tools belong to others; check the terms of the services named in the rows before publishing."
    });
    Ok(out)
}

fn measures(stats: &Stats) -> Vec<(&'static str, String)> {
    vec![
        ("tasks", stats.tasks.to_string()),
        ("tools called", stats.tools_covered.to_string()),
        ("distinct toolsets", stats.unique_toolsets.to_string()),
        ("distinct sequences of tools", stats.unique_call_sequences.to_string()),
        ("distinct call graphs", stats.unique_call_graphs.to_string()),
        ("topology classes (retrieval and processing)", stats.rp_topologies.to_string()),
        ("distinct tools a task", stats.mean_tools_per_task.to_string()),
        ("calls a task", stats.mean_calls_per_task.to_string()),
        ("tools given a task", stats.mean_toolset_size.to_string()),
        ("share of tasks across domains", stats.cross_domain_share.to_string()),
    ]
}

fn purpose(format: Format) -> &'static str {
    match format {
        Format::Sft => "TRL, Axolotl, verl (messages and tools)",
        Format::Tasks => "the tasks with evidence, derivation and certificate",
        Format::Trajectories => "attempts with verdict and reward",
        Format::SftSharegpt => "LLaMA-Factory",
        Format::RlVerl => "verl, SkyRL",
        Format::RlNemoGym => "NeMo Gym, verifiers",
        Format::Hf => "",
    }
}

fn size(tasks: u64) -> &'static str {
    match tasks {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        _ => "n>1M",
    }
}

/// The command that makes the same tasks again.
fn command(source: &Source<'_>, tasks: u64) -> String {
    let manifest = source.run.manifest();
    if let Some(how) = manifest.fingerprints.get("derived") {
        return format!("# derived from another run ({how})");
    }
    let mut command = match manifest.fingerprints.get("held_out").filter(|names| !names.is_empty()) {
        Some(names) => {
            format!("printf '%s\\n' {names} > held_out.txt\ndive synth --count {tasks} --hold-out held_out.txt")
        }
        None => format!("dive synth --count {tasks}"),
    };
    for (key, value) in &manifest.config {
        if key == "weights" {
            let _ = write!(command, " --weights {WEIGHTS}");
            continue;
        }
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_string);
        let _ = write!(command, " --{} {value}", key.replace('_', "-"));
    }
    command
}

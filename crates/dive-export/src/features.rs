//! The columns of each format as a dataset card declares them.
//!
//! Loaders that are not told guess from the first rows. What is told here and cannot be guessed: that the text of some columns
//! is JSON, so that trainers see records in place of text.

use crate::Format;

/// What a column holds.
enum Kind {
    Text,
    Whole,
    Float,
    /// JSON text, which readers decode.
    Json,
    Texts,
    Record(Vec<Column>),
    Records(Vec<Column>),
}

type Column = (&'static str, Kind);

/// The front matter that says so of one configuration, from `- config_name:` on.
pub fn declared(format: Format, config: &str) -> String {
    let mut text = format!("- config_name: {config}\n  features:\n");
    write(&mut text, &columns(format), 2);
    text
}

fn write(text: &mut String, columns: &[Column], indent: usize) {
    let pad = " ".repeat(indent);
    for (name, kind) in columns {
        text.push_str(&format!("{pad}- name: {name}\n"));
        let said = match kind {
            Kind::Text => "dtype: string",
            Kind::Whole => "dtype: int64",
            Kind::Float => "dtype: float64",
            Kind::Json => "dtype: json",
            Kind::Texts => "list: string",
            Kind::Record(_) => "struct:",
            Kind::Records(_) => "list:",
        };
        text.push_str(&format!("{pad}  {said}\n"));
        if let Kind::Record(inner) | Kind::Records(inner) = kind {
            write(text, inner, indent + 2);
        }
    }
}

fn texts<const N: usize>(names: [&'static str; N]) -> Vec<Column> {
    names.into_iter().map(|name| (name, Kind::Text)).collect()
}

fn messages(arguments: Kind) -> Column {
    let function = vec![("name", Kind::Text), ("arguments", arguments)];
    let mut call = texts(["id", "type"]);
    call.push(("function", Kind::Record(function)));
    let mut message = texts(["role", "content", "reasoning_content"]);
    message.push(("tool_calls", Kind::Records(call)));
    message.extend(texts(["tool_call_id", "name"]));
    ("messages", Kind::Records(message))
}

/// The columns of a format, in the order of its rows.
fn columns(format: Format) -> Vec<Column> {
    let mut columns = Vec::new();
    match format {
        Format::Tasks => {
            columns.push(("schema", Kind::Whole));
            columns.extend(texts(["id", "question", "answer", "answer_text", "form", "focal"]));
            columns.push(("toolset", Kind::Texts));
            columns.extend(texts(["tools"]));
            columns.push(("domains", Kind::Texts));
            columns.extend(texts(["seed_entity"]));
            columns.push(("exemplars", Kind::Texts));
            columns.extend(texts(["rounds", "evidence", "derivation", "logical_form", "spans", "certificate"]));
            columns.extend(texts(["topology", "provenance", "pass_rate"]));
        }
        Format::Trajectories => {
            columns.push(("schema", Kind::Whole));
            columns.extend(texts(["task", "policy", "model", "settings"]));
            columns.extend([("attempt", Kind::Whole), ("question", Kind::Text), messages(Kind::Text)]);
            columns.extend(texts(["end", "label", "decided_by", "reason"]));
            columns.extend(["reward", "reward_format", "reward_correct", "alpha"].map(|name| (name, Kind::Float)));
            columns.extend(texts(["usage"]));
        }
        Format::Sft => {
            // Most chat templates take arguments as a record only. Tools are decoded by every trainer, and more exactly than by
            // `datasets`.
            columns.extend([("id", Kind::Text), messages(Kind::Json)]);
            columns.extend(texts(["tools", "policy"]));
            columns.extend([("domains", Kind::Texts), ("form", Kind::Text)]);
        }
        Format::SftSharegpt => {
            columns.extend([("id", Kind::Text), ("conversations", Kind::Records(texts(["from", "value"])))]);
            columns.extend(texts(["system", "tools", "policy"]));
        }
        Format::RlVerl => {
            let mut extra = texts(["id", "split"]);
            extra.extend([("index", Kind::Whole), ("question", Kind::Text), ("tool_selection", Kind::Texts)]);
            extra.extend([("policy", Kind::Text), ("k", Kind::Whole), ("passes", Kind::Whole)]);
            columns.extend(texts(["data_source", "agent_name"]));
            columns.extend([("prompt", Kind::Records(texts(["role", "content"]))), ("ability", Kind::Text)]);
            columns.push(("reward_model", Kind::Record(texts(["style", "ground_truth"]))));
            columns.push(("env_class", Kind::Text));
            columns.push(("reward_spec", Kind::Record(texts(["method", "ground_truth"]))));
            columns.push(("extra_info", Kind::Record(extra)));
        }
        Format::RlNemoGym => {
            columns.push(("responses_create_params", Kind::Json));
            columns.extend(texts(["id", "question", "expected_answer"]));
            columns.extend([("verifier_metadata", Kind::Json), ("pass_rate", Kind::Json)]);
        }
        Format::Hf => {}
    }
    columns
}

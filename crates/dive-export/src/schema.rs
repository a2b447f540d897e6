//! The columns of each format: what column files hold, and what dataset cards declare.

use crate::Format;

/// What a column holds. Every value may be missing.
pub enum Kind {
    Text,
    Whole,
    Float,
    /// JSON text, which readers decode.
    Json,
    List(Box<Kind>),
    Record(Vec<Column>),
}

/// A named column.
pub type Column = (&'static str, Kind);

fn words() -> Kind {
    Kind::List(Box::new(Kind::Text))
}

fn records(columns: Vec<Column>) -> Kind {
    Kind::List(Box::new(Kind::Record(columns)))
}

fn texts<const N: usize>(names: [&'static str; N]) -> Vec<Column> {
    names.into_iter().map(|name| (name, Kind::Text)).collect()
}

fn messages(arguments: Kind) -> Column {
    let function = vec![("name", Kind::Text), ("arguments", arguments)];
    let mut call = texts(["id", "type"]);
    call.push(("function", Kind::Record(function)));
    let mut message = texts(["role", "content", "reasoning_content"]);
    message.push(("tool_calls", records(call)));
    message.extend(texts(["tool_call_id", "name"]));
    ("messages", records(message))
}

/// The columns of a format, in the order of its rows; none of a folder of several tables.
pub fn columns(format: Format) -> Vec<Column> {
    let mut columns = Vec::new();
    match format {
        Format::Tasks => {
            columns.push(("schema", Kind::Whole));
            columns.extend(texts(["id", "question", "answer", "answer_text", "form", "focal"]));
            columns.push(("toolset", words()));
            columns.extend(texts(["tools"]));
            columns.push(("domains", words()));
            columns.extend(texts(["seed_entity"]));
            columns.push(("exemplars", words()));
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
            columns.extend([("domains", words()), ("form", Kind::Text)]);
        }
        Format::SftSharegpt => {
            columns.extend([("id", Kind::Text), ("conversations", records(texts(["from", "value"])))]);
            columns.extend(texts(["system", "tools", "policy"]));
        }
        Format::RlVerl => {
            let mut extra = texts(["id", "split"]);
            extra.extend([("index", Kind::Whole), ("question", Kind::Text), ("tool_selection", words())]);
            extra.extend([("policy", Kind::Text), ("k", Kind::Whole), ("passes", Kind::Whole)]);
            columns.extend(texts(["data_source", "agent_name"]));
            columns.extend([("prompt", records(texts(["role", "content"]))), ("ability", Kind::Text)]);
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

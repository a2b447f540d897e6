//! Rows of other people's datasets, read for analysis: what was asked, which tools were offered, what was called.
//!
//! Formats differ in names more than in content, so one lenient reader serves them all: OpenAI messages with tools,
//! sharegpt conversations (function calls as turns of their own or within tags), Toucan rows (messages and tools as JSON in
//! text), and rows of uuid, question, ground_truth, tools and trajectory. What a row does not say stays unknown; a row
//! without a question is refused with the reason.

use std::collections::BTreeSet;

use dive_core::task::Task;
use serde_json::{Value, json};

use crate::infer::{self, Observed};
use crate::record::{Catalogue, Marked, Record};

/// Longest text that is read as JSON, in bytes: rows are untrusted.
const LONGEST: usize = 16 << 20;

/// Which kind of rows a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Rows of our own export.
    Dive,
    /// `messages` with `role`, `tool_calls`, `tool` answers.
    OpenAi,
    /// `conversations` with `from` and `value`.
    ShareGpt,
    /// `messages` and `available_tools` as JSON in text.
    Toucan,
    /// `uuid`, `question`, `ground_truth`, `tools`, `trajectory`.
    Reference,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Dive => "dive",
            Format::OpenAi => "openai",
            Format::ShareGpt => "sharegpt",
            Format::Toucan => "toucan",
            Format::Reference => "reference",
        }
    }

    /// All formats.
    pub const ALL: [Format; 5] = [Format::Dive, Format::OpenAi, Format::ShareGpt, Format::Toucan, Format::Reference];

    /// The fields that make a row one of the format.
    pub fn needs(self) -> &'static str {
        match self {
            Format::Dive => "certificate and evidence",
            Format::OpenAi => "messages, a list",
            Format::ShareGpt => "conversations",
            Format::Toucan => "messages, JSON in text, or available_tools",
            Format::Reference => "trajectory",
        }
    }

    /// The format of a row, by the fields it has.
    pub fn of(row: &Value) -> Option<Format> {
        let has = |key: &str| row.get(key).is_some();
        match () {
            () if has("certificate") && has("evidence") => Some(Format::Dive),
            () if has("trajectory") => Some(Format::Reference),
            () if has("conversations") => Some(Format::ShareGpt),
            () if has("available_tools") || row.get("messages").is_some_and(Value::is_string) => Some(Format::Toucan),
            () if has("messages") => Some(Format::OpenAi),
            () => None,
        }
    }
}

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RowError(pub String);

/// What an agent was asked, was given and did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversation {
    /// Name of the row.
    pub id: String,
    /// The first request.
    pub question: String,
    /// Names of the tools offered.
    pub tools: Vec<String>,
    /// The calls, in order.
    pub calls: Vec<Called>,
    /// The reference answer, where there is one.
    pub answer: Option<Value>,
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
    /// What it returned.
    pub result: Option<Value>,
    id: Option<String>,
}

impl Called {
    /// A call with what it returned.
    pub fn new(tool: impl Into<String>, arguments: Value, result: Option<Value>) -> Called {
        Called { tool: tool.into(), arguments, result, id: None }
    }
}

/// What keeps a row from being of this format, if anything does.
///
/// # Errors
/// It is of another format, or of none that is known.
pub fn expect(row: &Value, format: Format) -> Result<(), RowError> {
    match Format::of(row) {
        Some(found) if found == format => Ok(()),
        found => {
            let known = found.map_or("no format that is known".into(), |f| format!("of the format {}", f.name()));
            Err(RowError(format!("{} needs {}; the row is {known}", format.name(), format.needs())))
        }
    }
}

impl Record {
    /// The record of a row of any of the formats.
    ///
    /// # Errors
    /// What keeps the row from being read.
    pub fn foreign(row: &Value, catalogue: &Catalogue) -> Result<Record, RowError> {
        match Format::of(row) {
            None => Err(RowError(
                "it has neither messages nor conversations nor a trajectory, so its format is unknown".into(),
            )),
            Some(Format::Dive) => {
                let task = serde_json::from_value::<Task>(row.clone()).map_err(|e| RowError(e.to_string()))?;
                Ok(Record::of(&task, catalogue))
            }
            Some(_) => Ok(Record::conversation(Conversation::of(row)?, catalogue)),
        }
    }

    /// The record of a conversation: its trajectory, with edges inferred from values.
    pub fn conversation(conversation: Conversation, catalogue: &Catalogue) -> Record {
        let observed: Vec<Observed> =
            conversation.calls.iter().map(|c| Observed::new([&c.arguments], c.result.as_ref())).collect();
        let edges = infer::edges(&conversation.question, &observed);
        let tools = conversation.calls.into_iter().map(|c| c.tool).collect();
        let answer = match &conversation.answer {
            None | Some(Value::Null) => "unknown",
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Number(_)) => "number",
            Some(Value::Array(_)) => "list",
            Some(Value::Object(_)) => "mapping",
            Some(Value::String(s)) if s.trim().parse::<f64>().is_ok() => "number",
            Some(Value::String(_)) => "text",
        };
        Record {
            id: conversation.id,
            question: conversation.question,
            masked: None,
            answer: answer.into(),
            toolset: conversation.tools,
            certified: None,
            trajectory: Some(Box::new(Marked::new(tools, edges, catalogue))),
        }
    }
}

impl Conversation {
    /// Reads a row.
    ///
    /// # Errors
    /// There is no question in it, or its turns are no list.
    pub fn of(row: &Value) -> Result<Conversation, RowError> {
        let mut conversation =
            Conversation { id: text(row, &["uuid", "id", "_id"]).unwrap_or_default(), ..Conversation::default() };
        let turns = ["messages", "conversations", "trajectory"].iter().find_map(|k| row.get(*k)).map(unwrapped);
        let turns = match turns {
            Some(Value::Array(turns)) => turns,
            Some(Value::Object(map)) => match map.get("messages").or(map.get("steps")).map(unwrapped) {
                Some(Value::Array(turns)) => turns,
                _ => return Err(RowError("its trajectory has neither messages nor steps".into())),
            },
            _ => return Err(RowError("its turns are not a list".into())),
        };
        for turn in &turns {
            conversation.turn(turn);
        }
        if let Some(question) = text(row, &["question", "query", "instruction", "prompt"]) {
            conversation.question = question;
        }
        if conversation.question.trim().is_empty() {
            return Err(RowError("nobody asks anything in it".into()));
        }
        let offered = ["tools", "available_tools", "functions"].iter().find_map(|k| row.get(*k)).map(unwrapped);
        let mut tools: BTreeSet<String> = match offered {
            Some(Value::Array(tools)) => tools.iter().filter_map(tool_name).collect(),
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            _ => BTreeSet::new(),
        };
        if tools.is_empty() {
            // Nothing else is known to have been offered.
            tools = conversation.calls.iter().map(|c| c.tool.clone()).collect();
        }
        conversation.tools = tools.into_iter().collect();
        conversation.answer = ["ground_truth", "answer", "final_answer"].iter().find_map(|k| row.get(*k)).cloned();
        conversation.answer.take_if(|a| a.is_null());
        Ok(conversation)
    }

    /// The conversation as a row of the format `reference`, which [`of`](Self::of) reads back.
    pub fn row(&self) -> Value {
        let steps: Vec<Value> = self
            .calls
            .iter()
            .map(|c| {
                let mut step = json!({"tool": c.tool, "args": c.arguments});
                if let (Some(result), Some(step)) = (&c.result, step.as_object_mut()) {
                    step.insert("result".into(), result.clone());
                }
                step
            })
            .collect();
        json!({"uuid": self.id, "question": self.question, "ground_truth": self.answer, "tools": self.tools,
               "trajectory": steps})
    }

    fn turn(&mut self, turn: &Value) {
        let role = text(turn, &["role", "from"]).unwrap_or_default().to_lowercase();
        let content = ["content", "value"].iter().find_map(|k| turn.get(*k));
        match role.as_str() {
            "user" | "human" => {
                let said = content.map(said).unwrap_or_default();
                if self.question.is_empty() {
                    self.question = said;
                } else if said.contains("<tool_response>") {
                    within(&said, "tool_response").for_each(|r| self.result(None, Value::String(r.into())));
                }
            }
            "tool" | "function" | "observation" | "tool_response" | "ipython" => {
                let id = text(turn, &["tool_call_id"]);
                let said = content.map(said).unwrap_or_default();
                let inner: Vec<&str> = within(&said, "tool_response").collect();
                if inner.is_empty() {
                    self.result(id, Value::String(said));
                } else {
                    inner.iter().for_each(|r| self.result(None, Value::String(r.to_string())));
                }
            }
            "function_call" | "tool_call" => {
                if let Some(content) = content {
                    self.calls_in(&unwrapped(content));
                }
            }
            "assistant" | "gpt" | "model" => {
                for call in
                    turn.get("tool_calls").map(unwrapped).as_ref().and_then(Value::as_array).into_iter().flatten()
                {
                    self.calls_in(call);
                }
                if let Some(call) = turn.get("function_call").filter(|c| !c.is_null()) {
                    self.calls_in(&unwrapped(call));
                }
                if let Some(content) = content {
                    let said = said(content);
                    within(&said, "tool_call").for_each(|c| self.calls_in(&unwrapped(&Value::String(c.into()))));
                }
            }
            "system" | "developer" => {}
            // A step of a trajectory rather than a message.
            _ => {
                let before = self.calls.len();
                self.calls_in(turn);
                if let Some(result) =
                    ["result", "observation", "output", "response", "tool_output"].iter().find_map(|k| turn.get(*k))
                {
                    match self.calls.get_mut(before) {
                        Some(own) => own.result = Some(result.clone()),
                        None => self.result(None, result.clone()),
                    }
                }
            }
        }
    }

    /// A call, or several, in any of the usual spellings.
    fn calls_in(&mut self, value: &Value) {
        if let Value::Array(calls) = value {
            calls.iter().for_each(|c| self.calls_in(c));
            return;
        }
        let id = text(value, &["id"]);
        let inner = value.get("function").filter(|f| f.is_object()).unwrap_or(value);
        let Some(tool) = text(inner, &["name", "tool", "tool_name", "action", "function"]) else { return };
        let arguments = ["arguments", "args", "parameters", "input", "tool_input", "action_input"];
        let arguments = arguments.iter().find_map(|k| inner.get(*k)).map_or(Value::Null, unwrapped);
        self.calls.push(Called { tool, arguments, result: None, id });
    }

    fn result(&mut self, id: Option<String>, result: Value) {
        let by_id = self.calls.iter().position(|c| id.is_some() && c.id == id && c.result.is_none());
        let next = || self.calls.iter().position(|c| c.result.is_none());
        if let Some(call) = by_id.or_else(next).and_then(|i| self.calls.get_mut(i)) {
            call.result = Some(result);
        }
    }
}

/// Text at the first of these keys; a number is text too.
fn text(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|k| match value.get(*k) {
        Some(Value::String(s)) => Some(s.clone()),
        Some(Value::Number(n)) => Some(n.to_string()),
        _ => None,
    })
}

/// JSON that was written into text, read; anything else as it is.
fn unwrapped(value: &Value) -> Value {
    match value {
        Value::String(s) if s.len() <= LONGEST => serde_json::from_str(s).unwrap_or_else(|_| value.clone()),
        _ => value.clone(),
    }
}

/// What a message says; of parts, the text.
fn said(content: &Value) -> String {
    match content {
        Value::String(s) => s.clone(),
        Value::Array(parts) => parts.iter().filter_map(|p| text(p, &["text"])).collect::<Vec<_>>().join("\n"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What stands between `<tag>` and `</tag>`, each time.
fn within<'a>(said: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    let close = format!("</{tag}>");
    said.split(&format!("<{tag}>"))
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(&close)?.0.trim()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn tool_name(tool: &Value) -> Option<String> {
    match tool {
        Value::String(name) => Some(name.clone()),
        other => text(other.get("function").filter(|f| f.is_object()).unwrap_or(other), &["name", "tool", "tool_name"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same conversation in every format.
    fn rows() -> Vec<(Format, Value)> {
        let tools = json!([
            {"type": "function", "function": {"name": "find_city", "parameters": {}}},
            {"type": "function", "function": {"name": "population", "parameters": {}}},
        ]);
        let question = "How many live in the city on the Hune?";
        let legacy = json!([
            {"role": "system", "content": "declare"},
            {"role": "user", "content": question},
            {"role": "assistant", "content": "", "function_call": {"name": "find_city", "arguments": "{\"river\": \"Hune\"}"}},
            {"role": "function", "name": "find_city", "content": "{\"city\": \"Ardmouth\"}"},
            {"role": "assistant", "content": "", "function_call": {"name": "population", "arguments": "{\"city\": \"Ardmouth\"}"}},
            {"role": "function", "name": "population", "content": "41,200 people"},
            {"role": "assistant", "content": "41,200"},
        ]);
        vec![
            (
                Format::OpenAi,
                json!({"id": 7, "tools": tools, "messages": [
                    {"role": "user", "content": [{"type": "text", "text": question}]},
                    {"role": "assistant", "content": null, "tool_calls": [
                        {"id": "b", "type": "function", "function": {"name": "find_city", "arguments": "{\"river\": \"Hune\"}"}}]},
                    {"role": "tool", "tool_call_id": "b", "content": "{\"city\": \"Ardmouth\"}"},
                    {"role": "assistant", "content": null, "tool_calls": [
                        {"id": "a", "type": "function", "function": {"name": "population", "arguments": "{\"city\": \"Ardmouth\"}"}}]},
                    {"role": "tool", "tool_call_id": "a", "content": "41,200 people"},
                    {"role": "assistant", "content": "41,200"}]}),
            ),
            (
                Format::ShareGpt,
                json!({"tools": tools.to_string(), "conversations": [
                    {"from": "human", "value": question},
                    {"from": "function_call", "value": "{\"name\": \"find_city\", \"arguments\": {\"river\": \"Hune\"}}"},
                    {"from": "observation", "value": "{\"city\": \"Ardmouth\"}"},
                    {"from": "gpt", "value": "<tool_call>\n{\"name\": \"population\", \"arguments\": {\"city\": \"Ardmouth\"}}\n</tool_call>"},
                    {"from": "tool", "value": "<tool_response>41,200 people</tool_response>"},
                    {"from": "gpt", "value": "41,200"}]}),
            ),
            (
                Format::Toucan,
                json!({"uuid": "u", "subset_name": "single-turn-original", "question": question,
                       "messages": legacy.to_string(), "available_tools": tools.to_string(), "target_tools": "find_city, population"}),
            ),
            (
                Format::Reference,
                json!({"uuid": "u", "question": question, "ground_truth": "41200", "tools": ["population", "find_city"],
                       "trajectory": legacy}),
            ),
            (
                Format::Reference,
                json!({"uuid": "u", "question": question, "ground_truth": "41200", "tools": ["population", "find_city"],
                       "trajectory": [
                           {"tool": "find_city", "args": {"river": "Hune"}, "result": {"city": "Ardmouth"}},
                           {"tool": "population", "args": {"city": "Ardmouth"}, "result": "41,200 people"}]}),
            ),
        ]
    }

    #[test]
    fn one_conversation_reads_the_same_in_every_format() {
        for (format, row) in rows() {
            assert_eq!(Format::of(&row), Some(format));
            let read = Conversation::of(&row).unwrap();
            assert_eq!(read.question, "How many live in the city on the Hune?", "{format:?}");
            assert_eq!(read.tools, ["find_city", "population"], "{format:?}");
            let calls: Vec<(&str, &Value)> = read.calls.iter().map(|c| (c.tool.as_str(), &c.arguments)).collect();
            let (first, second) = (json!({"river": "Hune"}), json!({"city": "Ardmouth"}));
            assert_eq!(calls, [("find_city", &first), ("population", &second)], "{format:?}");
            assert!(read.calls.iter().all(|c| c.result.is_some()), "{format:?}");
            let record = Record::foreign(&row, &Catalogue::default()).unwrap();
            assert_eq!(record.trajectory.unwrap().topology.edges, [(0, 1)], "{format:?}");
            let again = Conversation::of(&read.row()).unwrap();
            assert_eq!(again.row(), read.row(), "{format:?}");
            assert_eq!(expect(&row, format), Ok(()));
            let other = if format == Format::ShareGpt { Format::OpenAi } else { Format::ShareGpt };
            assert!(expect(&row, other).unwrap_err().0.ends_with(&format!("of the format {}", format.name())));
        }
    }

    #[test]
    fn parallel_calls_take_their_answers_by_id() {
        let row = json!({"messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "tool_calls": [
                {"id": "1", "function": {"name": "a", "arguments": "{}"}}, {"id": "2", "function": {"name": "b", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "2", "content": "two"},
            {"role": "tool", "tool_call_id": "1", "content": "one"}]});
        let read = Conversation::of(&row).unwrap();
        let results: Vec<Option<Value>> = read.calls.iter().map(|c| c.result.clone()).collect();
        assert_eq!(results, [Some(json!("one")), Some(json!("two"))]);
    }

    #[test]
    fn a_step_without_a_result_takes_nobody_elses() {
        let row = json!({"question": "q", "trajectory": [
            {"tool": "a", "args": {}}, {"tool": "b", "args": {}, "result": 2}]});
        let results: Vec<Option<Value>> = Conversation::of(&row).unwrap().calls.into_iter().map(|c| c.result).collect();
        assert_eq!(results, [None, Some(json!(2))]);
    }

    #[test]
    fn rows_that_say_nothing_are_refused_with_a_reason() {
        let refused = |row: Value| Record::foreign(&row, &Catalogue::default()).unwrap_err().0;
        assert!(refused(json!({"a": 1})).contains("format is unknown"));
        assert_eq!(refused(json!({"messages": []})), "nobody asks anything in it");
        assert_eq!(refused(json!({"messages": "not json"})), "its turns are not a list");
        assert!(!refused(json!({"certificate": 1, "evidence": 2})).contains("format is unknown"));
    }
}

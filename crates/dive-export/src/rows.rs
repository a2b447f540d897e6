//! The rows of each format. `docs/training.md` defines every column.

use dive_agent::select::{self, Filter};
use dive_core::canon;
use dive_core::rollout::{ANSWER_FORMAT, Graded, Message, PassRate, Policy, Role, Rollout, Score, ToolCall, Verdict};
use dive_core::task::Task;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::separators::{escape, find};

/// A row of any format.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Row {
    Task(Box<TaskRow>),
    Trajectory(Box<TrajectoryRow>),
    Sft(Box<SftRow>),
    Sharegpt(Box<SharegptRow>),
    Verl(Box<VerlRow>),
    NemoGym(Box<Value>),
}

/// `tasks`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRow {
    pub schema: u32,
    pub id: String,
    pub question: String,
    pub answer: String,
    pub answer_text: String,
    pub form: String,
    pub focal: String,
    pub toolset: Vec<String>,
    pub tools: String,
    pub domains: Vec<String>,
    pub seed_entity: String,
    pub exemplars: Vec<String>,
    pub rounds: String,
    pub evidence: String,
    pub derivation: String,
    pub logical_form: String,
    pub spans: String,
    pub certificate: String,
    pub topology: String,
    pub provenance: String,
    pub pass_rate: Option<String>,
}

/// `trajectories`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrajectoryRow {
    pub schema: u32,
    pub task: String,
    pub policy: String,
    pub model: Option<String>,
    pub settings: String,
    pub attempt: u32,
    pub question: String,
    pub messages: Vec<MessageRow>,
    pub end: String,
    pub label: Option<String>,
    pub decided_by: Option<String>,
    pub reason: Option<String>,
    pub reward: Option<f64>,
    pub reward_format: Option<f64>,
    pub reward_correct: Option<f64>,
    pub alpha: Option<f64>,
    pub usage: Option<String>,
}

/// A message in fixed columns.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageRow {
    pub role: String,
    pub content: String,
    pub reasoning_content: Option<String>,
    pub tool_calls: Option<Vec<CallRow>>,
    pub tool_call_id: Option<String>,
    pub name: Option<String>,
}

/// A call in fixed columns.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRow {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub function: FunctionRow,
}

/// What is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionRow {
    pub name: String,
    pub arguments: String,
}

/// `sft`.
#[derive(Debug, Serialize)]
pub struct SftRow {
    pub id: String,
    pub messages: Vec<MessageRow>,
    pub tools: String,
    pub policy: String,
    pub domains: Vec<String>,
    pub form: String,
}

/// `sft_sharegpt`.
#[derive(Debug, Serialize)]
pub struct SharegptRow {
    pub id: String,
    pub conversations: Vec<Turn>,
    pub system: String,
    pub tools: String,
    pub policy: String,
}

/// One turn of a conversation.
#[derive(Debug, Serialize)]
pub struct Turn {
    pub from: &'static str,
    pub value: String,
}

/// `rl_verl`.
#[derive(Debug, Serialize)]
pub struct VerlRow {
    pub data_source: &'static str,
    pub agent_name: &'static str,
    pub prompt: Vec<PromptRow>,
    pub ability: String,
    pub reward_model: RewardModel,
    pub env_class: &'static str,
    pub reward_spec: RewardSpec,
    pub extra_info: ExtraInfo,
}

/// A message of a prompt.
#[derive(Debug, Serialize)]
pub struct PromptRow {
    pub role: &'static str,
    pub content: String,
}

/// verl's rule.
#[derive(Debug, Serialize)]
pub struct RewardModel {
    pub style: &'static str,
    pub ground_truth: String,
}

/// SkyRL's rule.
#[derive(Debug, Serialize)]
pub struct RewardSpec {
    pub method: &'static str,
    pub ground_truth: String,
}

/// What verl hands to tools and to the reward function.
#[derive(Debug, Serialize)]
pub struct ExtraInfo {
    pub id: String,
    pub split: &'static str,
    pub index: u64,
    pub question: String,
    pub tool_selection: Vec<String>,
    pub policy: Option<String>,
    pub k: Option<u32>,
    pub passes: Option<u32>,
}

pub fn task(task: &Task, tools: &[&Value], rate: Option<&PassRate>) -> Row {
    Row::Task(Box::new(TaskRow {
        schema: task.schema,
        id: task.id.clone(),
        question: task.question.clone(),
        answer: canon::to_string(&task.answer),
        answer_text: task.answer.display(),
        form: task.form.clone(),
        focal: task.focal.clone(),
        toolset: task.toolset.clone(),
        tools: array(tools),
        domains: task.domains.clone(),
        seed_entity: canon::to_string(&task.seed_entity),
        exemplars: task.exemplars.clone(),
        rounds: canon::to_string(&task.rounds),
        evidence: canon::to_string(&task.evidence),
        derivation: canon::to_string(&task.derivation),
        logical_form: canon::to_string(&task.logical_form),
        spans: canon::to_string(&task.spans),
        certificate: canon::to_string(&task.certificate),
        topology: canon::to_string(&task.topology),
        provenance: canon::to_string(&task.provenance),
        pass_rate: rate.map(canon::to_string),
    }))
}

fn array(values: &[&Value]) -> String {
    let texts: Vec<String> = values.iter().map(|v| v.to_string()).collect();
    format!("[{}]", texts.join(","))
}

impl TaskRow {
    /// The task, with its tools and pass rate.
    pub fn into_task(self) -> Result<(Task, Vec<Value>, Option<PassRate>), serde_json::Error> {
        let parse = |text: &str| serde_json::from_str::<Value>(text);
        let whole = json!({
            "schema": self.schema, "id": self.id, "question": self.question, "answer": parse(&self.answer)?,
            "form": self.form, "focal": self.focal, "toolset": self.toolset, "domains": self.domains,
            "seed_entity": parse(&self.seed_entity)?, "exemplars": self.exemplars, "rounds": parse(&self.rounds)?,
            "evidence": parse(&self.evidence)?, "derivation": parse(&self.derivation)?,
            "logical_form": parse(&self.logical_form)?, "spans": parse(&self.spans)?,
            "certificate": parse(&self.certificate)?, "topology": parse(&self.topology)?,
            "provenance": parse(&self.provenance)?,
        });
        let tools = serde_json::from_str(&self.tools)?;
        let rate = self.pass_rate.as_deref().map(serde_json::from_str).transpose()?;
        Ok((serde_json::from_value(whole)?, tools, rate))
    }
}

pub fn trajectory(task: &Task, graded: &Graded) -> Row {
    let rollout = &graded.rollout;
    Row::Trajectory(Box::new(TrajectoryRow {
        schema: rollout.schema,
        task: rollout.task.clone(),
        policy: rollout.policy.name.clone(),
        model: rollout.policy.model.clone(),
        settings: canon::to_string(&rollout.policy.settings),
        attempt: rollout.attempt,
        question: task.question.clone(),
        messages: rollout.messages.iter().map(|m| plain(m, None)).collect(),
        end: canon::to_string(&rollout.end),
        label: graded.verdict.as_ref().map(|v| v.label.name().to_string()),
        decided_by: graded.verdict.as_ref().map(|v| v.by.clone()),
        reason: graded.verdict.as_ref().map(|v| v.reason.clone()),
        reward: graded.score.map(|s| s.reward),
        reward_format: graded.score.map(|s| s.format),
        reward_correct: graded.score.map(|s| s.correct),
        alpha: graded.score.map(|s| s.alpha),
        usage: rollout.usage.map(|u| canon::to_string(&u)),
    }))
}

impl TrajectoryRow {
    /// The rollout with verdict and score.
    pub fn into_graded(self) -> Result<Graded, serde_json::Error> {
        let label = |l: String| serde_json::from_value(Value::String(l));
        let verdict = match (self.label, self.decided_by, self.reason) {
            (Some(l), Some(by), Some(reason)) => Some(Verdict { label: label(l)?, by, reason }),
            _ => None,
        };
        let score = match (self.reward, self.reward_format, self.reward_correct, self.alpha) {
            (Some(reward), Some(format), Some(correct), Some(alpha)) => Some(Score { reward, format, correct, alpha }),
            _ => None,
        };
        let rollout = Rollout {
            schema: self.schema,
            task: self.task,
            policy: Policy { name: self.policy, model: self.model, settings: serde_json::from_str(&self.settings)? },
            attempt: self.attempt,
            messages: self.messages.into_iter().map(MessageRow::into_message).collect::<Result<_, _>>()?,
            end: serde_json::from_str(&self.end)?,
            usage: self.usage.as_deref().map(serde_json::from_str).transpose()?,
        };
        Ok(Graded { rollout, verdict, score })
    }
}

impl MessageRow {
    fn into_message(self) -> Result<Message, serde_json::Error> {
        let calls = self.tool_calls.unwrap_or_default();
        let call = |c: CallRow| ToolCall { kind: c.kind, ..ToolCall::new(c.id, c.function.name, c.function.arguments) };
        Ok(Message {
            role: serde_json::from_value(Value::String(self.role))?,
            content: self.content,
            reasoning_content: self.reasoning_content,
            tool_calls: calls.into_iter().map(call).collect(),
            tool_call_id: self.tool_call_id,
        })
    }
}

fn plain(message: &Message, name: Option<String>) -> MessageRow {
    let call = |c: &ToolCall| CallRow {
        id: c.id.clone(),
        kind: c.kind.clone(),
        function: FunctionRow { name: c.function.name.clone(), arguments: c.function.arguments.clone() },
    };
    MessageRow {
        role: role(message.role).into(),
        content: message.content.clone(),
        reasoning_content: message.reasoning_content.clone(),
        tool_calls: (!message.tool_calls.is_empty()).then(|| message.tool_calls.iter().map(call).collect()),
        tool_call_id: message.tool_call_id.clone(),
        name,
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

/// The rollout that a task is learnt from, with nothing in it that a chat template would misread.
pub fn lesson(task: &Task, rollouts: &[Graded]) -> Result<(Vec<Message>, String), String> {
    if rollouts.is_empty() {
        return Err("no rollout: run `dive solve` first".into());
    }
    let graded = select::sample(task, rollouts, &Filter::default())
        .map_err(|refusals| refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))?;
    let mut messages = graded.rollout.messages.clone();
    for message in &mut messages {
        message.content = match message.role {
            Role::Tool => escape(&message.content)?,
            _ => clean(&message.content)?,
        };
        message.reasoning_content = message.reasoning_content.as_deref().map(clean).transpose()?;
        for call in &mut message.tool_calls {
            // Loaders read arguments, and what was escaped in their text is a mark again.
            let read = serde_json::from_str::<Value>(&call.function.arguments).map(|v| v.to_string());
            clean(read.as_ref().unwrap_or(&call.function.arguments))?;
        }
    }
    Ok((messages, graded.rollout.policy.name.clone()))
}

fn clean(text: &str) -> Result<String, String> {
    match find(text) {
        Some(mark) => Err(format!("it contains `{mark}`, which separates turns in chat templates")),
        None => Ok(text.to_string()),
    }
}

pub fn sft(task: &Task, tools: &[&Value], rollouts: &[Graded]) -> Result<Row, String> {
    let (messages, policy) = lesson(task, rollouts)?;
    let name =
        |id: &str| messages.iter().flat_map(|m| &m.tool_calls).find(|c| c.id == id).map(|c| c.function.name.clone());
    let rows = messages.iter().map(|m| plain(m, m.tool_call_id.as_deref().and_then(name))).collect();
    let (domains, form) = (task.domains.clone(), task.form.clone());
    Ok(Row::Sft(Box::new(SftRow {
        id: task.id.clone(),
        messages: rows,
        tools: escape(&schemas(tools.iter().copied()))?,
        policy,
        domains,
        form,
    })))
}

/// The order of members in which schemas are written everywhere. Chat templates print them as they come, and a model should
/// see in training what servers show it later.
const ORDER: [&str; 7] = ["type", "function", "name", "description", "parameters", "properties", "required"];

fn schemas<'v>(tools: impl Iterator<Item = &'v Value>) -> String {
    let mut text = String::from("[");
    for tool in tools {
        if text.len() > 1 {
            text.push(',');
        }
        write_schema(tool, &mut text);
    }
    text.push(']');
    text
}

fn write_schema(value: &Value, text: &mut String) {
    let Value::Object(map) = value else {
        text.push_str(&value.to_string());
        return;
    };
    let rank = |key: &str| ORDER.iter().position(|k| *k == key).unwrap_or(ORDER.len());
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_by_key(|(key, _)| rank(key));
    text.push('{');
    for (i, (key, value)) in members.into_iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push_str(&format!("{}:", json!(key)));
        write_schema(value, text);
    }
    text.push('}');
}

/// How LLaMA-Factory's Qwen and Hermes templates separate several results of one turn.
const OBSERVATIONS: &str = "\n</tool_response>\n<tool_response>\n";

pub fn sharegpt(task: &Task, tools: &[&Value], rollouts: &[Graded]) -> Result<Row, String> {
    let (messages, policy) = lesson(task, rollouts)?;
    let mut system = String::new();
    let mut conversations: Vec<Turn> = Vec::new();
    for message in &messages {
        let thought =
            message.reasoning_content.as_ref().map_or(String::new(), |t| format!("<think>\n{t}\n</think>\n\n"));
        match message.role {
            Role::System => system.push_str(&message.content),
            Role::User => conversations.push(Turn { from: "human", value: message.content.clone() }),
            Role::Tool => match conversations.last_mut().filter(|t| t.from == "observation") {
                Some(turn) => turn.value.push_str(&format!("{OBSERVATIONS}{}", message.content)),
                None => conversations.push(Turn { from: "observation", value: message.content.clone() }),
            },
            Role::Assistant if message.tool_calls.is_empty() => {
                conversations.push(Turn { from: "gpt", value: format!("{thought}{}", message.content) });
            }
            Role::Assistant => {
                if !message.content.trim().is_empty() {
                    return Err("a turn both speaks and calls tools, which this format cannot hold".into());
                }
                let mut calls = Vec::new();
                for call in &message.tool_calls {
                    let arguments: Value = serde_json::from_str(&call.function.arguments)
                        .map_err(|_| "the arguments of a call are not JSON".to_string())?;
                    // The name comes first, as in what models write.
                    calls.push(format!("{{\"name\":{},\"arguments\":{arguments}}}", json!(call.function.name)));
                }
                let value = match calls.as_slice() {
                    [one] => one.clone(),
                    several => format!("[{}]", several.join(",")),
                };
                conversations.push(Turn { from: "function_call", value: format!("{thought}{}", escape(&value)?) });
            }
        }
    }
    // The loader takes turns in pairs, asking and answering, and passes over rows that are not.
    let asks = |t: &Turn| matches!(t.from, "human" | "observation");
    if !conversations.len().is_multiple_of(2) || conversations.iter().enumerate().any(|(i, t)| asks(t) != (i % 2 == 0))
    {
        return Err("its turns do not alternate".into());
    }
    let tools = escape(&schemas(tools.iter().filter_map(|t| t.get("function"))))?;
    Ok(Row::Sharegpt(Box::new(SharegptRow { id: task.id.clone(), conversations, system, tools, policy })))
}

/// Why a task is not trained on, if it was measured and found too easy or too hard.
fn off_frontier(rate: Option<&PassRate>) -> Result<(), String> {
    match rate {
        Some(r) if !r.kept => {
            let between = r.passes > 0 && r.passes < r.k;
            let why = if between { "outside the band, or too few attempts" } else { "not at the frontier" };
            Err(format!("{why}: {} solved it {} of {} times", r.policy.name, r.passes, r.k))
        }
        _ => Ok(()),
    }
}

pub fn verl(task: &Task, index: u64, rate: Option<&PassRate>) -> Result<Row, String> {
    off_frontier(rate)?;
    let question = clean(&task.question)?;
    let truth = canon::to_string(&json!({"id": task.id, "answer": task.answer, "text": task.answer.display()}));
    let prompt = vec![
        PromptRow { role: "system", content: ANSWER_FORMAT.into() },
        PromptRow { role: "user", content: question.clone() },
    ];
    Ok(Row::Verl(Box::new(VerlRow {
        data_source: "dive",
        agent_name: "tool_agent",
        prompt,
        ability: task.form.clone(),
        reward_model: RewardModel { style: "rule", ground_truth: truth.clone() },
        env_class: "dive",
        reward_spec: RewardSpec { method: "rule", ground_truth: truth },
        extra_info: ExtraInfo {
            id: task.id.clone(),
            split: "train",
            index,
            question,
            tool_selection: task.toolset.clone(),
            policy: rate.map(|r| r.policy.name.clone()),
            k: rate.map(|r| r.k),
            passes: rate.map(|r| r.passes),
        },
    })))
}

pub fn nemo_gym(task: &Task, tools: &[&Value], rate: Option<&PassRate>) -> Result<Row, String> {
    off_frontier(rate)?;
    let question = clean(&task.question)?;
    let flat: Vec<Value> = tools
        .iter()
        .map(|tool| {
            let f = &tool["function"];
            json!({"type": "function", "name": f["name"], "description": f["description"],
                   "parameters": f["parameters"], "strict": false})
        })
        .collect();
    let mut row = json!({
        "responses_create_params": {
            "input": [{"role": "system", "content": ANSWER_FORMAT}, {"role": "user", "content": question}],
            "tools": flat,
            "parallel_tool_calls": true,
        },
        "id": task.id,
        "question": question,
        "expected_answer": task.answer.display(),
        "verifier_metadata": {"answer": task.answer, "form": task.form, "domains": task.domains},
    });
    if let (Some(rate), Some(map)) = (rate, row.as_object_mut()) {
        map.insert("pass_rate".into(), json!({"policy": rate.policy.name, "k": rate.k, "passes": rate.passes}));
    }
    Ok(Row::NemoGym(Box::new(row)))
}

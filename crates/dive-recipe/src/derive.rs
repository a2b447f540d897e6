//! The deriver's conversation: one submission, and once more with the reasons if it does not hold.

use dive_agent::oracle::observation;
use dive_core::evidence::{Call, Evidence, Outcome};
use dive_core::task::Reason;
use dive_llm::{ChatModel, Failure as ModelFailure, Kind, Message, Options, Place, Request, Stop, ToolSet};
use dive_synth::Brief;
use dive_synth::gate::Failure;
use dive_tools::ToolPool;
use serde_json::{Value, json};

use crate::prompts::Prompts;
use crate::submission::{SUBMIT, Submission};

/// Submissions in one round.
const ATTEMPTS: u32 = 2;

/// Why a round derives nothing.
pub enum Underived {
    /// The model's doing; with the question as far as it came.
    Rejected(Failure, String),
    /// There is no reply.
    Unanswered(ModelFailure),
}

/// The observations as a deriver sees them, one a line.
pub fn lines(evidence: &Evidence) -> String {
    let line = |c: &Call| {
        let outcome = match &c.outcome {
            Outcome::Value { value, complete } => json!({"value": value, "complete": complete}),
            Outcome::Error { error } => json!({"error": error}),
        };
        // Written by hand for the order: who reads it should see the id first.
        format!(
            "{{\"id\":\"{}\",\"tool\":{},\"args\":{},\"outcome\":{outcome}}}",
            c.id,
            Value::from(c.tool.as_str()),
            json!(c.args)
        )
    };
    evidence.calls.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the tools of the evidence return, with units.
fn returns(evidence: &Evidence, pool: &ToolPool) -> String {
    let mut names: Vec<&str> = evidence.calls.iter().map(|c| c.tool.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut text = Vec::new();
    for spec in names.into_iter().filter_map(|n| pool.spec(n)) {
        let mut fields: Vec<String> = Vec::new();
        let mut say = |prefix: &str, field: &dive_core::tool::Field| {
            let unit = field.sem.unit();
            let unit = if unit.is_empty() { String::new() } else { format!(" in {unit}") };
            let noun = if field.noun.is_empty() { String::new() } else { format!(" ({})", field.noun) };
            fields.push(format!("{prefix}{}{noun}{unit}", field.pointer));
        };
        spec.output.fields.iter().for_each(|f| say("", f));
        if let Some(rows) = &spec.output.rows {
            rows.fields.iter().for_each(|f| say(&format!("{}/*", rows.pointer), f));
        }
        text.push(format!("- {}: {} {}", spec.name, spec.description, fields.join(", ")));
    }
    text.join("\n")
}

/// Asks for a task until one passes `check`.
#[expect(clippy::too_many_arguments, reason = "what a round knows")]
pub async fn derive<T>(
    model: &dyn ChatModel,
    options: &Options,
    tools: &ToolSet,
    prompts: &Prompts,
    pool: &ToolPool,
    brief: &Brief,
    evidence: &Evidence,
    previous: Option<(&str, String)>,
    place: &Place,
    check: impl Fn(&Submission) -> Result<T, Failure>,
) -> Result<(T, Submission), Underived> {
    let exemplars: Vec<String> = brief.exemplars.iter().map(|e| format!("- {}", e.question)).collect();
    let previous = previous.map_or(String::new(), |(question, answer)| {
        format!(
            "\nThe task so far, which the new one makes harder by using new observations too:\n{question}\nIts answer: {answer}\n"
        )
    });
    let seed = seed(brief);
    let text = prompts.fill(
        "deriver-task.md",
        &[
            ("exemplars", &exemplars.join("\n")),
            ("seed", &seed),
            ("previous", &previous),
            ("tools", &returns(evidence, pool)),
            ("evidence", &lines(evidence)),
        ],
    );
    let mut messages = vec![Message::system(prompts.fill("deriver.md", &[])), Message::user(text)];
    // Thinking and a forced call exclude each other at some endpoints.
    let choice = options.forced();
    let mut called = false;
    let mut last = (Failure { reason: Reason::NoSubmission, detail: String::new() }, String::new());
    for turn in 0..ATTEMPTS {
        let request = Request { messages: &messages, tools, choice: &choice, options };
        let place = Place { turn, ..place.clone() };
        let reply = match model.send(request, &place).await {
            Ok(exchange) => exchange.reply,
            Err(failure) if failure.kind == Kind::Refused => return Err(refused(&failure.message)),
            Err(failure) => return Err(Underived::Unanswered(failure)),
        };
        if reply.stop == Stop::Refusal {
            return Err(refused(&reply.turn.text));
        }
        let none = |detail: String| Failure { reason: Reason::NoSubmission, detail };
        let calls = reply.turn.calls.clone();
        called |= !calls.is_empty() || reply.stop == Stop::Length;
        let submitted = match calls.iter().find(|c| c.name == SUBMIT) {
            Some(call) => Submission::read(&call.arguments).map_err(none),
            None if reply.stop == Stop::Length => {
                Err(none("the reply was cut off at the limit of tokens; raise max_tokens".into()))
            }
            None => Err(none(format!("the reply does not call `{SUBMIT}`"))),
        };
        let failure = match submitted {
            Ok(submission) => match check(&submission) {
                Ok(checked) => return Ok((checked, submission)),
                Err(failure) => {
                    last.1 = submission.question;
                    failure
                }
            },
            Err(failure) => failure,
        };
        let complaint = format!("Not accepted: {}. Correct it and submit again.", failure.detail.trim_end_matches('.'));
        messages.push(Message::Assistant(reply.turn));
        for call in &calls {
            let content = observation(&Outcome::Error { error: dive_core::tool::ToolError::bad(&complaint) });
            messages.push(Message::Tool { call: call.id.clone(), name: call.name.clone(), content, error: true });
        }
        if calls.is_empty() {
            messages.push(Message::user(complaint));
        }
        last.0 = failure;
    }
    let (mut failure, question) = last;
    if failure.reason == Reason::NoSubmission {
        let advice = if called { "" } else { "; choose a model with tool calling, or switch it on in the server" };
        failure.detail = format!("the deriver: {}{advice}", failure.detail.trim_end_matches('.'));
    }
    Err(Underived::Rejected(failure, question))
}

fn refused(text: &str) -> Underived {
    let detail = format!("the deriver refused: {text}");
    Underived::Rejected(Failure { reason: Reason::Refused, detail }, String::new())
}

/// The seed entity in words.
pub fn seed(brief: &Brief) -> String {
    format!("{} ({})", brief.seed_entity.name, brief.seed_entity.entity)
}

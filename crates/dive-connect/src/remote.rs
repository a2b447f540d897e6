//! A tool that others run: from a call to an answer that is kept.

use std::cell::RefCell;
use std::sync::Arc;

use dive_core::canon;
use dive_core::sem::Sem;
use dive_core::tool::{Effect, ErrorKind, Field, ToolError, ToolSpec};
use dive_journal::{Entry, Failed, Freshness, Journal, JournalError, Key, Kind, Mode, Record};
use dive_tools::Backend;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use crate::failure::Failure;
use crate::guard::Guard;
use crate::reading::Reading;

/// What a call is made of: arguments by the names that models use.
pub(crate) type Args = Map<String, Value>;

/// Makes one attempt at a call.
pub(crate) trait Call: Send + Sync {
    /// Brings the provider up; not counted against the time of a call.
    fn ready<'a>(&'a self) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// The result, as an object; the arguments fit the tool's schema.
    fn call<'a>(&'a self, args: &'a Args) -> BoxFuture<'a, Result<Value, Failure>>;
}

/// A tool that others run, with everything that stands between it and its callers.
pub(crate) struct Remote {
    pub(crate) spec: ToolSpec,
    pub(crate) guard: Arc<Guard>,
    pub(crate) call: Box<dyn Call>,
    pub(crate) journal: Arc<Journal>,
    /// Changes when the same arguments mean another request.
    pub(crate) version: String,
    pub(crate) freshness: Freshness,
    /// Whether calls that change something are made.
    pub(crate) mutating: bool,
    /// How its text is read, when that is known. The journal keeps the text.
    pub(crate) reading: Option<Reading>,
    /// Of the manifest's entry, before anything was learned.
    pub(crate) fingerprint: String,
    /// What its provider was started with: values that it may know.
    pub(crate) hints: Vec<String>,
    /// The manifest says what results are, so that others are none.
    pub(crate) declared: bool,
}

impl Remote {
    /// The answer to a call whose arguments have been checked.
    pub(crate) async fn answer(&self, args: &Args) -> Result<Value, Failure> {
        self.allowed()?;
        let key = self.key(args);
        let entry = self.journal.once(&key, self.freshness, || self.attempt(args)).await;
        self.read(unpack(entry))
    }

    fn read(&self, result: Result<Value, Failure>) -> Result<Value, Failure> {
        match self.reading {
            Some(reading) => result.map(|value| reading.of(value)),
            None => result,
        }
    }

    /// The answer if it is in the journal.
    fn known(&self, args: &Args) -> Option<Result<Value, Failure>> {
        let entry = self.journal.get(&self.key(args)).ok()??;
        Some(self.read(unpack(Ok(entry))))
    }

    async fn attempt(&self, args: &Args) -> Result<Record, Failure> {
        let repeatable = self.spec.effect == Effect::ReadOnly;
        let result = self.guard.run(&self.spec.name, repeatable, || self.call.ready(), || self.call.call(args)).await;
        let result = result.and_then(|value| match lie(&self.spec, &value).filter(|_| self.declared) {
            None => Ok(value),
            Some(lie) => {
                let message = format!("{} ({}): {lie}", self.guard.provider, self.spec.name);
                Err(Failure::answer(ErrorKind::Provider, message))
            }
        });
        match result {
            Ok(value) => Ok(Record::new(json!({ "ok": value }))),
            Err(failure) if failure.is_answer() => Ok(Record::new(json!({ "error": failure.error }))),
            Err(failure) => Err(failure),
        }
    }

    fn allowed(&self) -> Result<(), Failure> {
        if self.spec.effect == Effect::ReadOnly || self.mutating {
            return Ok(());
        }
        let message = format!("`{}` may change something; such tools are refused unless enabled.", self.spec.name);
        Err(Failure::answer(ErrorKind::Unauthorised, message))
    }

    fn key(&self, args: &Args) -> Key {
        let args = self.guard.secrets.value(Value::Object(args.clone()));
        Key::new(Kind::ToolCall, json!({"tool": self.spec.id, "version": self.version, "args": args}))
    }
}

/// What contradicts the declared fields: a measure that is no number, a name that is no text.
fn lie(spec: &ToolSpec, result: &Value) -> Option<String> {
    let wrong = |field: &Field, record: &Value| {
        let value = record.pointer(&field.pointer).filter(|v| !v.is_null() && field.quote.is_none())?;
        let wanted = match field.sem {
            Sem::Measure { .. } | Sem::Number if !value.is_number() => "a number",
            Sem::Entity(_) | Sem::Category(_) | Sem::Date(_) if !value.is_string() => "text",
            _ => return None,
        };
        Some(format!("`{}` of the result is not {wanted}, as its manifest says.", field.pointer))
    };
    let output = &spec.output;
    let scalar = output.fields.iter().find_map(|f| wrong(f, result));
    scalar.or_else(|| {
        let rows = output.rows.as_ref()?;
        let mut list = result.pointer(&rows.pointer)?.as_array()?.iter();
        list.find_map(|row| rows.fields.iter().find_map(|f| wrong(f, row)))
    })
}

fn unpack(entry: Result<Entry, Failed<Failure>>) -> Result<Value, Failure> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(Failed::Call(failure)) => return Err(failure),
        Err(Failed::Journal(error)) => return Err(journal(&error)),
    };
    if let Some(value) = entry.value.get("ok") {
        return Ok(value.clone());
    }
    let error = entry.value.get("error").cloned().and_then(|e| serde_json::from_value::<ToolError>(e).ok());
    Err(match error {
        Some(error) => Failure::answer(error.kind, error.message),
        None => Failure::passing(ErrorKind::Provider, "The journal's entry is not one of a tool call."),
    })
}

/// The journal is no part of the question.
fn journal(error: &JournalError) -> Failure {
    Failure::passing(ErrorKind::Transport, format!("{error}."))
}

/// The same for callers on plain threads, who wait.
pub(crate) struct Blocking {
    pub(crate) remote: Arc<Remote>,
    pub(crate) handle: Handle,
}

impl Backend for Blocking {
    fn call(&self, args: &Args) -> Result<Value, ToolError> {
        // What is known needs no scheduler.
        let pinned = self.remote.journal.mode() != Mode::Live && self.remote.allowed().is_ok();
        let known = if pinned { self.remote.known(args) } else { None };
        let result = match known {
            Some(result) => result,
            None if Handle::try_current().is_ok() => {
                let message = "a blocking call from an asynchronous task; use the asynchronous one";
                Err(Failure::passing(ErrorKind::Provider, message))
            }
            None => self.handle.block_on(self.remote.answer(args)),
        };
        result.map_err(|failure| {
            if !failure.is_answer() {
                let first = || failure.error.message.chars().take(2000).collect();
                TROUBLE.with_borrow_mut(|t| {
                    t.get_or_insert_with(first);
                });
            }
            failure.error
        })
    }
}

thread_local! {
    static TROUBLE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`, which calls tools from this thread, and fails when one of the calls failed on the way to its provider.
///
/// Such a failure is no observation: what was made from it would be another thing tomorrow. Callers try again.
///
/// # Errors
/// The first such failure, as a sentence that names provider and tool.
pub fn undisturbed<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    TROUBLE.set(None);
    let result = work();
    match TROUBLE.take() {
        None => Ok(result),
        Some(message) => Err(message),
    }
}

/// A fingerprint of how a tool is called, for the journal's keys.
pub(crate) fn version(provider: &str, binding: &impl serde::Serialize) -> String {
    let hash = canon::fingerprint(binding);
    let short = hash.get(..12).unwrap_or(&hash);
    if provider.is_empty() { short.into() } else { format!("{provider}/{short}") }
}

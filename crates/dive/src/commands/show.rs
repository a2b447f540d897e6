//! `dive show`.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use dive_core::task::Rejection;
use dive_store::{Entry, Run, Which};
use serde_json::{Value, json};

use crate::cli::Show;
use crate::print::{self, clean, say};
use crate::settings::{self, File};
use crate::view;

pub fn run(args: &Show, file: &File, json: bool) -> Result<ExitCode> {
    let run = super::open(&args.run, file)?;
    match &args.rejected {
        Some(reason) => {
            let which = Which::Rejected(reason.clone());
            match &args.task {
                None => list(&run, &which, args.limit, json)?,
                Some(task) => one(&run, &which, task, json)?,
            }
        }
        None => one(&run, &Which::Tasks, args.task.as_deref().unwrap_or("1"), json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn one(run: &Run, which: &Which, task: &str, json: bool) -> Result<()> {
    let total = run.count(which)?;
    let what = if *which == Which::Tasks { "tasks" } else { "rejections" };
    let entry = match task.parse::<u64>() {
        Ok(number) => match number.checked_sub(1).map(|i| run.nth(which, i)).transpose()?.flatten() {
            Some(entry) => entry,
            None => bail!("{} has {total} {what}, so none with the number {number}", run.dir().display()),
        },
        Err(_) => run.by_id(task)?.ok_or_else(|| anyhow!("{} has no task `{task}`", run.dir().display()))?,
    };
    if json {
        return print::object(&serde_json::from_str::<Value>(&entry.json)?);
    }
    let tools = run.tools()?;
    let kind = |name: &str| tools.iter().find(|t| t.name == name).map(|t| t.kind);
    let head = match task.parse::<u64>() {
        Ok(number) => format!("{number} of {total}"),
        Err(_) => "1 of 1".into(),
    };
    let text = if entry.is_task {
        view::task(&super::task(&entry)?, &head, &entry.reason, &kind)
    } else {
        view::rejection(&rejection(&entry)?, &head, entry.episode, &kind)
    };
    say(clean(&text))
}

fn list(run: &Run, which: &Which, limit: usize, json: bool) -> Result<()> {
    let total = run.count(which)?;
    if total == 0
        && let Which::Rejected(Some(reason)) = which
    {
        let known = run.summary()?.rejected;
        let near = settings::did_you_mean(reason, known.keys().map(String::as_str));
        bail!("nothing was rejected as `{reason}`{near}");
    }
    let mut rows = Vec::new();
    for index in 0..total.min(limit as u64) {
        let Some(entry) = run.nth(which, index)? else { break };
        let (detail, question) = if entry.is_task {
            (String::new(), super::task(&entry)?.question)
        } else {
            let rejection = rejection(&entry)?;
            (rejection.detail, rejection.question)
        };
        rows.push((index + 1, entry.episode, entry.reason, detail, question));
    }
    if json {
        let rows: Vec<Value> = rows
            .into_iter()
            .map(|(number, episode, reason, detail, question)| {
                json!({"number": number, "episode": episode, "reason": reason, "detail": detail, "question": question})
            })
            .collect();
        return print::object(&json!({"total": total, "rejected": rows}));
    }
    say(format!("{} of {total} rejections", rows.len()))?;
    for (number, episode, reason, detail, question) in rows {
        let text = [detail, question].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" — ");
        say(clean(&format!("{number:>4}  episode {episode:<6} {reason:<16} {text}")))?;
    }
    Ok(())
}

fn rejection(entry: &Entry) -> Result<Rejection> {
    serde_json::from_str(&entry.json).map_err(|e| anyhow!("episode {} is malformed: {e}", entry.episode))
}

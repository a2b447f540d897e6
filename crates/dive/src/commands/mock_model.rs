//! `dive mock-model`: a scripted model for trying what needs one.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use dive_agent::oracle;
use dive_mock::{Behaviour, Options, Part, Rehearsed, Server};
use dive_store::{Run, Which};
use serde_json::json;

use crate::cli::MockModel;
use crate::print::{self, say};
use crate::settings::{self, File};

pub fn run(args: &MockModel, file: &File, json: bool) -> Result<ExitCode> {
    let parts = match &args.knows {
        Some(name) => parts(&Run::open(&settings::run_dir(Some(name), file))?)?,
        None => Vec::new(),
    };
    let options = Options {
        port: args.port,
        latency: Duration::from_millis(args.latency),
        key: args.key.clone(),
        context: args.context,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::start(Rehearsed::new(parts), options).await.with_context(|| {
            format!("the port {} cannot be had; name another with --port, or --port 0 for any", args.port)
        })?;
        let url = server.url();
        let models: Vec<String> = Behaviour::ALL.iter().map(|(name, _)| format!("mock:{name}")).collect();
        if json {
            print::object(&json!({"url": url, "openai": format!("{url}/v1"), "anthropic": url, "models": models}))?;
        } else {
            say(format!(
                "OpenAI format at {url}/v1, Anthropic format at {url}; Ctrl-C ends it\n\
                 models: mock, {}; for a share of requests mock:refusal@0.2, several mock:empty@0.1+malformed@0.1\n\n\
                 Try:\n  dive {}",
                models.join(", "),
                match &args.knows {
                    None => format!("synth --engine llm --model mock --base-url {url}/v1 --out runs/mock --count 20"),
                    Some(run) => format!("solve {run} --model mock:wrong-answers@0.5 --base-url {url}/v1"),
                }
            ))?;
        }
        server.wait().await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// How the tasks of a run are solved: their certified paths.
fn parts(run: &Run) -> Result<Vec<(String, Part)>> {
    let mut parts = Vec::new();
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        let Ok(rollout) = oracle::rollout(&task) else { return Ok(()) };
        let calls = rollout.messages.iter().filter(|m| !m.tool_calls.is_empty());
        let calls = calls.map(|m| {
            let named = |c: &dive_agent::ToolCall| {
                let args = serde_json::from_str(&c.function.arguments).unwrap_or_default();
                (c.function.name.clone(), args)
            };
            m.tool_calls.iter().map(named).collect()
        });
        let said = rollout.response();
        let answer = said.strip_prefix(dive_agent::ANSWER_MARK).unwrap_or(said).trim().to_string();
        parts.push((task.question, Part { calls: calls.collect(), answer }));
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(parts)
}

//! `dive mock-model`: a scripted model for trying what needs one.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use dive_mock::{Behaviour, Options, Player, Server};
use serde_json::json;

use crate::cli::MockModel;
use crate::print::{self, say};

pub fn run(args: &MockModel, json: bool) -> Result<ExitCode> {
    let options = Options {
        port: args.port,
        latency: Duration::from_millis(args.latency),
        key: args.key.clone(),
        context: args.context,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::start(Player, options).await.with_context(|| {
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
                 Try:\n  dive synth --engine llm --model mock --base-url {url}/v1 --out runs/mock --count 20",
                models.join(", ")
            ))?;
        }
        server.wait().await?;
        Ok(ExitCode::SUCCESS)
    })
}

//! `dive serve`: the environment that reinforcement learning calls.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use clap::Args;
use dive_agent::{Toolbox, reward};
use dive_gym::{Access, Episode, Gym, Limits};
use dive_store::{Run, Which};
use serde_json::json;

use crate::print::{self, clean};
use crate::session::Session;
use crate::settings::{self, File};

/// Arguments of `dive serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Serve the tasks and tools of this run as a NeMo Gym resources server.
    #[arg(long, value_name = "RUN")]
    pub gym: String,
    /// Address to listen on. Anything but loopback needs a token.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 8787)]
    pub port: u16,
    /// Host names to answer to, besides loopback and --host.
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Sessions at once.
    #[arg(long, value_name = "N", default_value_t = 65_536)]
    pub sessions: usize,
    /// Weight of the format in the reward.
    #[arg(long, value_name = "WEIGHT", default_value_t = reward::ALPHA)]
    pub alpha: f64,
}

/// Environment variable with the token that callers have to send.
const TOKEN: &str = "DIVE_TOKEN";

pub fn run(args: &Serve, file: &File, json: bool) -> Result<ExitCode> {
    ensure!((0.0..=1.0).contains(&args.alpha), "`alpha` must be from 0 to 1, is {}", args.alpha);
    let token = std::env::var(TOKEN).ok().filter(|t| !t.is_empty());
    if !args.host.is_loopback() && token.is_none() {
        bail!("{} can be reached from other machines: set a token for callers in {TOKEN}", args.host);
    }
    let run = Run::open(&settings::run_dir(Some(&args.gym), file))?;
    let gym = gym(&run, args.alpha)?;
    let tasks = gym.episodes.len();
    ensure!(tasks > 0, "{} has no tasks to serve", run.dir().display());
    let limits = Limits { sessions: args.sessions, ..Limits::default() };
    let name = if args.host.is_ipv6() { format!("[{}]", args.host) } else { args.host.to_string() };
    let hosts = args.allow_host.iter().cloned().chain([name]).collect();
    let access = Access { token, hosts };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(limits.calls + 4)
        .build()
        .context("no threads could be started")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(SocketAddr::new(args.host, args.port)).await;
        let listener = listener.map_err(|e| anyhow!("{}:{} cannot be listened on: {e}", args.host, args.port))?;
        let url = format!("http://{}", listener.local_addr()?);
        if json {
            print::object(&json!({"url": url, "tasks": tasks, "run": run.dir()}))?;
        } else {
            print::note(&clean(&format!("serving {tasks} tasks of {} at {url}; Ctrl-C ends it", run.dir().display())));
        }
        dive_gym::serve(listener, gym, limits, access, stop()).await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

/// The tasks of a run over the tools they were made with.
fn gym(run: &Run, alpha: f64) -> Result<Gym> {
    let session = Session::of(run)?;
    let specs = run.tools()?;
    for spec in &specs {
        let same = session.pool.spec(&spec.name).is_some_and(|own| own.openai() == spec.openai());
        ensure!(same, "the tool `{}` of {} is not one that this program can run", spec.name, run.dir().display());
    }
    let mut episodes = HashMap::new();
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        let (there, here) = (&task.provenance.world, session.world.fingerprint());
        ensure!(
            there == here,
            "{} has tasks of more than one world, or of one that this program does not make; serve a run \
                                of one world",
            run.dir().display()
        );
        episodes.insert(task.id, Episode { question: task.question, answer: task.answer, toolset: task.toolset });
        Ok::<(), anyhow::Error>(())
    })?;
    let toolbox = Toolbox::new(&specs).map_err(|e| anyhow!(e))?;
    let pool = Arc::clone(&session.pool);
    let call = Box::new(move |name: &str, args: &serde_json::Map<_, _>| pool.call(name, args));
    Ok(Gym { episodes, toolbox, call, judge: None, alpha })
}

//! `dive serve`: the environment that reinforcement learning calls.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use clap::Args;
use dive_agent::{Judge, ModelJudge, Toolbox, Verdict, reward};
use dive_core::answer::Answer;
use dive_core::canon;
use dive_gym::{Access, Episode, Gym, Limits};
use dive_journal::Journal;
use dive_llm::{Place, Purse};
use dive_recipe::Stage;
use dive_store::{Run, Which};
use serde_json::json;
use tokio::runtime::Handle;

use super::solve::Asked;
use crate::models::Limiters;
use crate::outside::{Journaling, Outside};
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
    /// Ask a model about answers that rules cannot decide.
    #[arg(long)]
    pub judge_answers: bool,
    /// The model of the judge.
    #[command(flatten)]
    pub model: Asked,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// The journal.
    #[command(flatten)]
    pub journal: Journaling,
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
    super::not_empty(&run)?;
    let limits = Limits { sessions: args.sessions, ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(limits.calls + 4)
        .build()
        .context("no threads could be started")?;
    let gym = gym(&run, args, file, runtime.handle())?;
    let tasks = gym.episodes.len();
    let name = if args.host.is_ipv6() { format!("[{}]", args.host) } else { args.host.to_string() };
    let hosts = args.allow_host.iter().cloned().chain([name]).collect();
    let access = Access { token, hosts };
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
fn gym(run: &Run, args: &Serve, file: &File, handle: &Handle) -> Result<Gym> {
    // Tools and judge answer into one journal; without either there is none.
    let mut journal: Option<Arc<Journal>> = None;
    let mut open = || match &journal {
        Some(journal) => Ok(Arc::clone(journal)),
        None => {
            let from = args.journal.journal_from.as_deref().map(|run| settings::run_dir(Some(run), file));
            let opened = args.journal.open(run.dir(), from)?;
            Ok(Arc::clone(journal.insert(opened)))
        }
    };
    let session = Session::of(run)?.with(&args.outside.or(&file.tools), &mut open)?;
    session.suits(run)?;
    let judge = match args.judge_answers || file.solve.judge_answers == Some(true) {
        false => None,
        true => Some(judge(args, file, &open()?, handle)?),
    };
    let mut episodes = HashMap::new();
    run.each(&Which::Tasks, |entry| {
        let task = super::task(&entry)?;
        episodes.insert(task.id, Episode { question: task.question, answer: task.answer, toolset: task.toolset });
        Ok::<(), anyhow::Error>(())
    })?;
    let toolbox = Toolbox::new(&run.tools()?).map_err(|e| anyhow!(e))?;
    let hands = session.hands();
    let call = Box::new(move |name: &str, args: &serde_json::Map<_, _>| hands.call_blocking(name, args));
    Ok(Gym { episodes, toolbox, call, judge, alpha: args.alpha })
}

fn judge(args: &Serve, file: &File, journal: &Arc<Journal>, handle: &Handle) -> Result<Box<dyn Judge + Send + Sync>> {
    let settings = args.model.llm().resolve_for(&file.llm, &[Stage::Judge])?;
    let purse = Arc::new(Purse::open(journal, settings.max_cost)?);
    let (model, options) = settings.client(Stage::Judge, &mut Limiters::new(settings.in_flight), journal, &purse)?;
    let judge = ModelJudge::new(model, options, settings.prompts.verdict());
    Ok(Box::new(Waiting { judge, handle: handle.clone() }))
}

/// A judge for threads of their own, which wait for it.
struct Waiting {
    judge: ModelJudge,
    handle: Handle,
}

impl Judge for Waiting {
    fn judge(&self, question: &str, reference: &Answer, response: &str) -> Result<Verdict, String> {
        // The same response to the same question is judged once.
        let subject = canon::fingerprint(&(question, response));
        let place = Place { subject, stage: Stage::Judge.name().into(), round: 0, attempt: 0, turn: 0 };
        let decided = self.handle.block_on(self.judge.decide(question, reference, response, &place));
        decided.map_err(|failure| failure.message)
    }
}

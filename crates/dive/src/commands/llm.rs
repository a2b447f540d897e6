//! `dive synth --engine llm`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use dive_recipe::Recipe;
use dive_report::html;
use dive_store::{End, Options, Pace, Progress, Run, Writer, synthesise_with};
use dive_synth::WorldId;
use serde::Serialize;
use serde_json::json;

use super::report;
use super::synth::{MAX_RANGE, Report, cpu_seconds, ended, next, numbers, samples, speed};
use crate::cli::Synth;
use crate::models::{self, Many, ModelSettings, Spent};
use crate::print::{self, clean, say};
use crate::session::{self, Session};
use crate::settings::{DEFAULT_OUT, File, Settings};

/// Episodes that a task needs, for estimates; real models are better or worse than this.
const EPISODES_A_TASK: f64 = 1.8;
/// Plans that an estimate looks at.
const SAMPLE: u64 = 60;
/// Episodes that may wait for a slower one before them, for each that may run.
const WAITING: u64 = 8;

#[derive(Serialize)]
struct LlmReport<'a> {
    #[serde(flatten)]
    report: Report<'a>,
    models: Bill,
}

/// What a run used.
#[derive(Serialize)]
struct Bill {
    stages: BTreeMap<String, Spent>,
    cost: f64,
    max_cost: Option<f64>,
}

pub fn run(args: &Synth, file: &File, settings: &Settings, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    if let Some(range) = args.range {
        let length = range.end - range.start;
        ensure!(length <= MAX_RANGE, "a range may have up to {MAX_RANGE} episodes, this one has {length}");
    }
    let outside = args.outside.or(&file.tools);
    ensure!(
        outside.manifests.is_empty() && outside.seeds.is_empty(),
        "tools and seeds of others work with the symbolic engine only: leave --tools and --seeds out, also of the section \
         `[tools]`, or use --engine symbolic"
    );
    ensure!(
        args.journal.journal.is_none() && args.journal.journal_from.is_none(),
        "--journal and --journal-from are for tools of others, which need --engine symbolic"
    );
    let llm = args.llm.resolve(&file.llm)?;
    let exemplars = session::exemplars(settings.exemplars.as_deref())?;
    let mut session = Session::sized(settings.config.world_seed, settings.config.world_size)?;
    if let Some(path) = &settings.hold_out {
        let names = session::tool_names(path, &session.pool.specs().collect::<Vec<_>>())?;
        session = session.without(names)?;
    }
    let out = args.out.clone().or_else(|| file.out.clone()).unwrap_or_else(|| DEFAULT_OUT.into());
    let mut manifest = session.manifest(&settings.config, &exemplars, args.range)?;
    manifest.config.extend(llm.identity().into_iter().map(|(k, v)| (k, toml::Value::from(v))));
    let engine = session.engine(settings, exemplars)?;
    let wanted = args.range.map_or(settings.count, |r| r.end - r.start);
    if args.dry_run {
        return estimate(&engine, &session, &llm, wanted, args.range.is_some(), json);
    }
    let tools: Vec<_> = session.pool.specs().collect();
    let mut writer = Writer::open(&out, manifest, &tools)?;
    let (journal, purse) = models::books(&out, llm.max_cost)?;
    let stages = llm.models(&journal, &purse)?;
    let world = WorldId { seed: session.world.seed(), fingerprint: session.world.fingerprint().into() };
    let recipe = Recipe::new(
        engine,
        Arc::clone(&session.pool),
        world,
        settings.config.clone(),
        llm.recipe.clone(),
        stages,
        llm.prompts.clone(),
    );

    let runtime = models::runtime(settings.workers)?;
    let many = Many { runtime: &runtime, recipe: Arc::new(recipe), in_flight: llm.in_flight };
    let count = args.range.is_none().then_some(settings.count);
    let options = Options { count, workers: settings.workers, min_yield: settings.min_yield };
    let pace = Pace::Paid(WAITING * llm.in_flight as u64);
    let start = args.range.map_or(0, |r| r.start);
    let bar = print::progress(wanted, if count.is_some() { "tasks" } else { "episodes" });
    let mut before = None;
    let end = synthesise_with(&mut writer, &many, pace, &options, &mut |p: Progress| {
        before.get_or_insert(p.episodes - start);
        bar.set_position(if count.is_some() { p.accepted } else { p.episodes - start });
        bar.set_message(format!("{} spent", purse.ledger().spent()));
    });
    bar.finish_and_clear();
    let summary = writer.summary()?;
    drop(writer);
    let episodes = summary.episodes.saturating_sub(before.unwrap_or(0));
    if episodes > 0 {
        let (seconds, workers) = (begun.elapsed().as_secs_f64(), settings.workers as u64);
        report::note_effort(&out, html::Session { episodes, seconds, cpu_seconds: cpu_seconds(), workers });
    }
    report::write(&Run::open(&out)?, &report::file_of(&out))?;
    let bill = Bill {
        stages: models::spent(&purse),
        cost: purse.ledger().spent().as_units(),
        max_cost: llm.max_cost.map(|m| m.as_units()),
    };
    let end = match end {
        Ok(end) => end,
        Err(error) => {
            if !json {
                print::note(&numbers(&Run::open(&out)?)?);
                print::note(&bill.text());
            }
            return Err(error.into());
        }
    };
    let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    if json {
        let report = Report { summary: &summary, seconds, run: out.display().to_string() };
        print::object(&LlmReport { report, models: bill })?;
    } else {
        human(&out, args, &bill, episodes, seconds, end)?;
    }
    Ok(ended(end))
}

fn human(out: &Path, args: &Synth, bill: &Bill, made: u64, seconds: f64, end: End) -> Result<()> {
    say(numbers(&Run::open(out)?)?)?;
    say(speed(made, seconds))?;
    say(clean(&bill.text()))?;
    if args.range.is_none() {
        samples(out)?;
    }
    if !matches!(end, End::LowYield { .. }) {
        say(next(out, args))?;
    }
    Ok(())
}

impl Bill {
    fn text(&self) -> String {
        let mut lines = Vec::new();
        for (stage, s) in &self.stages {
            let t = &s.tokens;
            let mut line = format!(
                "{stage}: {} exchanges, {} tokens in ({} cached), {} out ({} reasoning)",
                s.exchanges, t.prompt, t.cached, t.completion, t.reasoning
            );
            if s.retries > 0 {
                line.push_str(&format!(", {} retries", s.retries));
            }
            if s.cost > 0.0 {
                line.push_str(&format!(", cost {:.4}", s.cost));
            }
            lines.push(line);
        }
        if self.cost > 0.0 {
            let limit = self.max_cost.map_or(String::new(), |m| format!(" of {m:.2} allowed"));
            lines.push(format!("cost in all: {:.4}{limit}", self.cost));
        }
        lines.join("\n")
    }
}

fn estimate(
    engine: &dive_synth::Engine,
    session: &Session,
    llm: &ModelSettings,
    wanted: u64,
    range: bool,
    json: bool,
) -> Result<ExitCode> {
    let (mut bytes, mut rounds, mut n) = (0.0, 0.0, 0.0f64);
    for brief in (0..SAMPLE).filter_map(|e| engine.brief(e)) {
        let schemas = brief.toolset.iter().filter_map(|t| session.pool.spec(t));
        bytes += schemas.map(|s| s.openai().to_string().len() as f64).sum::<f64>();
        rounds += f64::from(brief.rounds);
        n += 1.0;
    }
    let episodes = if range { wanted } else { (wanted as f64 * EPISODES_A_TASK).ceil() as u64 };
    let stages = llm.estimate(bytes / n.max(1.0), rounds / n.max(1.0), episodes);
    let cost: Option<f64> = stages.iter().map(|(_, _, cost)| cost.map(|c| c.as_units())).sum();
    if json {
        let stages: BTreeMap<&str, _> = stages
            .iter()
            .map(|(s, usage, cost)| (s.name(), json!({"tokens": usage, "cost": cost.map(|c| c.as_units())})))
            .collect();
        print::object(&json!({"dry_run": true, "episodes": episodes, "stages": stages, "cost": cost}))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("An estimate, nothing was sent: {episodes} episodes with {:.1} rounds each", rounds / n.max(1.0)))?;
    for (stage, usage, cost) in &stages {
        let cost = cost.map_or("no price in [llm.prices]".into(), |c| format!("{:.2}", c.as_units()));
        say(format!("  {:<10}{:>12} tokens in {:>10} out   {cost}", stage.name(), usage.prompt, usage.completion))?;
    }
    if let Some(cost) = cost {
        say(format!("  about {cost:.2} in all; --max-cost sets a limit that is never exceeded"))?;
    }
    Ok(ExitCode::SUCCESS)
}

//! `dive synth --engine llm` and `--engine hybrid`.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use dive_journal::Journal;
use dive_recipe::{Hybrid, Recipe, Stage, hybrid};
use dive_report::html;
use dive_store::{End, Manifest, Options, Pace, Progress, Run, Which, Writer, synthesise_with};
use dive_synth::{Engine, WorldId};
use serde::Serialize;
use serde_json::json;

use super::synth::{self, MAX_RANGE, Made, Report, cpu_seconds, ended, next, numbers, out, samples, speed};
use super::{report, task};
use crate::cli::Synth;
use crate::feeding::{self, Many, Proposer};
use crate::models::{self, Bill, EngineKind, ModelSettings};
use crate::outside;
use crate::print::{self, clean, say};
use crate::session::{self, Session};
use crate::settings::{File, Settings, run_dir};

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
    models: &'a Bill,
    /// Of the hybrid engine: tasks by what became of their wording.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    rewording: BTreeMap<String, u64>,
}

/// The tasks of a run by what became of their wording; empty for engines that do not reword.
fn rewording(run: &Run) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    run.each(&Which::Tasks, |entry| {
        let said = task(&entry)?.provenance.model.map_or(String::new(), |m| m.rewording);
        if !said.is_empty() {
            // Words of the question would make every reason another one.
            let kind =
                if said.contains('`') { said.split('`').step_by(2).collect::<Vec<_>>().join("…") } else { said };
            *counts.entry(kind).or_default() += 1;
        }
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(counts)
}

pub fn run(args: &Synth, file: &File, settings: &Settings, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    if args.dry_run {
        return estimate(args, file, settings, json);
    }
    let (made, bill) = make(args, file, settings, !json)?;
    let out = out(args, file);
    let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    let rewording = rewording(&Run::open(&out)?)?;
    if json {
        let report = Report { summary: &made.summary, seconds, run: out.display().to_string() };
        print::object(&LlmReport { report, models: &bill, rewording })?;
        return Ok(ended(made.end));
    }
    say(numbers(&Run::open(&out)?)?)?;
    say(speed(made.episodes(), seconds))?;
    say(clean(&bill.text()))?;
    if !rewording.is_empty() {
        let of = |kind: &str| rewording.get(kind).copied().unwrap_or(0);
        say(format!(
            "{} tasks in a model's words, {} in the engine's own:",
            of(hybrid::REWORDED),
            rewording.values().sum::<u64>() - of(hybrid::REWORDED)
        ))?;
        for (kind, n) in rewording.iter().filter(|(k, _)| *k != hybrid::REWORDED) {
            say(clean(&format!("  {n}  {}", kind.trim_start_matches("original: "))))?;
        }
    }
    if args.range.is_none() {
        samples(&out)?;
    }
    if !matches!(made.end, End::LowYield { .. }) {
        say(next(&out, args))?;
    }
    Ok(ended(made.end))
}

/// What a synthesis with models is made from.
struct Ready {
    llm: ModelSettings,
    session: Session,
    engine: Engine,
    manifest: Manifest,
    journal: Option<Arc<Journal>>,
}

fn ready(args: &Synth, file: &File, settings: &Settings) -> Result<Ready> {
    if let Some(range) = args.range {
        let length = range.end - range.start;
        ensure!(length <= MAX_RANGE, "a range may have up to {MAX_RANGE} episodes, this one has {length}");
    }
    let others = args.outside.or(&file.tools);
    let hybrid = synth::engine(args, file) == EngineKind::Hybrid;
    ensure!(
        !hybrid || others.manifests.is_empty() && others.seeds.is_empty(),
        "the hybrid engine rewords tasks over the embedded tools only: leave --tools and --seeds out, also of the section \
         `[tools]`, or use --engine symbolic or llm"
    );
    let llm = match hybrid {
        true => args.llm.resolve_for(&file.llm, &[Stage::Deriver, Stage::Solver])?,
        false => args.llm.resolve(&file.llm)?,
    };
    let exemplars = session::exemplars(settings.exemplars.as_deref())?;
    let mut session = Session::sized(settings.config.world_seed, settings.config.world_size)?;
    if let Some(path) = &settings.hold_out {
        let names = session::tool_names(path, &session.pool.specs().collect::<Vec<_>>())?;
        session = session.without(names)?;
    }
    // Models and tools answer into one journal; an estimate leaves none behind.
    let mut journal = None;
    let session = session.with(&others, || {
        let opened = if args.dry_run { outside::live()? } else { recorded(args, file)? };
        journal = Some(Arc::clone(&opened));
        Ok(opened)
    })?;
    let mut manifest = session.manifest(&settings.config, &exemplars, args.range)?;
    manifest.config.extend(llm.identity(synth::engine(args, file)).into_iter().map(|(k, v)| (k, toml::Value::from(v))));
    let engine = session.engine(settings, exemplars)?;
    Ok(Ready { llm, session, engine, manifest, journal })
}

/// The journal of the run.
fn recorded(args: &Synth, file: &File) -> Result<Arc<Journal>> {
    let from = args.journal.journal_from.as_deref().map(|run| run_dir(Some(run), file));
    args.journal.open(&out(args, file), from)
}

/// Makes the tasks, or continues making them. `tell` says what there is before an error.
pub fn make(args: &Synth, file: &File, settings: &Settings, tell: bool) -> Result<(Made, Bill)> {
    let begun = Instant::now();
    let Ready { llm, session, engine, manifest, journal } = ready(args, file, settings)?;
    let out = out(args, file);
    let tools: Vec<_> = session.pool.specs().collect();
    let mut writer = Writer::open(&out, manifest, &tools)?;
    let journal = journal.map_or_else(|| recorded(args, file), Ok)?;
    let (journal, purse) = models::purse(&out, Some(journal), llm.max_cost)?;
    let stages = llm.models(&journal, &purse)?;
    let world = WorldId { seed: session.world.seed(), fingerprint: session.world.fingerprint().into() };
    let (pool, hands) = (Arc::clone(&session.pool), Arc::new(session.hands()));
    let (config, prompts) = (llm.recipe.clone(), llm.prompts.clone());
    let proposer = match synth::engine(args, file) {
        EngineKind::Hybrid => Proposer::Hybrid(Box::new(Hybrid::new(engine, pool, hands, config, stages, prompts))),
        _ => {
            let synth = settings.config.clone();
            Proposer::Llm(Box::new(Recipe::new(engine, pool, hands, world, synth, config, stages, prompts)))
        }
    };

    let runtime = feeding::runtime(settings.workers)?;
    let many = Many { runtime: &runtime, proposer: Arc::new(proposer), in_flight: llm.in_flight };
    let count = args.range.is_none().then_some(settings.count);
    let wanted = args.range.map_or(settings.count, |r| r.end - r.start);
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
    let before = before.unwrap_or(0);
    let episodes = summary.episodes.saturating_sub(before);
    if episodes > 0 {
        let (seconds, workers) = (begun.elapsed().as_secs_f64(), settings.workers as u64);
        report::note_effort(&out, html::Session { episodes, seconds, cpu_seconds: cpu_seconds(), workers });
    }
    report::write(&Run::open(&out)?, &report::file_of(&out))?;
    let bill = Bill::of(&purse, llm.max_cost);
    match end {
        Ok(end) => Ok((Made { end, summary, before }, bill)),
        Err(error) => {
            if tell {
                print::note(&numbers(&Run::open(&out)?)?);
                print::note(&bill.text());
            }
            Err(error.into())
        }
    }
}

fn estimate(args: &Synth, file: &File, settings: &Settings, json: bool) -> Result<ExitCode> {
    let Ready { llm, session, engine, .. } = ready(args, file, settings)?;
    let (wanted, range) = (args.range.map_or(settings.count, |r| r.end - r.start), args.range.is_some());
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

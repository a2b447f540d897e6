//! `dive synth`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, ensure};
use dive_core::task::Task;
use dive_report::html;
use dive_store::{End, Options, Progress, Run, Summary, Which, Writer, YIELD_WINDOW, synthesise};
use serde::Serialize;

use super::report;
use crate::cli::Synth;
use crate::models::EngineKind;
use crate::print::{self, clean, say};
use crate::session::{self, Session};
use crate::settings::{DEFAULT_OUT, File, run_dir};

/// The machine-readable result of `synth` and `merge`.
#[derive(Serialize)]
pub struct Report<'a> {
    #[serde(flatten)]
    pub summary: &'a Summary,
    pub seconds: f64,
    pub run: String,
}

/// Most episodes of one range.
pub const MAX_RANGE: u64 = 100_000_000;

/// What a synthesis did.
pub struct Made {
    /// How it ended.
    pub end: End,
    /// The numbers of the run.
    pub summary: Summary,
    /// Episodes that there were before.
    pub before: u64,
}

impl Made {
    /// Episodes made now.
    pub fn episodes(&self) -> u64 {
        self.summary.episodes.saturating_sub(self.before)
    }
}

pub fn run(args: &Synth, file: &File, json: bool) -> Result<ExitCode> {
    let begun = Instant::now();
    if engine(args, file) != EngineKind::Symbolic {
        return super::llm::run(args, file, &args.choices.resolve(&file.synth)?, json);
    }
    let made = make(args, file)?;
    let Made { end, summary, .. } = &made;
    let out = out(args, file);
    let seconds = (begun.elapsed().as_secs_f64() * 1e3).round() / 1e3;
    if json {
        print::object(&Report { summary, seconds, run: out.display().to_string() })?;
    } else {
        say(numbers(&Run::open(&out)?)?)?;
        say(speed(made.episodes(), seconds))?;
        if args.range.is_none() {
            samples(&out)?;
        }
        if !matches!(end, End::LowYield { .. }) {
            say(next(&out, args))?;
        }
    }
    Ok(ended(*end))
}

/// Who collects and derives.
pub fn engine(args: &Synth, file: &File) -> EngineKind {
    args.engine.or(file.engine).unwrap_or_default()
}

/// Where the run goes.
pub fn out(args: &Synth, file: &File) -> PathBuf {
    args.out.clone().or_else(|| file.out.clone()).unwrap_or_else(|| DEFAULT_OUT.into())
}

/// Makes the tasks, or continues making them.
pub fn make(args: &Synth, file: &File) -> Result<Made> {
    let begun = Instant::now();
    let settings = args.choices.resolve(&file.synth)?;
    ensure!(engine(args, file) == EngineKind::Symbolic, "this command works with the symbolic engine only");
    ensure!(!args.dry_run, "only models cost something: --dry-run needs --engine llm");
    if let Some(range) = args.range {
        let length = range.end - range.start;
        ensure!(length <= MAX_RANGE, "a range may have up to {MAX_RANGE} episodes, this one has {length}");
    }
    let exemplars = session::exemplars(settings.exemplars.as_deref())?;
    let out = out(args, file);
    let journal = || {
        let from = args.journal.journal_from.as_deref().map(|run| run_dir(Some(run), file));
        args.journal.open(&out, from)
    };
    let session = Session::sized(settings.config.world_seed, settings.config.world_size)?;
    let mut session = session.with(&args.outside.or(&file.tools), journal)?;
    if let Some(path) = &settings.hold_out {
        let names = session::tool_names(path, &session.pool.specs().collect::<Vec<_>>())?;
        session = session.without(names)?;
    }
    let manifest = session.manifest(&settings.config, &exemplars, args.range)?;
    // The engine comes first: settings that the pool cannot satisfy must not leave a run behind.
    let engine = session.engine(&settings, exemplars)?;
    let tools: Vec<_> = session.pool.specs().collect();
    let mut writer = Writer::open(&out, manifest, &tools)?;

    let count = args.range.is_none().then_some(settings.count);
    let options = Options { count, workers: settings.workers, min_yield: settings.min_yield };
    let start = args.range.map_or(0, |r| r.start);
    let total = args.range.map_or(settings.count, |r| r.end - r.start);
    let bar = print::progress(total, if count.is_some() { "tasks" } else { "episodes" });
    let mut before = None;
    let end = synthesise(
        &mut writer,
        &|episode| dive_connect::undisturbed(|| engine.propose(episode)),
        &options,
        &mut |p: Progress| {
            before.get_or_insert(p.episodes - start);
            bar.set_position(if count.is_some() { p.accepted } else { p.episodes - start });
            if count.is_some() {
                bar.set_message(format!("{} accepted, {} not", p.accepted, p.episodes.saturating_sub(p.accepted)));
            }
        },
    );
    bar.finish_and_clear();
    let end = end?;
    let summary = writer.summary()?;
    drop(writer);

    let before = before.unwrap_or(0);
    let episodes = summary.episodes.saturating_sub(before);
    if episodes > 0 {
        let (seconds, workers) = (begun.elapsed().as_secs_f64(), settings.workers as u64);
        report::note_effort(&out, html::Session { episodes, seconds, cpu_seconds: cpu_seconds(), workers });
    }
    report::write(&Run::open(&out)?, &report::file_of(&out))?;
    Ok(Made { end, summary, before })
}

/// The exit status of a fold, with a sentence when it is not what was asked for.
pub fn ended(end: End) -> ExitCode {
    let End::LowYield { accepted } = end else {
        return ExitCode::SUCCESS;
    };
    print::note(&format!(
        "error: only {accepted} of the last {YIELD_WINDOW} episodes gave a task, so the run stopped; everything made is \
         kept: look at `dive show RUN --rejected`, or go on with --min-yield 0"
    ));
    ExitCode::FAILURE
}

/// The numbers of a run and their sum.
pub fn numbers(run: &Run) -> Result<String> {
    let summary = run.summary()?;
    let rejected = summary.rejections();
    let mut text = format!(
        "{}: {} episodes = {} accepted + {rejected} rejected + {} failed + {} pending; {} surplus",
        run.dir().display(),
        summary.episodes,
        summary.accepted,
        summary.failed,
        summary.pending,
        summary.surplus
    );
    if rejected > 0 {
        let mut reasons: Vec<(&String, &u64)> = summary.rejected.iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let reasons: Vec<String> = reasons.iter().map(|(reason, n)| format!("{reason} {n}")).collect();
        text.push_str(&format!("\nrejected: {}", reasons.join(", ")));
    }
    if let Some((episode, message)) = run.last_failure()? {
        text.push_str(&format!("\nfailed last: episode {episode}: {message}"));
    }
    if let Some(digest) = &summary.digest {
        text.push_str(&format!("\ndigest: {digest}"));
    }
    Ok(clean(&text))
}

pub fn speed(episodes: u64, seconds: f64) -> String {
    if episodes == 0 {
        return format!("{seconds:.1} s; nothing was left to do");
    }
    let cpu = cpu_seconds()
        .map_or(String::new(), |c| format!(", {:.2} ms of CPU each, start included", c * 1e3 / episodes as f64));
    format!("{seconds:.1} s: {episodes} episodes, {:.0} a second{cpu}", episodes as f64 / seconds.max(1e-3))
}

/// CPU time of this process where Linux says so, in its ticks of 10 ms.
pub fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// A few tasks, for a person.
pub fn samples(out: &Path) -> Result<()> {
    let run = Run::open(out)?;
    let tasks = run.count(&Which::Tasks)?;
    let picks: Vec<u64> = (0..tasks.min(3)).map(|i| i * tasks / tasks.min(3)).collect();
    for (n, index) in picks.into_iter().enumerate() {
        if let Some(entry) = run.nth(&Which::Tasks, index)? {
            let task: Task = super::task(&entry)?;
            let head = if n == 0 { "\nSome of them:\n" } else { "" };
            say(format!("{head}\n  {}\n  → {}", clean(&task.question), clean(&task.answer.display())))?;
        }
    }
    Ok(())
}

pub fn next(out: &Path, args: &Synth) -> String {
    let run = clean(&out.display().to_string());
    if let Some(range) = args.range {
        return format!(
            "\nNext:\n  dive synth --range {}..… --out …     propose more\n  dive merge {run} … --count N --out DIR    admit them",
            range.end
        );
    }
    format!(
        "\nNext:\n  dive show {run} 1        one task with its evidence and derivation\n  dive verify {run}        check every certificate again\n  dive stats {run}         how diverse they are; see also {run}/report.html\n  dive export {run}        write them as JSONL"
    )
}

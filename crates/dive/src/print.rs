//! The one place that prints. Results go to stdout, everything else to stderr.

use std::fmt;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::panic;
use std::process::ExitCode;
use std::thread;

use anyhow::Result;
/// Text for a terminal: data must not move the cursor, change colours or reorder what is read.
pub use dive_report::plain::clean;
use dive_store::StoreError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

/// Prints text and a line end on stdout.
pub fn say(text: impl AsRef<str>) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref().as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Prints the one machine-readable object.
pub fn object(value: &impl Serialize) -> Result<()> {
    say(serde_json::to_string(value)?)
}

/// Prints a remark on stderr.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", clean(text));
}

/// Prints an error as one sentence on stderr.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    // Whoever reads our output may stop reading: `dive show | head`.
    if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let hint = error.downcast_ref::<StoreError>().and_then(StoreError::hint);
    let text = format!("error: {error:#}{}", hint.map_or(String::new(), |h| format!("; {h}")));
    note(&text.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    ExitCode::FAILURE
}

/// Panics of worker threads become failed episodes; their traces would only tear the progress line.
pub fn quiet_workers() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !thread::current().name().is_some_and(|n| n.starts_with(dive_store::WORKER)) {
            usual(info);
        }
    }));
}

/// A progress line on stderr, if that is a terminal.
pub fn progress(total: u64, unit: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = format!("{{bar:20}} {{pos}}/{{len}} {unit}  {{rate}}  {{msg}}  {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar
}

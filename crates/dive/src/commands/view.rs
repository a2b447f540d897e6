//! `dive view`: a local page to browse a run.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use dive_view::Viewer;
use serde_json::json;

use crate::cli::View;
use crate::print::{self, say};
use crate::settings::File;

pub fn run(args: &View, file: &File, json: bool) -> Result<ExitCode> {
    let dir = super::dir(&args.run, file);
    super::no_import(&dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("the page cannot be served")?.block_on(async {
        let viewer = Viewer::open(&dir, args.port).await?;
        if json {
            print::object(&json!({"url": viewer.url(), "run": dir.display().to_string()}))?;
        } else {
            say(format!("{} is at {} until Ctrl-C", dir.display(), viewer.url()))?;
        }
        let stop = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        viewer.serve(stop).await?;
        Ok(ExitCode::SUCCESS)
    })
}

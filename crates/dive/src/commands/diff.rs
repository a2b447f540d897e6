//! `dive diff`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use dive_report::{Analysis, compare, table};
use dive_store::Run;

use crate::cli::Diff;
use crate::foreign::Dataset;
use crate::gather;
use crate::print::{self, clean, say};
use crate::settings::{self, File};

pub fn run(args: &Diff, file: &File, json: bool) -> Result<ExitCode> {
    let analysis = |name: &String| -> Result<Analysis> {
        let path = Path::new(name);
        if path.is_file() {
            let rows = gather::file(path, args.kinds.as_deref())?;
            super::stats::skipped(&rows);
            return Ok(rows.analysis);
        }
        let dir = settings::run_dir(Some(name), file);
        if let Some(dataset) = Dataset::at(&dir)? {
            return Ok(dataset.rows()?.analysis);
        }
        gather::analysis(&Run::open(&dir)?)
    };
    let (a, b) = (analysis(&args.a)?, analysis(&args.b)?);
    let comparison = compare::compare((&args.a, &a), (&args.b, &b));
    if json {
        print::object(&comparison)?;
    } else {
        say(clean(&table::comparison(&comparison)))?;
    }
    Ok(ExitCode::SUCCESS)
}

//! `dive tools serve`.

use std::env;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, ensure};
use dive_connect::{Served, Toolbox};
use dive_tools::ToolPool;
use std::sync::Arc;

use crate::cli::Serve;
use crate::outside;
use crate::print;
use crate::session::Session;

pub fn run(args: &Serve, mut session: Session) -> Result<ExitCode> {
    let token = match &args.token {
        None => None,
        Some(name) => {
            let token = env::var(name).with_context(|| format!("the variable {name} with the token is not set"))?;
            ensure!(token.len() >= 16, "the token in {name} is too short: at least 16 characters are needed");
            Some(token)
        }
    };
    let toolbox = match session.toolbox.take() {
        Some(toolbox) => Arc::into_inner(toolbox).context("the tools are in use")?,
        None => {
            let pool: ToolPool = Arc::into_inner(session.pool).context("the pool is in use")?;
            let options = dive_connect::Options {
                journal: outside::live()?,
                mutating: false,
                unverified: false,
                verified: Default::default(),
                learned: Default::default(),
                pinned: false,
            };
            Toolbox::open(pool, &[], &options)?
        }
    };
    let how = args.http.map_or(Served::Stdio, |address| Served::Http(address, token));
    let ready = |address| print::note(&format!("serving at http://{address}/mcp"));
    toolbox.serve(how, ready).map_err(|e| anyhow!(e))?;
    Ok(ExitCode::SUCCESS)
}

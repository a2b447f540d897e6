//! The command line of DIVE: parse, run, map errors to exit codes.

use std::process::ExitCode;

use clap::Parser as _;

mod cli;
mod commands;
mod feeding;
mod foreign;
mod gather;
mod models;
mod outside;
mod print;
mod session;
mod settings;
mod solving;
mod view;

/// Episodes allocate and free many small values on every core.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    print::quiet_workers();
    match commands::run(&cli) {
        Ok(code) => code,
        Err(error) => print::failure(&error),
    }
}

//! Calls tools in bulk, for checks in other languages: `answers PATH_FILE [WORLD_SEED] < calls.jsonl > outcomes.jsonl`.
//!
//! A call is `{"tool": …, "args": {…}}`, an outcome what the model would see. The path of the world's database is written to
//! PATH_FILE, and `answers PATH_FILE` without calls only does that.

#![allow(clippy::disallowed_macros, reason = "examples print")]

use std::io::{self, BufRead};

use dive_core::evidence::Outcome;
use dive_pool::{World, load};
use serde_json::{Map, Value};

fn main() -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let path_file = args.next().ok_or("Name the file that the world's path is written to.")?;
    let seed = args.next().map_or(Ok(1), |s| s.parse()).map_err(|e| format!("The world seed is a number: {e}."))?;
    let world = World::open(seed)?;
    std::fs::write(&path_file, world.path().to_string_lossy().as_bytes()).map_err(|e| format!("{path_file}: {e}"))?;
    let pool = load(&world)?;
    for line in io::stdin().lock().lines() {
        let call: Value = serde_json::from_str(&line.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        let tool = call["tool"].as_str().unwrap_or_default();
        let args: Map<String, Value> = call["args"].as_object().cloned().unwrap_or_default();
        let outcome: Outcome = pool.call(tool, &args);
        println!("{}", serde_json::to_string(&outcome).map_err(|e| e.to_string())?);
    }
    Ok(())
}

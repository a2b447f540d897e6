//! CPU that an exchange costs the client, with 27 KB of tool schemas: `client_cpu URL [CALLS] [live|record]`.
//!
//! The server is another process, `dive mock-model`, so that only the client's time is counted. `live` leaves the
//! journal out; the difference to `record` is what the journal costs.
#![allow(clippy::disallowed_macros, reason = "an example prints")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use dive_journal::{Journal, Mode};
use dive_llm::{
    ChatModel as _, Choice, Client, Endpoint, EndpointConfig, Limiter, Message, Options, Place, Purse, Request, Retry,
    ToolSet, Wire, encode,
};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let url = args.next().ok_or("name the server's address")?;
    let calls: u32 = args.next().map_or(Ok(2000), |n| n.parse())?;
    let mode = if args.next().as_deref() == Some("record") { Mode::Record } else { Mode::Live };
    let dir = std::env::temp_dir().join(format!("dive-client-cpu-{}", std::process::id()));
    let schemas: Vec<_> = (0..40)
        .map(|i| {
            let description = "Returns the record of one thing, with what is known about it. ".repeat(6);
            json!({"type": "function", "function": {"name": format!("tool_{i}"), "description": description,
                "parameters": {"type": "object", "properties": {"name": {"type": "string",
                "description": "Name of the thing, as another tool wrote it."}}, "required": ["name"]}}})
        })
        .collect();
    let tools = ToolSet::new(&schemas);
    let options = Options::default();
    let messages = [Message::system("Be brief."), Message::user("Hello. ".repeat(200))];
    let request = Request { messages: &messages, tools: &tools, choice: &Choice::Auto, options: &options };

    let begun = Instant::now();
    let bytes: usize = (0..calls).map(|_| encode(Wire::OpenAi, "mock", &request).len()).sum();
    let each = begun.elapsed().as_secs_f64() * 1e3 / f64::from(calls);
    println!("{} bytes of schemas; encoding {} bytes: {each:.4} ms", tools.bytes(), bytes / calls as usize);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let journal = Arc::new(Journal::open(&dir, mode)?);
        let purse = Arc::new(Purse::open(&journal, None)?);
        let endpoint = Endpoint::new(EndpointConfig {
            wire: Wire::OpenAi,
            base_url: url,
            model: "mock:ignores-schema".into(),
            key: None,
            timeout: Duration::from_secs(60),
        })?;
        let limiter = Arc::new(Limiter::new(1));
        let client = Client::new(endpoint, limiter, Retry::default(), None, journal, purse);
        let place = |turn| Place { subject: "x".into(), stage: "x".into(), round: 0, attempt: 0, turn };
        client.send(request, &place(calls)).await?;
        let before = cpu_ms().ok_or("there is no /proc")?;
        for turn in 0..calls {
            client.send(request, &place(turn)).await?;
        }
        let spent = cpu_ms().ok_or("there is no /proc")? - before;
        println!("{mode:?}: {:.3} ms of client CPU an exchange over {calls}", spent / f64::from(calls));
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    let _ = std::fs::remove_dir_all(&dir);
    Ok(())
}

/// CPU time of this process where Linux says so, in its ticks of 10 ms.
fn cpu_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) * 10.0)
}

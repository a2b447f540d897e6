//! What the runtime around tools costs: `cargo run --release -p dive-connect --example overhead -- target/release/dive`.
//!
//! Each figure is the median of calls made one after another, in turn to the bare backend and through the runtime.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a benchmark reads the clock and prints")]
#![allow(clippy::disallowed_types, reason = "the bare backend of a server is its process")]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use dive_connect::{Learned, Options, Toolbox};
use dive_core::tool::ToolKind;
use dive_journal::{Journal, Mode};
use dive_tools::native::{NativeTool, native};
use dive_tools::{Backend, Entities, ToolPool};
use serde_json::{Map, Value, json};

const CALLS: usize = 2000;
const AT_ONCE: usize = 1000;

type Failed = Box<dyn Error>;

fn double() -> NativeTool {
    native("general.bench.double", ToolKind::Processing, "Doubles a number that it is given.")
        .param("x", "number", "Number.")
        .field("double", "number", "double")
        .tail("of {x}")
        .example(json!({"x": 1.0}), "/double", 2.0)
        .example(json!({"x": 2.0}), "/double", 4.0)
        .run(|x: f64| Ok(json!({"double": 2.0 * x})))
}

/// Microseconds that a call takes.
fn took(i: usize, call: &mut impl FnMut(usize) -> Result<(), Failed>) -> Result<f64, Failed> {
    let start = Instant::now();
    call(i)?;
    Ok(start.elapsed().as_secs_f64() * 1e6)
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn median(mut call: impl FnMut(usize) -> Result<(), Failed>) -> Result<f64, Failed> {
    Ok(middle((0..CALLS).map(|i| took(i, &mut call)).collect::<Result<_, _>>()?))
}

/// Both medians of calls made in turn, so that a change of the machine's mood strikes both.
fn compare(
    what: &str,
    mut bare: impl FnMut(usize) -> Result<(), Failed>,
    mut through: impl FnMut(usize) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut times = (Vec::with_capacity(CALLS), Vec::with_capacity(CALLS));
    for i in 0..CALLS {
        times.0.push(took(i, &mut bare)?);
        times.1.push(took(i, &mut through)?);
    }
    let (bare, through) = (middle(times.0), middle(times.1));
    println!(
        "{what:<18} bare {bare:9.1} µs   through the runtime {through:9.1} µs   overhead {:7.1} µs",
        through - bare
    );
    Ok(())
}

fn args(i: usize) -> Map<String, Value> {
    Map::from_iter([("x".to_string(), json!(i))])
}

fn answered(toolbox: &Toolbox, name: &str, i: usize) -> Result<(), Failed> {
    match toolbox.pool().call(name, &args(i)).value() {
        Some(_) => Ok(()),
        None => Err(format!("{name} gave nothing").into()),
    }
}

fn open(manifests: &[&Path], journal: Journal) -> Result<Toolbox, Failed> {
    let NativeTool { spec, backend } = double();
    let pool = ToolPool::new([(spec, Box::new(backend) as Box<dyn Backend>)], Entities::default())?;
    let options = Options {
        journal: Arc::new(journal),
        mutating: true,
        unverified: true,
        verified: Default::default(),
        learned: Learned::default(),
        pinned: false,
    };
    Ok(Toolbox::open(pool, &manifests.iter().map(|p| p.to_path_buf()).collect::<Vec<_>>(), &options)?)
}

fn main() -> Result<(), Failed> {
    let program = std::env::args().nth(1).ok_or("name the dive program, whose `tools serve` is the MCP server")?;
    let program = Path::new(&program).canonicalize()?;
    let dir = std::env::temp_dir().join(format!("dive-overhead-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/double", get(|| async { axum::Json(json!({"double": 2})) }));
    runtime.spawn(async move { axum::serve(listener, router).await });

    let http = dir.join("http.toml");
    std::fs::write(
        &http,
        format!(
            "[provider]\nid = 'web'\ndomain = 'general'\nbackend = 'http'\nbase_url = 'http://{address}'\n\
             allow_private = true\nconcurrency = 64\n[[tool]]\nname = 'web_double'\nkind = 'processing'\n\
             description = 'Doubles a number on a server.'\nrequest = 'GET /double?x={{x}}'\n\
             params.x = {{ type = 'number', description = 'Number.' }}\n"
        ),
    )?;
    let mcp = dir.join("mcp.toml");
    std::fs::write(
        &mcp,
        format!(
            "[provider]\nid = 'own'\ndomain = 'general'\nbackend = 'mcp'\ncommand = [{:?}, 'tools', 'serve']\n[[tool]]\n\
             name = 'mcp_body_mass_index'\nremote = 'body_mass_index'\nkind = 'processing'\neffect = 'read_only'\n\
             description = 'The body mass index of a person.'\nparams.weight_kg = {{ type = 'number', description = 'kg.' }}\n\
             params.height_cm = {{ type = 'number', description = 'cm.' }}\n",
            program
        ),
    )?;

    let live = open(&[&http, &mcp], Journal::open(&dir, Mode::Live)?)?;
    let bare = double();
    compare("native", |i| bare.backend.call(&args(i)).map(drop).map_err(Into::into), |i| answered(&live, "double", i))?;

    let client = reqwest::Client::builder().no_proxy().build()?;
    compare(
        "HTTP on loopback",
        |i| {
            let url = format!("http://{address}/double?x={i}");
            let body = runtime.block_on(async { client.get(url).send().await?.bytes().await })?;
            serde_json::from_slice::<Value>(&body)?;
            Ok(())
        },
        |i| answered(&live, "web_double", i),
    )?;

    let mut served = Served::start(&program)?;
    compare(
        "MCP on stdio",
        |i| served.call(i),
        |i| match live.pool().call("mcp_body_mass_index", &person(i)) {
            dive_core::evidence::Outcome::Value { .. } => Ok(()),
            dive_core::evidence::Outcome::Error { error } => Err(error.into()),
        },
    )?;
    served.child.kill()?;
    served.child.wait()?;

    let start = Instant::now();
    let all: Vec<Map<String, Value>> = (0..AT_ONCE).map(|i| args(CALLS + i)).collect();
    let calls = all.iter().map(|a| live.call("web_double", a));
    let outcomes = live.block_on(futures::future::join_all(calls)).ok_or("no runtime")?;
    let good = outcomes.iter().filter(|o| o.value().is_some()).count();
    println!("{AT_ONCE} HTTP calls at once, 64 on the way: {good} answered in {:.3} s", start.elapsed().as_secs_f64());

    let kept = open(&[&http], Journal::open(dir.join("run"), Mode::Record)?)?;
    let first = median(|i| answered(&kept, "web_double", i))?;
    let again = median(|i| answered(&kept, "web_double", i))?;
    println!("journal            first call {first:.1} µs (asked and stored)   hit {again:.1} µs");
    drop((live, kept));
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn person(i: usize) -> Map<String, Value> {
    Map::from_iter([("weight_kg".to_string(), json!(50 + i % 50)), ("height_cm".to_string(), json!(170))])
}

/// An MCP server that is asked by lines of JSON alone.
struct Served {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    reply: String,
}

impl Served {
    fn start(program: &Path) -> Result<Self, Failed> {
        let mut child =
            Command::new(program).args(["tools", "serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (mut input, output) = (child.stdin.take().ok_or("no stdin")?, child.stdout.take().ok_or("no stdout")?);
        let (mut output, mut reply) = (BufReader::new(output), String::new());
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "0"}}});
        writeln!(input, "{hello}")?;
        output.read_line(&mut reply)?;
        writeln!(input, "{}", json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(Self { child, input, output, reply })
    }

    fn call(&mut self, i: usize) -> Result<(), Failed> {
        let call = json!({"jsonrpc": "2.0", "id": i + 1, "method": "tools/call", "params": {
            "name": "body_mass_index", "arguments": person(i)}});
        writeln!(self.input, "{call}")?;
        self.reply.clear();
        self.output.read_line(&mut self.reply)?;
        serde_json::from_str::<Value>(&self.reply)?;
        Ok(())
    }
}

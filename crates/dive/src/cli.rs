//! What can be typed.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use dive_store::Span;

use crate::outside::{Journaling, Outside};
use crate::settings::Choices;

/// Synthesizes certified tool-use tasks: real tool executions first, then questions that they answer.
#[derive(Debug, Parser)]
#[command(name = "dive", version, styles = Styles::plain(), disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print one JSON object on stdout and nothing else there.
    #[arg(long, global = true, display_order = 100)]
    pub json: bool,
    /// Settings file [default: dive.toml, if there is one].
    #[arg(long, global = true, value_name = "FILE", display_order = 101)]
    pub config: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make tasks, or continue making them.
    Synth(Synth),
    /// Check the certificates of a run again.
    Verify(Verify),
    /// Admit tasks from runs made with `synth --range`.
    Merge(Merge),
    /// Show a task, or what was rejected.
    Show(Show),
    /// Write the tasks of a run to files.
    Export(Export),
    /// Look at the tools of the pool, import others, serve them.
    #[command(subcommand)]
    Tools(Tools),
    /// Collect names to ask about.
    #[command(subcommand)]
    Seeds(Seeds),
    /// Measure the diversity of a run.
    Stats(Stats),
}

/// Arguments of `dive synth`.
#[derive(Debug, Args)]
pub struct Synth {
    /// Only propose these episodes, b excluded; `dive merge` admits them.
    #[arg(long, value_name = "A..B", conflicts_with = "count")]
    pub range: Option<Span>,
    /// Directory of the run [default: runs/demo].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Settings of the synthesis.
    #[command(flatten)]
    pub choices: Choices,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// The journal.
    #[command(flatten)]
    pub journal: Journaling,
}

/// A run.
#[derive(Debug, Args)]
pub struct RunArg {
    /// Name of a run under runs/, or a directory [default: demo, or `out` of the settings file].
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
}

/// Arguments of `dive verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Run every call again; tools that others run answer from the run's journal.
    #[arg(long)]
    pub reexecute: bool,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
}

/// Arguments of `dive merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// Directories of the runs.
    #[arg(required = true, value_name = "DIR")]
    pub dirs: Vec<String>,
    /// Tasks wanted.
    #[arg(long, value_name = "N")]
    pub count: u64,
    /// Directory of the merged run.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Stop when less than this percentage of 2,000 episodes is accepted [default: 2].
    #[arg(long, value_name = "PERCENT")]
    pub min_yield: Option<f64>,
}

/// Arguments of `dive show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Number of the task, from 1, or its id [default: 1].
    #[arg(value_name = "TASK")]
    pub task: Option<String>,
    /// Show what was rejected instead, of one reason or all; without TASK as a list.
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true)]
    pub rejected: Option<Option<String>>,
    /// Lines of the list.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Arguments of `dive export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// File format.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// Tools as function schemas in every row, or as names with one tools.json beside.
    #[arg(long, value_enum, default_value_t = ToolsAs::Inline)]
    pub tools: ToolsAs,
    /// Folder to write to [default: export/jsonl in the run].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// File formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
}

/// How rows give their tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ToolsAs {
    /// Function schemas in every row.
    Inline,
    /// Names; the schemas in tools.json.
    Ref,
}

/// Arguments of `dive tools`.
#[derive(Debug, Subcommand)]
pub enum Tools {
    /// List the tools.
    List {
        /// Only of this domain.
        #[arg(long)]
        domain: Option<String>,
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// The world.
        #[command(flatten)]
        world: World,
    },
    /// Show what a tool takes and returns.
    Show {
        /// Name or id.
        name: String,
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// The world.
        #[command(flatten)]
        world: World,
    },
    /// Call a tool.
    Call {
        /// Name or id.
        name: String,
        /// Arguments as a JSON object.
        #[arg(default_value = "{}")]
        args: String,
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// The world.
        #[command(flatten)]
        world: World,
    },
    /// Write a manifest for tools that others run.
    #[command(subcommand)]
    Import(Import),
    /// Serve the tools to MCP clients, on stdin and stdout or over HTTP.
    Serve(Serve),
    /// Run every example alone, concurrently and again; failing tools are quarantined in tools.lock.
    Check {
        /// Check the tools that others run, against the real services; those that pass count as verified.
        #[arg(long)]
        live: bool,
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// Threads of the concurrent part [default: all cores].
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
        /// The world.
        #[command(flatten)]
        world: World,
    },
}

/// Arguments of `dive seeds`.
#[derive(Debug, Subcommand)]
pub enum Seeds {
    /// Call the tools that list things, and write down the names of entities that they return.
    Harvest {
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// File to write; on stdout without.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Most names of one type.
        #[arg(long, value_name = "N", default_value_t = 5000)]
        most: usize,
    },
}

/// Where tools come from.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The tools of an MCP server: a command after `--`, or an address.
    Mcp {
        /// Id of the provider.
        #[arg(long)]
        name: String,
        /// Domain of the tools.
        #[arg(long, default_value = "general")]
        domain: String,
        /// Address of a server over streamable HTTP, instead of a command.
        #[arg(long, conflicts_with = "command")]
        url: Option<String>,
        /// Variables that the server's process gets; others it does not get.
        #[arg(long, value_name = "VARIABLE")]
        env: Vec<String>,
        /// Header with the key of a server over HTTP, and the variable that holds it.
        #[arg(long, value_name = "HEADER=VARIABLE")]
        auth: Vec<String>,
        /// Tools whose names fit change nothing, whatever the server says; `*` stands for anything.
        #[arg(long, value_name = "GLOB")]
        read_only: Vec<String>,
        /// The server may be on this machine or in a private network.
        #[arg(long)]
        allow_private: bool,
        /// File to write [default: tools/NAME.toml].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The server's command.
        #[arg(last = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// The operations of an HTTP API, from its OpenAPI document (JSON or YAML; 3.0, 3.1 or Swagger 2.0).
    Openapi {
        /// The document.
        #[arg(value_name = "FILE")]
        spec: PathBuf,
        /// Id of the provider.
        #[arg(long)]
        name: String,
        /// Domain of the tools.
        #[arg(long, default_value = "general")]
        domain: String,
        /// Address of the service, where the document states none or another is meant.
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        /// Only operations whose name or path fits; `*` stands for anything.
        #[arg(long, value_name = "GLOB")]
        only: Vec<String>,
        /// File to write [default: tools/NAME.toml].
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Arguments of `dive tools serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Serve over HTTP at this address instead of on stdin and stdout; port 0 picks one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub http: Option<std::net::SocketAddr>,
    /// Variable with the token that HTTP clients must send; needed beyond this machine.
    #[arg(long, value_name = "VARIABLE")]
    pub token: Option<String>,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// The world.
    #[command(flatten)]
    pub world: World,
}

/// Which world.
#[derive(Debug, Args)]
pub struct World {
    /// World seed [default: 1].
    #[arg(long, value_name = "N")]
    pub world_seed: Option<u64>,
}

/// Arguments of `dive stats`.
#[derive(Debug, Args)]
pub struct Stats {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
}

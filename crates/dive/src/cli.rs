//! What can be typed.

use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};
use dive_store::Span;

use crate::models::{EngineKind, Llm};
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
    /// Make tasks, attempts and files for trainers in one go, or continue making them.
    Run(crate::commands::pipeline::Pipeline),
    /// Make tasks, or continue making them.
    Synth(Synth),
    /// Check the certificates of a run again.
    Verify(Verify),
    /// Admit tasks from runs made with `synth --range`.
    Merge(Merge),
    /// Show a task, or what was rejected.
    Show(Show),
    /// Make attempts at the tasks of a run, with verdicts and rewards.
    Solve(crate::commands::solve::Solve),
    /// Find the tasks that a student solves sometimes.
    Select(crate::commands::select::Select),
    /// Write a run to files that trainers load.
    Export(Export),
    /// Read exported files into a new run, or rows that others made into a dataset to measure.
    Import(crate::commands::import::Import),
    /// Divide a run into one for training and one for testing.
    Split(crate::commands::split::Split),
    /// Look for benchmark text in the tasks of a run.
    Decontaminate(crate::commands::decontaminate::Decontaminate),
    /// Serve tasks and tools to reinforcement learning.
    Serve(crate::commands::serve::Serve),
    /// Look at the tools of the pool, import others, serve them.
    #[command(subcommand)]
    Tools(Tools),
    /// Look at how the tools of the pool fit together.
    #[command(subcommand)]
    Pool(crate::commands::pool::Pool),
    /// Collect names to ask about.
    #[command(subcommand)]
    Seeds(Seeds),
    /// Measure the diversity of a run.
    Stats(Stats),
    /// Serve a scripted model, to try everything that needs one without a key.
    MockModel(MockModel),
    /// Compare the diversity of two datasets at equal size.
    Diff(Diff),
    /// Write report.html: what a run made and how diverse it is.
    Report(Report),
    /// Browse a run in a local page, also while it goes on.
    View(View),
}

/// Arguments of `dive synth`.
#[derive(Debug, Default, Args)]
pub struct Synth {
    /// Only propose these episodes, b excluded; `dive merge` admits them.
    #[arg(long, value_name = "A..B", conflicts_with = "count")]
    pub range: Option<Span>,
    /// Directory of the run [default: runs/demo].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Who collects evidence and derives tasks [default: symbolic].
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub engine: Option<EngineKind>,
    /// With models: say what it would use and cost, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Settings of the synthesis.
    #[command(flatten)]
    pub choices: Choices,
    /// Tools that others run.
    #[command(flatten)]
    pub outside: Outside,
    /// The journal.
    #[command(flatten)]
    pub journal: Journaling,
    /// Settings of the models.
    #[command(flatten)]
    pub llm: Llm,
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
    /// What the rows are for.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Encoding::Jsonl)]
    pub encoding: Encoding,
    /// Tools as function schemas in every row, or as names with one tools.json beside.
    #[arg(long, value_enum, default_value_t = ToolsAs::Inline)]
    pub tools: ToolsAs,
    /// Only the attempts of this policy [default: all; where one attempt is chosen, models come before the oracle].
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Folder to write to [default: export/FORMAT in the run].
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

/// File formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Format {
    /// Tasks as they are, one JSON object a line: what the checker reads.
    Jsonl,
    /// Tasks in fixed columns.
    Tasks,
    /// Attempts with verdict and reward, in fixed columns.
    Trajectories,
    /// OpenAI messages with tools: TRL, Axolotl, verl.
    Sft,
    /// Conversations for LLaMA-Factory.
    SftSharegpt,
    /// RL rows for verl and SkyRL.
    RlVerl,
    /// RL rows for NeMo Gym and verifiers.
    RlNemoGym,
    /// A folder for the Hugging Face Hub.
    Hf,
}

impl Format {
    /// The format of `dive-export`; none for the native one.
    pub fn table(self) -> Option<dive_export::Format> {
        Some(match self {
            Format::Jsonl => return None,
            Format::Tasks => dive_export::Format::Tasks,
            Format::Trajectories => dive_export::Format::Trajectories,
            Format::Sft => dive_export::Format::Sft,
            Format::SftSharegpt => dive_export::Format::SftSharegpt,
            Format::RlVerl => dive_export::Format::RlVerl,
            Format::RlNemoGym => dive_export::Format::RlNemoGym,
            Format::Hf => dive_export::Format::Hf,
        })
    }
}

/// Encodings of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// One JSON object a line.
    Jsonl,
    /// Columns.
    Parquet,
}

impl From<Encoding> for dive_export::Encoding {
    fn from(encoding: Encoding) -> dive_export::Encoding {
        match encoding {
            Encoding::Jsonl => dive_export::Encoding::Jsonl,
            Encoding::Parquet => dive_export::Encoding::Parquet,
        }
    }
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
    /// Learn what tools mean whose manifests do not say it, by calling the read-only ones; writes probe.lock.
    Probe {
        /// Tools that others run.
        #[command(flatten)]
        outside: Outside,
        /// Most calls.
        #[arg(long, value_name = "N", default_value_t = 500)]
        calls: usize,
    },
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
    /// The tables of a SQLite file: what is known about one thing, all things, those that belong to another.
    Sqlite {
        /// The database.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only these tables; `*` stands for anything.
        #[arg(long, value_name = "GLOB")]
        only: Vec<String>,
        /// What every import is told.
        #[command(flatten)]
        named: Named,
    },
    /// The same for the tables of a PostgreSQL database.
    Postgres {
        /// Where the database is, without a password: postgresql://reader@db.example/shop.
        #[arg(value_name = "CONNECTION", required_unless_present = "env", conflicts_with = "env")]
        connection: Option<String>,
        /// Variable that holds the same, with a password if need be.
        #[arg(long, value_name = "VARIABLE")]
        env: Option<String>,
        /// Variable that holds the password.
        #[arg(long, value_name = "VARIABLE")]
        password: Option<String>,
        /// The connection to another machine may be unencrypted.
        #[arg(long)]
        plaintext: bool,
        /// Schema whose tables are meant.
        #[arg(long, value_name = "NAME", default_value = "public")]
        schema: String,
        /// Only these tables; `*` stands for anything.
        #[arg(long, value_name = "GLOB")]
        only: Vec<String>,
        /// What every import is told.
        #[command(flatten)]
        named: Named,
    },
}

/// What every import is told.
#[derive(Debug, Args)]
pub struct Named {
    /// Id of the provider.
    #[arg(long)]
    pub name: String,
    /// Domain of the tools.
    #[arg(long, default_value = "general")]
    pub domain: String,
    /// File to write [default: tools/NAME.toml].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
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
    /// Size of the world in percent of the usual, 50 to 400 [default: 100].
    #[arg(long, value_name = "PERCENT")]
    pub world_size: Option<u32>,
}

/// Arguments of `dive stats`.
#[derive(Debug, Args)]
pub struct Stats {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Also write weights that steer the next run (`dive synth --weights FILE`) towards what is under-covered.
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Measure a file of rows instead: our JSONL, OpenAI messages, sharegpt, Toucan, or rows with a trajectory.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "weights"])]
    pub foreign: Option<PathBuf>,
    /// Which tools of that file retrieve and which process, as a JSON object from names to R or P.
    #[arg(long, value_name = "FILE", requires = "foreign")]
    pub kinds: Option<PathBuf>,
}

/// Arguments of `dive diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A run, an imported dataset, or a file of rows as for `dive stats --foreign`.
    #[arg(value_name = "A")]
    pub a: String,
    /// The other one.
    #[arg(value_name = "B")]
    pub b: String,
    /// Which tools of the files retrieve and which process, as a JSON object from names to R or P.
    #[arg(long, value_name = "FILE")]
    pub kinds: Option<PathBuf>,
}

/// Arguments of `dive report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// File to write [default: report.html in the run].
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// Arguments of `dive view`.
#[derive(Debug, Args)]
pub struct View {
    /// The run.
    #[command(flatten)]
    pub run: RunArg,
    /// Port on the loopback interface; 0 is any free one.
    #[arg(long, value_name = "PORT", default_value_t = 7463)]
    pub port: u16,
}

/// Arguments of `dive mock-model`.
#[derive(Debug, Args)]
pub struct MockModel {
    /// Port on the loopback interface; 0 for any free one.
    #[arg(long, value_name = "N", default_value_t = 8077)]
    pub port: u16,
    /// Milliseconds that every answer takes.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Require this key.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Refuse requests of more than so many tokens, of four bytes each.
    #[arg(long, value_name = "TOKENS")]
    pub context: Option<u64>,
    /// Know how the tasks of this run are solved, to play a student of them.
    #[arg(long, value_name = "RUN")]
    pub knows: Option<String>,
}

//! A chat model that follows a script, behind the wire formats of OpenAI and Anthropic, streaming and not.
//!
//! It lets people try everything that needs a model without one, and tests see every way in which a model or its server
//! can fail. The [`Player`] really plays: it reads the tools and messages of a request, makes valid calls, derives
//! questions from the observations it is shown, and answers its own questions by calling tools. It remembers nothing
//! between requests, so a run can be continued against a new server.
//!
//! Its wire formats are written independently of `dive-llm`, and checked against the official clients.

mod anthropic;
mod asked;
mod behaviour;
mod openai;
mod play;
mod server;

pub use asked::{Asked, Offered, Said, Wire};
pub use behaviour::{Behaviour, Behaviours};
pub use play::{Part, Player, Rehearsed};
pub use server::{Action, Answer, Options, Script, Server, Stopped};

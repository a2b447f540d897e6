//! Attempts at tasks, and what they are worth.
//!
//! The vocabulary ([`Rollout`], [`Message`], [`End`], [`Verdict`]) lives in `dive-core`, because the store and the
//! exports speak it too.

pub mod toolbox;

pub use dive_core::rollout::{
    ANSWER_FORMAT, ANSWER_MARK, End, FunctionCall, Label, Message, Policy, Role, Rollout, ToolCall, Usage, Verdict,
};
pub use toolbox::{BadCall, Toolbox};

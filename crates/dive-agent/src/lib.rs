//! Attempts at tasks, and what they are worth.
//!
//! [`oracle`] makes the attempt that the certificate proves, [`solve()`] lets a model make one, [`reward`] decides about any
//! attempt and says what it earns, [`judge`] lets a model decide where rules cannot, [`select`] picks the attempts and
//! tasks that teach. The vocabulary ([`Rollout`], [`Message`], [`End`], [`Verdict`])
//! lives in `dive-core`, because the store and the exports speak it too.

pub mod judge;
pub mod oracle;
pub mod reward;
pub mod select;
pub mod solve;
pub mod toolbox;

pub use dive_core::rollout::{
    ANSWER_FORMAT, ANSWER_MARK, End, FunctionCall, Graded, Label, Message, PassRate, Policy, Role, Rollout, Score,
    ToolCall, Usage, Verdict,
};
pub use judge::ModelJudge;
pub use reward::{ALPHA, Judge};
pub use solve::{Agent, Attempt, Budget, Made, Tools, run, solve};
pub use toolbox::{BadCall, Toolbox};

//! What the outside world answered in a run, once and for all.
//!
//! Models and remote tools answer differently tomorrow. A run that uses them is repeatable because every answer is
//! bought once, stored before anybody uses it, and served from here ever after: to the same run, to its later stages, and
//! to other runs that replay it.
//!
//! ```
//! use dive_journal::{Freshness, Journal, JournalError, Key, Kind, Mode, Record};
//! use serde_json::json;
//!
//! # let dir = std::env::temp_dir().join(format!("dive-journal-doc-{}", std::process::id()));
//! let journal = Journal::open(&dir, Mode::Record)?;
//! let key = Key::new(Kind::ToolCall, json!({"tool": "clock.now", "version": "1", "args": {"zone": "UTC"}}));
//! let call = || Ok::<_, String>(Record::new(json!("10:14")));
//! let first = journal.once_blocking(&key, Freshness::Any, call).unwrap();
//! let again = journal.once_blocking(&key, Freshness::Any, || Err("never called".to_string())).unwrap();
//! assert_eq!(first.value, again.value);
//! # std::fs::remove_dir_all(&dir).unwrap();
//! # Ok::<(), JournalError>(())
//! ```
//!
//! Beside the answers stands the [`Ledger`]: money is set aside durably before it is spent, so that neither a kill nor
//! a thousand concurrent calls can spend more than the cap.
//!
//! The alternative for storing, a file an entry, has no transactions over an answer and its cost; a table in the run's
//! store would make every tool call wait for the writer of tasks.

mod cache;
mod clock;
mod db;
mod error;
mod flight;
mod journal;
mod key;
mod ledger;
mod transcript;
mod writer;

pub use error::{Failed, JournalError};
pub use journal::{Entry, Freshness, Journal, Mode, Opening, Record};
pub use key::{Key, Kind};
pub use ledger::{Account, Ledger, Money, Reservation, Settlement};
pub use transcript::{Conversation, Transcript};

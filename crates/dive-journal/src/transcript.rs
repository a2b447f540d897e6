//! Conversations, stored once however often their beginnings are sent again.
//!
//! A conversation is a chain: the digest of a message together with the digest of all before it names both. An exchange
//! refers to the last link of what was sent; storing it adds the links that are new. Eight rollouts of twenty turns over
//! one long system prompt cost the prompt once and each message once.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::db;
use crate::key::Hash;

/// The name of a conversation: the digest of its messages in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Transcript(pub(crate) Hash);

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl Transcript {
    /// The conversation in which nothing was said.
    fn empty() -> Transcript {
        Transcript(*blake3::hash(b"").as_bytes())
    }
}

/// A conversation on its way into the file: the JSON text of its messages, in order.
#[derive(Debug, Clone, Default)]
pub struct Conversation(Vec<Link>);

/// One message and what came before it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    id: Transcript,
    before: Option<Transcript>,
    text: String,
}

impl Conversation {
    /// These messages.
    pub fn of<M: Serialize>(messages: impl IntoIterator<Item = M>) -> Conversation {
        let mut conversation = Conversation::default();
        messages.into_iter().for_each(|m| conversation.push(&m));
        conversation
    }

    /// Adds a message. Written as it serialises: who says the same in the same types says it in the same bytes.
    pub fn push(&mut self, message: &impl Serialize) {
        self.push_text(serde_json::to_string(message).unwrap_or_default());
    }

    pub(crate) fn push_text(&mut self, text: String) {
        let before = self.0.last().map(|l| l.id);
        let mut hasher = blake3::Hasher::new();
        if let Some(Transcript(hash)) = &before {
            hasher.update(hash);
        }
        hasher.update(text.as_bytes());
        self.0.push(Link { id: Transcript(hasher.finalize().into()), before, text });
    }

    /// Its name, for keys.
    pub fn id(&self) -> Transcript {
        self.0.last().map_or_else(Transcript::empty, |l| l.id)
    }

    pub(crate) fn links(&self) -> &[Link] {
        &self.0
    }
}

/// Stores what is not there yet, from the end: a link that is there has all before it there.
pub(crate) fn store(db: &Connection, links: &[Link]) -> rusqlite::Result<()> {
    let mut known = db.prepare_cached("SELECT 1 FROM link WHERE id = ?1")?;
    let mut new = 0;
    for link in links.iter().rev() {
        if known.exists([link.id.0])? {
            break;
        }
        new += 1;
    }
    for link in links.iter().skip(links.len() - new) {
        let blob: Hash = blake3::hash(link.text.as_bytes()).into();
        db.prepare_cached("INSERT OR IGNORE INTO blob VALUES (?1, ?2)")?
            .execute(params![blob, db::pack(link.text.as_bytes())])?;
        db.prepare_cached("INSERT OR IGNORE INTO link VALUES (?1, ?2, ?3)")?.execute(params![
            link.id.0,
            link.before.map(|t| t.0),
            blob
        ])?;
    }
    Ok(())
}

/// A stored conversation; `None` when it is not there.
pub(crate) fn load(db: &Connection, id: Transcript) -> rusqlite::Result<Option<Vec<String>>> {
    if id == Transcript::empty() {
        return Ok(Some(Vec::new()));
    }
    let mut select = db.prepare_cached(
        "SELECT link.before, blob.body FROM link JOIN blob ON blob.hash = link.blob WHERE link.id = ?1",
    )?;
    let mut messages = Vec::new();
    let mut next = Some(id.0);
    while let Some(hash) = next {
        let row: Option<(Option<Hash>, Vec<u8>)> =
            select.query_row([hash], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        let Some((before, body)) = row else { return Ok(None) };
        let Some(message) = db::unpack(&body).and_then(|b| String::from_utf8(b).ok()) else { return Ok(None) };
        messages.push(message);
        next = before;
    }
    messages.reverse();
    Ok(Some(messages))
}

//! Conversations, stored once however often their beginnings are sent again.
//!
//! A conversation is a chain: the digest of a message together with the digest of all before it names both. An exchange
//! refers to the last link of what was sent; storing it adds the links that are new. Eight rollouts of twenty turns over
//! one long system prompt cost the prompt once and each message once.

use std::fmt;

use dive_core::canon;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

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

/// The name of the conversation of these messages, for keys.
pub fn transcript_id(messages: &[Value]) -> Transcript {
    links(messages).last().map_or(Transcript(*blake3::hash(b"").as_bytes()), |l| l.id)
}

/// One message and what came before it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    id: Transcript,
    before: Option<Transcript>,
    text: String,
}

pub(crate) fn links(messages: &[Value]) -> Vec<Link> {
    let mut before: Option<Transcript> = None;
    let mut links = Vec::with_capacity(messages.len());
    for message in messages {
        let text = canon::to_string(message);
        let mut hasher = blake3::Hasher::new();
        if let Some(Transcript(hash)) = &before {
            hasher.update(hash);
        }
        hasher.update(text.as_bytes());
        let id = Transcript(hasher.finalize().into());
        links.push(Link { id, before, text });
        before = Some(id);
    }
    links
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

/// The messages of a stored conversation, in order; `None` when it is not there.
pub(crate) fn load(db: &Connection, id: Transcript) -> rusqlite::Result<Option<Vec<Value>>> {
    if id == transcript_id(&[]) {
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
        let Some(message) = db::unpack(&body).and_then(|b| serde_json::from_slice(&b).ok()) else { return Ok(None) };
        messages.push(message);
        next = before;
    }
    messages.reverse();
    Ok(Some(messages))
}

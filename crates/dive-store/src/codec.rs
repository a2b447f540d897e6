//! An episode as it is recorded. Workers make rows, so that the writer only inserts.

use dive_core::canon;
use dive_core::task::{Proposal, Reason};
use dive_synth::Candidate;

/// The record of one episode.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A task, to be admitted.
    Task {
        /// Its id.
        id: String,
        /// What admission looks at.
        candidate: Box<Candidate>,
        /// Digest of its canonical JSON.
        digest: [u8; 32],
        /// Its canonical JSON, compressed.
        body: Vec<u8>,
    },
    /// A rejection by the engine.
    Rejected {
        /// Why.
        reason: Reason,
        /// Its JSON, compressed.
        body: Vec<u8>,
    },
    /// The infrastructure failed for good.
    Failed {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt said.
        message: String,
    },
}

impl Row {
    /// The record of a proposal.
    pub fn of(proposal: &Proposal) -> Row {
        match proposal {
            Proposal::Task(task) => {
                let json = canon::to_string(task);
                Row::Task {
                    id: task.id.clone(),
                    candidate: Box::new(Candidate::of(task)),
                    digest: *blake3::hash(json.as_bytes()).as_bytes(),
                    body: pack(&json),
                }
            }
            Proposal::Rejection(rejection) => {
                Row::Rejected { reason: rejection.reason, body: pack(&canon::to_string(rejection)) }
            }
        }
    }
}

/// Compresses JSON text.
pub fn pack(json: &str) -> Vec<u8> {
    lz4_flex::compress_prepend_size(json.as_bytes())
}

/// The JSON text of a compressed body; `None` when it is damaged.
pub fn unpack(body: &[u8]) -> Option<String> {
    // The length is written in front: a damaged one must not become an allocation.
    let length = u32::from_le_bytes(*body.first_chunk::<4>()?) as usize;
    if length > body.len().saturating_mul(256) {
        return None;
    }
    String::from_utf8(lz4_flex::decompress_size_prepended(body).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_round_trip_and_damage_is_noticed() {
        let json = format!("{{\"a\":\"{}\"}}", "x".repeat(5000));
        let mut body = pack(&json);
        assert!(body.len() < json.len() / 10);
        assert_eq!(unpack(&body), Some(json));
        body.truncate(body.len() / 2);
        assert_eq!(unpack(&body), None);
        assert_eq!(unpack(&[255, 255, 255, 255, 0]), None);
        assert_eq!(unpack(&[]), None);
    }
}

//! What connectors that are told an SMS in JSON have in common: the limits of its fields, and the refusals.

use domain::clock::{self, HOUR_MS};
use domain::supply::{Line, Part, Reply, Request};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Bytes of a body, and so of a text.
pub(super) const BODY_MAX: usize = 64 * 1024;
/// Bytes of a push that may tell several SMS: what the house's door takes, because boxes tell for ever what is refused.
const BATCH_MAX: usize = 256 * 1024;
/// SMS of one push: as many as such a body has room for.
pub(super) const PUSHED_MAX: usize = 4_096;
/// Characters of a sender.
pub(super) const SENDER_MAX: usize = 64;
/// Characters of an id that the sender made.
pub(super) const ID_MAX: usize = 255;
/// Characters of a receiving number, however it is written.
pub(super) const NUMBER_MAX: usize = 32;

/// Refuses what is no push at all, before its signature is looked at.
pub(super) fn is_push(request: &Request) -> Result<(), Reply> {
    is_push_within(request, BODY_MAX)
}

/// The same of a push that may tell several SMS.
pub(super) fn is_batch(request: &Request) -> Result<(), Reply> {
    is_push_within(request, BATCH_MAX)
}

fn is_push_within(request: &Request, most: usize) -> Result<(), Reply> {
    if request.method != "POST" {
        return Err(malformed("Send the message with POST."));
    }
    if request.body.len() > most {
        return Err(malformed(&format!("The body is longer than {most} bytes.")));
    }
    Ok(())
}

/// One of several SMS that cannot be read, as it came. A refusal would be of the whole push: its sender would tell it
/// again for ever, and the good ones in it be lost.
pub(super) fn unreadable(told: &str) -> Part {
    Part {
        reference: fingerprint(&[b"unreadable", told.as_bytes()]),
        line: Line::default(),
        sender: String::new(),
        text: String::new(),
        raw: told.as_bytes().iter().copied().take(BODY_MAX).collect(),
        sent_ms: None,
        concat: None,
        trouble: Some("unreadable"),
    }
}

/// Reads a body whose signature was right. What the reader says is not passed on: it may quote the text.
pub(super) fn body<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, Reply> {
    serde_json::from_slice(&request.body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        malformed(&format!("The body is not the JSON of this webhook at line {line}, column {column}."))
    })
}

/// Refuses a field that is empty or longer than `most` characters.
pub(super) fn required(name: &str, text: &str, most: usize) -> Result<(), Reply> {
    if text.is_empty() {
        return Err(malformed(&format!("The field {name} is empty.")));
    }
    at_most(name, text, most)
}

/// Refuses a field that is longer than `most` characters.
pub(super) fn at_most(name: &str, text: &str, most: usize) -> Result<(), Reply> {
    if text.chars().count() > most {
        return Err(malformed(&format!("The field {name} is longer than {most} characters.")));
    }
    Ok(())
}

/// The ms of a time with an offset. Texts that were sent before a lease are told apart by it, so a malformed one is
/// refused rather than ignored.
pub(super) fn time(name: &str, text: &str) -> Result<i64, Reply> {
    let message = || malformed(&format!("The field {name} must be a time such as 2026-05-22T14:30:00Z."));
    clock::parse_rfc3339(text).ok_or_else(message)
}

/// The refusal of what cannot be read.
pub(super) fn malformed(message: &str) -> Reply {
    Reply::refusal(400, "invalid_request", message)
}

/// What stands for an id where the sender has none: a hash of all that makes an SMS this one. Our own time is in it only
/// where the sender tells none, see [`hour`].
pub(super) fn fingerprint(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// Our hour, which stands in a fingerprint where the sender tells neither an id nor a time: an equal text is a repeat
/// within this hour, and after it an SMS of its own.
pub(super) fn hour(now_ms: i64) -> [u8; 8] {
    now_ms.div_euclid(HOUR_MS).to_be_bytes()
}

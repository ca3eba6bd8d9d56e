//! Signed pushes of our own JSON, as a supplier sends them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Line, Part};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::fixture::{SIGNING_KEY, machine_ms};

/// A request that pushes one text for a number.
pub(crate) fn push(id: &str, number: &str, text: &str) -> Vec<u8> {
    let body = serde_json::json!({"id": id, "to": number, "from": "32665", "text": text}).to_string();
    let at = machine_ms() / 1_000;
    let mut mac = Hmac::<Sha256>::new_from_slice(&SIGNING_KEY).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let length = body.len();
    format!(
        "POST /ingest/bench/ HTTP/1.1\r\nHost: bench\r\nwebhook-id: {id}\r\nwebhook-timestamp: {at}\r\n\
         webhook-signature: v1,{signature}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A believable text.
pub(crate) fn text(turn: usize) -> String {
    format!("<#> {:06} is your Instagram code. Don't share it.", turn % 1_000_000)
}

/// The same text, as a connector hands it over.
pub(crate) fn part(turn: usize, number: &str) -> Part {
    let text = text(turn);
    Part {
        reference: format!("part-{turn}").into_bytes(),
        line: Line::of_number(number),
        sender: "32665".to_owned(),
        raw: text.clone().into_bytes(),
        text,
        sent_ms: None,
        concat: None,
        trouble: None,
    }
}

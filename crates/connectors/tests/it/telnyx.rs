//! Telnyx.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::Ed25519KeyPair;
use serde_json::json;

use crate::peer::{Peer, SOMEBODY, connector, post};

/// The public halves of the seeds 7,7,… and 8,8,….
pub(crate) const PEER: Peer = Peer {
    connector: "telnyx",
    setting: "public_key",
    secret: "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
    other_secret: "E5j2LG0aRXxRumpLXz29L2n8qTIWIY3ImX5Ba9F9k8o=",
    body: |sms| {
        let told = json!({"data": {
            "event_type": "message.received", "id": "e1", "occurred_at": "2026-05-22T14:29:59.000+00:00",
            "payload": {
                "id": sms.id, "type": "SMS", "from": {"phone_number": sms.sender, "line_type": "Wireless"},
                "to": [{"phone_number": "+12025550147", "line_type": "VoIP"}], "text": sms.text, "parts": 1,
            },
            "record_type": "event",
        }});
        told.to_string().into_bytes()
    },
    sign: |_, body, at_s| {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed");
        let at = at_s.to_string();
        let signature = STANDARD.encode(pair.sign(&[at.as_bytes(), b"|", &body].concat()));
        let headers = [("telnyx-timestamp", at), ("telnyx-signature-ed25519", signature)];
        post("", headers.map(|(name, value)| (name.to_owned(), value.into_bytes())).to_vec(), body)
    },
    sent_ms: None,
    ..SOMEBODY
};

#[test]
fn a_key_is_32_bytes() {
    let registry = connectors::registry();
    let check = |key: &str| connector(&registry, "telnyx").check(&PEER.settings(key)).is_ok();
    assert!(check(PEER.secret) && !check(&STANDARD.encode([7; 31])) && !check("%"));
}

#[test]
fn other_events_are_acknowledged_and_not_kept() {
    let told = json!({"data": {"event_type": "message.finalized", "payload": {"id": 1}}});
    assert!(PEER.heard(told.to_string()).parts.is_empty());
}

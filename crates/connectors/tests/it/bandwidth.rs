//! Bandwidth.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::peer::{NOW_S, Peer, SOMEBODY, post};

pub(crate) const PEER: Peer = Peer {
    connector: "bandwidth",
    others: &[("user", "house")],
    setting: "password",
    secret: "a-long-password-1",
    other_secret: "a-long-password-2",
    body: |sms| json!([event(&sms.id, &sms.sender, &sms.text)]).to_string().into_bytes(),
    sign: |password, body, _| {
        let credentials = format!("Basic {}", STANDARD.encode(format!("house:{password}")));
        post("", vec![("authorization".to_owned(), credentials.into_bytes())], body)
    },
    sent_ms: None,
    ..SOMEBODY
};

/// The documented event.
fn event(id: &str, sender: &str, text: &str) -> Value {
    json!({
        "type": "message-received", "time": "2026-05-22T14:29:58Z", "description": "Incoming message received",
        "to": "+12025550147",
        "message": {
            "id": id, "time": "2026-05-22T14:29:58Z", "to": ["+12025550147"], "from": sender, "text": text,
            "applicationId": "93de", "owner": "+12025550147", "direction": "in", "segmentCount": 1,
        },
    })
}

#[test]
fn every_message_of_a_push_is_heard_and_other_events_are_not() {
    let told = json!([event("1", "22395", "one"), {"type": "message-delivered", "message": 7}, event("2", "1", "two")]);
    assert_eq!(PEER.heard(told.to_string()).parts.len(), 2);
}

#[test]
fn a_push_of_nothing_or_of_too_much_is_refused() {
    let many = vec![json!({"type": "x"}); 201];
    for told in [json!([]), json!(many)] {
        assert_eq!(PEER.refusal(&PEER.push(told.to_string().into(), NOW_S)), 400);
    }
}

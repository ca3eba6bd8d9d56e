//! A phone with textbee.

use serde_json::{Value, json};

use crate::peer::{Peer, SOMEBODY, hex, mac, post};

pub(crate) const PEER: Peer = Peer {
    connector: "textbee",
    setting: "secret",
    secret: "a-signing-secret-of-20",
    other_secret: "another-signing-secret",
    body: |sms| {
        let mut told = event();
        told["smsId"] = json!(sms.id);
        if sms.id.is_empty() {
            told["idempotencyKey"] = json!("");
        }
        told["message"] = json!(sms.text);
        told["sender"] = json!(sms.sender);
        told.to_string().into_bytes()
    },
    sign: |key, body, _| {
        let signature = hex(&mac(key.as_bytes(), &[&body]));
        post("", vec![("x-signature".to_owned(), signature.into_bytes())], body)
    },
    line: (Some("65f0"), None, None),
    ..SOMEBODY
};

/// The documented event.
fn event() -> Value {
    json!({
        "smsId": "6650f1", "message": "hello", "deviceId": "65f0", "webhookSubscriptionId": "w",
        "webhookEvent": "MESSAGE_RECEIVED", "idempotencyKey": "b5c5", "sender": "+13125550100",
        "receivedAt": "2026-05-22T14:29:58.000Z",
    })
}

#[test]
fn two_webhooks_of_one_phone_tell_one_sms() {
    let mut second = event();
    second["idempotencyKey"] = json!("c6d6");
    second["webhookSubscriptionId"] = json!("w2");
    assert!(PEER.part(event().to_string()).reference == PEER.part(second.to_string()).reference);
}

#[test]
fn an_sms_without_an_id_is_known_by_its_key() {
    let mut told = event();
    for none in [Value::Null, json!("")] {
        told["smsId"] = none;
        assert_eq!(PEER.part(told.to_string()).reference, b"b5c5");
    }
}

#[test]
fn other_events_are_acknowledged_and_not_kept() {
    let told = json!({"webhookEvent": "MESSAGE_SENT", "smsId": "1", "status": "SENT"});
    assert!(PEER.heard(told.to_string()).parts.is_empty());
}

//! Vonage's Messages API.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::supply::Request;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::peer::{NOW_S, Peer, SOMEBODY, Sms, hex, mac, post};

pub(crate) const PEER: Peer = Peer {
    connector: "vonage_messages",
    setting: "signature_secret",
    secret: "abcdefgh12345678ijkl",
    other_secret: "abcdefgh12345678ijkm",
    body: |sms| told(sms).to_string().into_bytes(),
    sign: |secret, body, at_s| {
        let claims = json!({"iat": at_s, "jti": "c5ba8f24", "iss": "Vonage", "payload_hash": hex(&Sha256::digest(&body)),
            "api_key": "abcd1234", "application_id": "78d335fa"});
        with_token(secret, &claims, body)
    },
    line: (None, None, Some("12025550147")),
    sent_ms: None,
    ..SOMEBODY
};

/// The documented event, with a number that is ours.
fn told(sms: &Sms) -> Value {
    json!({
        "channel": "sms", "message_uuid": sms.id, "to": "12025550147", "from": sms.sender,
        "timestamp": "2026-05-22T14:29:58Z", "message_type": "text", "text": sms.text,
        "sms": {"num_messages": "1", "keyword": "G"}, "usage": {"currency": "EUR", "price": "0.0"},
    })
}

fn with_token(secret: &str, claims: &Value, body: Vec<u8>) -> Request {
    let of = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", of(&json!({"alg": "HS256", "typ": "JWT"})), of(claims));
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac(secret.as_bytes(), &[signed.as_bytes()])));
    post("", vec![("authorization".to_owned(), format!("Bearer {token}").into_bytes())], body)
}

#[test]
fn a_token_without_the_hash_of_the_body_is_not_enough() {
    let body = told(&Sms::new("one")).to_string().into_bytes();
    for hash in [Value::Null, json!(""), json!(hex(&Sha256::digest(b"{}")))] {
        let claims = json!({"iat": NOW_S, "iss": "Vonage", "payload_hash": hash});
        assert_eq!(PEER.refusal(&with_token(PEER.secret, &claims, body.clone())), 401);
    }
}

#[test]
fn what_is_no_sms_is_answered_and_not_kept() {
    let status = json!({"message_uuid": "a", "to": "1", "from": "2", "status": "delivered", "channel": "sms"});
    let other = json!({"message_uuid": "a", "to": "1", "from": "2", "channel": "whatsapp", "message_type": "text"});
    for told in [status, other] {
        assert!(PEER.heard(told.to_string()).parts.is_empty());
    }
}

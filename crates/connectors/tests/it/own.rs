//! Our own signed JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{ConcatKind, Part, Request};
use serde_json::json;

use crate::peer::{NOW_S, Peer, SOMEBODY, Sms, connector, mac, post};

pub(crate) const PEER: Peer = Peer {
    connector: "jesusnumber",
    setting: "secret",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    other_secret: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka",
    body: |sms| {
        let told = json!({
            "id": sms.id,
            "to": "+12025550147",
            "from": sms.sender,
            "text": sms.text,
            "sent_at": "2026-05-22T14:29:58Z",
        });
        told.to_string().into_bytes()
    },
    sign,
    ..SOMEBODY
};

fn sign(secret: &str, body: Vec<u8>, at_s: i64) -> Request {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
    let at = at_s.to_string();
    let signature = STANDARD.encode(mac(&key, &[b"msg_1.", at.as_bytes(), b".", &body]));
    let headers = [("webhook-id", "msg_1".to_owned()), ("webhook-timestamp", at)];
    let headers = headers.into_iter().chain([("webhook-signature", format!("v1,{signature}"))]);
    post("", headers.map(|(name, value)| (name.to_owned(), value.into_bytes())).collect(), body)
}

/// The signature was computed outside this program, over the bytes as they stand here.
#[test]
pub(crate) fn a_signature_made_elsewhere_is_right() {
    let body = r#"{"id":"m-1","to":"12025550147","from":"22395","text":"G-123456 is your Google verification code.","sent_at":"2026-05-22T14:29:58Z"}"#;
    let mut request = PEER.push(body.into(), NOW_S);
    request.headers[2].1 = b"v1,VIERlwqzHRKGiBVeplC4AkcLVfVciy6z8LpacrU2i3Q=".to_vec();
    let Ok(heard) = PEER.hear(&request) else { panic!("refused") };
    assert_eq!(heard.parts[0].reference, b"m-1");
}

/// The example of the Standard Webhooks documentation: signed rightly (not 401), but no message of ours (400).
#[test]
pub(crate) fn the_published_example_is_signed_rightly() {
    let mut request = PEER.push(br#"{"test": 2432232314}"#.to_vec(), 1_614_265_330);
    request.headers[0].1 = b"msg_p5jXN8AQM9LWM0D4loKWxJek".to_vec();
    request.headers[2].1 = b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_vec();
    let registry = connectors::registry();
    let heard = connector(&registry, PEER.connector).hear(&PEER.settings(PEER.secret), &request, 1_614_265_330_000);
    assert_eq!(heard.err().map(|reply| reply.status), Some(400));
}

#[test]
pub(crate) fn any_of_several_secrets_and_signatures_will_do() {
    let mut request = PEER.tell(&Sms::new("one"));
    let right = String::from_utf8(request.headers[2].1.clone()).expect("text");
    request.headers[2].1 = format!("v1a,bm90IG91cnM= v1,d3Jvbmc= {right}").into_bytes();
    for secrets in [format!("{} {}", PEER.other_secret, PEER.secret), format!("{},{}", PEER.secret, PEER.other_secret)]
    {
        assert!(PEER.hear_with(&secrets, &request).is_ok());
    }
}

#[test]
pub(crate) fn a_secret_is_24_to_64_bytes_of_base64() {
    let registry = connectors::registry();
    let check = |secret: &str| connector(&registry, PEER.connector).check(&PEER.settings(secret)).is_ok();
    let of = |length: usize| format!("whsec_{}", STANDARD.encode(vec![7; length]));
    assert!(check(&of(24)) && check(&of(64)));
    assert!(!check(&of(23)) && !check(&of(65)) && !check("whsec_%%%") && !check(&STANDARD.encode([7; 32])));
    assert!(!check(&format!("{} whsec_short", of(24))));
    assert!(!check(&vec![of(24); 9].join(" ")));
}

fn told_with(part: &serde_json::Value) -> Part {
    let body = json!({"id": "m-1", "to": "12025550147", "from": "", "text": "one", "part": part});
    let Ok(heard) = PEER.hear(&PEER.push(body.to_string().into(), NOW_S)) else { panic!("refused") };
    heard.parts.into_iter().next().expect("a piece")
}

#[test]
pub(crate) fn a_part_tells_its_place_and_is_a_piece_of_its_own() {
    let second = told_with(&json!({"ref": 70_000, "total": 2, "seq": 2}));
    let place = second.concat.expect("a place");
    assert_eq!((place.kind, place.reference, place.total, place.seq), (ConcatKind::Own, 70_000, 2, 2));
    let first = told_with(&json!({"ref": 70_000, "total": 2, "seq": 1}));
    assert_ne!(first.reference, second.reference);
}

#[test]
pub(crate) fn a_place_that_makes_no_sense_is_a_message_of_its_own() {
    for (total, seq) in [(1, 1), (2, 0), (2, 3), (0, 0), (300, 299)] {
        assert!(told_with(&json!({"ref": 1, "total": total, "seq": seq})).concat.is_none());
    }
}

#[test]
pub(crate) fn a_time_may_be_left_out_but_not_be_wrong() {
    assert_eq!(told_with(&json!(null)).sent_ms, None);
    let body = json!({"id": "m-1", "to": "1", "from": "2", "text": "one", "sent_at": "yesterday"});
    assert_eq!(PEER.refusal(&PEER.push(body.to_string().into(), NOW_S)), 400);
}

#[test]
pub(crate) fn a_field_told_twice_is_refused() {
    let body = r#"{"id":"a","id":"b","to":"1","from":"2","text":"one"}"#;
    assert_eq!(PEER.refusal(&PEER.push(body.into(), NOW_S)), 400);
}

//! A phone with httpSMS.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::supply::Request;
use serde_json::{Value, json};

use crate::peer::{NOW_S, Peer, SOMEBODY, connector, mac, post};

pub(crate) const PEER: Peer = Peer {
    connector: "httpsms",
    setting: "signing_key",
    secret: "a-long-signing-key",
    other_secret: "another-signing-key",
    body: |sms| {
        let mut told = event();
        told["data"]["message_id"] = json!(sms.id);
        told["data"]["content"] = json!(sms.text);
        told["data"]["contact"] = json!(sms.sender);
        told.to_string().into_bytes()
    },
    sign: |key, body, at_s| with_token(&token("HS256", key, &claims(at_s)), body),
    ..SOMEBODY
};

const ADDRESS: &str = "https://house.example/ingest/phone/";

/// The documented event, with a number that is ours and a time that is now.
fn event() -> Value {
    json!({
        "specversion": "1.0", "id": "0189f3e1", "source": "/v1/messages/receive", "type": "message.phone.received",
        "datacontenttype": "application/json", "time": "2026-05-22T14:30:00Z",
        "data": {
            "message_id": "32343a19", "user_id": "u", "owner": "+12025550147", "contact": "22395", "content": "hello",
            "encrypted": false, "sim": "SIM1", "timestamp": "2026-05-22T14:29:58Z", "attachments": [],
        },
    })
}

fn claims(at_s: i64) -> Value {
    let (exp, nbf) = (at_s.saturating_add(600), at_s.saturating_sub(600));
    json!({"aud": [ADDRESS], "exp": exp, "iat": at_s, "nbf": nbf, "iss": "api.httpsms.com", "sub": "u"})
}

fn token(algorithm: &str, key: &str, claims: &Value) -> String {
    let of = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", of(&json!({"alg": algorithm, "typ": "JWT"})), of(claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac(key.as_bytes(), &[signed.as_bytes()])))
}

fn with_token(token: &str, body: Vec<u8>) -> Request {
    post("", vec![("authorization".to_owned(), format!("Bearer {token}").into_bytes())], body)
}

fn status(token: &str) -> u16 {
    PEER.refusal(&with_token(token, event().to_string().into()))
}

#[test]
fn a_token_cannot_choose_how_it_is_checked() {
    let claims = claims(NOW_S);
    assert_eq!(status(&token("HS256", PEER.secret, &claims)), 200);
    for algorithm in ["none", "HS512", "RS256", "hs256"] {
        assert_eq!(status(&token(algorithm, PEER.secret, &claims)), 401, "{algorithm}");
    }
    let signed = token("HS256", PEER.secret, &claims);
    let (unsigned, _) = signed.rsplit_once('.').expect("three pieces");
    for broken in [unsigned.to_owned(), format!("{unsigned}."), format!("{signed}.x"), "..".to_owned()] {
        assert_eq!(status(&broken), 401, "{broken}");
    }
}

#[test]
fn a_token_without_its_times_or_out_of_them_is_refused() {
    for (claim, value) in [("iat", Value::Null), ("exp", json!(NOW_S - 301)), ("nbf", json!(NOW_S + 301))] {
        let mut claims = claims(NOW_S);
        claims[claim] = value;
        assert_eq!(status(&token("HS256", PEER.secret, &claims)), 401, "{claim}");
    }
}

/// The example of RFC 7515, A.1: its signature is right, so what is wrong with it is that it does not say when it was made.
#[test]
fn the_published_token_is_signed_rightly() {
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let key = URL_SAFE_NO_PAD.decode(key).expect("base64");
    let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let right = URL_SAFE_NO_PAD.encode(mac(&key, &[signed.as_bytes()]));
    assert_eq!(right, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

#[test]
fn a_token_for_another_address_is_refused_where_ours_is_known() {
    let registry = connectors::registry();
    let hear = |address: &str| {
        let settings = PEER.settings_with(&[("address", address)]);
        let request = PEER.push(event().to_string().into(), NOW_S);
        connector(&registry, PEER.connector).hear(&settings, &request, crate::peer::NOW_MS).err().map(|no| no.status)
    };
    assert_eq!(hear(ADDRESS), None);
    assert_eq!(hear("https://house.example/ingest/other/"), Some(401));
}

#[test]
fn a_text_that_the_phone_encrypted_is_kept_for_the_operator() {
    let mut told = event();
    told["data"]["encrypted"] = json!(true);
    assert_eq!(PEER.part(told.to_string()).trouble, Some("encrypted"));
    assert_eq!(PEER.part(event().to_string()).trouble, None);
}

#[test]
fn events_that_are_not_ours_are_acknowledged_and_not_kept() {
    for kind in ["message.phone.sent", "phone.heartbeat.offline", "message.call.missed"] {
        assert!(PEER.heard(json!({"type": kind, "data": []}).to_string()).parts.is_empty(), "{kind}");
    }
}

#[test]
fn a_heartbeat_tells_whether_the_phone_is_there() {
    for (kind, is_online) in [("phone.heartbeat.online", true), ("phone.heartbeat.offline", false)] {
        let told = serde_json::json!({"type": kind, "data": {"owner": "+12025550147", "phone_id": "1"}});
        let heard = PEER.heard(told.to_string());
        let [status] = heard.statuses.as_slice() else { panic!("one status") };
        assert_eq!((status.line.number.as_deref(), status.is_online), (Some("+12025550147"), is_online));
        assert!(heard.parts.is_empty());
        assert!(PEER.heard(serde_json::json!({"type": kind, "data": 7}).to_string()).statuses.is_empty());
    }
}

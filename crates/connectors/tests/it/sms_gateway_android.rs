//! A phone with SMS Gateway for Android.

use domain::supply::{self, Heard, Request};
use serde_json::{Value, json};

use crate::peer::{NOW_S, Peer, SOMEBODY, connector, hex, mac, post};
use crate::smpp::house::{House, until};

pub(crate) const PEER: Peer = Peer {
    connector: "sms-gateway-android",
    setting: "signing_key",
    secret: "a-long-signing-key",
    other_secret: "another-signing-key",
    body: |sms| {
        let mut told = envelope();
        told["id"] = json!(sms.id);
        told["payload"]["message"] = json!(sms.text);
        told["payload"]["sender"] = json!(sms.sender);
        told.to_string().into_bytes()
    },
    sign,
    line: (Some("ffffffffceb0b1db0000018e937c815b/1"), None, Some("+12025550147")),
    ..SOMEBODY
};

fn sign(key: &str, body: Vec<u8>, at_s: i64) -> Request {
    let at = at_s.to_string();
    let signature = hex(&mac(key.as_bytes(), &[&body, at.as_bytes()]));
    let headers = vec![("x-timestamp".to_owned(), at.into_bytes()), ("x-signature".to_owned(), signature.into_bytes())];
    post("", headers, body)
}

/// The phone that it is from.
const DEVICE: &str = "ffffffffceb0b1db0000018e937c815b";

/// The documented event, with a number that is ours and a time that is now.
const DOCUMENTED: &str = r#"{"id":"Ey6ECgOkVVFjz3CL48B8C","webhookId":"w1","event":"sms:received","deviceId":"ffffffffceb0b1db0000018e937c815b","payload":{"messageId":"1a2b3c4d","message":"G-123456 is your code","sender":"22395","recipient":"+12025550147","simNumber":1,"phoneNumber":"22395","receivedAt":"2026-05-22T21:29:58.000+07:00"}}"#;

fn envelope() -> Value {
    serde_json::from_str(DOCUMENTED).expect("JSON")
}

fn hear(told: &Value) -> Heard {
    PEER.hear(&PEER.push(told.to_string().into(), NOW_S)).unwrap_or_else(|_| panic!("refused"))
}

/// The signature was computed outside this program.
#[test]
fn the_documented_bytes_are_heard() {
    let mut request = PEER.push(DOCUMENTED.into(), NOW_S);
    request.headers[1].1 = b"a400924aafb44fbd2fe680d6630f414eb76cb80775a086bc2679de2c49ca73a8".to_vec();
    let Ok(heard) = PEER.hear(&request) else { panic!("refused") };
    let [part] = heard.parts.as_slice() else { panic!("one piece") };
    assert_eq!(part.line.sim.as_deref(), Some("ffffffffceb0b1db0000018e937c815b/1"));
    assert_eq!(part.line.number.as_deref(), Some("+12025550147"));
}

/// Asked to tell its inbox again, a phone makes another envelope of the same SMS.
#[test]
fn an_sms_that_is_told_in_another_envelope_is_a_repeat_and_one_of_another_second_is_not() {
    let mut again = envelope();
    again["id"] = json!("another");
    again["webhookId"] = json!("w2");
    let mut later = again.clone();
    later["payload"]["receivedAt"] = json!("2026-05-22T21:29:59.000+07:00");
    let reference = |told: &Value| hear(told).parts.remove(0).reference;
    assert_eq!(reference(&envelope()), reference(&again));
    assert_ne!(reference(&again), reference(&later));
}

#[test]
fn a_phone_that_hides_its_slot_is_one_line() {
    let mut told = envelope();
    told["payload"]["simNumber"] = Value::Null;
    told["payload"]["recipient"] = Value::Null;
    let heard = hear(&told);
    assert_eq!(heard.parts[0].line.sim.as_deref(), Some("ffffffffceb0b1db0000018e937c815b"));
    assert_eq!(heard.parts[0].line.number, None);
}

#[test]
fn an_older_app_names_the_sender_otherwise() {
    let mut told = envelope();
    let payload = told["payload"].as_object_mut().expect("an object");
    payload.remove("sender");
    payload.remove("recipient");
    payload.insert("phoneNumber".to_owned(), json!("32665"));
    assert_eq!(hear(&told).parts[0].sender, "32665");
}

#[test]
fn events_that_are_not_ours_are_acknowledged_and_not_kept() {
    let events = [
        ("sms:data-received", json!({"messageId": "1", "data": "aGVsbG8=", "sender": "22395"})),
        ("app:started", Value::Null),
        ("sms:sent", json!({"messageId": "1", "recipient": "22395"})),
        ("sms:delivered", json!([])),
        ("mms:downloaded", json!("anything")),
    ];
    for (event, payload) in events {
        let told = json!({"id": "1", "event": event, "deviceId": "d", "payload": payload});
        let heard = hear(&told);
        assert!(heard.parts.is_empty(), "{event}");
        assert_eq!(heard.reply.status, 200);
    }
}

#[test]
fn a_ping_says_that_the_sims_of_the_phone_are_there() {
    let told = json!({"id": "1", "event": "system:ping", "deviceId": "d", "payload": {"health": {"status": "pass"}}});
    let heard = hear(&told);
    let sims: Vec<Option<&str>> = heard.statuses.iter().map(|status| status.line.sim.as_deref()).collect();
    assert_eq!(sims, [Some("d"), Some("d/1"), Some("d/2")]);
    assert!(heard.parts.is_empty() && heard.statuses.iter().all(|status| status.is_online));
    assert!(
        hear(&envelope())
            .statuses
            .iter()
            .all(|status| status.is_online && status.line.sim == Some(format!("{DEVICE}/1")))
    );
}

#[tokio::test]
async fn a_phone_that_is_silent_is_taken_from_the_sale_until_it_speaks() {
    let settings = PEER.settings_with(&[("silent_minutes", "10")]);
    let house = House::of("sms-gateway-android", settings.clone()).await;
    house.map("d/1").await;
    let ping = || async {
        let body = json!({"id": "1", "event": "system:ping", "deviceId": "d", "payload": null}).to_string();
        let request = PEER.push(body.into(), house.app.now_ms() / 1_000);
        supply::ingest(&house.app, &connectors::registry(), "centre", &request).await.map(|reply| reply.status)
    };
    let held = house.hold(settings).await;
    until(async || held.inbox.state().links == 1).await;
    assert_eq!(ping().await.ok(), Some(200));
    assert!(house.is_online().await);
    house.pass_ms(20 * 60 * 1_000);
    until(async || !house.is_online().await).await;
    assert_eq!(ping().await.ok(), Some(200));
    assert!(house.is_online().await);
    held.close(&house).await;
}

#[test]
fn how_long_a_phone_may_be_silent_is_checked() {
    let registry = connectors::registry();
    let phone = connector(&registry, "sms-gateway-android");
    for minutes in ["9", "1441", "soon"] {
        let wrong = phone.check(&PEER.settings_with(&[("silent_minutes", minutes)])).expect_err("wrong");
        assert!(wrong.contains("silent_minutes"), "{wrong}");
    }
    let wanted = PEER.settings_with(&[("silent_minutes", "10")]);
    assert!(phone.check(&wanted).is_ok() && phone.polls(&wanted) && !phone.polls(&PEER.settings_with(&[])));
}

#[test]
fn the_time_of_the_network_must_be_one() {
    let mut told = envelope();
    told["payload"]["receivedAt"] = json!("22.05.2026");
    assert_eq!(PEER.refusal(&PEER.push(told.to_string().into(), NOW_S)), 400);
}

#[test]
fn an_oversized_device_or_recipient_is_refused() {
    let mut told = envelope();
    told["deviceId"] = json!("d".repeat(256));
    assert_eq!(PEER.refusal(&PEER.push(told.to_string().into(), NOW_S)), 400);
    let mut told = envelope();
    told["payload"]["recipient"] = json!("1".repeat(33));
    assert_eq!(PEER.refusal(&PEER.push(told.to_string().into(), NOW_S)), 400);
}

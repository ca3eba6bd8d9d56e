//! Bandwidth.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::house::{House, run};
use crate::peer::{NOW_S, Peer, SOMEBODY, Sms, post};

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

/// It sends each push without a password first, and gives up unless it is asked for one.
#[test]
fn a_push_without_a_password_is_asked_for_one_and_is_no_fault() {
    run(async {
        let house = House::with(&PEER).await;
        let request = PEER.tell(&Sms::new("one"));
        let without = post("", Vec::new(), request.body.clone());
        let Ok(heard) = PEER.hear(&without) else { panic!("refused") };
        assert!(heard.parts.is_empty() && heard.reply.status == 401);
        assert!(heard.reply.challenge.is_some_and(|challenge| challenge.starts_with("Basic realm=")));
        assert_eq!((house.push(&without).await, house.fault().await.as_str()), (Some(401), ""));
        assert!(house.texts().await.is_empty());
        assert_eq!((house.push(&request).await, house.texts().await.len()), (Some(200), 1));
    });
}

#[test]
fn a_wrong_password_is_told_and_asked_for_again() {
    run(async {
        let house = House::with(&PEER).await;
        let wrong = (PEER.sign)(PEER.other_secret, (PEER.body)(&Sms::new("one")), NOW_S);
        assert!(PEER.hear(&wrong).is_err_and(|reply| reply.status == 401 && reply.challenge.is_some()));
        assert_eq!(house.push(&wrong).await, Some(401));
        assert!(house.fault().await.contains("another one"));
    });
}

//! A Dinstar gateway.

use serde_json::{Value, json};

use crate::peer::{NOW_MS, NOW_S, Peer, SOMEBODY, connector, post_to_word};

pub(crate) const PEER: Peer = Peer {
    connector: "dinstar",
    body: |sms| push(&json!([message(&sms.sender, &sms.text)])).into_bytes(),
    sign: post_to_word,
    is_batch: true,
    line: (Some("310260000000001"), Some("2"), None),
    ..SOMEBODY
};

fn message(sender: &str, text: &str) -> Value {
    json!({
        "incoming_sms_id": 1, "port": 2, "number": sender, "smsc": "+12063130004",
        "timestamp": "2026-05-22 14:29:58", "text": text, "imsi": "310260000000001",
    })
}

fn push(messages: &Value) -> String {
    json!({"sn": "db3b-0123", "sms": messages}).to_string()
}

#[test]
fn a_single_message_may_be_an_object() {
    let (one, several) =
        (PEER.part(push(&message("22395", "one"))), PEER.part(push(&json!([message("22395", "one")]))));
    assert!(one.text == "one" && one.reference == several.reference);
}

#[test]
fn an_id_that_begins_again_does_not_hide_a_new_message() {
    let mut later = message("22395", "one");
    later["timestamp"] = json!("2026-05-23 08:00:00");
    assert!(PEER.part(push(&message("22395", "one"))).reference != PEER.part(push(&later)).reference);
}

#[test]
fn a_gateway_of_another_zone_says_so_in_its_settings() {
    let registry = connectors::registry();
    let sent = |offset: &str| {
        let settings = PEER.settings_with(&[("utc_offset", offset)]);
        assert!(connector(&registry, "dinstar").check(&settings).is_ok());
        let request = PEER.push(push(&message("1", "one")).into(), NOW_S);
        let Ok(heard) = connector(&registry, "dinstar").hear(&settings, &request, NOW_MS) else { panic!("refused") };
        heard.parts[0].sent_ms
    };
    assert_eq!(sent("-05:00"), Some(NOW_MS - 2_000 + 5 * 3_600_000));
    assert_eq!(sent("+05:30"), Some(NOW_MS - 2_000 - 19_800_000));
    for wrong in ["5", "05:00", "+15:00", "+01:60", "é"] {
        assert!(connector(&registry, "dinstar").check(&PEER.settings_with(&[("utc_offset", wrong)])).is_err());
    }
}

#[test]
fn a_message_without_a_sim_or_a_time_is_known_by_its_port() {
    let told = json!({"incoming_sms_id": 1, "port": 0, "number": "22395", "text": "one", "timestamp": "soon"});
    let part = PEER.part(push(&told));
    assert_eq!((part.line.sim, part.line.port.as_deref(), part.sent_ms), (None, Some("0"), None));
}

#[test]
fn a_push_without_messages_is_acknowledged_and_one_with_too_many_is_not() {
    assert!(PEER.heard(r#"{"sn":"db3b-0123","status":[]}"#).parts.is_empty());
    let many = vec![json!(1); 4_097];
    assert_eq!(PEER.heard(push(&json!(many[1..]))).parts.len(), 4_096);
    assert_eq!(PEER.refusal(&PEER.push(push(&json!(many)).into(), NOW_S)), 400);
}

/// A gateway tells again what is refused, and the good messages with it.
#[test]
fn a_message_that_cannot_be_read_is_kept_beside_the_good_ones() {
    let changed = |name: &str, value: Value| {
        let mut odd = message("22395", "odd");
        odd[name] = value;
        odd
    };
    for odd in [
        changed("incoming_sms_id", json!(-1)),
        changed("number", json!("1".repeat(65))),
        changed("imsi", json!(310_260_000_000_001_u64)),
        changed("text", json!("x".repeat(70_000))),
        json!("a word"),
    ] {
        let parts = PEER.heard(push(&json!([odd, message("22395", "one")]))).parts;
        let [kept, one] = parts.as_slice() else { panic!("two pieces") };
        assert!(one.trouble.is_none() && one.text == "one" && !String::from_utf8_lossy(&one.raw).contains("odd"));
        assert_eq!(kept.trouble, Some("unreadable"));
        assert!(!kept.raw.is_empty() && kept.raw.len() <= 65_536);
    }
}

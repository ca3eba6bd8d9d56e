//! A box that nobody listed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Part, Request};
use serde_json::json;

use crate::peer::{NOW_MS, NOW_S, Peer, SOMEBODY, TEXT, connector, form, get, hex, percent, post, post_to_word};

pub(crate) const PEER: Peer = Peer {
    connector: "template",
    others: &[
        ("text_field", "body"),
        ("sender_field", "from"),
        ("number_field", "to"),
        ("port_field", "slot"),
        ("id_field", "ref"),
        ("time_field", "at"),
        ("reply", "ACK"),
    ],
    body: |sms| {
        let at = "2026-05-22T14:29:58Z";
        form(&[
            ("from", &sms.sender),
            ("to", "+12025550147"),
            ("slot", "3"),
            ("ref", &sms.id),
            ("at", at),
            ("body", &sms.text),
        ])
    },
    sign: get,
    line: (None, Some("3"), Some("+12025550147")),
    answer: ("text/plain", "ACK"),
    ..SOMEBODY
};

fn heard(settings: &[(&str, &str)], request: &Request) -> Result<Part, u16> {
    let (registry, settings) = (connectors::registry(), PEER.settings_with(settings));
    let template = connector(&registry, "template");
    assert_eq!(template.check(&settings), Ok(()));
    let heard = template.hear(&settings, request, NOW_MS).map_err(|reply| reply.status)?;
    Ok(heard.parts.into_iter().next().expect("one piece"))
}

#[test]
fn json_is_read_by_paths() {
    let settings = [
        ("format", "json"),
        ("text_field", "data.0.text"),
        ("sender_field", "data.0.from"),
        ("sim_field", "sim.iccid"),
        ("id_field", "data.0.id"),
    ];
    let told = json!({"sim": {"iccid": "8901260"}, "data": [{"id": 17, "from": "22395", "text": TEXT}]});
    let part =
        heard(&settings, &post_to_word(PEER.secret, told.to_string().into(), NOW_S)).unwrap_or_else(|_| panic!());
    assert!(part.text == TEXT && part.reference == b"17");
    assert_eq!(part.line.sim.as_deref(), Some("8901260"));
    let other = json!({"sim": {"iccid": "8901260"}, "data": [{"from": "22395", "text": {"deep": 1}}]});
    assert_eq!(heard(&settings, &post_to_word(PEER.secret, other.to_string().into(), NOW_S)).err(), Some(400));
}

#[test]
fn a_text_is_decoded_as_the_settings_say() {
    let utf16: Vec<u8> = "код 4821".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let of = |settings: &[(&str, &str)], text: &str| {
        let query = format!("from=1&slot=3&ref=1&body={}", percent(text.as_bytes()));
        heard(settings, &get(PEER.secret, query.into(), NOW_S)).unwrap_or_else(|_| panic!("refused"))
    };
    assert!(of(&[("encoding", "hex"), ("charset", "utf-16le")], &hex(&utf16)).text == "код 4821");
    assert!(of(&[("encoding", "hex"), ("charset", "gbk")], "D1E9D6A4C2EB").text == "验证码");
    assert!(of(&[("encoding", "base64")], &STANDARD.encode("код 4821")).text == "код 4821");
    assert_eq!(of(&[("encoding", "hex")], "xyz").trouble, Some("unreadable"));
}

#[test]
fn the_word_may_stand_in_a_header() {
    let settings = [("word_header", "X-Api-Key")];
    let of = |word: &str| {
        post("", vec![("x-api-key".to_owned(), word.into())], form(&[("from", "1"), ("slot", "3"), ("body", "one")]))
    };
    assert!(heard(&settings, &of(PEER.secret)).is_ok());
    assert_eq!(heard(&settings, &of(PEER.other_secret)).err(), Some(401));
    assert_eq!(heard(&settings, &get(PEER.secret, b"from=1&slot=3&body=one".to_vec(), NOW_S)).err(), Some(401));
}

#[test]
fn a_push_that_does_not_say_which_sim_is_refused() {
    assert_eq!(PEER.refusal(&PEER.push(b"from=1&ref=1&body=one".to_vec(), NOW_S)), 400);
}

#[test]
fn a_message_without_an_id_is_known_by_what_it_says_and_when() {
    let of = |at: &str| PEER.part(form(&[("from", "1"), ("slot", "3"), ("at", at), ("body", "one")]));
    assert!(of("2026-05-22 14:29:58").reference == of("2026-05-22 14:29:58").reference);
    assert!(of("2026-05-22 14:29:58").reference != of("2026-05-22 14:30:58").reference);
    assert_eq!(of("2026-05-22 14:29:58").sent_ms, Some(NOW_MS - 2_000));
}

#[test]
fn a_message_without_an_id_and_a_time_is_a_repeat_within_the_hour_and_not_for_ever() {
    let at = |query: &str, now_ms: i64| {
        let registry = connectors::registry();
        let request = get(PEER.secret, query.into(), NOW_S);
        let heard = connector(&registry, "template").hear(&PEER.settings(PEER.secret), &request, now_ms);
        heard.unwrap_or_else(|reply| panic!("{}", reply.status)).parts.remove(0).reference
    };
    let bare = "from=1&slot=3&body=one";
    assert!(at(bare, NOW_MS) == at(bare, NOW_MS + 60_000));
    assert!(at(bare, NOW_MS) != at(bare, NOW_MS + 3_600_000));
    for told in ["from=1&slot=3&body=one&ref=7", "from=1&slot=3&body=one&at=2026-05-22+14:29:58"] {
        assert!(at(told, NOW_MS) == at(told, NOW_MS + 3_600_000), "{told}");
    }
}

/// As a number of 64 bits an ICCID loses its last digits, and would be another SIM, or the port's.
#[test]
fn a_json_number_that_lost_digits_is_not_taken() {
    let settings = [
        ("format", "json"),
        ("text_field", "text"),
        ("sender_field", "from"),
        ("sim_field", "iccid"),
        ("port_field", "slot"),
    ];
    let of = |told: &str| heard(&settings, &post_to_word(PEER.secret, told.into(), NOW_S));
    let part = of(r#"{"iccid":89610300003433465383,"slot":3,"from":22395,"text":"one"}"#).unwrap_or_else(|_| panic!());
    assert_eq!((part.trouble, part.line.sim, part.sender.as_str()), (Some("unreadable"), None, "22395"));
    let part = of(r#"{"iccid":8961030000343346538,"slot":3,"from":22395,"text":"one"}"#).unwrap_or_else(|_| panic!());
    assert_eq!((part.trouble, part.line.sim.as_deref()), (None, Some("8961030000343346538")));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let registry = connectors::registry();
    let check = |changes: &[(&str, &str)]| connector(&registry, "template").check(&PEER.settings_with(changes));
    for (name, value) in [("format", "xml"), ("encoding", "rot13"), ("charset", "klingon"), ("utc_offset", "5")] {
        assert!(check(&[(name, value)]).expect_err("wrong").contains(name));
    }
    assert!(check(&[("reply", &"x".repeat(1_025))]).is_err());
    assert!(check(&[("number_field", ""), ("port_field", "")]).is_err());
}

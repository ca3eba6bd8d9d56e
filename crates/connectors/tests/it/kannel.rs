//! A Kannel that calls us for every SMS.

use crate::peer::{NOW_S, Peer, SOMEBODY, TEXT, form, get, percent};

pub(crate) const PEER: Peer = Peer {
    connector: "kannel",
    body: |sms| {
        form(&[
            ("from", &sms.sender),
            ("to", "+12025550147"),
            ("text", &sms.text),
            ("smsc", "SIM07"),
            ("id", &sms.id),
            ("ts", "2026-05-22 14:29:58"),
            ("coding", "0"),
            ("udh", ""),
            ("charset", "UTF-8"),
        ])
    },
    sign: get,
    answer: ("text/plain", ""),
    ..SOMEBODY
};

/// As Kannel 1.4.5 was seen to send it, but for the number.
const SEEN: &str = "from=22395&to=12025550147&text=G-123456+is+your+Google+verification+code.&smsc=SIM07&id=c0072cae-c9a9-43a2-9a0b-ffe086d2b2bd&ts=2026-11-23+01:29:00&coding=0&udh=&charset=UTF-8";

#[test]
fn what_kannel_was_seen_to_send_is_heard() {
    let part = PEER.part(SEEN);
    assert!(part.text == "G-123456 is your Google verification code.");
    assert_eq!(part.reference, b"c0072cae-c9a9-43a2-9a0b-ffe086d2b2bd");
    assert_eq!(part.sent_ms, domain::clock::parse_rfc3339("2026-11-23T01:29:00Z"));
}

#[test]
fn a_text_is_read_by_its_charset() {
    let utf16: Vec<u8> = "код 😀 4821".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let of = |text: &[u8], charset: &str| {
        PEER.part(format!("from=1&to=12025550147&id=1&text={}&charset={charset}&coding=2", percent(text)))
    };
    assert!(of(&utf16, "UTF-16BE").text == "код 😀 4821");
    assert!(of(b"Caf\xe9", "ISO-8859-1").text == "Café");
    assert!(of(b"\xD1\xE9\xD6\xA4\xC2\xEB", "GBK").text == "验证码");
    let unknown = of(b"\x81\x40", "UTF-7");
    assert_eq!((unknown.trouble, unknown.raw.as_slice()), (Some("unknown_charset"), b"\x81\x40".as_slice()));
}

#[test]
fn bytes_that_are_no_text_are_marked_and_kept() {
    let part = PEER.part("from=1&to=12025550147&id=1&text=%FF%00x%zz%4&charset=UTF-8");
    assert!(part.text == "\u{fffd}\0x%zz%4");
    assert_eq!(part.raw, b"\xff\0x%zz%4");
}

#[test]
fn a_form_by_post_is_heard_too() {
    let mut request = PEER.push(Vec::new(), NOW_S);
    request.method = "POST".to_owned();
    request.body = SEEN.into();
    assert!(PEER.hear(&request).is_ok());
}

#[test]
fn a_field_that_is_missing_or_sent_twice_is_refused() {
    for query in ["from=1&id=1&text=one", "from=1&to=2&id=1", "to=2&id=1&text=one", "from=1&to=2&text=one"] {
        assert_eq!(PEER.refusal(&PEER.push(query.into(), NOW_S)), 400, "{query}");
    }
    assert_eq!(PEER.refusal(&PEER.push("from=1&to=2&to=3&id=1&text=one".into(), NOW_S)), 400);
    assert_eq!(PEER.refusal(&PEER.push(format!("{SEEN}{}", "&x=1".repeat(200)).into(), NOW_S)), 400);
}

#[test]
fn an_address_without_the_word_is_refused() {
    for tail in ["", "/", "aLongWord123456", "aLongWord12345678/", "alongword1234567/", "aLongWord1234567/x"] {
        let mut request = PEER.push(format!("{SEEN}&text2={TEXT}").into(), NOW_S);
        request.tail = tail.to_owned();
        assert_eq!(PEER.refusal(&request), 401, "{tail}");
    }
}

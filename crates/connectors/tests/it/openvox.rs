//! An OpenVox gateway.

use crate::peer::{NOW_MS, NOW_S, Peer, SOMEBODY, TEXT, connector, form, get, post_to_word};

pub(crate) const PEER: Peer = Peer {
    connector: "openvox",
    body: |sms| {
        let time = "2026-05-22 14:29:58";
        form(&[("phonenumber", &sms.sender), ("port", "gsm-1.3"), ("time", time), ("message", &sms.text)])
    },
    sign: get,
    line: (None, Some("gsm-1.3"), None),
    answer: ("text/plain", "OK"),
    ..SOMEBODY
};

#[test]
fn older_firmware_names_its_fields_otherwise_and_may_post() {
    let body = form(&[("num", "22395"), ("portname", "2"), ("status", "received"), ("sms", TEXT)]);
    let part = PEER.hear(&post_to_word(PEER.secret, body, NOW_S)).unwrap_or_else(|_| panic!("refused")).parts.remove(0);
    assert!(part.text == TEXT && part.sender == "22395");
    assert_eq!((part.line.port.as_deref(), part.sent_ms), (Some("2"), None));
}

#[test]
fn a_name_that_is_empty_does_not_hide_another() {
    let part = PEER.part("phonenumber=&num=22395&port=&portname=gsm-1.3&message=&sms=one");
    assert!(part.sender == "22395" && part.text == "one");
    assert_eq!(part.line.port.as_deref(), Some("gsm-1.3"));
    assert!(PEER.part("phonenumber=1&port=2&message=").text.is_empty());
}

/// Or who has the port later would never get a text that somebody got before.
#[test]
fn a_text_without_a_time_is_a_repeat_within_the_hour_and_not_for_ever() {
    let registry = connectors::registry();
    let at = |query: &str, now_ms: i64| {
        let request = PEER.push(query.into(), now_ms / 1_000);
        let heard = connector(&registry, "openvox").hear(&PEER.settings(PEER.secret), &request, now_ms);
        heard.unwrap_or_else(|_| panic!("refused")).parts.remove(0).reference
    };
    let timeless = "phonenumber=1&port=2&message=one";
    assert!(at(timeless, NOW_MS) == at(timeless, NOW_MS + 60_000));
    assert!(at(timeless, NOW_MS) != at(timeless, NOW_MS + 3_600_000));
    let timed = "phonenumber=1&port=2&time=2026-05-22+14:29:58&message=one";
    assert!(at(timed, NOW_MS) == at(timed, NOW_MS + 3_600_000));
}

#[test]
fn a_text_is_read_in_the_charset_of_the_settings() {
    let registry = connectors::registry();
    let openvox = connector(&registry, "openvox");
    let of = |charset: &str| {
        let query = b"phonenumber=1&port=2&message=%D1%E9%D6%A4%C2%EB+4711".to_vec();
        let settings = PEER.settings_with(&[("charset", charset)]);
        let heard = openvox.hear(&settings, &PEER.push(query, NOW_S), 0);
        heard.unwrap_or_else(|_| panic!("refused")).parts.remove(0).text
    };
    assert!(of("gbk") == "验证码 4711" && of("").ends_with(" 4711"));
    assert!(
        openvox.check(&PEER.settings_with(&[("charset", "klingon")])).is_err_and(|wrong| wrong.contains("charset"))
    );
}

#[test]
fn a_push_that_does_not_say_who_where_or_what_is_refused() {
    for fields in ["phonenumber=1&port=2", "port=2&message=one", "phonenumber=1&message=one"] {
        assert_eq!(PEER.refusal(&PEER.push(fields.into(), NOW_S)), 400, "{fields}");
    }
}

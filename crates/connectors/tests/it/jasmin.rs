//! A Jasmin that throws SMS at us.

use domain::supply::ConcatKind;

use crate::peer::{NOW_S, Peer, SOMEBODY, TEXT, form, hex, post_to_word};

pub(crate) const PEER: Peer = Peer {
    connector: "jasmin",
    body: |sms| {
        let binary = hex(sms.text.as_bytes());
        form(&[("id", &sms.id), ("from", &sms.sender), ("to", "+12025550147"), ("binary", &binary), ("coding", "\0")])
    },
    sign: post_to_word,
    sent_ms: None,
    answer: ("text/plain", "ACK/Jasmin"),
    ..SOMEBODY
};

fn thrown(binary: &str, coding: &str) -> String {
    format!(
        "id=b4e5&from=22395&to=12025550147&origin-connector=up1&content=x&binary={binary}&priority=0&coding={coding}"
    )
}

#[test]
fn the_text_is_that_of_the_bytes_and_their_coding() {
    assert!(PEER.part(thrown("1b281b3c1b3d1b3e1b291b65", "%01")).text == "{[~]}€");
    assert!(PEER.part(thrown("041a043e04340020d83dde00", "%08")).text == "Код 😀");
    assert!(PEER.part(thrown(&hex(TEXT.as_bytes()), "0")).text == TEXT);
}

#[test]
fn a_piece_of_a_long_message_has_its_header_inside() {
    let place = PEER.part(thrown("0608040309020141", "%00")).concat.expect("a place");
    assert_eq!((place.kind, place.reference, place.total, place.seq), (ConcatKind::Ref16, 0x0309, 2, 1));
    let whole = PEER.part(thrown("0500036869", "%03"));
    assert!(whole.concat.is_none() && whole.text == "\u{5}\0\u{3}hi");
}

#[test]
fn bytes_that_are_none_are_refused() {
    for (binary, coding) in [("xyz", "%00"), ("4", "%00"), ("41", "%00%01")] {
        assert_eq!(PEER.refusal(&PEER.push(thrown(binary, coding).into(), NOW_S)), 400);
    }
    assert_eq!(PEER.refusal(&PEER.push(b"id=1&from=1&to=2&content=one".to_vec(), NOW_S)), 400);
}

//! The table of cases: each line is a test that every connector must pass.

use crate::peer::{NOW_S, Peer, Sms, TEXT, connector};

/// Makes a test of every case for one kind of sender.
macro_rules! every_case {
    ($peer:expr; $($case:ident),* $(,)?) => {
        mod every_case {
            $(
                #[test]
                fn $case() {
                    crate::cases::$case(&$peer);
                }
            )*
        }
    };
    ($peer:expr) => {
        $crate::cases::every_case!($peer;
            a_good_push_is_one_piece,
            a_repeat_has_the_same_reference,
            another_message_has_another_reference,
            messages_are_heard_in_any_order,
            an_oversized_body_is_refused,
            an_oversized_sender_is_refused,
            an_oversized_id_is_refused,
            an_empty_id_is_refused,
            a_body_that_breaks_off_is_refused,
            garbage_is_refused,
            a_changed_body_is_refused,
            another_secret_is_refused,
            a_stale_time_is_refused,
            a_time_within_five_minutes_is_taken,
            a_push_without_a_signature_is_refused,
            a_signature_sent_twice_is_refused,
            a_get_is_refused,
            a_source_without_a_secret_is_refused,
            the_settings_are_named_and_checked,
        );
    };
}
pub(crate) use every_case;

pub(crate) fn a_good_push_is_one_piece(peer: &Peer) {
    let request = peer.tell(&Sms::new("one"));
    let Ok(heard) = peer.hear(&request) else { panic!("refused") };
    let [part] = heard.parts.as_slice() else { panic!("one piece") };
    assert!(part.text == TEXT && part.sender == "22395");
    assert_eq!(part.line.number.as_deref(), Some("+12025550147"));
    assert_eq!(part.sent_ms, Some(crate::peer::NOW_MS - 2_000));
    assert!(part.raw == request.body);
    assert_eq!((heard.reply.status, heard.reply.content_type), (200, "application/json"));
}

pub(crate) fn a_repeat_has_the_same_reference(peer: &Peer) {
    let body = (peer.body)(&Sms::new("one"));
    let references = [NOW_S, NOW_S + 60].map(|at_s| reference(peer, &peer.push(body.clone(), at_s)));
    assert_eq!(references[0], references[1]);
}

pub(crate) fn another_message_has_another_reference(peer: &Peer) {
    let references = ["one", "two"].map(|id| reference(peer, &peer.tell(&Sms::new(id))));
    assert_ne!(references[0], references[1]);
}

pub(crate) fn messages_are_heard_in_any_order(peer: &Peer) {
    let in_order = ["one", "two"].map(|id| reference(peer, &peer.tell(&Sms::new(id))));
    let mut backwards = ["two", "one"].map(|id| reference(peer, &peer.tell(&Sms::new(id))));
    backwards.reverse();
    assert_eq!(in_order, backwards);
}

fn reference(peer: &Peer, request: &domain::supply::Request) -> Vec<u8> {
    let Ok(heard) = peer.hear(request) else { panic!("refused") };
    heard.parts.first().expect("a piece").reference.clone()
}

pub(crate) fn an_oversized_body_is_refused(peer: &Peer) {
    let sms = Sms { text: TEXT.repeat(2_000), ..Sms::new("one") };
    assert_eq!(peer.refusal(&peer.tell(&sms)), 400);
}

pub(crate) fn an_oversized_sender_is_refused(peer: &Peer) {
    let of = |length| Sms { sender: "ü".repeat(length), ..Sms::new("one") };
    assert_eq!(peer.refusal(&peer.tell(&of(64))), 200);
    assert_eq!(peer.refusal(&peer.tell(&of(65))), 400);
}

pub(crate) fn an_oversized_id_is_refused(peer: &Peer) {
    assert_eq!(peer.refusal(&peer.tell(&Sms::new(&"x".repeat(256)))), 400);
}

pub(crate) fn an_empty_id_is_refused(peer: &Peer) {
    assert_eq!(peer.refusal(&peer.tell(&Sms::new(""))), 400);
}

pub(crate) fn a_body_that_breaks_off_is_refused(peer: &Peer) {
    let whole = (peer.body)(&Sms::new("one"));
    for length in 0..whole.len() {
        assert_eq!(peer.refusal(&peer.push(whole[..length].to_vec(), NOW_S)), 400, "{length}");
    }
}

pub(crate) fn garbage_is_refused(peer: &Peer) {
    let deep = "[".repeat(60_000).into_bytes();
    let bodies: [&[u8]; 7] = [b"\xff\xfe\x00", b"null", b"[]", b"{}", b"\"text\"", b"{\"id\":1}", &deep];
    for body in bodies {
        assert_eq!(peer.refusal(&peer.push(body.to_vec(), NOW_S)), 400);
    }
}

pub(crate) fn a_changed_body_is_refused(peer: &Peer) {
    let mut request = peer.tell(&Sms::new("one"));
    request.body.push(b' ');
    assert_eq!(peer.refusal(&request), 401);
}

pub(crate) fn another_secret_is_refused(peer: &Peer) {
    let request = peer.tell(&Sms::new("one"));
    let Err(reply) = peer.hear_with(peer.other_secret, &request) else { panic!("taken") };
    assert_eq!(reply.status, 401);
}

pub(crate) fn a_stale_time_is_refused(peer: &Peer) {
    let body = (peer.body)(&Sms::new("one"));
    for at_s in [NOW_S - 301, NOW_S + 301, 0, i64::MAX, i64::MIN] {
        assert_eq!(peer.refusal(&peer.push(body.clone(), at_s)), 401, "{at_s}");
    }
}

pub(crate) fn a_time_within_five_minutes_is_taken(peer: &Peer) {
    let body = (peer.body)(&Sms::new("one"));
    for at_s in [NOW_S - 300, NOW_S + 300] {
        assert_eq!(peer.refusal(&peer.push(body.clone(), at_s)), 200, "{at_s}");
    }
}

pub(crate) fn a_push_without_a_signature_is_refused(peer: &Peer) {
    let signed = peer.tell(&Sms::new("one"));
    for place in 0..signed.headers.len() {
        let mut request = peer.tell(&Sms::new("one"));
        request.headers.remove(place);
        assert_eq!(peer.refusal(&request), 401);
        let (name, _) = &signed.headers[place];
        for value in [b"".as_slice(), b"v1,", b"\xff", "é".repeat(32).as_bytes()] {
            request.headers.push((name.clone(), value.to_vec()));
            assert_eq!(peer.refusal(&request), 401);
            request.headers.pop();
        }
    }
}

pub(crate) fn a_signature_sent_twice_is_refused(peer: &Peer) {
    let mut request = peer.tell(&Sms::new("one"));
    let last = request.headers.last().expect("a header").clone();
    request.headers.push(last);
    assert_eq!(peer.refusal(&request), 401);
}

pub(crate) fn a_get_is_refused(peer: &Peer) {
    let mut request = peer.tell(&Sms::new("one"));
    request.method = "GET".to_owned();
    assert_eq!(peer.refusal(&request), 400);
}

pub(crate) fn a_source_without_a_secret_is_refused(peer: &Peer) {
    let Err(reply) = peer.hear_with("", &peer.tell(&Sms::new("one"))) else { panic!("taken") };
    assert_eq!(reply.status, 401);
}

pub(crate) fn the_settings_are_named_and_checked(peer: &Peer) {
    let registry = connectors::registry();
    let connector = connector(&registry, peer.connector);
    let names: Vec<&str> = connector.settings().iter().map(|setting| setting.name).collect();
    assert_eq!(names, [peer.setting]);
    assert!(connector.settings().iter().all(|setting| setting.is_secret && !setting.help.is_empty()));
    assert!(connector.check(&peer.settings(peer.secret)).is_ok());
    for secret in ["", "short"] {
        let fault = connector.check(&peer.settings(secret)).expect_err("too weak");
        assert!(fault.contains(peer.setting) && !fault.contains("short"), "{fault}");
    }
}

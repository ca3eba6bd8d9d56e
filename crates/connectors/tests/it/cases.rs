//! The table of cases: each line is a test that every connector must pass.

use domain::supply::Request;

use crate::house::{House, Log, run};
use crate::peer::{NOW_S, Peer, Sms, TEXT, connector};

/// Makes a test of each case for one kind of sender.
macro_rules! cases {
    ($class:ident: $($case:ident),* $(,)?) => {
        macro_rules! $class {
            ($peer:ident) => {
                $(
                    #[test]
                    pub(crate) fn $case() {
                        crate::cases::$case(&crate::$peer::PEER);
                    }
                )*
            };
        }
        pub(crate) use $class;
    };
}

/// The connectors whose numbers are not sold.
const VOIP: [&str; 6] = ["twilio", "telnyx", "plivo", "bandwidth", "vonage", "vonage_messages"];

// What every sender must find, however it speaks.
cases!(all:
    a_good_push_is_one_piece,
    a_repeat_has_the_same_reference,
    another_message_has_another_reference,
    messages_are_heard_in_any_order,
    an_oversized_body_is_refused,
    an_oversized_sender_is_refused,
    garbage_is_refused,
    another_secret_is_refused,
    a_source_without_a_secret_is_refused,
    a_method_of_another_kind_is_refused,
    the_settings_are_named_and_checked,
    a_push_is_kept_once_and_says_nothing_in_the_log,
    what_cannot_be_kept_is_not_acknowledged,
);
// Those that give an SMS an id.
cases!(named: an_oversized_id_is_refused, an_empty_id_is_refused);
// Those that tell it in JSON.
cases!(json: a_body_that_breaks_off_is_refused, a_get_is_refused);
// Those that sign what they say.
cases!(signed: a_changed_body_is_refused);
// Those that sign when they say it.
cases!(timed: a_stale_time_is_refused, a_time_within_five_minutes_is_taken);
// Those that sign in headers.
cases!(headed: a_push_without_a_signature_is_refused, a_signature_sent_twice_is_refused);

pub(crate) fn a_good_push_is_one_piece(peer: &Peer) {
    let request = peer.tell(&Sms::new("one"));
    let Ok(heard) = peer.hear(&request) else { panic!("refused") };
    let [part] = heard.parts.as_slice() else { panic!("one piece") };
    assert!(part.text == TEXT && part.sender == "22395");
    let line = &part.line;
    assert_eq!((line.sim.as_deref(), line.port.as_deref(), line.number.as_deref()), peer.line);
    assert_eq!(part.sent_ms, peer.sent_ms);
    assert!(!part.raw.is_empty() && part.trouble.is_none());
    let reply = &heard.reply;
    assert_eq!(
        (reply.status, reply.content_type, reply.body.as_slice()),
        (200, peer.answer.0, peer.answer.1.as_bytes())
    );
}

pub(crate) fn a_repeat_has_the_same_reference(peer: &Peer) {
    let body = (peer.body)(&Sms::new("one"));
    let references = [NOW_S, NOW_S + 60].map(|at_s| reference(peer, &peer.push(body.clone(), at_s)));
    assert_eq!(references[0], references[1]);
}

pub(crate) fn another_message_has_another_reference(peer: &Peer) {
    let references = [Sms::new("one"), another()].map(|sms| reference(peer, &peer.tell(&sms)));
    assert_ne!(references[0], references[1]);
}

pub(crate) fn messages_are_heard_in_any_order(peer: &Peer) {
    let in_order = [Sms::new("one"), another()].map(|sms| reference(peer, &peer.tell(&sms)));
    let mut backwards = [another(), Sms::new("one")].map(|sms| reference(peer, &peer.tell(&sms)));
    backwards.reverse();
    assert_eq!(in_order, backwards);
}

/// Some senders have no ids, so another message says something else too.
fn another() -> Sms {
    Sms { text: "739551 is your code".to_owned(), ..Sms::new("two") }
}

fn reference(peer: &Peer, request: &Request) -> Vec<u8> {
    let Ok(heard) = peer.hear(request) else { panic!("refused") };
    heard.parts.first().expect("a piece").reference.clone()
}

pub(crate) fn an_oversized_body_is_refused(peer: &Peer) {
    let times = if peer.is_batch { 7_000 } else { 2_000 };
    let sms = Sms { text: TEXT.repeat(times), ..Sms::new("one") };
    assert_eq!(peer.refusal(&peer.tell(&sms)), 400);
}

pub(crate) fn an_oversized_sender_is_refused(peer: &Peer) {
    let of = |length| Sms { sender: "ü".repeat(length), ..Sms::new("one") };
    assert_eq!(peer.refusal(&peer.tell(&of(64))), 200);
    if peer.is_batch {
        let Ok(heard) = peer.hear(&peer.tell(&of(65))) else { panic!("refused") };
        assert_eq!(heard.parts.first().and_then(|part| part.trouble), Some("unreadable"));
    } else {
        assert_eq!(peer.refusal(&peer.tell(&of(65))), 400);
    }
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

pub(crate) fn a_method_of_another_kind_is_refused(peer: &Peer) {
    for method in ["DELETE", "PUT", "HEAD", ""] {
        let request = Request { method: method.to_owned(), ..peer.tell(&Sms::new("one")) };
        assert_eq!(peer.refusal(&request), 400, "{method}");
    }
}

pub(crate) fn the_settings_are_named_and_checked(peer: &Peer) {
    let registry = connectors::registry();
    let connector = connector(&registry, peer.connector);
    let of_secret = connector.settings().iter().find(|setting| setting.name == peer.setting).expect("a setting");
    assert!(!of_secret.is_optional);
    assert!(connector.settings().iter().all(|setting| !setting.help.is_empty() && !setting.label.is_empty()));
    assert!(!connector.about().is_empty());
    assert_eq!(connector.check(&peer.settings(peer.secret)), Ok(()));
    assert_eq!(connector.is_voip(), VOIP.contains(&peer.connector));
    for secret in ["", "short"] {
        let fault = connector.check(&peer.settings(secret)).expect_err("too weak");
        assert!(fault.contains(peer.setting) && !fault.contains("short"), "{fault}");
    }
}

pub(crate) fn a_push_is_kept_once_and_says_nothing_in_the_log(peer: &Peer) {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let house = House::with(peer).await;
            for _ in 0..2 {
                assert_eq!(house.push(&peer.tell(&Sms::new("one"))).await, Some(200));
            }
            assert_eq!(house.push(&peer.tell(&another())).await, Some(200));
            assert_eq!(house.push(&peer.push(b"garbage".to_vec(), NOW_S)).await, Some(400));
            let kept = domain::message::quarantined(&house.app, i64::MAX, 10).await.expect("listed");
            assert_eq!(kept.len(), 2, "two messages, one of them told twice");
        });
    });
    let said = log.said();
    let secret = peer.secret.trim_start_matches("whsec_");
    assert!(!said.contains(secret) && !said.contains("493817") && !said.contains("739551"), "{said}");
}

pub(crate) fn what_cannot_be_kept_is_not_acknowledged(peer: &Peer) {
    run(async {
        let house = House::with(peer).await;
        house.lose_messages();
        assert_eq!(house.push(&peer.tell(&Sms::new("one"))).await, None);
    });
}

/// The senders that the table below holds to all this.
macro_rules! table {
    ($($peer:ident: $($class:ident)*;)*) => {
        pub(crate) mod table {
            $(
                pub(crate) mod $peer {
                    $(crate::cases::$class!($peer);)*
                }
            )*
        }
    };
}

table! {
    own: all named json signed timed headed;
    sms_gateway_android: all named json signed timed headed;
    httpsms: all named json timed headed;
    textbee: all named json signed headed;
    ejoin: all json;
    dinstar: all json;
    kannel: all named;
    openvox: all;
    template: all;
    jasmin: all named;
    twilio: all named signed headed;
    telnyx: all named json signed timed headed;
    plivo: all named signed headed;
    bandwidth: all named json headed;
    vonage: all named signed;
    vonage_messages: all named json signed timed headed;
    partner: all named json;
}

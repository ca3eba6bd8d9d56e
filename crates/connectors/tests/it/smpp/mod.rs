//! A message centre that speaks SMPP.

mod centre;
pub(crate) mod house;
pub(crate) mod odd;

use std::time::{Duration, Instant};

use connectors::registry;
use tokio::net::{TcpListener, TcpStream};

use centre::{Centre, Sms, parameter, pdu};
use house::{House, settings, until};

use crate::house::{Log, run};
use crate::mail_server::{acceptor, pair};

async fn bound(more: &[(&str, &str)]) -> (Centre, House, house::Held, centre::Bound) {
    let centre = Centre::open().await;
    let house = House::open(&centre.address()).await;
    let held = house.hold(settings(&centre.address(), more)).await;
    let session = centre.bound().await;
    (centre, house, held, session)
}

#[tokio::test]
pub(crate) async fn a_message_is_answered_when_it_is_kept() {
    let (_centre, house, held, mut session) = bound(&[]).await;
    assert_eq!(session.bind.command, 1);
    assert_eq!(session.bind.body, b"house\0swordfish\0\0\x34\0\0\0");
    assert_eq!(session.tell(7, &Sms::new("G-493817 is your code")).await, 0);
    let kept = house.kept().await;
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].sender.as_str(), kept[0].text.as_str()), ("22395", "G-493817 is your code"));
    assert_eq!(kept[0].reason, "no_lease");
    assert_eq!(held.inbox.state().links, 1);
}

#[tokio::test]
pub(crate) async fn a_message_that_cannot_be_kept_is_to_come_again() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    house.tamper("ALTER TABLE message RENAME TO gone");
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0x64);
    house.tamper("ALTER TABLE gone RENAME TO message");
    assert_eq!(session.tell(2, &Sms::new("one")).await, 0);
    assert_eq!(session.tell(3, &Sms::new("two")).await, 0);
    assert_eq!(house.texts().await, ["one", "two"]);
    let fault = house.fault().await;
    assert!(fault.contains("come again") && !fault.contains("one"), "{fault}");
}

#[tokio::test]
pub(crate) async fn a_transceiver_with_a_type_binds_as_one() {
    let (_centre, _house, _held, session) = bound(&[("bind", "transceiver"), ("system_type", "VMA")]).await;
    assert_eq!(session.bind.command, 9);
    assert_eq!(session.bind.body, b"house\0swordfish\0VMA\0\x34\0\0\0");
}

/// What SMPP 5.0 has more: its version and congestion in each answer, and where a message comes from and goes to.
#[tokio::test]
pub(crate) async fn a_centre_of_5_0_is_bound_to_as_well() {
    let centre = Centre::open().await;
    let house = House::open(&centre.address()).await;
    let _held = house.hold(settings(&centre.address(), &[("bind", "transceiver")])).await;
    let mut session = centre.silent().await;
    let more = [parameter(0x0210, &[0x50]), parameter(0x0428, &[60])].concat();
    session.say(0x8000_0009, session.bind.sequence, &[&b"CENTRE\0"[..], &more].concat()).await;
    let network = |tag| (tag, &b"\x01carrier.example"[..]);
    let sms = [network(0x060D), network(0x060E), (0x0611, &[1]), (0x0428, &[60])]
        .into_iter()
        .fold(Sms::new("G-493817 is your code"), |sms, (tag, value)| sms.with(tag, value));
    assert_eq!(session.tell(1, &sms).await, 0);
    // A question about a broadcast is no business of who receives.
    session.say(0x112, 2, b"id\0\0\0a\0").await;
    assert_eq!(session.hear().await.command, 0x8000_0000);
    assert_eq!(session.tell(3, &Sms::new("two")).await, 0);
    assert_eq!(house.texts().await, ["G-493817 is your code", "two"]);
}

#[tokio::test]
pub(crate) async fn questions_go_both_ways() {
    let (_centre, _house, _held, mut session) = bound(&[("enquire_seconds", "1")]).await;
    session.say(0x15, 99, b"").await;
    let mut seen = [session.read().await, session.read().await].map(|pdu| (pdu.command, pdu.sequence));
    seen.sort_unstable();
    assert_eq!(seen, [(0x15, 2), (0x8000_0015, 99)]);
}

#[tokio::test]
pub(crate) async fn a_centre_that_is_silent_is_left_and_bound_to_again() {
    let (centre, house, _held, mut session) = bound(&[("enquire_seconds", "1")]).await;
    assert_eq!(session.read().await.command, 0x15);
    let mut again = centre.bound().await;
    assert!(session.is_closed().await);
    assert!(house.fault().await.contains("did not answer in time"));
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
}

#[tokio::test]
pub(crate) async fn a_centre_that_tells_messages_before_it_answers_is_not_silent() {
    let (_centre, _house, held, mut session) = bound(&[("enquire_seconds", "1")]).await;
    let question = session.read().await;
    assert_eq!(question.command, 0x15);
    // More than two of its questions fall due meanwhile.
    let (begun, mut sequence) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_millis(2_500) {
        sequence += 1;
        session.say(5, sequence, &Sms::new(format!("text {sequence}")).body()).await;
        let answer = session.read().await;
        assert_eq!((answer.command, answer.sequence, answer.status), (0x8000_0005, sequence, 0));
    }
    session.say(0x8000_0015, question.sequence, b"").await;
    assert_eq!((session.tell(sequence + 1, &Sms::new("the last")).await, held.inbox.state().reconnects), (0, 0));
}

#[tokio::test]
pub(crate) async fn a_bind_that_is_lost_or_ended_is_made_again() {
    let (centre, house, held, session) = bound(&[]).await;
    drop(session);
    let mut second = centre.bound().await;
    second.say(6, 5, b"").await;
    let answer = second.hear().await;
    assert_eq!((answer.command, answer.sequence), (0x8000_0006, 5));
    let mut third = centre.bound().await;
    assert_eq!(third.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(held.inbox.state().reconnects, 2);
    assert!(house.fault().await.ends_with("ended the bind"));
}

#[tokio::test]
pub(crate) async fn a_refused_bind_is_told_without_the_password_and_tried_again() {
    let centre = Centre::open().await;
    let house = House::open(&centre.address()).await;
    let _held = house.hold(settings(&centre.address(), &[])).await;
    drop(centre.answer(0x0E).await);
    until(async || house.fault().await.contains("0x0E")).await;
    assert!(!house.fault().await.contains("swordfish"));
    assert_eq!(centre.bound().await.tell(1, &Sms::new("one")).await, 0);
}

#[tokio::test]
pub(crate) async fn a_centre_that_wants_to_be_left_alone_is_bound_to_later() {
    let centre = Centre::open().await;
    let house = House::open(&centre.address()).await;
    let _held = house.hold(settings(&centre.address(), &[])).await;
    let begun = Instant::now();
    drop(centre.answer(0x58).await);
    let mut session = centre.bound().await;
    assert!(begun.elapsed() >= Duration::from_secs(1) && house.fault().await.contains("0x58"));
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0);
}

#[test]
pub(crate) fn nothing_of_a_message_is_in_the_log() {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let (_centre, house, held, mut session) = bound(&[]).await;
            house.tamper("ALTER TABLE message RENAME TO gone");
            assert_eq!(session.tell(1, &Sms::new("493817 is your code")).await, 0x64);
            house.tamper("ALTER TABLE gone RENAME TO message");
            assert_eq!(session.tell(2, &Sms::new("493817 is your code")).await, 0);
            session.say(5, 3, b"493817 is your code, in no order").await;
            assert_eq!((session.read().await.command, house.kept().await.len()), (0x8000_0005, 2));
            let fault = house.fault().await;
            assert!(!fault.contains("493817") && !fault.contains("swordfish"), "{fault}");
            held.kill(&house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains("493817") && !said.contains("swordfish") && !said.contains("22395"), "{said}");
}

#[tokio::test]
pub(crate) async fn a_centre_that_refuses_makes_no_repeats_at_the_other() {
    let (good, bad) = (Centre::open().await, Centre::open().await);
    let house = House::open(&good.address()).await;
    let _held = house.hold(settings(&format!("{} {}", good.address(), bad.address()), &[])).await;
    let mut session = good.bound().await;
    drop(bad.answer(0x0E).await);
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0);
    for minute in 0..2 {
        house.pass_ms(60_000);
        // The second refusal comes only once the first was wholly dealt with.
        drop(bad.answer(0x0E).await);
        assert_eq!(session.tell(2 + minute, &Sms::new(format!("other {minute}"))).await, 0);
    }
    drop(bad.answer(0x0E).await);
    assert_eq!(session.tell(9, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one", "other 0", "other 1", "one"]);
}

#[tokio::test]
pub(crate) async fn the_house_ends_its_bind_in_order() {
    let (_centre, house, held, mut session) = bound(&[]).await;
    session.tell(1, &Sms::new("one")).await;
    let farewell = tokio::spawn(async move {
        let unbind = session.hear().await;
        assert_eq!(unbind.command, 6);
        session.say(0x8000_0006, unbind.sequence, b"").await;
        session.is_closed().await
    });
    held.close(&house).await;
    assert!(farewell.await.expect("it ends well"));
}

#[tokio::test]
pub(crate) async fn several_binds_are_held_at_once() {
    let (centre, house, held, mut first) = bound(&[("binds", "2")]).await;
    let mut second = centre.bound().await;
    assert_eq!([first.tell(1, &Sms::new("one")).await, second.tell(1, &Sms::new("two")).await], [0, 0]);
    assert_eq!(held.inbox.state().links, 2);
    assert_eq!(house.texts().await, ["one", "two"]);
}

#[tokio::test]
pub(crate) async fn a_flood_is_answered_one_by_one_within_the_window() {
    let (_centre, house, held, mut session) = bound(&[("window", "10")]).await;
    let flood: Vec<u8> =
        (1..=300).flat_map(|sequence| pdu(5, 0, sequence, &Sms::new(format!("text {sequence}")).body())).collect();
    session.send(&flood).await;
    let mut sequences = Vec::new();
    for _ in 1..=300 {
        let answer = session.hear().await;
        assert_eq!((answer.command, answer.status), (0x8000_0005, 0));
        assert!(held.inbox.state().backlog <= 10);
        sequences.push(answer.sequence);
    }
    sequences.sort_unstable();
    assert!(sequences.into_iter().eq(1..=300));
    assert_eq!(house.kept().await.len(), 300);
}

#[tokio::test]
pub(crate) async fn a_message_told_again_after_a_new_bind_is_one() {
    let (centre, house, _held, mut session) = bound(&[]).await;
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0);
    drop(session);
    let mut again = centre.bound().await;
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one"]);
    assert_eq!(again.tell(2, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one", "one"]);
}

#[tokio::test]
pub(crate) async fn equal_messages_of_one_bind_are_two() {
    let (centre, house, _held, mut session) = bound(&[]).await;
    for sequence in 1..=2 {
        assert_eq!(session.tell(sequence, &Sms::new("one")).await, 0);
    }
    assert_eq!(house.texts().await, ["one", "one"]);
    drop(session);
    let mut again = centre.bound().await;
    for sequence in 1..=2 {
        assert_eq!(again.tell(sequence, &Sms::new("one")).await, 0);
    }
    assert_eq!(house.texts().await, ["one", "one"]);
}

#[tokio::test]
pub(crate) async fn an_equal_message_a_minute_after_the_bind_is_another() {
    let (centre, house, _held, mut session) = bound(&[]).await;
    session.tell(1, &Sms::new("one")).await;
    drop(session);
    let mut again = centre.bound().await;
    // Its answer shows that the bind stands before the clock moves.
    again.tell(1, &Sms::new("other")).await;
    house.pass_ms(60_000);
    assert_eq!(again.tell(2, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one", "other", "one"]);
}

#[tokio::test]
pub(crate) async fn what_is_known_to_be_acknowledged_is_no_repeat_after_a_new_bind() {
    let (centre, house, held, mut session) = bound(&[("enquire_seconds", "1")]).await;
    session.tell(1, &Sms::new("first")).await;
    house.pass_ms(60_000);
    session.tell(2, &Sms::new("one")).await;
    let question = session.read().await;
    session.say(0x8000_0015, question.sequence, b"").await;
    until(async || held.inbox.mark() == "3 3").await;
    drop(session);
    let mut again = centre.bound().await;
    // It comes after our answer to the bind, and so finds the bind standing.
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["first", "one", "one"]);
}

#[tokio::test]
pub(crate) async fn a_message_that_was_not_kept_at_first_is_one_after_a_new_bind() {
    let (centre, house, held, mut session) = bound(&[("enquire_seconds", "1")]).await;
    house.tamper("ALTER TABLE message RENAME TO gone");
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0x64);
    house.tamper("ALTER TABLE gone RENAME TO message");
    let question = session.read().await;
    session.say(0x8000_0015, question.sequence, b"").await;
    until(async || held.inbox.mark().starts_with("3 ")).await;
    // Its generation is closed, and its answer is not known to be there.
    assert_eq!(session.tell(2, &Sms::new("one")).await, 0);
    drop(session);
    let mut again = centre.bound().await;
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one"]);
}

#[tokio::test]
pub(crate) async fn a_message_is_one_however_long_its_bind_was_away() {
    let (centre, house, held, session) = bound(&[("binds", "2")]).await;
    let (mut first, mut second) = (session, centre.bound().await);
    assert_eq!(first.tell(1, &Sms::new("one")).await, 0);
    drop(first);
    until(async || held.inbox.state().links == 1).await;
    let mut again = centre.silent().await;
    for sequence in 1..=8 {
        house.pass_ms(60_000);
        assert_eq!(second.tell(sequence, &Sms::new(format!("other {sequence}"))).await, 0);
    }
    again.accept().await;
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await.iter().filter(|text| *text == "one").count(), 1);
    // A minute after it stands again, it is another.
    house.pass_ms(60_000);
    assert_eq!(again.tell(2, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await.iter().filter(|text| *text == "one").count(), 2);
}

#[tokio::test]
pub(crate) async fn who_lost_the_wire_keeps_nothing_under_a_name_of_its_own() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    house.pass_ms(60_000);
    assert!(domain::supply::own(&house.app, 1, "smpp", "another").await.expect("looked").is_some());
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0x64);
    assert!(house.texts().await.is_empty());
}

#[tokio::test]
pub(crate) async fn a_repeat_is_known_after_a_kill_too() {
    let (centre, house, held, mut session) = bound(&[]).await;
    assert_eq!(session.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(held.inbox.mark(), "2 2", "who takes the wire over knows that it was used");
    held.kill(&house).await;
    drop(session);
    let _held = house.hold(settings(&centre.address(), &[])).await;
    let mut again = centre.bound().await;
    assert_eq!(again.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(again.tell(2, &Sms::new("two")).await, 0);
    assert_eq!(house.texts().await, ["one", "two"]);
}

/// A door with TLS before a centre that has none; its port.
async fn front(centre: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust the certificate goes away again.
            let Ok(mut stream) = acceptor().accept(stream).await else { continue };
            let mut behind = TcpStream::connect(&centre).await.expect("the centre is there");
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut behind).await });
        }
    });
    port
}

#[tokio::test]
pub(crate) async fn over_tls_a_centre_needs_a_certificate_that_is_trusted() {
    let centre = Centre::open().await;
    let house = House::open(&centre.address()).await;
    let address = format!("localhost:{}", front(centre.address()).await);
    let untrusting = house.hold(settings(&address, &[("tls", "yes")])).await;
    until(async || house.fault().await.contains("cannot be connected to")).await;
    untrusting.close(&house).await;
    let ca = std::fs::read_to_string(pair("cert.pem")).expect("a certificate");
    let _held = house.hold(settings(&address, &[("tls", "yes"), ("ca", &ca)])).await;
    assert_eq!(centre.bound().await.tell(1, &Sms::new("one")).await, 0);
    assert_eq!(house.texts().await, ["one"]);
}

#[tokio::test]
async fn a_centre_in_a_network_of_ours_is_dialled_only_where_a_setting_names_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let port = listener.local_addr().expect("an address").port();
    for (host, tls) in [("127.0.0.1", "no"), ("localhost", "no"), ("2130706433", "no"), ("localhost", "yes")] {
        let address = format!("{host}:{port}");
        let house = House::open(&address).await;
        let held = house.hold(settings(&address, &[("allow_network", "10.0.0.0/8"), ("tls", tls)])).await;
        until(async || house.fault().await.contains("`allow_network`")).await;
        let fault = house.fault().await;
        assert!(fault.starts_with(&address) && fault.contains("the address is not allowed"), "{fault}");
        held.close(&house).await;
    }
    assert!(listener.accept().is_err(), "nobody came");
    let address = format!("localhost:{port}");
    let house = House::open(&address).await;
    let _held = house.hold(settings(&address, &[("allow_network", "10.0.0.0/8 127.0.0.0/8")])).await;
    TcpListener::from_std(listener).expect("a door").accept().await.expect("the house came");
}

#[tokio::test]
pub(crate) async fn settings_that_do_not_fit_are_refused_and_name_no_secret() {
    let registry = registry();
    let smpp = registry.get("smpp").expect("it is there");
    assert!(smpp.holds() && smpp.check(&settings("smsc.example.com", &[])).is_ok());
    let wrong = [
        ("hosts", "a:0"),
        ("hosts", "a b c d e"),
        ("hosts", "::1"),
        ("password", "sword\u{e9}fish"),
        ("bind", "transmitter"),
        ("binds", "9"),
        ("tls", "maybe"),
        ("alphabet", "ebcdic"),
        ("window", "0"),
        ("enquire_seconds", "301"),
        ("allow_network", "here"),
    ];
    for (name, value) in wrong {
        let fault = smpp.check(&settings("smsc.example.com", &[(name, value)])).expect_err(name);
        assert!(fault.contains(name) && !fault.contains("fish"), "{fault}");
    }
    let fault = smpp.check(&settings("a", &[("tls", "yes"), ("ca", "no PEM")])).expect_err("no PEM");
    assert!(fault.contains("ca"));
}

//! Messages as centres and senders should not make them, all on one bind, with good ones between them.

use super::bound;
use super::centre::{Sms, parameter, pdu};
use super::house::NUMBER;

/// What is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// `deliver_sm_resp` or `data_sm_resp` with a status.
    Status(u32),
    /// `generic_nack` with a status.
    Nack(u32),
    /// Another answer.
    Other(u32),
    Nothing,
}

/// An odd PDU, what is answered, and the text that is kept of it.
type Case = (&'static str, Vec<u8>, Answer, Option<&'static str>);

const KEPT: Answer = Answer::Status(0);
const NEVER: Answer = Answer::Status(0x65);

fn deliver(sms: &Sms) -> Vec<u8> {
    pdu(5, 0, 1_000, &sms.body())
}

fn senders() -> Vec<Case> {
    let sms = |name, sms: Sms, text| (name, deliver(&sms), KEPT, Some(text));
    vec![
        sms("a sender in Latin-1", Sms::new("odd 1").from(5, b"Caf\xE9"), "odd 1"),
        sms("a sender in UTF-8", Sms::new("odd 2").from(5, "Café"), "odd 2"),
        sms("a sender of 25 characters", Sms::new("odd 3").from(5, "ABCDEFGHIJKLMNOPQRSTUVWXY"), "odd 3"),
        sms("a sender of 500 characters", Sms::new("odd 4").from(5, "x".repeat(500)), "odd 4"),
        sms("no sender", Sms::new("odd 5").from(0, ""), "odd 5"),
        sms("a type of number that there is not", Sms::new("odd 6").from(7, "22395"), "odd 6"),
        sms("a sender with a line break", Sms::new("odd 7").from(5, "A\r\nB\x1b[2J"), "odd 7"),
        sms("a receiver of 30 digits", Sms { destination: vec![b'1'; 30], ..Sms::new("odd 8") }, "odd 8"),
        sms("no receiver", Sms { destination: Vec::new(), ..Sms::new("odd 9") }, "odd 9"),
        sms("a receiver in letters", Sms { destination: b"house".to_vec(), ..Sms::new("odd 10") }, "odd 10"),
        sms("a long service type", Sms { service_type: b"WAPPUSH".to_vec(), ..Sms::new("odd 11") }, "odd 11"),
        sms(
            "times of the wrong length",
            Sms { times: [b"2026".to_vec(), b"000000000100000R00".to_vec()], ..Sms::new("odd 12") },
            "odd 12",
        ),
        sms("a protocol of its own", Sms { protocol: 0x40, ..Sms::new("odd 13") }, "odd 13"),
    ]
}

fn texts() -> Vec<Case> {
    let sms = |name, sms: Sms, text| (name, deliver(&sms), KEPT, Some(text));
    vec![
        sms("GSM with a class", Sms::new("odd 20").coded(0xF1), "odd 20"),
        sms("another class", Sms::new("odd 21").coded(0x11), "odd 21"),
        sms("a coding that there is not", Sms::new("odd 22").coded(0x0F), "odd 22"),
        sms("the last coding", Sms::new("odd 23").coded(0xFF), "odd 23"),
        sms("octets", Sms::new(b"odd 24 \xE9").coded(4), "odd 24 é"),
        sms("septets with an eighth bit", Sms::new("odd 25 é"), "odd 25 é"),
        sms("GSM that is called IA5", Sms::new(b"odd 26 \x1be").coded(1), "odd 26 €"),
        sms("half a unit of UTF-16", Sms::new(b"\0o\0d\0d\0 \x002\x007\0").coded(8), "odd 27"),
        sms("half a pair of UTF-16", Sms::new(b"\xD8\x3D\0 \0o\0d\0d\x002\x008").coded(8), "\u{FFFD} odd28"),
        sms("a NUL in UTF-16", Sms::new(b"\0o\0\0\0d").coded(8), "o\0d"),
        sms("an escape at the end", Sms::new(b"odd 29\x1b"), "odd 29 "),
        sms("a header that is longer than the text", Sms::new(b"\x7fodd 30").class(0x40), "àodd 30"),
        sms("a header and no text", Sms::new(b"").class(0x40), ""),
        sms("a header of other things", Sms::new(b"\x03\x70\x01\x00odd 31").class(0xC0), "odd 31"),
        sms("part 0 of 0", Sms::new(b"\x05\x00\x03\x07\x00\x00odd 32").class(0x40), "odd 32"),
        sms("part 3 of 2", Sms::new(b"\x05\x00\x03\x07\x02\x03odd 33").class(0x40), "odd 33"),
        sms("a mode that there is not", Sms::new("odd 34").class(0x03), "odd 34"),
    ]
}

fn parameters() -> Vec<Case> {
    let sms = |name, sms: Sms, text| (name, deliver(&sms), KEPT, Some(text));
    let tail = |text: &str, rest: &[u8]| Sms { rest: rest.to_vec(), ..Sms::new(text) };
    vec![
        sms("parameters that nobody knows", Sms::new("odd 40").with(0x1403, b"abc").with(0xFFFF, b""), "odd 40"),
        sms("a parameter with a value that there is not", Sms::new("odd 41").with(0x0019, [99]), "odd 41"),
        sms(
            "SAR of the wrong sizes",
            Sms::new("odd 42").with(0x020C, [1; 9]).with(0x020E, b"").with(0x020F, [1]),
            "odd 42",
        ),
        sms("two bytes behind the end", tail("odd 43", b"\xAA\xBB"), "odd 43"),
        sms("a parameter that is longer than the rest", tail("odd 44", b"\x04\x24\xFF\xFFabc"), "odd 44"),
        sms("many parameters", tail("odd 45", &parameter(0x1400, b"").repeat(2_000)), "odd 45"),
        sms("a length that is longer than the text", Sms { length: Some(200), ..Sms::new("odd 46") }, "odd 46"),
        sms("a length that is shorter", Sms { length: Some(6), ..Sms::new("odd 47 and more") }, "odd 47"),
        sms("a text in both places", Sms::new("odd 48").with(0x0424, "another"), "odd 48"),
        sms("a text in a parameter", Sms::new("").with(0x0424, "odd 49"), "odd 49"),
        sms("no text in any place", Sms::new("").with(0x0424, ""), ""),
    ]
}

fn frames() -> Vec<Case> {
    let cut = |length: usize| pdu(5, 0, 1_000, &Sms::new("odd").body()[..length]);
    let data = Sms::new("").with(0x0424, "odd 60").data();
    let nothing = |name, pdu| (name, pdu, Answer::Nothing, None);
    vec![
        ("no body", cut(0), NEVER, Some("")),
        ("a body of one byte", cut(1), NEVER, Some("")),
        ("a body without an end of a string", pdu(5, 0, 1_000, &[b'x'; 60]), NEVER, Some("")),
        ("a body that ends in the sender", cut(5), NEVER, Some("")),
        ("a body that ends before the text's length", cut(cut_at_length()), NEVER, Some("")),
        ("a body of 300,000 bytes", pdu(5, 0, 1_000, &[b'x'; 300_000]), NEVER, Some("")),
        ("a message as data", pdu(0x103, 0, 1_000, &data), KEPT, Some("odd 60")),
        ("data that breaks off", pdu(0x103, 0, 1_000, &data[..9]), NEVER, Some("")),
        ("a status in a request", pdu(5, 0x45, 1_000, &Sms::new("odd 61").body()), KEPT, Some("odd 61")),
        ("sequence 0", pdu(5, 0, 0, &Sms::new("odd 62").body()), KEPT, Some("odd 62")),
        ("the last sequence", pdu(5, 0, u32::MAX, &Sms::new("odd 63").body()), KEPT, Some("odd 63")),
        ("a receipt", deliver(&Sms::new("id:1 stat:DELIVRD").class(0x04)), KEPT, None),
        ("an acknowledgement of a person", deliver(&Sms::new("ok").class(0x10)), KEPT, None),
        ("an intermediate notification", deliver(&Sms::new("id:1").class(0x20)), KEPT, None),
        ("a command that there is not", pdu(0x999, 0, 1_000, b"abc"), Answer::Nack(3), None),
        ("a message that we should send", pdu(4, 0, 1_000, &Sms::new("odd").body()), Answer::Nack(3), None),
        ("a bind", pdu(2, 0, 1_000, b"a\0b\0\0\x34\0\0\0"), Answer::Nack(3), None),
        ("a question with a body", pdu(0x15, 0, 1_000, b"abc"), Answer::Other(0x8000_0015), None),
        (
            "a length below the header's",
            [&[0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0], &1_000_u32.to_be_bytes()[..]].concat(),
            Answer::Nack(2),
            None,
        ),
        nothing("an answer that there is not", pdu(0x8000_0999, 0, 1_000, b"abc")),
        nothing("an answer to no question", pdu(0x8000_0015, 0, 77, b"")),
        nothing("an answer to no message", pdu(0x8000_0004, 0, 1_000, b"id\0")),
        nothing("a refusal of nothing", pdu(0x8000_0000, 3, 1_000, b"")),
        nothing("an alert", pdu(0x102, 0, 1_000, b"\0\0a\0\0\0b\0")),
        nothing("a request to bind", pdu(0x0B, 0, 1_000, b"centre\0secret\0")),
    ]
}

/// Where the octet stands that tells the text's length.
fn cut_at_length() -> usize {
    Sms::new("").body().len() - 1
}

#[tokio::test]
pub(crate) async fn a_bind_survives_all_of_them_and_loses_nothing() {
    let (_centre, house, held, mut session) = bound(&[]).await;
    let cases = [senders(), texts(), parameters(), frames()].concat();
    assert!(cases.len() >= 60);
    let (mut wanted, mut sequence) = (Vec::new(), 0);
    for (name, bytes, answer, text) in &cases {
        session.send(bytes).await;
        if *answer != Answer::Nothing {
            let heard = session.hear().await;
            assert_eq!(heard.sequence.to_be_bytes(), bytes[12..16], "{name}");
            let given = match heard.command {
                0x8000_0005 | 0x8000_0103 => Answer::Status(heard.status),
                0x8000_0000 => Answer::Nack(heard.status),
                other => Answer::Other(other),
            };
            assert_eq!(given, *answer, "{name}");
        }
        sequence += 1;
        let good = format!("good {sequence} after {name}");
        assert_eq!(session.tell(sequence, &Sms::new(&good)).await, 0, "{name}");
        wanted.extend(text.map(str::to_owned));
        wanted.push(good);
    }
    assert_eq!(house.texts().await, wanted);
    assert_eq!((held.inbox.state().links, held.inbox.state().reconnects), (1, 0));
}

#[tokio::test]
pub(crate) async fn bytes_that_come_one_by_one_or_all_at_once_are_the_same() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    for byte in deliver(&Sms::new("slowly")) {
        session.send(&[byte]).await;
    }
    assert_eq!(session.hear().await.status, 0);
    let two = [deliver(&Sms::new("two")), deliver(&Sms::new("at once"))].concat();
    session.send(&two).await;
    assert_eq!([session.hear().await.status, session.hear().await.status], [0, 0]);
    assert_eq!(house.texts().await, ["slowly", "two", "at once"]);
}

#[tokio::test]
pub(crate) async fn a_text_of_64_kib_is_kept_whole() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    let long = "0123456789abcde\n".repeat(4_095);
    assert_eq!(session.tell(1, &Sms::new("").with(0x0424, &long)).await, 0);
    assert!(house.texts().await == [long]);
}

#[tokio::test]
pub(crate) async fn parts_join_however_they_are_told() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    let emoji: Vec<u8> = "ab😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (first, last) = emoji.split_at(6);
    let wide = |seq: u8, text: &[u8]| Sms::new([&[6, 8, 4, 0xAB, 0xCD, 2, seq], text].concat()).class(0x40).coded(8);
    let narrow = |seq: u8, text: &[u8]| Sms::new([&[5, 0, 3, 9, 2, seq], text].concat()).class(0x40);
    let sar = |seq: u8, text: &str| Sms::new(text).with(0x020C, [3, 9]).with(0x020E, [2]).with(0x020F, [seq]);
    let flagless = |seq: u8, text: &[u8]| Sms::new([&[6, 8, 4, 1, 2, 2, seq], text].concat()).from(5, "Jasmin");
    let parts = [
        wide(2, last),
        narrow(1, b"5 \x1b"),
        sar(2, " two"),
        wide(1, first),
        flagless(1, b"no "),
        narrow(2, b"e!"),
        sar(1, "one"),
        flagless(2, b"flag"),
    ];
    for (sequence, part) in (1..).zip(&parts) {
        assert_eq!(session.tell(sequence, part).await, 0);
    }
    let mut texts = house.texts().await;
    texts.sort();
    assert_eq!(texts, ["5 €!", "ab😀", "no flag", "one two"]);
}

#[tokio::test]
pub(crate) async fn parts_that_are_cut_inside_a_character_join() {
    let (_centre, house, _held, mut session) = bound(&[("alphabet", "utf8")]).await;
    let wide: Vec<u8> = "ж".repeat(133).encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (narrow, code) = ("é".repeat(70), "Код 445566");
    let part =
        |reference: u8, seq: u8, text: &[u8]| Sms::new([&[6, 8, 4, 0, reference, 2, seq], text].concat()).class(0x40);
    let parts = [
        part(1, 1, &wide[..133]).coded(8),
        part(1, 2, &wide[133..]).coded(8),
        part(2, 2, &narrow.as_bytes()[133..]),
        part(2, 1, &narrow.as_bytes()[..133]),
        part(3, 1, &code.as_bytes()[..3]),
        part(3, 2, &code.as_bytes()[3..]),
    ];
    for (sequence, part) in (1..).zip(&parts) {
        assert_eq!(session.tell(sequence, part).await, 0);
    }
    let mut texts = house.texts().await;
    texts.sort();
    assert_eq!(texts, [narrow, "Код 445566".to_owned(), "ж".repeat(133)]);
}

#[tokio::test]
pub(crate) async fn senders_and_receivers_are_read_in_one_way() {
    let (_centre, house, _held, mut session) = bound(&[]).await;
    let to = |destination: &str| Sms { destination: destination.as_bytes().to_vec(), ..Sms::new(destination) };
    for (sequence, sms) in (1..).zip([to(NUMBER), to(&NUMBER[1..]), to(&format!("+{NUMBER}")), to("12025550148")]) {
        session.tell(sequence, &sms.from(1, "13125550100")).await;
    }
    let kept = house.kept().await;
    assert!(kept.iter().all(|kept| kept.sender == "+13125550100"));
    let reasons: Vec<&str> = kept.iter().map(|kept| kept.reason.as_str()).collect();
    assert_eq!(reasons, ["no_lease", "no_lease", "no_lease", "unknown_number"]);
}

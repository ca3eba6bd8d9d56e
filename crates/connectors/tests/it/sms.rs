//! The SMS itself: known PDUs, and any that can be made.

use connectors::sms::{Address, Alphabet, Coding, Deliver, Header, deliver, fill_bits, unpack};
use domain::supply::{Concat, ConcatKind, End, Start};
use proptest::prelude::*;

/// Septets of an address or a text, packed behind some fill bits.
fn pack(septets: &[u8], fill: usize) -> Vec<u8> {
    let mut octets = vec![0_u8; (fill + septets.len() * 7).div_ceil(8)];
    for (place, septet) in septets.iter().enumerate() {
        for bit in (0..7).filter(|bit| septet >> bit & 1 == 1) {
            let at = fill + place * 7 + bit;
            octets[at / 8] |= 1 << (at % 8);
        }
    }
    octets
}

/// An SMS-DELIVER from 22395 with a header (length octet included) and a body: its length as told, and its octets.
pub(crate) fn pdu(coding: u8, header: &[u8], length: usize, body: &[u8]) -> Vec<u8> {
    let first = if header.is_empty() { 0x04 } else { 0x44 };
    let mut pdu = vec![0, first, 5, 0x81, 0x22, 0x93, 0xF5, 0, coding];
    pdu.extend([0x62, 0x11, 0x32, 0x21, 0x03, 0x00, 0x00, u8::try_from(length).expect("short")]);
    pdu.extend([header, body].concat());
    pdu
}

pub(crate) fn gsm(header: &[u8], septets: &[u8]) -> Vec<u8> {
    let length = (header.len() * 8).div_ceil(7) + septets.len();
    pdu(0, header, length, &pack(septets, fill_bits(header.len())))
}

pub(crate) fn utf16(header: &[u8], units: &[u16]) -> Vec<u8> {
    let body: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    pdu(8, header, header.len() + body.len(), &body)
}

fn read(pdu: &[u8]) -> Deliver {
    let Ok(read) = deliver(pdu) else { panic!("unread") };
    read
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16).expect("hex")).expect("a digit")).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn every_known_pdu_is_read_as_it_is_known() {
    let lines = include_str!("data/pdus.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for line in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, pdu, sender, text] = fields[..] else { panic!("four fields") };
        let read = read(&hex(pdu));
        assert_eq!(read.sender.value, sender, "{name}");
        assert_eq!(read.text.replace('\u{FFFD}', "?"), text, "{name}");
        assert_eq!(read.sent_ms, Some(1_795_361_400_000), "{name}");
        count += 1;
    }
    assert_eq!(count, 18);
}

#[test]
fn a_known_long_message_has_its_place_and_its_seam() {
    let split = read(&hex("07912160130300F44405812293F50008621132100300040C0500037B020100610062D83D"));
    let concat = split.concat.expect("a part");
    assert_eq!((concat.kind, concat.reference, concat.total, concat.seq), (ConcatKind::Ref8, 0x7B, 2, 1));
    assert!(concat.seam.end == Some(End::Surrogate(0xD83D)) && concat.seam.start.is_none());
    let wide = read(&hex("07912160130300F44405812293F500006211321003000413060804ABCD0201F0B09C0E7ABBCBA0980C"));
    assert_eq!(wide.concat, Concat::new(ConcatKind::Ref16, 0xABCD, 2, 1));
}

#[test]
fn an_escape_at_a_part_s_end_waits_for_the_next_part() {
    let first = read(&gsm(&[5, 0, 3, 9, 2, 1], b"5 \x1b")).concat.expect("a part");
    assert!(first.seam.end == Some(End::Escape));
    let second = read(&gsm(&[5, 0, 3, 9, 2, 2], b"e!"));
    assert!(second.text == "e!" && second.concat.expect("a part").seam.start == Some(Start::Escaped('€')));
}

#[test]
fn national_tables_are_read_where_the_header_names_them() {
    let turkish = [3, 0x24, 1, 1].as_slice();
    assert!(read(&gsm(turkish, b"\x1bS\x1bg\x1be\x07")).text == "Şğ€ì");
    let both = [6, 0x24, 1, 1, 0x25, 1, 1].as_slice();
    assert!(read(&gsm(both, b"\x07\x0b\x1b\x73")).text == "ıĞş");
    let portuguese = [6, 0x24, 1, 3, 0x25, 1, 3].as_slice();
    assert!(read(&gsm(portuguese, b"\x5b\x18\x1b\x7f\x16 12")).text == "Ã€â^ 12");
    let spanish = [3, 0x24, 1, 2].as_slice();
    assert!(read(&gsm(spanish, b"\x1ba\x1bo")).text == "áó");
    let unknown = [6, 0x24, 1, 99, 0x25, 1, 99].as_slice();
    assert!(read(&gsm(unknown, b"a\x1be\x1bZ")).text == "a€Z");
}

#[test]
fn a_text_of_eight_septets_ends_with_no_at_sign() {
    assert!(read(&gsm(&[], b"1234567")).text == "1234567");
    assert!(read(&gsm(&[], b"1234567\0")).text == "1234567@");
}

#[test]
fn a_text_that_breaks_off_is_read_as_far_as_it_goes() {
    let whole = gsm(&[], b"482910 is your code");
    for length in 17..whole.len() {
        assert!("482910 is your code".starts_with(&read(&whole[..length]).text));
    }
    assert!(read(&pdu(8, &[], 5, &[0, 0x34, 0, 0x38, 0])).text == "48");
}

/// Any character of the default alphabet and its extensions, as septets.
fn septets() -> impl Strategy<Value = Vec<u8>> {
    let single = (0_u8..0x80).prop_filter("no escape", |septet| *septet != 0x1B).prop_map(|septet| vec![septet]);
    let escaped = prop::sample::select(b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65".to_vec())
        .prop_map(|septet| vec![0x1B, septet]);
    prop::collection::vec(prop_oneof![single, escaped], 0..70).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_stop_the_decoder_or_make_it_say_more_than_they_hold(pdu in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(read) = deliver(&pdu) {
            prop_assert!(read.text.chars().count() <= pdu.len() * 8 / 7);
            prop_assert!(read.sender.value.chars().count() <= 255);
        }
    }

    #[test]
    fn no_bytes_stop_a_header_or_an_alphabet(data in prop::collection::vec(any::<u8>(), 0..300), coding in any::<u8>()) {
        let header = Header::read(&data);
        prop_assert!(header.length <= data.len());
        for default in [Alphabet::Gsm, Alphabet::Latin1, Alphabet::Utf8, Alphabet::Hebrew, Alphabet::Cyrillic] {
            let text = Alphabet::of_smpp(coding, default, &data).read(&data[header.length..], &header).text;
            prop_assert!(text.chars().count() <= data.len());
        }
        let _ = (Coding::of(coding), Address::of_smpp(coding, &data).sender());
    }

    #[test]
    fn packed_septets_come_back(septets in prop::collection::vec(0_u8..0x80, 0..160), fill in 0_usize..7) {
        prop_assert_eq!(unpack(&pack(&septets, fill), fill, septets.len()), septets);
    }

    #[test]
    fn a_text_is_the_same_behind_any_header(septets in septets(), ports in any::<bool>()) {
        let header: &[u8] = if ports { &[11, 5, 4, 1, 2, 3, 4, 0, 3, 7, 2, 1] } else { &[6, 8, 4, 0xAB, 0xCD, 2, 1] };
        let (bare, headed) = (read(&gsm(&[], &septets)), read(&gsm(header, &septets)));
        prop_assert!(bare.text == headed.text);
        let unpacked = Alphabet::Gsm.read(&septets, &Header::default());
        prop_assert!(unpacked.text == bare.text);
    }

    #[test]
    fn a_text_in_utf_16_comes_back(text in "\\PC{0,60}") {
        let units: Vec<u16> = text.encode_utf16().take(66).collect();
        let wanted: String = char::decode_utf16(units.clone()).map(|unit| unit.unwrap_or('\u{FFFD}')).collect();
        prop_assert!(read(&utf16(&[], &units)).text == wanted);
    }
}

//! SMS-DELIVER (TS 23.040, 9.2.2.1): what a modem in PDU mode, or a spool that keeps the PDU, hands over.

use domain::supply::Concat;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::address::Address;
use super::alphabet::Text;
use super::coding::{Alphabet, Coding};
use super::header::Header;
use super::septets::{fill_bits, unpack};

/// An SMS that came in, or one piece of it. It holds a customer's text, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Deliver {
    /// Who sent it.
    pub sender: Address,
    /// The protocol identifier; 0x40 is a "type 0" that no phone shows.
    pub protocol: u8,
    /// What its coding scheme says.
    pub coding: Coding,
    /// When the centre took it, if it told a time that there is.
    pub sent_ms: Option<i64>,
    /// What stands before the text.
    pub header: Header,
    /// The text.
    pub text: String,
    /// Its place in a long message, with its seam.
    pub concat: Option<Concat>,
}

/// Why a PDU was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is something else, such as a status report.
    #[error("it is no SMS-DELIVER")]
    NoDeliver,
    /// It breaks off before the text.
    #[error("it breaks off")]
    Short,
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unreadable::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn octet(&mut self) -> Result<u8, Unreadable> {
        Ok(self.take(1)?[0])
    }
}

/// Reads a PDU that begins with the address of the centre, as `AT+CMGL` gives it.
///
/// # Errors
/// See [`Unreadable`].
pub fn deliver(pdu: &[u8]) -> Result<Deliver, Unreadable> {
    let mut rest = Reader(pdu);
    let centre = usize::from(rest.octet()?);
    rest.take(centre)?;
    let first = rest.octet()?;
    if first & 0b11 != 0 {
        return Err(Unreadable::NoDeliver);
    }
    let length = usize::from(rest.octet()?);
    let kind = rest.octet()?;
    let sender = Address::of_semi_octets(kind, length, rest.take(length.div_ceil(2))?);
    let (protocol, coding) = (rest.octet()?, Coding::of(rest.octet()?));
    let sent_ms = time(rest.take(7)?);
    let length = usize::from(rest.octet()?);
    let header = if first & 0x40 == 0 { Header::default() } else { Header::read(rest.0) };
    let Text { text, seam } = text(rest.0, length, coding.alphabet, &header);
    let concat = header.concat.map(|concat| Concat { seam, ..concat });
    Ok(Deliver { sender, protocol, coding, sent_ms, header, text, concat })
}

/// Whether a PDU that begins with the address of the centre is an SMS-STATUS-REPORT: what became of a message that was sent.
pub(crate) fn is_status_report(pdu: &[u8]) -> bool {
    let first = pdu.first().and_then(|centre| pdu.get(1 + usize::from(*centre)));
    first.is_some_and(|first| first & 0b11 == 0b10)
}

/// The text behind the header. `length` counts septets or octets, header included; what is missing of them is missing.
fn text(data: &[u8], length: usize, alphabet: Alphabet, header: &Header) -> Text {
    let behind = data.get(header.length..).unwrap_or_default();
    if alphabet == Alphabet::Gsm {
        let septets = length.saturating_sub((header.length * 8).div_ceil(7));
        return alphabet.read(&unpack(behind, fill_bits(header.length), septets), header);
    }
    let octets = length.saturating_sub(header.length).min(behind.len());
    alphabet.read(&behind[..octets], header)
}

/// TP-SCTS: year to second and the zone in quarters of an hour, the digits of each swapped, the zone's sign in bit 3.
pub(crate) fn time(octets: &[u8]) -> Option<i64> {
    let &[year, month, day, hour, minute, second, zone] = octets else { return None };
    let number = |octet: u8| {
        let (tens, ones) = (octet & 0xF, octet >> 4);
        (tens < 10 && ones < 10).then(|| i8::try_from(tens * 10 + ones).ok()).flatten()
    };
    let quarters = i32::from(number(zone & !0x08)?);
    let seconds = if zone & 0x08 == 0 { quarters * 900 } else { quarters * -900 };
    let year = 2_000 + i16::from(number(year)?);
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(number);
    let civil = DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()?;
    let zone = TimeZone::fixed(Offset::from_seconds(seconds).ok()?);
    Some(civil.to_zoned(zone).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_is_taken_off_and_nonsense_is_no_time() {
        let at = |octets: [u8; 7]| time(&octets).map(|ms| ms / 1_000);
        // 2026-11-23 12:30:00, at +0, at +2 hours, at -5 hours.
        assert_eq!(at([0x62, 0x11, 0x32, 0x21, 0x03, 0x00, 0x00]), Some(1_795_437_000));
        assert_eq!(at([0x62, 0x11, 0x32, 0x21, 0x03, 0x00, 0x80]), Some(1_795_437_000 - 7_200));
        assert_eq!(at([0x62, 0x11, 0x32, 0x21, 0x03, 0x00, 0x0A]), Some(1_795_437_000 + 18_000));
        assert_eq!(at([0x62, 0x31, 0x32, 0x21, 0x03, 0x00, 0x00]), None);
        assert_eq!(at([0xFF; 7]), None);
        assert_eq!(at([0; 7]), None);
    }

    #[test]
    fn what_is_no_deliver_is_said_to_be_none() {
        let refused = |hex: &[u8]| deliver(hex).err();
        assert_eq!(refused(&[]), Some(Unreadable::Short));
        assert_eq!(refused(&[0, 0x02, 0]), Some(Unreadable::NoDeliver));
        assert_eq!(refused(&[9, 1]), Some(Unreadable::Short));
        assert_eq!(refused(&[0, 0x04, 200, 0x91, 1]), Some(Unreadable::Short));
        assert_eq!(
            [&[1, 0, 0x06][..], &[0, 0x04], &[0, 0x01], &[2, 0], &[]].map(is_status_report),
            [true, false, false, false, false]
        );
    }
}

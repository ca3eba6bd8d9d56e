//! Which alphabet a text is in: the data coding scheme of TS 23.038, and the `data_coding` of SMPP, which is another.

use super::alphabet::{self, ESCAPE, Text};
use super::header::Header;

/// An alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// GSM 03.38, with the national tables that the header names.
    Gsm,
    /// UTF-16, the big end first.
    Utf16,
    /// ISO 8859-1.
    Latin1,
    /// UTF-8.
    Utf8,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8.
    Hebrew,
    /// None that was told.
    Octets,
}

impl Alphabet {
    /// What bytes mean, one character or half of one in each or in two; septets stand one in each byte.
    #[must_use]
    pub fn read(self, bytes: &[u8], header: &Header) -> Text {
        match self {
            Self::Gsm => alphabet::gsm(bytes, header.locking, header.single),
            Self::Utf16 => alphabet::utf16(bytes),
            Self::Latin1 => alphabet::bytewise(bytes, char::from),
            Self::Cyrillic => alphabet::bytewise(bytes, alphabet::cyrillic),
            Self::Hebrew => alphabet::bytewise(bytes, alphabet::hebrew),
            Self::Utf8 => alphabet::utf8(bytes),
            Self::Octets => alphabet::octets(bytes),
        }
    }

    /// The alphabet of SMPP's `data_coding`, where 0 is what the centre was set to. `bytes` are looked at where centres
    /// are known to say one thing and send another.
    #[must_use]
    pub fn of_smpp(data_coding: u8, default: Self, bytes: &[u8]) -> Self {
        match data_coding {
            0x00 => default,
            // IA5 has no use for an escape: some senders call GSM 03.38 so.
            0x01 if bytes.contains(&ESCAPE) => Self::Gsm,
            0x01 | 0x03 => Self::Latin1,
            0x06 => Self::Cyrillic,
            0x07 => Self::Hebrew,
            0x08 => Self::Utf16,
            0x02 | 0x04 | 0x05 | 0x09..=0x0F => Self::Octets,
            0x10.. => Coding::of(data_coding).alphabet,
        }
    }
}

/// What the octet TP-DCS says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// The alphabet; [`Alphabet::Octets`] for a compressed text.
    pub alphabet: Alphabet,
    /// The class, 0 to 3, if it has one; 0 is shown at once and not kept by phones.
    pub class: Option<u8>,
    /// Whether it tells of a message that waits somewhere else, such as voice mail.
    pub is_waiting: bool,
}

impl Coding {
    /// Reads TP-DCS (TS 23.038, 4).
    #[must_use]
    pub fn of(octet: u8) -> Self {
        let is_waiting = (0xC0..=0xEF).contains(&octet);
        let has_class = octet < 0x80 && octet & 0x10 != 0 || octet >= 0xF0;
        let alphabet = match octet {
            // General groups, and those that ask to be deleted; bit 5 says that it is compressed.
            0x00..=0x7F if octet & 0x20 != 0 => Alphabet::Octets,
            0x00..=0x7F => match octet >> 2 & 0b11 {
                0b01 => Alphabet::Octets,
                0b10 => Alphabet::Utf16,
                _ => Alphabet::Gsm,
            },
            0xE0..=0xEF => Alphabet::Utf16,
            0xF0.. if octet & 0x04 != 0 => Alphabet::Octets,
            // "Any reserved coding shall be taken as the GSM 7 bit default alphabet."
            0x80..=0xDF | 0xF0.. => Alphabet::Gsm,
        };
        Self { alphabet, class: has_class.then_some(octet & 0b11), is_waiting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_of_the_coding_scheme_has_its_alphabet() {
        let of = |octet| Coding::of(octet).alphabet;
        assert_eq!([0x00, 0x10, 0x0C, 0x80, 0xC8, 0xD0, 0xF0, 0xF1].map(of), [Alphabet::Gsm; 8]);
        assert_eq!([0x08, 0x18, 0x48, 0xE0].map(of), [Alphabet::Utf16; 4]);
        assert_eq!([0x04, 0x20, 0x28, 0xF5].map(of), [Alphabet::Octets; 4]);
        assert_eq!(
            [0x00, 0x10, 0x13, 0xF2, 0xC8].map(|octet| Coding::of(octet).class),
            [None, Some(0), Some(3), Some(2), None]
        );
        assert_eq!([0xC8, 0xEF, 0x00, 0xF0].map(|octet| Coding::of(octet).is_waiting), [true, true, false, false]);
    }

    #[test]
    fn gsm_that_is_called_ia5_is_known_by_its_escape() {
        assert_eq!(Alphabet::of_smpp(1, Alphabet::Gsm, b"\x1be"), Alphabet::Gsm);
        assert_eq!(Alphabet::of_smpp(1, Alphabet::Gsm, b"a@b"), Alphabet::Latin1);
        assert_eq!(Alphabet::of_smpp(0, Alphabet::Utf8, b""), Alphabet::Utf8);
        assert_eq!([8, 0x18, 0xE0].map(|coding| Alphabet::of_smpp(coding, Alphabet::Gsm, b"")), [Alphabet::Utf16; 3]);
    }
}

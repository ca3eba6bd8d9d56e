//! Where a long message was cut inside a character: what its pieces lack at their ends, and how they are sewn.
//!
//! Networks cut at bytes and septets, so half of a surrogate pair may end one piece and begin the next, and so may the
//! escape of GSM 03.38 and what it escapes. A piece's text has a stand-in there, so that it can be read alone.
//!
//! Where a cut goes through the bytes themselves, pieces cannot be read one by one: they bring their octets, and
//! neighbours are read as one.

use std::fmt;

/// Octets of a piece that are brought: as many as SMPP's short form has.
const OCTETS_MAX: usize = 254;

/// What a piece lacks at its ends. It holds a character of a customer's text, so it shows nothing of itself.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Seam {
    /// What its first character could be the second half of.
    pub start: Option<Start>,
    /// What its last character, a stand-in, is the first half of.
    pub end: Option<End>,
    /// Its octets, if it was cut inside of a unit of its encoding.
    pub torn: Option<Torn>,
}

/// The octets of a piece that was cut inside of a unit of its encoding. Its text is what they seem to say alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    encoding: Encoding,
    length: usize,
    octets: [u8; OCTETS_MAX],
}

/// What torn octets are written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-16, the big end first.
    Utf16,
    /// UTF-8.
    Utf8,
}

impl Torn {
    /// The octets, unless they are more than a piece has.
    #[must_use]
    pub fn new(encoding: Encoding, octets: &[u8]) -> Option<Self> {
        let mut all = [0; OCTETS_MAX];
        all.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self { encoding, length: octets.len(), octets: all })
    }

    fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

impl Encoding {
    /// What the octets of several pieces say, if they say anything.
    fn read(self, octets: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(octets).ok().map(str::to_owned),
            Self::Utf16 if octets.len().is_multiple_of(2) => {
                let units = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
            Self::Utf16 => None,
        }
    }
}

/// The first character of a piece, if it could be the second half of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A low surrogate of UTF-16; the text has a stand-in for it.
    Surrogate(u16),
    /// What the first septet means after an escape; the text has what it means without.
    Escaped(char),
}

/// What a piece ends with, if its last character was cut; the text has a stand-in for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A high surrogate of UTF-16.
    Surrogate(u16),
    /// The escape to the extension table of GSM 03.38.
    Escape,
}

impl fmt::Debug for Seam {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Seam")
    }
}

/// The text of a long message as its pieces are put together, in their order.
#[derive(Default)]
pub(crate) struct Sewn {
    text: String,
    /// What the last piece ended with.
    end: Option<End>,
    /// The octets of the torn pieces at the end, and where their text begins.
    torn: Option<(Encoding, Vec<u8>, usize)>,
}

impl Sewn {
    /// Adds what stands for pieces that are missing.
    pub(crate) fn gap(&mut self, mark: &str) {
        self.text.push_str(mark);
        (self.end, self.torn) = (None, None);
    }

    /// Adds the next piece.
    pub(crate) fn piece(&mut self, text: &str, seam: Seam) {
        let Some(torn) = seam.torn else {
            Seam::sew(&mut self.text, self.end, text, seam.start);
            (self.end, self.torn) = (seam.end, None);
            return;
        };
        let before = self.torn.take().filter(|(encoding, ..)| *encoding == torn.encoding);
        let (_, mut octets, begin) = before.unwrap_or_else(|| (torn.encoding, Vec::new(), self.text.len()));
        octets.extend_from_slice(torn.octets());
        match torn.encoding.read(&octets) {
            Some(whole) => self.text.replace_range(begin.., &whole),
            None => self.text.push_str(text),
        }
        (self.end, self.torn) = (None, Some((torn.encoding, octets, begin)));
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

impl Seam {
    const SURROGATE: u8 = 1;
    const OTHER: u8 = 2;
    const UTF16: u8 = 1;
    const UTF8: u8 = 2;

    /// Appends the text of the next piece to what stands before it, and makes one character of two halves.
    fn sew(before: &mut String, end: Option<End>, next: &str, start: Option<Start>) {
        let whole = match (end, start) {
            (Some(End::Surrogate(high)), Some(Start::Surrogate(low))) => {
                char::decode_utf16([high, low]).next().and_then(Result::ok)
            }
            (Some(End::Escape), Some(Start::Escaped(sign))) => Some(sign),
            _ => None,
        };
        let mut rest = next.chars();
        match whole {
            Some(sign) => {
                before.pop();
                before.push(sign);
                rest.next();
            }
            // An escape that nothing follows says nothing.
            None if end == Some(End::Escape) => {
                before.pop();
            }
            None => {}
        }
        before.push_str(rest.as_str());
    }

    /// The seam as it is kept beside a piece: nothing for one without.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let (start, first) = match self.start {
            None => (0, 0),
            Some(Start::Surrogate(low)) => (Self::SURROGATE, u32::from(low)),
            Some(Start::Escaped(sign)) => (Self::OTHER, u32::from(sign)),
        };
        let (end, last) = match self.end {
            None => (0, 0),
            Some(End::Surrogate(high)) => (Self::SURROGATE, high),
            Some(End::Escape) => (Self::OTHER, 0),
        };
        let (encoding, octets): (&[u8], &[u8]) = match &self.torn {
            None => (&[], &[]),
            Some(torn) if torn.encoding == Encoding::Utf16 => (&[Self::UTF16], torn.octets()),
            Some(torn) => (&[Self::UTF8], torn.octets()),
        };
        if start == 0 && end == 0 && encoding.is_empty() {
            return Vec::new();
        }
        [&[start][..], &first.to_be_bytes(), &[end], &last.to_be_bytes(), encoding, octets].concat()
    }

    /// What was kept; a form that is not ours is no seam.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let [start, a, b, c, d, end, e, f, ref torn @ ..] = *bytes else { return Self::default() };
        let first = u32::from_be_bytes([a, b, c, d]);
        Self {
            start: match start {
                Self::SURROGATE => u16::try_from(first).ok().map(Start::Surrogate),
                Self::OTHER => char::from_u32(first).map(Start::Escaped),
                _ => None,
            },
            end: match end {
                Self::SURROGATE => Some(End::Surrogate(u16::from_be_bytes([e, f]))),
                Self::OTHER => Some(End::Escape),
                _ => None,
            },
            torn: match torn {
                [Self::UTF16, octets @ ..] => Torn::new(Encoding::Utf16, octets),
                [Self::UTF8, octets @ ..] => Torn::new(Encoding::Utf8, octets),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seam_is_kept_as_it_is() {
        let starts = [None, Some(Start::Surrogate(0xDE00)), Some(Start::Escaped('€'))];
        for start in starts {
            for end in [None, Some(End::Surrogate(0xD83D)), Some(End::Escape)] {
                for torn in [None, Torn::new(Encoding::Utf16, &[0, 1, 2]), Torn::new(Encoding::Utf8, &[7; 254])] {
                    let seam = Seam { start, end, torn };
                    assert!(Seam::from_bytes(&seam.bytes()) == seam);
                }
            }
        }
        assert!(Seam::default().bytes().is_empty() && Seam::from_bytes(b"other") == Seam::default());
        assert!(Torn::new(Encoding::Utf8, &[7; 255]).is_none());
    }

    #[test]
    fn torn_neighbours_are_read_as_one() {
        let sewn = |encoding, pieces: &[(&str, &[u8])]| {
            let mut sewn = Sewn::default();
            sewn.piece("1 ", Seam::default());
            for (text, octets) in pieces {
                sewn.piece(text, Seam { torn: Torn::new(encoding, octets), ..Seam::default() });
            }
            sewn.piece(" 2", Seam::default());
            sewn.into_text()
        };
        assert_eq!(sewn(Encoding::Utf16, &[("a", b"\0a\x04"), ("?", b"\x31\0b")]), "1 aбb 2");
        assert_eq!(sewn(Encoding::Utf16, &[("a", b"\0a\x04")]), "1 a 2");
        let four = [("a?", &b"a\xF0"[..]), ("?", b"\x9F\x98"), ("?b", b"\x80b")];
        assert_eq!(sewn(Encoding::Utf8, &four), "1 a😀b 2");
        assert_eq!(sewn(Encoding::Utf8, &four[..2]), "1 a?? 2");
    }

    #[test]
    fn pieces_beside_a_gap_stay_apart() {
        let mut sewn = Sewn::default();
        sewn.piece("a?", Seam { torn: Torn::new(Encoding::Utf8, b"a\xC3"), ..Seam::default() });
        sewn.gap("…");
        sewn.piece("?b", Seam { torn: Torn::new(Encoding::Utf8, b"\xA9b"), ..Seam::default() });
        assert_eq!(sewn.into_text(), "a?…?b");
    }

    #[test]
    fn two_halves_are_one_character_and_others_stay_apart() {
        let sewn = |before: &str, end, next: &str, start| {
            let mut text = before.to_owned();
            Seam::sew(&mut text, end, next, start);
            text
        };
        let (high, low) = (Some(End::Surrogate(0xD83D)), Some(Start::Surrogate(0xDE00)));
        assert_eq!(sewn("a\u{FFFD}", high, "\u{FFFD}b", low), "a😀b");
        assert_eq!(sewn("a\u{FFFD}", high, "b", None), "a\u{FFFD}b");
        assert_eq!(sewn("a", None, "\u{FFFD}b", low), "a\u{FFFD}b");
        assert_eq!(sewn("5 ", Some(End::Escape), "e!", Some(Start::Escaped('€'))), "5€!");
        assert_eq!(sewn("5 ", Some(End::Escape), "x", None), "5x");
        assert_eq!(sewn("5", None, "e", Some(Start::Escaped('€'))), "5e");
        assert_eq!(sewn("", None, "", None), "");
    }
}

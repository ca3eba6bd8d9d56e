//! Where a long message was cut inside a character: what its pieces lack at their ends, and how they are sewn.
//!
//! Networks cut at bytes and septets, so half of a surrogate pair may end one piece and begin the next, and so may the
//! escape of GSM 03.38 and what it escapes. A piece's text has a stand-in there, so that it can be read alone.

use std::fmt;

/// What a piece lacks at its ends. It holds a character of a customer's text, so it shows nothing of itself.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Seam {
    /// What its first character could be the second half of.
    pub start: Option<Start>,
    /// What its last character, a stand-in, is the first half of.
    pub end: Option<End>,
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

impl Seam {
    const SURROGATE: u8 = 1;
    const OTHER: u8 = 2;

    /// Appends the text of the next piece to what stands before it, and makes one character of two halves.
    pub(crate) fn sew(before: &mut String, end: Option<End>, next: &str, start: Option<Start>) {
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
        if start == 0 && end == 0 {
            return Vec::new();
        }
        [&[start][..], &first.to_be_bytes(), &[end], &last.to_be_bytes()].concat()
    }

    /// What was kept; a form that is not ours is no seam.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let [start, a, b, c, d, end, e, f] = *bytes else { return Self::default() };
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
                let seam = Seam { start, end };
                assert!(Seam::from_bytes(&seam.bytes()) == seam);
            }
        }
        assert!(Seam::default().bytes().is_empty() && Seam::from_bytes(b"other") == Seam::default());
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

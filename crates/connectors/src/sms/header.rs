//! The user data header (TS 23.040, 9.2.3.24): elements before the text, of which we need a few.

use domain::supply::{Concat, ConcatKind};

use super::alphabet::Language;

/// What a header says that the house needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// Its length in octets, with its length octet; 0 if there is none.
    pub length: usize,
    /// The place in a long message.
    pub concat: Option<Concat>,
    /// The ports, destination first; such a message is for a program and not for a person.
    pub ports: Option<(u16, u16)>,
    /// The table that stands for the default alphabet.
    pub locking: Language,
    /// The table that stands for the extension table.
    pub single: Language,
}

impl Header {
    /// Reads the header at the beginning of user data. One that is longer than the data is none, so that nothing of
    /// the text is lost.
    #[must_use]
    pub fn read(data: &[u8]) -> Self {
        let Some((length, rest)) = data.split_first() else { return Self::default() };
        let Some(mut elements) = rest.get(..usize::from(*length)) else { return Self::default() };
        let mut header = Self { length: usize::from(*length) + 1, ..Self::default() };
        // An element that breaks off ends the walk; those before it count.
        while let [kind, length, rest @ ..] = elements {
            let Some((value, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
            header.element(*kind, value);
            elements = rest;
        }
        header
    }

    /// "If an element is there more than once, the last one counts", so each one writes over what it says again.
    fn element(&mut self, kind: u8, value: &[u8]) {
        match (kind, value) {
            (0x00, &[reference, total, seq]) => {
                self.concat = Concat::new(ConcatKind::Ref8, u32::from(reference), total, seq);
            }
            (0x08, &[high, low, total, seq]) => {
                let reference = u32::from(u16::from_be_bytes([high, low]));
                self.concat = Concat::new(ConcatKind::Ref16, reference, total, seq);
            }
            (0x04, &[destination, source]) => self.ports = Some((u16::from(destination), u16::from(source))),
            (0x05, &[a, b, c, d]) => self.ports = Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
            (0x24, &[language]) => self.single = Language::of(language),
            (0x25, &[language]) => self.locking = Language::of(language),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_elements_are_walked_past() {
        let header = Header::read(&[0x0B, 0x05, 0x04, 0x0B, 0x84, 0, 0, 0x00, 0x03, 1, 2, 1, b'x']);
        assert_eq!(header.length, 12);
        assert_eq!(header.concat, Concat::new(ConcatKind::Ref8, 1, 2, 1));
        assert_eq!(header.ports, Some((2948, 0)));
    }

    #[test]
    fn places_that_make_no_sense_are_none() {
        for (total, seq) in [(0, 1), (2, 0), (2, 3), (1, 1)] {
            assert_eq!(Header::read(&[5, 0, 3, 9, total, seq]).concat, None);
        }
    }

    #[test]
    fn a_header_that_breaks_off_keeps_what_came_before() {
        let header = Header::read(&[7, 0, 3, 9, 2, 1, 8, 4]);
        assert_eq!((header.length, header.concat.is_some()), (8, true));
        assert_eq!(Header::read(&[200, 0, 3, 9, 2, 1]), Header::default());
        assert_eq!(Header::read(&[]), Header::default());
    }
}

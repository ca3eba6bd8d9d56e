//! The tables of GSM 03.38 (TS 23.038) and the other alphabets, and what bytes mean in them.
//!
//! Of the national languages the European ones are here: Turkish, Spanish, Portuguese. A language that is not here reads
//! as the default alphabet, as the standard wants of a receiver that lacks one.

use domain::supply::{Encoding, End, Seam, Start, Torn};

/// The escape to the extension table.
pub(super) const ESCAPE: u8 = 0x1B;

/// TS 23.038, 6.2.1. What stands at the escape is never read.
const DEFAULT: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', // 00
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', ' ', 'Æ', 'æ', 'ß', 'É', // 10
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', // 20
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', // 30
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', // 40
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', // 50
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', // 60
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à', // 70
];

/// TS 23.038, 6.2.1.1.
const EXTENSION: &[(u8, char)] = &[
    (0x0A, '\u{0C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// A.2.1 to A.2.3: what the single shift tables have beside or instead of the extension table.
const TURKISH_SINGLE: &[(u8, char)] =
    &[(0x47, 'Ğ'), (0x49, 'İ'), (0x53, 'Ş'), (0x63, 'ç'), (0x67, 'ğ'), (0x69, 'ı'), (0x73, 'ş')];
const SPANISH_SINGLE: &[(u8, char)] = &[
    (0x09, 'ç'),
    (0x41, 'Á'),
    (0x49, 'Í'),
    (0x4F, 'Ó'),
    (0x55, 'Ú'),
    (0x61, 'á'),
    (0x69, 'í'),
    (0x6F, 'ó'),
    (0x75, 'ú'),
];
const PORTUGUESE_SINGLE: &[(u8, char)] = &[
    (0x05, 'ê'),
    (0x09, 'ç'),
    (0x0B, 'Ô'),
    (0x0C, 'ô'),
    (0x0E, 'Á'),
    (0x0F, 'á'),
    (0x12, 'Φ'),
    (0x13, 'Γ'),
    (0x15, 'Ω'),
    (0x16, 'Π'),
    (0x17, 'Ψ'),
    (0x18, 'Σ'),
    (0x19, 'Θ'),
    (0x1F, 'Ê'),
    (0x41, 'À'),
    (0x49, 'Í'),
    (0x4F, 'Ó'),
    (0x55, 'Ú'),
    (0x5B, 'Ã'),
    (0x5C, 'Õ'),
    (0x61, 'Â'),
    (0x69, 'í'),
    (0x6F, 'ó'),
    (0x75, 'ú'),
    (0x7B, 'ã'),
    (0x7C, 'õ'),
    (0x7F, 'â'),
];

/// A.3.1 and A.3.3: what the locking shift tables have instead of the default alphabet. Spanish has none.
const TURKISH_LOCKING: &[(u8, char)] =
    &[(0x04, '€'), (0x07, 'ı'), (0x0B, 'Ğ'), (0x0C, 'ğ'), (0x1C, 'Ş'), (0x1D, 'ş'), (0x40, 'İ'), (0x60, 'ç')];
const PORTUGUESE_LOCKING: &[(u8, char)] = &[
    (0x04, 'ê'),
    (0x06, 'ú'),
    (0x07, 'í'),
    (0x08, 'ó'),
    (0x09, 'ç'),
    (0x0B, 'Ô'),
    (0x0C, 'ô'),
    (0x0E, 'Á'),
    (0x0F, 'á'),
    (0x12, 'ª'),
    (0x13, 'Ç'),
    (0x14, 'À'),
    (0x15, '∞'),
    (0x16, '^'),
    (0x17, '\\'),
    (0x18, '€'),
    (0x19, 'Ó'),
    (0x1A, '|'),
    (0x1C, 'Â'),
    (0x1D, 'â'),
    (0x1E, 'Ê'),
    (0x24, 'º'),
    (0x40, 'Í'),
    (0x5B, 'Ã'),
    (0x5C, 'Õ'),
    (0x5D, 'Ú'),
    (0x60, '~'),
    (0x7B, 'ã'),
    (0x7C, 'õ'),
    (0x7D, '`'),
];

/// A language of the national tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// The default alphabet, or a language whose tables are not here.
    #[default]
    Default,
    /// Identifier 1.
    Turkish,
    /// Identifier 2.
    Spanish,
    /// Identifier 3.
    Portuguese,
}

impl Language {
    /// A language by its identifier (TS 23.038, 6.2.1.2.4).
    #[must_use]
    pub fn of(identifier: u8) -> Self {
        match identifier {
            1 => Self::Turkish,
            2 => Self::Spanish,
            3 => Self::Portuguese,
            _ => Self::Default,
        }
    }

    fn locking(self) -> &'static [(u8, char)] {
        match self {
            Self::Default | Self::Spanish => &[],
            Self::Turkish => TURKISH_LOCKING,
            Self::Portuguese => PORTUGUESE_LOCKING,
        }
    }

    fn single(self) -> &'static [(u8, char)] {
        match self {
            Self::Default => &[],
            Self::Turkish => TURKISH_SINGLE,
            Self::Spanish => SPANISH_SINGLE,
            Self::Portuguese => PORTUGUESE_SINGLE,
        }
    }
}

/// What bytes mean, and where the piece was cut. It is a customer's, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// The text, with a stand-in where a character was cut.
    pub text: String,
    /// Where it was cut.
    pub seam: Seam,
}

fn find(table: &[(u8, char)], septet: u8) -> Option<char> {
    table.iter().find(|(place, _)| *place == septet).map(|(_, sign)| *sign)
}

/// Septets, one in each byte, in the default alphabet or under national tables.
pub(super) fn gsm(septets: &[u8], locking: Language, single: Language) -> Text {
    let base = |septet: u8| {
        let septet = septet & 0x7F;
        find(locking.locking(), septet).unwrap_or(DEFAULT[usize::from(septet)])
    };
    let escaped = |septet: u8| {
        let septet = septet & 0x7F;
        find(single.single(), septet).or_else(|| find(EXTENSION, septet))
    };
    let mut text = String::with_capacity(septets.len());
    let mut seam =
        Seam { start: septets.first().and_then(|first| escaped(*first)).map(Start::Escaped), ..Seam::default() };
    let mut rest = septets.iter().copied();
    while let Some(septet) = rest.next() {
        if septet & 0x7F != ESCAPE {
            text.push(base(septet));
            continue;
        }
        match rest.next() {
            // "A code that is not in the table above is shown as in the default alphabet", and a second escape as a space.
            Some(next) => text.push(escaped(next).unwrap_or_else(|| base(next))),
            None => {
                text.push(' ');
                seam.end = Some(End::Escape);
            }
        }
    }
    Text { text, seam }
}

/// UTF-16, the big end first. "UCS2" is what the standards say, and surrogate pairs are what phones send.
pub(super) fn utf16(bytes: &[u8]) -> Text {
    // A last byte without its other half says nothing alone; the other half may begin the next piece.
    let torn = if bytes.len().is_multiple_of(2) { None } else { Torn::new(Encoding::Utf16, bytes) };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let low = units.first().copied().filter(|unit| (0xDC00..0xE000).contains(unit));
    let high = units.last().copied().filter(|unit| (0xD800..0xDC00).contains(unit));
    let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Text { text, seam: Seam { start: low.map(Start::Surrogate), end: high.map(End::Surrogate), torn } }
}

/// An alphabet of one byte a character.
pub(super) fn bytewise(bytes: &[u8], sign: fn(u8) -> char) -> Text {
    Text { text: bytes.iter().map(|byte| sign(*byte)).collect(), seam: Seam::default() }
}

/// ISO 8859-5.
pub(super) fn cyrillic(byte: u8) -> char {
    match byte {
        0..=0xA0 | 0xAD => char::from(byte),
        0xF0 => '№',
        0xFD => '§',
        _ => char::from_u32(0x0400 + u32::from(byte - 0xA0)).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// ISO 8859-8.
pub(super) fn hebrew(byte: u8) -> char {
    match byte {
        0xAA => '×',
        0xBA => '÷',
        0xDF => '‗',
        0xE0..=0xFA => char::from_u32(0x05D0 + u32::from(byte - 0xE0)).unwrap_or(char::REPLACEMENT_CHARACTER),
        0xFD => '\u{200E}',
        0xFE => '\u{200F}',
        0xBF..=0xDE | 0xFB | 0xFC | 0xFF => char::REPLACEMENT_CHARACTER,
        _ => char::from(byte),
    }
}

/// UTF-8; what is none is read as octets. If it could be a piece that was cut inside its first or last character, it is
/// torn.
pub(super) fn utf8(bytes: &[u8]) -> Text {
    let read = octets(bytes);
    // A character has at most three bytes behind its first one.
    let behind = bytes.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
    let is_cut = match std::str::from_utf8(bytes) {
        Ok(_) => false,
        Err(_) => std::str::from_utf8(&bytes[behind..]).err().is_none_or(|error| error.error_len().is_none()),
    };
    let torn = if is_cut { Torn::new(Encoding::Utf8, bytes) } else { None };
    Text { seam: Seam { torn, ..read.seam }, ..read }
}

/// Octets in no alphabet that was told: UTF-8 if they are, else Latin-1, so that digits can be read either way.
pub(super) fn octets(bytes: &[u8]) -> Text {
    match std::str::from_utf8(bytes) {
        Ok(text) => Text { text: text.to_owned(), seam: Seam::default() },
        Err(_) => bytewise(bytes, char::from),
    }
}

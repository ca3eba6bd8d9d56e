//! The charsets that gateways write texts in.

/// A charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8, and ASCII as a part of it.
    Utf8,
    /// UTF-16 or UCS-2, the high byte first.
    Utf16Be,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// ISO-8859-1.
    Latin1,
}

impl Charset {
    /// A charset by the names that gateways use.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => Some(Self::Utf8),
            "utf-16be" | "utf-16" | "ucs-2" | "ucs2" | "iso-10646-ucs-2" => Some(Self::Utf16Be),
            "utf-16le" => Some(Self::Utf16Le),
            "iso-8859-1" | "latin1" | "latin-1" => Some(Self::Latin1),
            _ => None,
        }
    }

    /// The text that some bytes are; what they cannot be is marked.
    pub(super) fn read(self, bytes: &[u8]) -> String {
        let pairs = |of: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        };
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Utf16Be => pairs(u16::from_be_bytes),
            Self::Utf16Le => pairs(u16::from_le_bytes),
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        }
    }
}

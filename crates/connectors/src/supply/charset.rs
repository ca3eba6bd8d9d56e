//! The charsets that gateways write texts in.

use domain::supply::{Setting, Settings};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

/// A charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// ISO-8859-1, which the web's list takes for another.
    Latin1,
    /// Any of the web's list.
    Listed(&'static Encoding),
}

/// The setting that names it, where a box does not.
pub(super) const CHARSET: Setting = Setting {
    name: "charset",
    label: "Charset",
    is_secret: false,
    is_optional: true,
    help: "of the text: utf-8 (the default), utf-16be, utf-16le, iso-8859-1, gbk, gb18030, big5, windows-1251 and others",
};

/// Checks the setting.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let known = "such as utf-8, utf-16be, utf-16le, iso-8859-1, gbk, gb18030, big5 or windows-1251";
    let missing = || format!("`charset` must be one that is known, {known}");
    Charset::of(settings).map(drop).ok_or_else(missing)
}

impl Charset {
    /// The charset that the settings name; `None` if it is not known.
    pub(super) fn of(settings: &Settings) -> Option<Self> {
        Self::named(settings.get(CHARSET.name).unwrap_or_default())
    }

    /// A charset by the names that gateways use, which are those of the web but for some that mean another there.
    pub(super) fn named(name: &str) -> Option<Self> {
        let listed = match name.to_ascii_lowercase().as_str() {
            "" | "us-ascii" | "ascii" => UTF_8,
            // Networks send the high byte first.
            "utf-16" | "ucs-2" | "ucs2" | "iso-10646-ucs-2" => UTF_16BE,
            "utf-16le" => UTF_16LE,
            "iso-8859-1" | "latin1" | "latin-1" => return Some(Self::Latin1),
            name => Encoding::for_label_no_replacement(name.as_bytes())?,
        };
        // Those that are no charsets of texts.
        (![REPLACEMENT, X_USER_DEFINED].contains(&listed)).then_some(Self::Listed(listed))
    }

    /// The text that some bytes are; what they cannot be is marked.
    pub(super) fn read(self, bytes: &[u8]) -> String {
        match self {
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Listed(listed) => listed.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> String {
        Charset::named(name).expect("known").read(bytes)
    }

    #[test]
    fn what_boxes_write_is_read() {
        // 验证码 in the charsets of China and Taiwan, and код in those of Russia.
        for name in ["gbk", "GB2312", "gb18030"] {
            assert_eq!(read(name, b"\xD1\xE9\xD6\xA4\xC2\xEB 4711"), "验证码 4711", "{name}");
        }
        assert_eq!(read("big5", b"\xC5\xE7\xC3\xD2\xBDX"), "驗證碼");
        assert_eq!(read("windows-1251", b"\xEA\xEE\xE4"), "код");
        assert_eq!(read("koi8-r", b"\xCB\xCF\xC4"), "код");
        assert_eq!(read("iso-8859-1", b"\x80\xE9"), "\u{80}é");
        assert_eq!(read("windows-1252", b"\x80\xE9"), "€é");
        assert_eq!(read("ucs2", b"\x00a\xD8\x3D\xDE\x00"), "a😀");
        assert_eq!(read("", "é".as_bytes()), "é");
    }

    #[test]
    fn what_is_not_of_a_charset_is_marked_and_costs_nothing() {
        assert_eq!(read("gbk", b"a\xFFb\xD1"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(read("utf-16be", b"\x00a\xD8\x3D\x00"), "a\u{FFFD}");
        assert_eq!(read("utf-8", b"\xEF\xBB\xBFa\xFF"), "\u{FEFF}a\u{FFFD}");
    }

    #[test]
    fn what_nobody_knows_is_no_charset() {
        for name in ["gsm", "utf-7", "hz-gb-2312", "x-user-defined", "replacement", "é"] {
            assert_eq!(Charset::named(name), None, "{name}");
        }
    }
}

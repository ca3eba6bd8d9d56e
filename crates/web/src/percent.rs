//! Undoing the encoding of queries, forms and paths, strictly.

/// Undoes `+` and `%41`; `None` for a `%` that two hex digits do not follow, and for what is not UTF-8.
pub(crate) fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => bytes.push(hex(*rest.next()?)? << 4 | hex(*rest.next()?)?),
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Encodes a text for the value of a query.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_and_what_is_broken_is_refused() {
        assert_eq!(decoded(b"a+b%20c%2B%c3%a9"), Some("a b c+é".to_owned()));
        for text in [&b"%"[..], b"%4", b"%4g", b"%ff", b"\xff"] {
            assert_eq!(decoded(text), None);
        }
    }

    #[test]
    fn every_text_survives_its_encoding() {
        for text in ["/orders/?q=a b&c", "é%+#\"<>\u{0}"] {
            assert_eq!(decoded(encoded(text).as_bytes()).as_deref(), Some(text));
        }
        assert_eq!(encoded("/orders/?q=1"), "/orders/%3Fq%3D1");
    }
}

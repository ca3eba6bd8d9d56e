//! Reading the fields of a query or a form: `name=value&name=value`, percent-decoded strictly.

use super::fields::{Fault, Pair, Value, known};

/// The known fields, each at most once.
pub(super) fn fields(text: &[u8]) -> Result<Vec<Pair>, Fault> {
    let mut pairs: Vec<Pair> = Vec::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let place = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = place.map_or((pair, &b""[..]), |place| (&pair[..place], &pair[place + 1..]));
        let name = decoded(name).ok_or(Fault::Unreadable)?;
        // A value is read even where its name is not known: bad bytes are refused wherever they are.
        let value = decoded(value);
        let Some(name) = known(&name) else {
            value.ok_or(Fault::Unreadable)?;
            continue;
        };
        if pairs.iter().any(|(earlier, _)| *earlier == name) {
            return Err(Fault::Twice(name));
        }
        pairs.push((name, Value::Text(value.ok_or(Fault::Field(name))?)));
    }
    Ok(pairs)
}

/// Undoes `+` and `%41`; `None` for a `%` that two hex digits do not follow, and for what is not UTF-8.
fn decoded(text: &[u8]) -> Option<String> {
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
}

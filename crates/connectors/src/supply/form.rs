//! The fields of a form or a query, percent-encoded; their bytes are decoded by whoever knows their charset.

use domain::supply::{Reply, Request};

use super::telling::{BODY_MAX, malformed};

/// Fields of a form, at most.
const FIELDS_MAX: usize = 200;

/// The fields of a request, in their order.
pub(super) struct Form(Vec<(String, Vec<u8>)>);

impl Form {
    /// The fields of the query and, of a POST, of the body.
    pub(super) fn read(request: &Request) -> Result<Self, Reply> {
        let mut form = Self::of(request.query.as_bytes())?;
        match request.method.as_str() {
            "GET" => {}
            "POST" => form.0.append(&mut Self::of(&request.body)?.0),
            _ => return Err(malformed("Send the message with GET or POST.")),
        }
        Ok(form)
    }

    /// The fields in some bytes.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Reply> {
        if bytes.len() > BODY_MAX {
            return Err(malformed("The form is longer than 65536 bytes."));
        }
        let pairs: Vec<&[u8]> = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).collect();
        if pairs.len() > FIELDS_MAX {
            return Err(malformed("The form has more than 200 fields."));
        }
        Ok(Self(pairs.into_iter().map(pair).collect()))
    }

    /// The bytes of a field that was sent once.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.0.iter().filter(|(field, _)| field == name);
        let (_, value) = values.next()?;
        if values.next().is_some() { None } else { Some(value) }
    }

    /// A field that was sent once, as UTF-8; what is not UTF-8 in it is marked.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A field that must be there, empty or not.
    pub(super) fn needed(&self, name: &str) -> Result<String, Reply> {
        self.text(name).ok_or_else(|| malformed(&format!("The field {name} is missing, or there twice.")))
    }
}

fn pair(pair: &[u8]) -> (String, Vec<u8>) {
    let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    let value = pair.get(middle + 1..).unwrap_or_default();
    (String::from_utf8_lossy(&decode(&pair[..middle])).into_owned(), decode(value))
}

/// A `%` that two hexadecimal digits do not follow stays as it is.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let (mut decoded, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((&first, after)) = rest.split_first() {
        let escaped = if first == b'%' { after.get(..2).and_then(hex_pair) } else { None };
        rest = if escaped.is_some() { &after[2..] } else { after };
        decoded.push(escaped.unwrap_or(if first == b'+' { b' ' } else { first }));
    }
    decoded
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)
}

/// The bytes behind hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 == 1 {
        return None;
    }
    text.as_bytes().chunks(2).map(hex_pair).collect()
}

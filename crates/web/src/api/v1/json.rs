//! Reading the fields of a JSON body: each known one at most once, everything else ignored.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{Fault, Pair, Value, known};

/// Objects and lists within each other, at most.
const DEPTH_MAX: usize = 32;

/// The known fields of a JSON object.
pub(super) fn fields(text: &str) -> Result<Vec<Pair>, Fault> {
    if is_too_deep(text.as_bytes()) {
        return Err(Fault::Unreadable);
    }
    let mut fault = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = reader.deserialize_map(Object { fault: &mut fault });
    if let Some(fault) = fault {
        return Err(fault);
    }
    let pairs = read.map_err(|_| Fault::Unreadable)?;
    reader.end().map_err(|_| Fault::Unreadable)?;
    Ok(pairs)
}

/// The parser skips what it does not know without counting how deep it goes.
fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut is_in_text, mut is_escaped) = (0_usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_in_text => is_escaped = true,
            b'"' => is_in_text = !is_in_text,
            b'{' | b'[' if !is_in_text => depth += 1,
            b'}' | b']' if !is_in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return true;
        }
    }
    false
}

/// Collects the fields; what is wrong with one of them is left in `fault`.
struct Object<'a> {
    fault: &'a mut Option<Fault>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<Pair>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<Pair> = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            let Some(name) = known(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = match value(map.next_value::<&RawValue>()?.get()) {
                _ if pairs.iter().any(|(earlier, _)| *earlier == name) => Err(Fault::Twice(name)),
                Some(value) => Ok(value),
                None => Err(Fault::Field(name)),
            };
            match value {
                Ok(value) => pairs.push((name, value)),
                Err(fault) => {
                    *self.fault = Some(fault);
                    return Err(A::Error::custom("a field is wrong"));
                }
            }
        }
        Ok(pairs)
    }
}

/// A field's name, which may hold escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// A value by its first character; numbers keep their digits.
fn value(raw: &str) -> Option<Value> {
    match raw.as_bytes().first()? {
        b'"' => serde_json::from_str(raw).ok().map(Value::Text),
        b'-' | b'0'..=b'9' => Some(Value::Number(raw.to_owned())),
        b'n' => Some(Value::Null),
        _ => Some(Value::Other),
    }
}

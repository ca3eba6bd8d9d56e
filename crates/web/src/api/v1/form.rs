//! Reading the fields of a query or a form: `name=value&name=value`, percent-decoded strictly.

use super::fields::{Fault, Pair, Value, known};
use crate::percent::decoded;

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

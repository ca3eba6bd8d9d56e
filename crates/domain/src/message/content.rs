//! What a message says, as it is sealed.

use crate::db::DbError;
use crate::message::code::code_in;
use crate::seal::Key;
use crate::supply::Seam;

/// What a message says. It is a customer's, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Content {
    pub(super) sender: String,
    pub(super) text: String,
    pub(super) code: Option<String>,
    pub(super) link: Option<String>,
    /// The bytes it came in.
    pub(super) raw: Vec<u8>,
    /// Of a piece: where it was cut.
    pub(super) seam: Seam,
}

impl Content {
    /// Reads the code or link out of a text.
    pub(super) fn new(sender: &str, text: &str, raw: &[u8]) -> Self {
        let found = code_in(text);
        Self {
            sender: sender.to_owned(),
            text: text.to_owned(),
            code: found.code.map(|code| code.text),
            link: found.link.and_then(|span| text.get(span)).map(str::to_owned),
            raw: raw.to_vec(),
            seam: Seam::default(),
        }
    }

    pub(super) fn has_answer(&self) -> bool {
        self.code.is_some() || self.link.is_some()
    }

    /// Seals it for one message.
    pub(super) fn seal(&self, key: &Key, message: i64) -> Vec<u8> {
        let seam = self.seam.bytes();
        let fields: [&[u8]; 5] = [
            self.sender.as_bytes(),
            self.text.as_bytes(),
            self.code.as_deref().unwrap_or("").as_bytes(),
            self.link.as_deref().unwrap_or("").as_bytes(),
            &self.raw,
        ];
        let length = fields.iter().map(|field| field.len() + 4).sum::<usize>() + seam.len();
        let mut plain = Vec::with_capacity(length);
        for field in fields {
            let length = u32::try_from(field.len()).expect("a message is far below 4 GiB");
            plain.extend_from_slice(&length.to_be_bytes());
            plain.extend_from_slice(field);
        }
        plain.extend_from_slice(&seam);
        key.seal(&purpose(message), &plain)
    }

    /// Opens what was sealed for one message.
    pub(super) fn open(key: &Key, message: i64, sealed: &[u8]) -> Result<Self, DbError> {
        let plain = key.open(&purpose(message), sealed)?;
        let damaged = || DbError::Damaged("a sealed message has another form");
        let mut rest = plain.as_slice();
        let mut fields: [Vec<u8>; 5] = Default::default();
        for field in &mut fields {
            let (length, after) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
            let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| damaged())?;
            let (bytes, after) = after.split_at_checked(length).ok_or_else(damaged)?;
            *field = bytes.to_vec();
            rest = after;
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| damaged());
        let [sender, body, code, link, raw] = fields;
        let some = |text: String| if text.is_empty() { None } else { Some(text) };
        Ok(Self {
            sender: text(sender)?,
            text: text(body)?,
            code: some(text(code)?),
            link: some(text(link)?),
            raw,
            seam: Seam::from_bytes(rest),
        })
    }
}

fn purpose(message: i64) -> String {
    format!("message {message}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::{End, Start};

    #[test]
    fn what_is_sealed_comes_back_with_nul_and_all() {
        let content = Content {
            sender: "22395".to_owned(),
            text: "a\0b 482910".to_owned(),
            code: Some("482910".to_owned()),
            link: None,
            raw: vec![0, 1, 255],
            seam: Seam { start: Some(Start::Escaped('€')), end: Some(End::Surrogate(0xD83D)), torn: None },
        };
        let key = Key::random();
        assert!(Content::open(&key, 7, &content.seal(&key, 7)).ok() == Some(content.clone()));
        assert!(Content::open(&key, 8, &content.seal(&key, 7)).is_err());
    }
}

//! Secrets of cookies and links: chance that only their holder has.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Letters of a secret.
const LENGTH: usize = 43;

/// 256 bits of chance as they travel in a cookie or a link. The house keeps only their hash, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of the machine's best chance.
    #[must_use]
    pub fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// A secret as somebody brings it; `None` for what is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == LENGTH && text.bytes().all(is_letter)).then(|| Self(text.to_owned()))
    }

    /// Its letters, for the cookie or the link and nothing else.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_secret_is_read_back_and_others_are_not() {
        let secret = Secret::random();
        assert!(Secret::parse(secret.text()) == Some(secret.clone()));
        assert!(Secret::random() != secret);
        for text in ["", "short", &"a".repeat(44), &format!("{}=", "a".repeat(42))] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }
}

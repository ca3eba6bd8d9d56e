//! Sealing: texts and secrets are kept only under keys that can be erased.
//!
//! The master key lives in a file outside the database. It wraps a key per lease and a key per day; those seal what
//! arrived. Deleting a wrapped key erases everything under it, in every copy of the database made afterwards.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::db::DbError;

/// Bytes of a nonce, which stands before what it sealed.
const NONCE: usize = 24;

/// A key of 256 bits. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key of the machine's best chance.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// A key from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be written into a key file.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals bytes for one purpose, which names the row: what is moved to another row does not open.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: plain, aad: purpose.as_bytes() };
        let sealed = XChaCha20Poly1305::new((&self.0).into())
            .encrypt(&XNonce::from(nonce), payload)
            .expect("sealing fails only above 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for the same purpose.
    ///
    /// # Errors
    /// [`DbError::Damaged`] if it was not sealed under this key for this purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        let damaged = DbError::Damaged("a sealed text does not open under its key");
        let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(damaged.clone())?;
        let payload = Payload { msg: body, aad: purpose.as_bytes() };
        XChaCha20Poly1305::new((&self.0).into()).decrypt(&XNonce::from(*nonce), payload).map_err(|_| damaged)
    }
}

/// The master key and what is derived from it.
pub struct Vault {
    wrapping: Key,
    tagging: Key,
}

impl Vault {
    /// A vault under a master key.
    #[must_use]
    pub fn new(master: &Key) -> Self {
        Self { wrapping: Key(mac(&master.0, "wrap", &[])), tagging: Key(mac(&master.0, "tag", &[])) }
    }

    /// Wraps a key for one purpose.
    #[must_use]
    pub fn wrap(&self, purpose: &str, key: &Key) -> Vec<u8> {
        self.wrapping.seal(purpose, &key.0)
    }

    /// Unwraps a key.
    ///
    /// # Errors
    /// [`DbError::Damaged`] under another master key or for another purpose.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Key, DbError> {
        let plain = self.wrapping.open(purpose, wrapped)?;
        plain.try_into().map(Key).map_err(|_| DbError::Damaged("a wrapped key has another length"))
    }

    /// Seals a small secret, such as the settings of a source, under the master key itself.
    #[must_use]
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        self.wrapping.seal(purpose, plain)
    }

    /// Opens a small secret.
    ///
    /// # Errors
    /// [`DbError::Damaged`] under another master key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        self.wrapping.open(purpose, sealed)
    }

    /// A tag by which equal things can be found without keeping them: HMAC-SHA256 over the parts.
    #[must_use]
    pub fn tag(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.tagging.0, purpose, parts)
    }
}

/// HMAC-SHA256 over a purpose and parts, each with its length before it, so that no two lists give the same bytes.
fn mac(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_the_same_key_and_purpose_only() {
        let key = Key::random();
        let sealed = key.seal("message 1", b"482910");
        assert_eq!(key.open("message 1", &sealed).ok(), Some(b"482910".to_vec()));
        assert!(key.open("message 2", &sealed).is_err());
        assert!(Key::random().open("message 1", &sealed).is_err());
        assert!(key.open("message 1", &sealed[..20]).is_err());
    }

    #[test]
    fn tags_tell_lists_apart() {
        let vault = Vault::new(&Key::from_bytes([1; 32]));
        assert_ne!(vault.tag("a", &[b"bc", b"d"]), vault.tag("a", &[b"b", b"cd"]));
        assert_eq!(vault.tag("a", &[b"bc"]), vault.tag("a", &[b"bc"]));
    }
}

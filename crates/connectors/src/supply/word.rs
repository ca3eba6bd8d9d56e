//! A secret word in the address, for senders that sign nothing: `/ingest/{source}/{word}/`.

use domain::supply::{Reply, Request, Setting, Settings};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::signature::unsigned;

/// Characters of a word, at least: it stands alone between a stranger and a forged text.
const WORD_MIN: usize = 16;

/// The setting that holds the word.
pub(super) const WORD: Setting = Setting {
    name: "word",
    label: "Secret word in the address",
    is_secret: true,
    is_optional: false,
    help: "at least 16 letters and digits; the address to push to is /ingest/SOURCE/WORD/",
};

/// Checks the setting.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let word = settings.get("word").unwrap_or_default();
    if word.len() < WORD_MIN || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("`word` must be at least {WORD_MIN} letters and digits"));
    }
    Ok(())
}

/// Refuses a push to an address without the word.
pub(super) fn is_known(settings: &Settings, request: &Request) -> Result<(), Reply> {
    let given = request.tail.strip_suffix('/').unwrap_or(&request.tail);
    match settings.get("word") {
        Some(word) if is_equal(word.as_bytes(), given.as_bytes()) => Ok(()),
        _ => Err(unsigned("The address does not end with the secret word of this source.")),
    }
}

/// Whether two secrets are equal, in a time that tells neither where they differ nor how long the right one is.
pub(super) fn is_equal(right: &[u8], given: &[u8]) -> bool {
    Sha256::digest(right).ct_eq(&Sha256::digest(given)).into()
}

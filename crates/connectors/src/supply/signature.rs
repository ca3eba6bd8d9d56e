//! HMAC signatures, most with a time in them, checked over the bytes as they came.

use domain::clock::{MINUTE_MS, SECOND_MS};
use domain::supply::{Reply, Request};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How far a signature's time may be from ours, either way.
pub(super) const TOLERANCE_MS: i64 = 5 * MINUTE_MS;

/// The HMAC-SHA256 of some parts, one after the other.
pub(super) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The HMAC-SHA1 of some parts, for senders that have nothing better.
pub(super) fn sha1_mac(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The HMAC of some parts by any hash, for senders that leave the hash to their customer.
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Whether two signatures are equal, in a time that does not tell where they differ.
pub(super) fn is_same(right: &[u8], given: &[u8]) -> bool {
    right.ct_eq(given).into()
}

/// The signature's time as it was sent, if it is within 5 minutes of ours.
pub(super) fn timely<'a>(request: &'a Request, header: &str, now_ms: i64) -> Result<&'a str, Reply> {
    let written = request.header(header).ok_or_else(|| unsigned(&format!("The header {header} is missing.")))?;
    let seconds: Option<i64> = written.parse().ok();
    let at_ms = seconds.and_then(|seconds| seconds.checked_mul(SECOND_MS));
    let at_ms = at_ms.ok_or_else(|| unsigned(&format!("The header {header} must be seconds since 1970.")))?;
    if at_ms.abs_diff(now_ms) > TOLERANCE_MS.unsigned_abs() {
        let message = format!("The time in {header} is more than 5 minutes from ours: set the sender's clock.");
        return Err(unsigned(&message));
    }
    Ok(written)
}

/// The refusal of what is not from this source, or cannot be proved to be.
pub(super) fn unsigned(message: &str) -> Reply {
    Reply::refusal(401, "unauthorized", message)
}

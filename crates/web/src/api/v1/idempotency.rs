//! The header by which a POST counts once, however often it is sent.

use axum::http::HeaderMap;
use domain::request::Once;
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

const NAME: &str = "Idempotency-Key";
const BYTES_MAX: usize = 255;

/// What a POST is remembered by, if its sender asks for it.
pub(super) fn once(
    headers: &HeaderMap,
    account: i64,
    route: &'static str,
    body: &[u8],
) -> Result<Option<Once>, Refusal> {
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::invalid(Some(NAME), "Send one Idempotency-Key with a request."));
    }
    let bytes = value.as_bytes();
    let is_visible = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
    if bytes.is_empty() || bytes.len() > BYTES_MAX || !is_visible {
        let message = "An Idempotency-Key is 1 to 255 visible ASCII characters, such as a UUID.";
        return Err(Refusal::invalid(Some(NAME), message));
    }
    let name = String::from_utf8_lossy(bytes).into_owned();
    Ok(Some(Once { account, route, name, body_hash: Sha256::digest(body).into() }))
}

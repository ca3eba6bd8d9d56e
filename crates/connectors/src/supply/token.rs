//! JSON Web Tokens signed with HMAC-SHA256 (RFC 7519), as far as senders of webhooks use them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::clock::SECOND_MS;
use domain::supply::{Reply, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::signature::{TOLERANCE_MS, is_same, mac, unsigned};

/// Bytes of a token, at most.
const TOKEN_MAX: usize = 4 * 1024;

#[derive(Deserialize)]
struct Head {
    alg: String,
}

/// The times of a token, in seconds.
#[derive(Deserialize)]
struct Times {
    iat: i64,
    exp: Option<i64>,
    nbf: Option<i64>,
}

/// What the token in `Authorization: Bearer` claims, if it is signed with this key and was made within 5 minutes.
pub(super) fn claims<T: DeserializeOwned>(key: &str, request: &Request, now_ms: i64) -> Result<T, Reply> {
    let header = request.header("authorization").ok_or_else(|| unsigned("The header Authorization is missing."))?;
    let token = header.strip_prefix("Bearer ").unwrap_or_default();
    let pieces: Vec<&str> = token.split('.').collect();
    let [head, claimed, signature] = pieces.as_slice() else {
        return Err(unsigned("The header Authorization holds no token."));
    };
    let read = |piece: &str| URL_SAFE_NO_PAD.decode(piece).ok();
    let (Some(signature), true) = (read(signature), token.len() <= TOKEN_MAX) else {
        return Err(unsigned("The header Authorization holds no token."));
    };
    // A token that names another way of signing is refused: it must not choose how it is checked.
    let head: Option<Head> = read(head).and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if head.is_none_or(|head| head.alg != "HS256") {
        return Err(unsigned("The token must be signed with HS256."));
    }
    let (signed, _) = token.rsplit_once('.').unwrap_or_default();
    if key.is_empty() || !is_same(&mac(key.as_bytes(), &[signed.as_bytes()]), &signature) {
        return Err(unsigned("The token is not signed with the key of this source."));
    }
    let claimed = read(claimed).unwrap_or_default();
    let times: Times = serde_json::from_slice(&claimed).map_err(|_| unsigned("The token does not say when."))?;
    check_times(&times, now_ms)?;
    serde_json::from_slice(&claimed).map_err(|_| unsigned("The token does not claim what it must."))
}

fn check_times(times: &Times, now_ms: i64) -> Result<(), Reply> {
    let ms = |seconds: i64| seconds.saturating_mul(SECOND_MS);
    let is_now = ms(times.iat).abs_diff(now_ms) <= TOLERANCE_MS.unsigned_abs();
    let is_over = times.exp.is_some_and(|exp| ms(exp).saturating_add(TOLERANCE_MS) < now_ms);
    let is_early = times.nbf.is_some_and(|nbf| ms(nbf).saturating_sub(TOLERANCE_MS) > now_ms);
    if is_now && !is_over && !is_early { Ok(()) } else { Err(unsigned("The token is not of the last 5 minutes.")) }
}

//! What a page was asked in its address, and the one-time ids of its forms.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use domain::clock::{DAY_MS, parse_rfc3339};
use domain::login::Secret;
use domain::request::Once;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::Door;
use crate::page::PageError;

/// Letters of a form's one-time id.
const ID_LEN: usize = 32;

/// The fields of a page's address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Door>> for Asked<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Door>) -> Result<Self, PageError> {
        Query::try_from_uri(&parts.uri).map(|Query(fields)| Self(fields)).map_err(|_| PageError::BadForm)
    }
}

/// The secret of a link that was opened.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    token: String,
}

impl Link {
    /// The secret, if it can be one.
    pub(crate) fn token(&self) -> Option<Secret> {
        Secret::parse(&self.token)
    }
}

/// Where to go on to after the sign-in.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(crate) next: String,
}

/// A fresh one-time id for a form, by which it counts once however often it is sent.
pub(crate) fn fresh_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// What a form is remembered by: its one-time id, and what it asks for.
pub(crate) fn once(account: i64, route: &'static str, id: &str, what: &str) -> Result<Option<Once>, PageError> {
    let is_id = id.len() == ID_LEN && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(PageError::BadForm);
    }
    // A page that is gone back to asks for another thing under the id it had: that is another request.
    let body_hash: [u8; 32] = Sha256::digest(what).into();
    let mark = u64::from_be_bytes(body_hash[..8].try_into().expect("eight bytes"));
    Ok(Some(Once { account, route, name: format!("{id}-{mark:016x}"), body_hash }))
}

/// The span of days `YYYY-MM-DD` of a filter, as its first ms and the first one after it: `to` is the last day that counts.
/// A day that is none is left out.
pub(crate) fn days(from: &str, to: &str) -> (Option<i64>, Option<i64>) {
    let day = |day: &str| parse_rfc3339(&format!("{day}T00:00:00Z"));
    (day(from), day(to).map(|start_ms| start_ms + DAY_MS))
}

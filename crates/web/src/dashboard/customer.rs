//! The customer whom a page is for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::account::{self, Caller, Standing};

use crate::Door;
use crate::page::PageError;
use crate::session::{Reader, SignedIn};

/// Whoever is signed in, and how their account stood before anything else was read for the page.
pub(super) struct Customer(pub(super) Standing);

impl Customer {
    /// The account's id.
    pub(super) fn account(&self) -> i64 {
        self.0.caller.account
    }

    /// The account as the caller of verbs.
    pub(super) fn caller(&self) -> Caller {
        self.0.caller
    }
}

impl FromRequestParts<Arc<Door>> for Customer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, door).await?;
        standing(door, signed_in.account).await.map(Self)
    }
}

/// A customer, if one reads a page that is open to all.
pub(super) struct Perhaps(pub(super) Option<Standing>);

impl FromRequestParts<Arc<Door>> for Perhaps {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let Reader(reader) = Reader::from_request_parts(parts, door).await?;
        let Some(signed_in) = reader else { return Ok(Self(None)) };
        standing(door, signed_in.account).await.map(|standing| Self(Some(standing)))
    }
}

async fn standing(door: &Door, account: i64) -> Result<Standing, Response> {
    let standing =
        account::standing(&door.app, account).await.map_err(|error| PageError::from(error).into_response())?;
    standing.ok_or_else(|| PageError::NotFound.into_response())
}

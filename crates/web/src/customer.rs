//! The customer whom a page is for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::account::{self, Caller, Standing};

use crate::Door;
use crate::page::{Frame, PageError};
use crate::session::{Reader, SignedIn};

/// Whoever is signed in, and how their account stood before anything else was read for the page.
pub(crate) struct Customer {
    /// The account.
    pub(crate) standing: Standing,
    /// Who is signed in.
    pub(crate) reader: SignedIn,
}

impl Customer {
    /// The account's id.
    pub(crate) fn account(&self) -> i64 {
        self.standing.caller.account
    }

    /// The account as the caller of verbs.
    pub(crate) fn caller(&self) -> Caller {
        self.standing.caller
    }
}

impl FromRequestParts<Arc<Door>> for Customer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, door).await?;
        let standing = standing(door, signed_in.account).await?;
        Ok(Self { standing, reader: signed_in })
    }
}

/// A customer, if one reads a page that is open to all.
pub(crate) struct Perhaps(pub(crate) Option<Standing>);

impl FromRequestParts<Arc<Door>> for Perhaps {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let Reader(reader) = Reader::from_request_parts(parts, door).await?;
        let Some(signed_in) = reader else { return Ok(Self(None)) };
        standing(door, signed_in.account).await.map(|standing| Self(Some(standing)))
    }
}

impl Perhaps {
    /// The frame of a page that anybody may read.
    pub(crate) fn frame(&self, here: &'static str, door: &Door) -> Frame {
        Frame::open(here, self.0.as_ref(), door.app.now_ms())
    }
}

async fn standing(door: &Door, account: i64) -> Result<Standing, Response> {
    let standing =
        account::standing(&door.app, account).await.map_err(|error| PageError::from(error).into_response())?;
    standing.ok_or_else(|| PageError::NotFound.into_response())
}

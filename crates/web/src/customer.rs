//! The customer whom a page is for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::{self, Caller, Standing, State};

use crate::limits::{Budget, Who};
use crate::page::{self, Frame, PageError};
use crate::session::{Reader, SignedIn};
use crate::{Door, client};

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

    /// Whether the account may buy; one that is stopped reads on, and its open orders still receive.
    pub(crate) fn may_buy(&self) -> bool {
        self.standing.state == State::Active
    }

    /// The same customer, with the account as it stands now: after a deed that may have moved money.
    pub(crate) async fn seen_again(self, door: &Door) -> Result<Self, PageError> {
        let standing = account::standing(&door.app, self.account()).await?.ok_or(PageError::NotFound)?;
        Ok(Self { standing, ..self })
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

/// A customer who buys something: counted like a call of the API that sells, by account and by client address.
pub(crate) struct Buyer(pub(crate) Customer);

impl FromRequestParts<Arc<Door>> for Buyer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Response> {
        let address = client::address(&door.settings, &parts.headers, &parts.extensions);
        if let Some(refused) = spent(door, Who::Address(address)) {
            return Err(refused);
        }
        let customer = Customer::from_request_parts(parts, door).await?;
        match spent(door, Who::Account(customer.account())) {
            Some(refused) => Err(refused),
            None => Ok(Self(customer)),
        }
    }
}

/// Counts somebody who buys; the refusal where nothing is left of the minute.
fn spent(door: &Door, who: Who) -> Option<Response> {
    let spent = door.limits.count(who, Budget::Orders, door.app.now_ms()).err()?;
    let text =
        format!("Nothing was bought and nothing was charged. Wait {} seconds, go back, and try again.", spent.reset_s);
    let mut answer = page::message(StatusCode::TOO_MANY_REQUESTS, "That was very often", &text);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(spent.reset_s));
    Some(answer)
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

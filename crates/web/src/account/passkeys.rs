//! `/account/passkeys/`: the passkeys of a customer.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, PasskeyRefusal, Signer};

use super::HERE;
use super::overview::Done;
use crate::Door;
use crate::asked::Asked;
use crate::customer::Customer;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::passkeys::{self, Keys, Making};
use crate::session::Visitor;

const ROUTE: &str = "/account/passkeys/";
const ADD: &str = "/account/passkeys/add/";
const RENAME: &str = "/account/passkeys/rename/";
const REMOVE: &str = "/account/passkeys/remove/";

#[derive(Template)]
#[template(path = "account/passkeys.html")]
struct KeysPage<'a> {
    keys: Keys<'a>,
}

#[derive(Template)]
#[template(path = "account/passkey.html")]
struct MakingPage<'a> {
    making: Making<'a>,
}

fn signer(customer: &Customer) -> Signer {
    Signer { login: customer.reader.login, session: customer.reader.session }
}

fn frame(door: &Door, customer: &Customer) -> Frame {
    Frame::open(HERE, Some(&customer.standing), door.app.now_ms())
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(done): Asked<Done>,
) -> Result<Response, PageError> {
    let keys = Keys::of(&door, customer.reader.login, ROUTE).await?;
    let page = KeysPage { keys: Keys { done: passkeys::done_words(done.word()), ..keys } };
    Ok(page::show(ROUTE, StatusCode::OK, &page, &frame(&door, &customer)))
}

async fn refused(door: &Door, customer: &Customer, refusal: PasskeyRefusal, name: &str) -> Result<Response, PageError> {
    let objection = passkeys::objection(refusal)?;
    let keys = Keys::of(door, customer.reader.login, ROUTE).await?;
    let page = KeysPage { keys: Keys { name, objection: Objection::words(Some(&objection)), ..keys } };
    Ok(objection::show(ROUTE, Some(&objection), &page, &frame(door, customer)))
}

/// Shows a challenge in this answer alone, which the page's script hands to the browser.
pub(super) async fn begin(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let name = form.text("name").trim();
    match passkeys::begin(&door, &visit, signer(&customer), &form).await {
        Ok(begun) => {
            let page = MakingPage { making: Making::of(ROUTE, name, &begun) };
            Ok(page::show(ROUTE, StatusCode::OK, &page, &frame(&door, &customer)))
        }
        Err(refusal) => refused(&door, &customer, refusal, name).await,
    }
}

pub(super) async fn add(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match passkeys::add(&door, &visit, signer(&customer), &form).await {
        Ok(()) => Ok(page::see_other(ADD, "/account/passkeys/?done=added")),
        Err(refusal) => refused(&door, &customer, refusal, form.text("name")).await,
    }
}

pub(super) async fn rename(
    State(door): State<Arc<Door>>,
    customer: Customer,
    form: Form,
) -> Result<Response, PageError> {
    let key = passkeys::key_of(&form);
    match login::rename_passkey(&door.app, customer.reader.login, key, form.text("name")).await {
        Ok(()) => Ok(page::see_other(RENAME, "/account/passkeys/?done=renamed")),
        Err(refusal) => refused(&door, &customer, refusal, "").await,
    }
}

pub(super) async fn remove(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let (login, key) = (customer.reader.login, passkeys::key_of(&form));
    match login::remove_passkey(&door.app, &visit, login, key, form.text("password")).await {
        Ok(()) => Ok(page::see_other(REMOVE, "/account/passkeys/?done=removed")),
        Err(refusal) => refused(&door, &customer, refusal, "").await,
    }
}

//! `/operator/own/`: how an operator signs in, and the passkeys that open the console.

mod second;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::login::{self, PasskeyRefusal, Signer};
use serde::Deserialize;

use super::Frame;
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, PageError};
use crate::passkeys::{self, Keys, Making};
use crate::session::{Operator, Visitor};

pub(super) const HERE: &str = "/operator/own/";
const ADD: &str = "/operator/own/add/";
const RENAME: &str = "/operator/own/rename/";
const REMOVE: &str = "/operator/own/remove/";

/// Every operator looks after their own sign-in, whatever their role.
pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show).post(begin))
        .route(ADD, post(add))
        .route(RENAME, post(rename))
        .route(REMOVE, post(remove))
        .route(second::GENERATOR, post(second::set_up))
        .route(second::CONFIRM, post(second::confirm))
        .route(second::CODES, post(second::renew_codes))
}

#[derive(Template)]
#[template(path = "operator/own/overview.html")]
struct OwnPage<'a> {
    name: &'a str,
    codes_left: i64,
    second: Option<&'a str>,
    keys: Keys<'a>,
}

#[derive(Template)]
#[template(path = "operator/own/passkey.html")]
struct MakingPage<'a> {
    making: Making<'a>,
}

/// What was done on the page before.
#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

fn signer(operator: &Operator) -> Signer {
    Signer { login: operator.id, session: operator.session }
}

/// How the page answers: with what it says, and what was typed.
#[derive(Default)]
struct Said<'a> {
    objection: Option<Objection>,
    /// What is wrong with the form of the code generator.
    second: Option<Objection>,
    name: &'a str,
    done: Option<&'static str>,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(Done { done }): Asked<Done>,
) -> Result<Response, PageError> {
    render(&door, &operator, Said { done: passkeys::done_words(&done), ..Said::default() }).await
}

async fn render(door: &Door, operator: &Operator, said: Said<'_>) -> Result<Response, PageError> {
    let Said { objection, second, name, done } = said;
    let keys = Keys::of(door, operator.id, HERE).await?;
    let page = OwnPage {
        name: &operator.name,
        codes_left: login::recovery_left(&door.app, operator.id).await?,
        second: Objection::words(second.as_ref()),
        keys: Keys { name, done, objection: Objection::words(objection.as_ref()), ..keys },
    };
    let frame = Frame::of(door, operator, HERE).await?;
    Ok(objection::show(HERE, objection.as_ref().or(second.as_ref()), &page, &frame))
}

async fn refused(door: &Door, operator: &Operator, refusal: PasskeyRefusal, name: &str) -> Result<Response, PageError> {
    let objection = Some(passkeys::objection(refusal)?);
    render(door, operator, Said { objection, name, ..Said::default() }).await
}

/// Shows a challenge in this answer alone, which the page's script hands to the browser.
async fn begin(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let name = form.text("name").trim();
    match passkeys::begin(&door, &visit, signer(&operator), &form).await {
        Ok(begun) => {
            let page = MakingPage { making: Making::of(HERE, name, &begun) };
            Ok(page::show(HERE, StatusCode::OK, &page, &Frame::of(&door, &operator, HERE).await?))
        }
        Err(refusal) => refused(&door, &operator, refusal, name).await,
    }
}

async fn add(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match passkeys::add(&door, &visit, signer(&operator), &form).await {
        Ok(()) => Ok(page::see_other(ADD, "/operator/own/?done=added")),
        Err(refusal) => refused(&door, &operator, refusal, form.text("name")).await,
    }
}

async fn rename(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    match login::rename_passkey(&door.app, operator.id, passkeys::key_of(&form), form.text("name")).await {
        Ok(()) => Ok(page::see_other(RENAME, "/operator/own/?done=renamed")),
        Err(refusal) => refused(&door, &operator, refusal, "").await,
    }
}

async fn remove(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let key = passkeys::key_of(&form);
    match login::remove_passkey(&door.app, &visit, operator.id, key, form.text("password")).await {
        Ok(()) => Ok(page::see_other(REMOVE, "/operator/own/?done=removed")),
        Err(refusal) => refused(&door, &operator, refusal, "").await,
    }
}

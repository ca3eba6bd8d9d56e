//! `/account/second-factor/`: a code generator beside the password, and the codes that stand in for it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, ChangeRefusal, Offer, PasswordFault, Secret};

use super::HERE;
use crate::Door;
use crate::customer::Customer;
use crate::form::Form;
use crate::login::CodesPage;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::qr::{Qr, qr};
use crate::session::Visitor;

const ROUTE: &str = "/account/second-factor/";
const SET_UP: &str = "/account/second-factor/set-up/";
const CONFIRM: &str = "/account/second-factor/confirm/";
const CODES: &str = "/account/second-factor/codes/";
const REMOVE: &str = "/account/second-factor/remove/";

const WRONG_PASSWORD: &str = "Your password is another one. Check it; nothing was changed.";
const GONE: &str = "It took too long, or your second factor is off. Begin again.";

#[derive(Template)]
#[template(path = "account/second.html")]
struct SecondPage<'a> {
    has_second: bool,
    codes_left: i64,
    objection: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "account/second_set_up.html")]
struct SetUpPage<'a> {
    offer: &'a Offer,
    qr: Option<Qr>,
    token: &'a str,
    objection: Option<&'a str>,
}

pub(super) async fn show(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    render(&door, &customer, None).await
}

async fn render(door: &Door, customer: &Customer, objection: Option<&Objection>) -> Result<Response, PageError> {
    let page = SecondPage {
        has_second: customer.reader.has_second,
        codes_left: login::recovery_left(&door.app, customer.reader.login).await?,
        objection: Objection::words(objection),
    };
    Ok(objection::show(ROUTE, objection, &page, &frame(door, customer)))
}

fn frame(door: &Door, customer: &Customer) -> Frame {
    Frame::open(HERE, Some(&customer.standing), door.app.now_ms())
}

/// Shows a fresh secret in this answer alone; it is in force once its first code was shown.
pub(super) async fn set_up(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match login::begin_second(&door.app, &visit, customer.reader.login, form.text("password")).await {
        Ok((token, offer)) => Ok(show_set_up(&door, &customer, &token, &offer, None)),
        Err(refusal) => refused(&door, &customer, refusal).await,
    }
}

async fn refused(door: &Door, customer: &Customer, refusal: ChangeRefusal) -> Result<Response, PageError> {
    let objection = super::objection(refusal, WRONG_PASSWORD, GONE)?;
    render(door, customer, Some(&objection)).await
}

fn show_set_up(
    door: &Door,
    customer: &Customer,
    token: &Secret,
    offer: &Offer,
    objection: Option<&Objection>,
) -> Response {
    let qr = qr(&offer.uri);
    let page = SetUpPage { offer, qr, token: token.text(), objection: Objection::words(objection) };
    objection::show(SET_UP, objection, &page, &frame(door, customer))
}

pub(super) async fn confirm(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(token) = Secret::parse(form.text("token")) else { return Err(PageError::BadForm) };
    match login::confirm_second(&door.app, &visit, customer.reader.login, &token, form.text("code")).await {
        Ok(Ok(codes)) => Ok(show_codes(&door, &customer, CONFIRM, &codes)),
        Ok(Err(offer)) => {
            let objection = Objection::new("This is not a code of this generator. Type what it shows now.");
            Ok(show_set_up(&door, &customer, &token, &offer, Some(&objection)))
        }
        Err(refusal) => refused(&door, &customer, refusal).await,
    }
}

/// Shows recovery codes in this answer alone: they are not kept anywhere, so a redirect could not show them.
fn show_codes(door: &Door, customer: &Customer, route: &'static str, codes: &[String]) -> Response {
    page::show(route, StatusCode::OK, &CodesPage { codes, next: HERE }, &frame(door, customer))
}

pub(super) async fn renew_codes(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match login::renew_recovery(&door.app, &visit, customer.reader.login, form.text("password")).await {
        Ok(codes) => Ok(show_codes(&door, &customer, CODES, &codes)),
        Err(refusal) => refused(&door, &customer, refusal).await,
    }
}

pub(super) async fn remove(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match login::remove_second(&door.app, &visit, customer.reader.login, form.text("password")).await {
        Ok(()) => Ok(page::see_other(REMOVE, "/account/?done=second-factor")),
        Err(ChangeRefusal::Password(PasswordFault::Short)) => {
            let objection = Objection::new(
                "Your password is too short to stand alone. Change it to one of 15 characters first, then switch the \
                 second factor off.",
            );
            render(&door, &customer, Some(&objection)).await
        }
        Err(refusal) => refused(&door, &customer, refusal).await,
    }
}

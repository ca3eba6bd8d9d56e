//! `/account/email/`: another address, which counts once the link that went there was opened.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, ChangeRefusal, Secret};

use super::HERE;
use crate::Door;
use crate::asked::{Asked, Link};
use crate::customer::{Customer, Perhaps};
use crate::form::Form;
use crate::login::{SentPage, bad_link};
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::session::Visitor;

const ROUTE: &str = "/account/email/";
const CONFIRM: &str = "/account/email/confirm/";

#[derive(Template)]
#[template(path = "account/email.html")]
struct EmailPage<'a> {
    now: &'a str,
    typed: &'a str,
    objection: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "account/email_confirm.html")]
struct ConfirmPage<'a> {
    token: &'a str,
}

pub(super) async fn form(State(door): State<Arc<Door>>, customer: Customer) -> Response {
    show(&door, &customer, "", None)
}

fn show(door: &Door, customer: &Customer, typed: &str, objection: Option<&Objection>) -> Response {
    let page = EmailPage { now: &customer.reader.email, typed, objection: Objection::words(objection) };
    objection::show(ROUTE, objection, &page, &frame(door, customer))
}

fn frame(door: &Door, customer: &Customer) -> Frame {
    Frame::open(HERE, Some(&customer.standing), door.app.now_ms())
}

pub(super) async fn ask(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let email = form.text("email").trim();
    match login::ask_email(&door.app, &visit, customer.reader.login, form.text("password"), email).await {
        // Whether the address has an account already, this page does not say: the mail does.
        Ok(()) => {
            let page = SentPage { email };
            Ok(page::show(ROUTE, StatusCode::OK, &page, &frame(&door, &customer)))
        }
        Err(refusal) => {
            let wrong = "Your password is another one. Check it; nothing was sent.";
            let objection = super::objection(refusal, wrong, wrong)?;
            Ok(show(&door, &customer, email, Some(&objection)))
        }
    }
}

/// Asks once more, because opening a link must not change anything: some mailboxes open each to look at it.
pub(super) async fn confirm_form(State(door): State<Arc<Door>>, reader: Perhaps, Asked(link): Asked<Link>) -> Response {
    let Some(token) = link.token() else { return bad_link() };
    page::show(CONFIRM, StatusCode::OK, &ConfirmPage { token: token.text() }, &reader.frame(HERE, &door))
}

pub(super) async fn confirm(
    State(door): State<Arc<Door>>,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(token) = Secret::parse(form.text("token")) else { return Ok(bad_link()) };
    match login::confirm_email(&door.app, &visit, &token).await {
        Ok(()) => Ok(page::message(
            StatusCode::OK,
            "Your address is changed",
            "You sign in with the new one from now on, with the password that you had.",
        )),
        Err(ChangeRefusal::Db(error)) => Err(error.into()),
        Err(_) => Ok(bad_link()),
    }
}

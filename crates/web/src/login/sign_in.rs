//! `/sign-in/` and `/sign-out/`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::login::{self, Credentials, Kind, SignIn, SignInRefusal};

use super::code;
use crate::Door;
use crate::asked::{Asked, Next};
use crate::customer::Perhaps;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::passkeys;
use crate::session::{self, Reader, Visitor};

const ROUTE: &str = "/sign-in/";
const OUT: &str = "/sign-out/";

#[derive(Template)]
#[template(path = "login/sign_in.html")]
struct SignInPage<'a> {
    email: &'a str,
    next: &'a str,
    /// Whether passkeys can be had at the house's address.
    may_passkey: bool,
    objection: Option<&'a str>,
}

/// The form, or the way on for somebody who is in already.
pub(super) async fn form(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Asked(Next { next }): Asked<Next>,
) -> Response {
    let next = session::local(&next).unwrap_or("/");
    match reader.0 {
        Some(_) => page::see_other(ROUTE, next),
        None => show_form(&door, &reader.frame(ROUTE, &door), "", next, None),
    }
}

pub(super) fn show_form(
    door: &Door,
    frame: &Frame,
    email: &str,
    next: &str,
    objection: Option<&Objection>,
) -> Response {
    let may_passkey = passkeys::may_add(door);
    let page = SignInPage { email, next, may_passkey, objection: Objection::words(objection) };
    objection::show(ROUTE, objection, &page, frame)
}

pub(super) async fn send(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let frame = reader.frame(ROUTE, &door);
    let next = session::local(form.text("next")).unwrap_or("/");
    let who = Credentials { name: form.text("email").to_owned(), password: form.text("password").to_owned() };
    let objection = match login::sign_in(&door.app, Kind::Customer, &visit, who).await {
        Ok(SignIn::Entered(entered)) => {
            return Ok(session::keep(page::see_other(ROUTE, next), Kind::Customer, &entered));
        }
        Ok(SignIn::NeedsCode(ticket)) => return Ok(code::ask(Kind::Customer, &ticket, next, None)),
        Err(SignInRefusal::Wrong) => {
            Objection::new("Address and password do not belong together. Check both, or reset the password.")
        }
        Err(SignInRefusal::MustWait { seconds }) => Objection::wait(seconds),
        Err(SignInRefusal::Busy(busy)) => busy.into(),
        Err(SignInRefusal::Db(error)) => return Err(error.into()),
    };
    Ok(show_form(&door, &frame, form.text("email").trim(), next, Some(&objection)))
}

pub(super) async fn sign_out(State(door): State<Arc<Door>>, Reader(reader): Reader) -> Result<Response, PageError> {
    if let Some(reader) = reader {
        login::sign_out(&door.app, reader.login, reader.session).await?;
    }
    Ok(session::forget(page::see_other(OUT, "/sign-in/"), Kind::Customer))
}

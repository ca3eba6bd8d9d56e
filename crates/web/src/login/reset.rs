//! `/reset/`: a link to the address of somebody who forgot the password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, Chosen, ConfirmRefusal, Secret, SignUpRefusal};

use super::sign_up::{ChoosePage, SentPage, bad_link};
use crate::Door;
use crate::asked::{Asked, Link};
use crate::customer::Perhaps;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::session::{self, Visitor};

const ROUTE: &str = "/reset/";
const CHOOSE: &str = "/reset/choose/";

#[derive(Template)]
#[template(path = "login/reset.html")]
struct ResetPage<'a> {
    email: &'a str,
    objection: Option<&'a str>,
}

pub(super) async fn form(State(door): State<Arc<Door>>, reader: Perhaps) -> Response {
    show_form(&reader.frame(ROUTE, &door), "", None)
}

fn show_form(frame: &Frame, email: &str, objection: Option<&Objection>) -> Response {
    let page = ResetPage { email, objection: Objection::words(objection) };
    objection::show(ROUTE, objection, &page, frame)
}

pub(super) async fn send(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let (email, frame) = (form.text("email").trim(), reader.frame(ROUTE, &door));
    let objection = match login::ask_reset(&door.app, &visit, email).await {
        Ok(()) => return Ok(page::show(ROUTE, StatusCode::OK, &SentPage { email }, &frame)),
        Err(SignUpRefusal::BadEmail | SignUpRefusal::NotAccepted) => {
            Objection::new("This is not an address that a mail can be sent to. Check it.")
        }
        Err(SignUpRefusal::MustWait { seconds }) => Objection::wait(seconds),
        Err(SignUpRefusal::Db(error)) => return Err(error.into()),
    };
    Ok(show_form(&frame, email, Some(&objection)))
}

pub(super) async fn choose_form(State(door): State<Arc<Door>>, reader: Perhaps, Asked(link): Asked<Link>) -> Response {
    match link.token() {
        Some(token) => show_choose(&reader.frame(CHOOSE, &door), &token, None),
        None => bad_link(),
    }
}

fn show_choose(frame: &Frame, token: &Secret, objection: Option<&Objection>) -> Response {
    let page = ChoosePage {
        title: "Choose another password",
        action: CHOOSE,
        token: token.text(),
        statement: None,
        objection: Objection::words(objection),
    };
    objection::show(CHOOSE, objection, &page, frame)
}

pub(super) async fn choose(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(token) = Secret::parse(form.text("token")) else { return Ok(bad_link()) };
    let chosen = Chosen { link: &token, password: form.text("password") };
    let objection = match login::reset(&door.app, &visit, chosen).await {
        Ok(device) => return Ok(session::keep_device(page::see_other(CHOOSE, "/sign-in/"), &device)),
        Err(ConfirmRefusal::BadLink | ConfirmRefusal::NotAccepted) => return Ok(bad_link()),
        Err(ConfirmRefusal::Password(fault)) => fault.into(),
        Err(ConfirmRefusal::Busy(busy)) => busy.into(),
        Err(ConfirmRefusal::Db(error)) => return Err(error.into()),
    };
    Ok(show_choose(&reader.frame(CHOOSE, &door), &token, Some(&objection)))
}

//! `/reset/`: a link to the address of somebody who forgot the password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::login::{self, Chosen, ConfirmRefusal, Secret, SignUpRefusal};

use super::fields::{Complaint, Query};
use super::sign_up::{ChoosePage, SentPage, bad_link, password_words};
use crate::form::Form;
use crate::session::Visitor;
use crate::{Door, show};

const ROUTE: &str = "/reset/";
const CHOOSE: &str = "/reset/choose/";

#[derive(Template)]
#[template(path = "login/reset.html")]
struct ResetPage<'a> {
    email: &'a str,
    complaint: Option<&'a str>,
}

pub(super) async fn form() -> Response {
    show_form("", None)
}

fn show_form(email: &str, complaint: Option<&Complaint>) -> Response {
    let page = ResetPage { email, complaint: Complaint::words(complaint) };
    Complaint::on(complaint, show::page(ROUTE, Complaint::status(complaint), &page))
}

pub(super) async fn send(State(door): State<Arc<Door>>, Visitor(visit): Visitor, form: Form) -> Response {
    let email = form.text("email").trim();
    let complaint = match login::ask_reset(&door.app, &visit, email).await {
        Ok(()) => return show::page(ROUTE, StatusCode::OK, &SentPage { email, is_sure: false }),
        Err(SignUpRefusal::BadEmail | SignUpRefusal::NotAccepted) => {
            Complaint::new("This is not an address that a mail can be sent to. Check it.")
        }
        Err(SignUpRefusal::MustWait { seconds }) => Complaint::wait(seconds),
        Err(SignUpRefusal::Db(error)) => return show::fault(&error),
    };
    show_form(email, Some(&complaint))
}

pub(super) async fn choose_form(uri: Uri) -> Response {
    match Query::of(&uri).token() {
        Some(token) => show_choose(&token, None),
        None => bad_link(),
    }
}

fn show_choose(token: &Secret, complaint: Option<&Complaint>) -> Response {
    let page = ChoosePage {
        title: "Choose another password",
        action: CHOOSE,
        token: token.text(),
        complaint: Complaint::words(complaint),
    };
    Complaint::on(complaint, show::page(CHOOSE, Complaint::status(complaint), &page))
}

pub(super) async fn choose(State(door): State<Arc<Door>>, Visitor(visit): Visitor, form: Form) -> Response {
    let Some(token) = Secret::parse(form.text("token")) else { return bad_link() };
    let chosen = Chosen { link: &token, password: form.text("password") };
    let complaint = match login::reset(&door.app, &visit, chosen).await {
        Ok(()) => return show::go(CHOOSE, "/sign-in/"),
        Err(ConfirmRefusal::BadLink) => return bad_link(),
        Err(ConfirmRefusal::Password(fault)) => Complaint::new(password_words(fault)),
        Err(ConfirmRefusal::Busy(busy)) => busy.into(),
        Err(ConfirmRefusal::Db(error)) => return show::fault(&error),
    };
    show_choose(&token, Some(&complaint))
}

//! `/sign-up/`: an address and the statement first; a link in a mail leads on to the password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::login::{self, Chosen, ConfirmRefusal, Kind, STATEMENT, STATEMENT_VERSION, Secret, SignUpRefusal};

use super::fields::{Complaint, Query};
use crate::form::Form;
use crate::session::{self, Visitor};
use crate::{Door, show};

const ROUTE: &str = "/sign-up/";
const CONFIRM: &str = "/sign-up/confirm/";

#[derive(Template)]
#[template(path = "login/sign_up.html")]
struct SignUpPage<'a> {
    email: &'a str,
    statement: [&'static str; 6],
    version: &'static str,
    has_accepted: bool,
    complaint: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "login/sent.html")]
struct SentPage<'a> {
    email: &'a str,
}

#[derive(Template)]
#[template(path = "login/choose_password.html")]
pub(super) struct ChoosePage<'a> {
    pub(super) title: &'a str,
    pub(super) action: &'a str,
    pub(super) token: &'a str,
    pub(super) complaint: Option<&'a str>,
}

pub(super) async fn form() -> Response {
    show_form("", false, None)
}

fn show_form(email: &str, has_accepted: bool, complaint: Option<&Complaint>) -> Response {
    let page = SignUpPage {
        email,
        statement: STATEMENT,
        version: STATEMENT_VERSION,
        has_accepted,
        complaint: Complaint::words(complaint),
    };
    Complaint::on(complaint, show::page(ROUTE, Complaint::status(complaint), &page))
}

pub(super) async fn send(State(door): State<Arc<Door>>, Visitor(visit): Visitor, form: Form) -> Response {
    let (email, accepted) = (form.text("email").trim(), form.text("accept"));
    let refused = match login::sign_up(&door.app, &visit, email, accepted).await {
        // Whether the address has an account already, this page does not say: the mail does.
        Ok(()) => return show::page(ROUTE, StatusCode::OK, &SentPage { email }),
        Err(refused) => refused,
    };
    let complaint = match refused {
        SignUpRefusal::BadEmail => Complaint::new("This is not an address that a mail can be sent to. Check it."),
        SignUpRefusal::NotAccepted => Complaint::new("Read the statement and accept it, or we cannot let you in."),
        SignUpRefusal::MustWait { seconds } => Complaint::wait(seconds),
        SignUpRefusal::Db(error) => return show::fault(&error),
    };
    show_form(email, accepted == STATEMENT_VERSION, Some(&complaint))
}

pub(super) async fn confirm_form(uri: Uri) -> Response {
    match Query::of(&uri).token() {
        Some(token) => show_confirm(&token, None),
        None => bad_link(),
    }
}

fn show_confirm(token: &Secret, complaint: Option<&Complaint>) -> Response {
    let page = ChoosePage {
        title: "Choose a password",
        action: CONFIRM,
        token: token.text(),
        complaint: Complaint::words(complaint),
    };
    Complaint::on(complaint, show::page(CONFIRM, Complaint::status(complaint), &page))
}

pub(super) async fn confirm(State(door): State<Arc<Door>>, Visitor(visit): Visitor, form: Form) -> Response {
    let Some(token) = Secret::parse(form.text("token")) else { return bad_link() };
    let chosen = Chosen { link: &token, password: form.text("password") };
    let complaint = match login::confirm_sign_up(&door.app, &visit, chosen).await {
        Ok(entered) => return session::keep(show::go(CONFIRM, "/"), Kind::Customer, &entered),
        Err(ConfirmRefusal::BadLink) => return bad_link(),
        Err(ConfirmRefusal::Password(fault)) => Complaint::new(password_words(fault)),
        Err(ConfirmRefusal::Busy(busy)) => busy.into(),
        Err(ConfirmRefusal::Db(error)) => return show::fault(&error),
    };
    show_confirm(&token, Some(&complaint))
}

/// What to do about a password that is not taken.
pub(super) fn password_words(fault: login::PasswordFault) -> String {
    let (alone, with_second) = (login::LENGTH_ALONE_MIN, login::LENGTH_WITH_SECOND_MIN);
    match fault {
        login::PasswordFault::Short => format!(
            "This password is too short. Take at least {alone} characters, such as four random words; {with_second} are \
             enough once you have a second factor."
        ),
        login::PasswordFault::Long => format!("This password is too long: {} bytes are the most.", login::LENGTH_MAX),
        login::PasswordFault::Common => {
            "This password is one of those that are tried first. Take another one, such as four random words."
                .to_owned()
        }
    }
}

/// A link that leads nowhere.
pub(super) fn bad_link() -> Response {
    show::message(
        StatusCode::GONE,
        "This link is not valid any more",
        "Each link works once and for a short time. Ask for a new one on the page where you asked for this one.",
    )
}

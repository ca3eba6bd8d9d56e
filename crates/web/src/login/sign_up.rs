//! `/sign-up/`: an address and the statement first; a link in a mail leads on to the password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, Chosen, ConfirmRefusal, Kind, STATEMENT, STATEMENT_VERSION, Secret, SignUpRefusal};

use crate::Door;
use crate::asked::{Asked, Link};
use crate::customer::Perhaps;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::session::{self, Visitor};

const ROUTE: &str = "/sign-up/";
const CONFIRM: &str = "/sign-up/confirm/";
const ACCEPT_FIRST: &str = "Read the statement and accept it, or we cannot let you in.";

#[derive(Template)]
#[template(path = "login/sign_up.html")]
struct SignUpPage<'a> {
    email: &'a str,
    statement: Statement,
    objection: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "login/sent.html")]
pub(crate) struct SentPage<'a> {
    pub(crate) email: &'a str,
}

#[derive(Template)]
#[template(path = "login/choose_password.html")]
pub(super) struct ChoosePage<'a> {
    pub(super) title: &'a str,
    pub(super) action: &'a str,
    pub(super) token: &'a str,
    /// The statement, where it is accepted together with the password.
    pub(super) statement: Option<Statement>,
    pub(super) objection: Option<&'a str>,
}

/// The acceptable-use statement in force.
pub(super) struct Statement {
    pub(super) sentences: [&'static str; 6],
    pub(super) version: &'static str,
    pub(super) has_accepted: bool,
}

impl Statement {
    fn in_force(has_accepted: bool) -> Self {
        Self { sentences: STATEMENT, version: STATEMENT_VERSION, has_accepted }
    }
}

pub(super) async fn form(State(door): State<Arc<Door>>, reader: Perhaps) -> Response {
    show_form(&reader.frame(ROUTE, &door), "", false, None)
}

fn show_form(frame: &Frame, email: &str, has_accepted: bool, objection: Option<&Objection>) -> Response {
    let statement = Statement::in_force(has_accepted);
    let page = SignUpPage { email, statement, objection: Objection::words(objection) };
    objection::show(ROUTE, objection, &page, frame)
}

pub(super) async fn send(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let (email, accepted, frame) = (form.text("email").trim(), form.text("accept"), reader.frame(ROUTE, &door));
    let refused = match login::sign_up(&door.app, &visit, email, accepted).await {
        // Whether the address has an account already, this page does not say: the mail does.
        Ok(()) => return Ok(page::show(ROUTE, StatusCode::OK, &SentPage { email }, &frame)),
        Err(refused) => refused,
    };
    let objection = match refused {
        SignUpRefusal::BadEmail => Objection::new("This is not an address that a mail can be sent to. Check it."),
        SignUpRefusal::NotAccepted => Objection::new(ACCEPT_FIRST),
        SignUpRefusal::MustWait { seconds } => Objection::wait(seconds),
        SignUpRefusal::Db(error) => return Err(error.into()),
    };
    Ok(show_form(&frame, email, accepted == STATEMENT_VERSION, Some(&objection)))
}

pub(super) async fn confirm_form(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Asked(link): Asked<Link>,
) -> Result<Response, PageError> {
    let Some(token) = link.token() else { return Ok(bad_link()) };
    let statement = match login::must_accept(&door.app, &token).await {
        Ok(must_accept) => must_accept.then(|| Statement::in_force(false)),
        Err(ConfirmRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Ok(bad_link()),
    };
    Ok(show_confirm(&reader.frame(CONFIRM, &door), &token, statement, None))
}

fn show_confirm(
    frame: &Frame,
    token: &Secret,
    statement: Option<Statement>,
    objection: Option<&Objection>,
) -> Response {
    let page = ChoosePage {
        title: "Choose a password",
        action: CONFIRM,
        token: token.text(),
        statement,
        objection: Objection::words(objection),
    };
    objection::show(CONFIRM, objection, &page, frame)
}

pub(super) async fn confirm(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(token) = Secret::parse(form.text("token")) else { return Ok(bad_link()) };
    let (chosen, accepted) = (Chosen { link: &token, password: form.text("password") }, form.text("accept"));
    let objection = match login::confirm_sign_up(&door.app, &visit, chosen, accepted).await {
        Ok(entered) => return Ok(session::keep(page::see_other(CONFIRM, "/"), Kind::Customer, &entered)),
        Err(ConfirmRefusal::BadLink) => return Ok(bad_link()),
        Err(ConfirmRefusal::NotAccepted) => Objection::new(ACCEPT_FIRST),
        Err(ConfirmRefusal::Password(fault)) => fault.into(),
        Err(ConfirmRefusal::Busy(busy)) => busy.into(),
        Err(ConfirmRefusal::Db(error)) => return Err(error.into()),
    };
    let statement = match login::must_accept(&door.app, &token).await {
        Ok(must_accept) => must_accept.then(|| Statement::in_force(accepted == STATEMENT_VERSION)),
        Err(ConfirmRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Ok(bad_link()),
    };
    Ok(show_confirm(&reader.frame(CONFIRM, &door), &token, statement, Some(&objection)))
}

/// A link that leads nowhere.
pub(crate) fn bad_link() -> Response {
    page::message(
        StatusCode::GONE,
        "This link is not valid any more",
        "Each link works once and for a short time. Ask for a new one on the page where you asked for this one.",
    )
}

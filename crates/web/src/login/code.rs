//! `/sign-in/code/`: the second factor of customers and operators, after the password.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, ChangeRefusal, Kind, Secret};

use crate::Door;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, PageError};
use crate::session::{self, Visitor};

const CUSTOMER: &str = "/sign-in/code/";
const OPERATOR: &str = "/operator/sign-in/code/";

#[derive(Template)]
#[template(path = "login/code.html")]
struct CodePage<'a> {
    action: &'a str,
    back: &'a str,
    ticket: &'a str,
    next: &'a str,
    objection: Option<&'a str>,
}

fn route(kind: Kind) -> &'static str {
    match kind {
        Kind::Customer => CUSTOMER,
        Kind::Operator => OPERATOR,
    }
}

/// Asks for the code. The ticket stands in the form alone, so that no address of the browser's history holds it.
pub(super) fn ask(kind: Kind, ticket: &Secret, next: &str, objection: Option<&Objection>) -> Response {
    let back = match kind {
        Kind::Customer => "/sign-in/",
        Kind::Operator => "/operator/sign-in/",
    };
    let objection_words = Objection::words(objection);
    let page = CodePage { action: route(kind), back, ticket: ticket.text(), next, objection: objection_words };
    objection::show(route(kind), objection, &page, askama::NO_VALUES)
}

pub(super) async fn customer(door: State<Arc<Door>>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    send(Kind::Customer, door, visitor, form).await
}

pub(super) async fn operator(door: State<Arc<Door>>, visitor: Visitor, form: Form) -> Result<Response, PageError> {
    send(Kind::Operator, door, visitor, form).await
}

async fn send(
    kind: Kind,
    State(door): State<Arc<Door>>,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let home = match kind {
        Kind::Customer => "/",
        Kind::Operator => "/operator/",
    };
    let next = session::local(form.text("next")).unwrap_or(home);
    let Some(ticket) = Secret::parse(form.text("ticket")) else { return Ok(too_late()) };
    let objection = match login::sign_in_with_code(&door.app, kind, &visit, &ticket, form.text("code")).await {
        Ok(entered) => return Ok(session::keep(page::see_other(route(kind), next), kind, &entered)),
        Err(ChangeRefusal::Wrong | ChangeRefusal::BadEmail | ChangeRefusal::Password(_)) => {
            Objection::new("This code is wrong, or it was used before. Wait for the next one and type that.")
        }
        Err(ChangeRefusal::BadLink) => return Ok(too_late()),
        Err(ChangeRefusal::MustWait { seconds }) => Objection::wait(seconds),
        Err(ChangeRefusal::Busy(busy)) => busy.into(),
        Err(ChangeRefusal::Db(error)) => return Err(error.into()),
    };
    Ok(ask(kind, &ticket, next, Some(&objection)))
}

fn too_late() -> Response {
    page::message(
        StatusCode::GONE,
        "Begin again with the password",
        "The code has to follow the password within ten minutes.",
    )
}

//! Signing in with a passkey: the challenge that a page's script asks for, and the answer that comes as a form.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::login::{self, Kind, PasskeyRefusal};

use super::{operator, sign_in};
use crate::Door;
use crate::customer::Perhaps;
use crate::form::Form;
use crate::objection::Objection;
use crate::page::{self, PageError};
use crate::passkeys;
use crate::session::{self, Visitor};

const CUSTOMER: &str = "/sign-in/passkey/";
const CUSTOMER_ASK: &str = "/sign-in/passkey/ask/";
const OPERATOR: &str = "/operator/sign-in/passkey/";
const OPERATOR_ASK: &str = "/operator/sign-in/passkey/ask/";

pub(super) async fn ask_customer(door: State<Arc<Door>>, visitor: Visitor) -> Result<Response, PageError> {
    ask(Kind::Customer, CUSTOMER_ASK, &door, &visitor)
}

pub(super) async fn ask_operator(door: State<Arc<Door>>, visitor: Visitor) -> Result<Response, PageError> {
    ask(Kind::Operator, OPERATOR_ASK, &door, &visitor)
}

fn ask(kind: Kind, route: &'static str, door: &Door, Visitor(visit): &Visitor) -> Result<Response, PageError> {
    match login::ask_passkey(&door.app, kind, visit) {
        Ok(asked) => Ok(session::keep_ticket(passkeys::options(route, &asked), kind, &asked.ticket)),
        Err(refusal) => Ok(passkeys::sorry(route, &passkeys::sign_in_objection(refusal)?)),
    }
}

pub(super) async fn customer(
    State(door): State<Arc<Door>>,
    reader: Perhaps,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let next = session::local(form.text("next")).unwrap_or("/");
    let answer = match enter(Kind::Customer, &door, &visit, &headers, &form).await {
        Ok(entered) => session::keep(page::see_other(CUSTOMER, next), Kind::Customer, &entered),
        Err(refusal) => {
            let objection: Objection = passkeys::sign_in_objection(refusal)?;
            sign_in::show_form(&door, &reader.frame("/sign-in/", &door), "", next, Some(&objection))
        }
    };
    Ok(session::forget_ticket(answer, Kind::Customer))
}

pub(super) async fn operator(
    State(door): State<Arc<Door>>,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let next = session::local(form.text("next")).unwrap_or("/operator/");
    let answer = match enter(Kind::Operator, &door, &visit, &headers, &form).await {
        Ok(entered) => session::keep(page::see_other(OPERATOR, next), Kind::Operator, &entered),
        Err(refusal) => {
            let objection: Objection = passkeys::sign_in_objection(refusal)?;
            operator::show_form(&door, "", next, Some(&objection))
        }
    };
    Ok(session::forget_ticket(answer, Kind::Operator))
}

async fn enter(
    kind: Kind,
    door: &Door,
    visit: &login::Visit,
    headers: &HeaderMap,
    form: &Form,
) -> Result<login::Entered, PasskeyRefusal> {
    // The challenge belongs to the browser that asked for it: its ticket comes back as a cookie, which no page reads.
    let ticket = session::ticket(headers, kind).ok_or(PasskeyRefusal::TooLate)?;
    login::sign_in_with_passkey(&door.app, kind, visit, ticket, form.text("answer")).await
}

//! `/account/password/`: another password, for whoever knows the one until now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::login::{self, NewPassword};

use super::HERE;
use crate::Door;
use crate::customer::Customer;
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, Frame, PageError};
use crate::session::Visitor;

const ROUTE: &str = "/account/password/";

#[derive(Template)]
#[template(path = "account/password.html")]
struct PasswordPage<'a> {
    email: &'a str,
    has_second: bool,
    objection: Option<&'a str>,
}

pub(super) async fn form(State(door): State<Arc<Door>>, customer: Customer) -> Response {
    show(&door, &customer, None)
}

fn show(door: &Door, customer: &Customer, objection: Option<&Objection>) -> Response {
    let Customer { standing, reader } = customer;
    let page =
        PasswordPage { email: &reader.email, has_second: reader.has_second, objection: Objection::words(objection) };
    objection::show(ROUTE, objection, &page, &Frame::open(HERE, Some(standing), door.app.now_ms()))
}

pub(super) async fn change(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let change = NewPassword {
        login: customer.reader.login,
        session: customer.reader.session,
        old: form.text("old").to_owned(),
        new: form.text("new").to_owned(),
    };
    match login::change_password(&door.app, &visit, change).await {
        Ok(()) => Ok(page::see_other(ROUTE, "/account/?done=password")),
        Err(refusal) => {
            let wrong = "The password until now is another one. Check it; nothing was changed.";
            let objection = super::objection(refusal, wrong, wrong)?;
            Ok(show(&door, &customer, Some(&objection)))
        }
    }
}

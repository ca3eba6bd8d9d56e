//! `/account/`: the address, and every session with its end.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, Device, Kind};

use crate::Door;
use crate::customer::Customer;
use crate::form::Form;
use crate::page::{self, Frame, PageError};
use crate::session::SignedIn;

const ROUTE: &str = "/account/";
const END: &str = "/account/sessions/end/";
const END_OTHERS: &str = "/account/sessions/end-others/";

#[derive(Template)]
#[template(path = "account/overview.html")]
struct Overview<'a> {
    email: &'a str,
    account: &'a str,
    has_second: bool,
    here: i64,
    sessions: &'a [Device],
}

pub(super) async fn show(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    let Customer { standing, reader } = &customer;
    let sessions = login::sessions(&door.app, Kind::Customer, reader.login).await?;
    let page = Overview {
        email: &reader.email,
        account: &standing.name,
        has_second: reader.has_second,
        here: reader.session,
        sessions: &sessions,
    };
    Ok(page::show(ROUTE, StatusCode::OK, &page, &Frame::open(ROUTE, Some(standing), door.app.now_ms())))
}

pub(super) async fn end(State(door): State<Arc<Door>>, reader: SignedIn, form: Form) -> Result<Response, PageError> {
    // A number that is none names no session.
    let session = form.text("session").parse().unwrap_or(0);
    login::sign_out(&door.app, reader.login, session).await?;
    Ok(page::see_other(END, ROUTE))
}

pub(super) async fn end_others(State(door): State<Arc<Door>>, reader: SignedIn) -> Result<Response, PageError> {
    login::sign_out_everywhere(&door.app, reader.login, Some(reader.session)).await?;
    Ok(page::see_other(END_OTHERS, ROUTE))
}

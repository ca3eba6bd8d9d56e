//! `/account/`: the address, and every session with its end.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::clock::rfc3339;
use domain::login::{self, Device, Kind};

use crate::form::Form;
use crate::session::SignedIn;
use crate::{Door, show};

const ROUTE: &str = "/account/";
const END: &str = "/account/sessions/end/";
const END_OTHERS: &str = "/account/sessions/end-others/";

#[derive(Template)]
#[template(path = "account/overview.html")]
struct Overview<'a> {
    email: &'a str,
    account: i64,
    has_second: bool,
    here: i64,
    sessions: &'a [Device],
}

pub(super) async fn show(State(door): State<Arc<Door>>, reader: SignedIn) -> Response {
    match login::sessions(&door.app, Kind::Customer, reader.login).await {
        Ok(sessions) => {
            let SignedIn { session: here, account, email, has_second, .. } = reader;
            show::page(
                ROUTE,
                StatusCode::OK,
                &Overview { email: &email, account, has_second, here, sessions: &sessions },
            )
        }
        Err(error) => show::fault(&error),
    }
}

pub(super) async fn end(State(door): State<Arc<Door>>, reader: SignedIn, form: Form) -> Response {
    // A number that is none names no session.
    let session = form.text("session").parse().unwrap_or(0);
    match login::sign_out(&door.app, reader.login, session).await {
        Ok(_) => show::go(END, ROUTE),
        Err(error) => show::fault(&error),
    }
}

pub(super) async fn end_others(State(door): State<Arc<Door>>, reader: SignedIn) -> Response {
    match login::sign_out_everywhere(&door.app, reader.login, Some(reader.session)).await {
        Ok(_) => show::go(END_OTHERS, ROUTE),
        Err(error) => show::fault(&error),
    }
}

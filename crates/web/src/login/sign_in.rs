//! `/sign-in/` and `/sign-out/`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use domain::login::{self, Credentials, Kind, SignIn, SignInRefusal};

use super::fields::{Complaint, Query};
use crate::form::Form;
use crate::session::{self, Reader, Visitor};
use crate::{Door, show};

const ROUTE: &str = "/sign-in/";
const OUT: &str = "/sign-out/";

#[derive(Template)]
#[template(path = "login/sign_in.html")]
struct SignInPage<'a> {
    email: &'a str,
    next: &'a str,
    complaint: Option<&'a str>,
}

/// The form, or the way on for somebody who is in already.
pub(super) async fn form(Reader(reader): Reader, uri: Uri) -> Response {
    let query = Query::of(&uri);
    let next = session::local(query.text("next")).unwrap_or("/");
    match reader {
        Some(_) => show::go(ROUTE, next),
        None => show_form("", next, None),
    }
}

fn show_form(email: &str, next: &str, complaint: Option<&Complaint>) -> Response {
    let page = SignInPage { email, next, complaint: Complaint::words(complaint) };
    Complaint::on(complaint, show::page(ROUTE, Complaint::status(complaint), &page))
}

pub(super) async fn send(State(door): State<Arc<Door>>, Visitor(visit): Visitor, form: Form) -> Response {
    let next = session::local(form.text("next")).unwrap_or("/");
    let who = Credentials { name: form.text("email").to_owned(), password: form.text("password").to_owned() };
    let complaint = match login::sign_in(&door.app, Kind::Customer, &visit, who).await {
        Ok(SignIn::Entered(entered)) => return session::keep(show::go(ROUTE, next), Kind::Customer, &entered),
        Ok(SignIn::NeedsCode(_)) => {
            return show::message(StatusCode::NOT_IMPLEMENTED, "A code is needed", "This house cannot ask for it yet.");
        }
        Err(SignInRefusal::Wrong) => {
            Complaint::new("Address and password do not belong together. Check both, or reset the password.")
        }
        Err(SignInRefusal::MustWait { seconds }) => Complaint::wait(seconds),
        Err(SignInRefusal::Busy(busy)) => busy.into(),
        Err(SignInRefusal::Db(error)) => return show::fault(&error),
    };
    show_form(form.text("email").trim(), next, Some(&complaint))
}

pub(super) async fn sign_out(State(door): State<Arc<Door>>, Reader(reader): Reader) -> Response {
    if let Some(reader) = reader
        && let Err(error) = login::sign_out(&door.app, reader.login, reader.session).await
    {
        return show::fault(&error);
    }
    session::forget(show::go(OUT, "/sign-in/"), Kind::Customer)
}

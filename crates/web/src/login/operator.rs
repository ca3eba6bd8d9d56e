//! `/operator/sign-in/` and `/operator/set-up/`: how somebody who runs the house comes in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, Credentials, Kind, Offer, OperatorRefusal, Secret, SetUp, SignIn, SignInRefusal};

use super::code;
use super::sign_up::bad_link;
use crate::Door;
use crate::asked::{Asked, Link, Next};
use crate::form::Form;
use crate::objection::{self, Objection};
use crate::page::{self, PageError};
use crate::passkeys;
use crate::qr::{Qr, qr};
use crate::session::{self, Operator, Visitor};

const HOME: &str = "/operator/";
const SIGN_IN: &str = "/operator/sign-in/";
const SET_UP: &str = "/operator/set-up/";
const OUT: &str = "/operator/sign-out/";

#[derive(Template)]
#[template(path = "login/operator_sign_in.html")]
struct SignInPage<'a> {
    name: &'a str,
    next: &'a str,
    /// Whether passkeys can be had at the house's address.
    may_passkey: bool,
    objection: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "login/operator_set_up.html")]
struct SetUpPage<'a> {
    name: &'a str,
    token: &'a str,
    offer: &'a Offer,
    qr: Option<Qr>,
    objection: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "login/recovery_codes.html")]
pub(crate) struct CodesPage<'a> {
    pub(crate) codes: &'a [String],
    /// Where it goes on.
    pub(crate) next: &'a str,
}

pub(super) async fn form(State(door): State<Arc<Door>>, Asked(Next { next }): Asked<Next>) -> Response {
    show_form(&door, "", session::local(&next).unwrap_or(HOME), None)
}

pub(super) fn show_form(door: &Door, name: &str, next: &str, objection: Option<&Objection>) -> Response {
    let may_passkey = passkeys::may_add(door);
    let page = SignInPage { name, next, may_passkey, objection: Objection::words(objection) };
    objection::show(SIGN_IN, objection, &page, askama::NO_VALUES)
}

pub(super) async fn send(
    State(door): State<Arc<Door>>,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let next = session::local(form.text("next")).unwrap_or(HOME);
    let who = Credentials { name: form.text("name").to_owned(), password: form.text("password").to_owned() };
    let objection = match login::sign_in(&door.app, Kind::Operator, &visit, who).await {
        Ok(SignIn::NeedsCode(ticket)) => return Ok(code::ask(Kind::Operator, &ticket, next, None)),
        // An operator without a second factor is not let in, so that this does not come.
        Ok(SignIn::Entered(_)) | Err(SignInRefusal::Wrong) => {
            Objection::new("Name and password do not belong together. Check both.")
        }
        Err(SignInRefusal::MustWait { seconds }) => Objection::wait(seconds),
        Err(SignInRefusal::Busy(busy)) => busy.into(),
        Err(SignInRefusal::Db(error)) => return Err(error.into()),
    };
    Ok(show_form(&door, form.text("name").trim(), next, Some(&objection)))
}

pub(super) async fn sign_out(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    login::sign_out(&door.app, operator.id, operator.session).await?;
    Ok(session::forget(page::see_other(OUT, SIGN_IN), Kind::Operator))
}

pub(super) async fn set_up_form(
    State(door): State<Arc<Door>>,
    Asked(link): Asked<Link>,
) -> Result<Response, PageError> {
    match link.token() {
        Some(token) => show_set_up(&door, &token, None).await,
        None => Ok(bad_link()),
    }
}

async fn show_set_up(door: &Door, token: &Secret, objection: Option<&Objection>) -> Result<Response, PageError> {
    let (name, offer) = match login::set_up_offer(&door.app, token).await {
        Ok(offered) => offered,
        Err(OperatorRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Ok(bad_link()),
    };
    let qr = qr(&offer.uri);
    let page =
        SetUpPage { name: &name, token: token.text(), offer: &offer, qr, objection: Objection::words(objection) };
    Ok(objection::show(SET_UP, objection, &page, askama::NO_VALUES))
}

pub(super) async fn set_up(
    State(door): State<Arc<Door>>,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(link) = Secret::parse(form.text("token")) else { return Ok(bad_link()) };
    let (password, code) = (form.text("password").to_owned(), form.text("code").to_owned());
    let objection = match login::set_up(&door.app, &visit, SetUp { link: link.clone(), password, code }).await {
        Ok((entered, codes)) => {
            let page = CodesPage { codes: &codes, next: HOME };
            let page = page::show(SET_UP, StatusCode::OK, &page, askama::NO_VALUES);
            return Ok(session::keep(page, Kind::Operator, &entered));
        }
        Err(OperatorRefusal::Password(fault)) => fault.into(),
        Err(OperatorRefusal::WrongCode) => {
            Objection::new("This is not a code of this generator. Type what it shows now.")
        }
        Err(OperatorRefusal::Busy(busy)) => busy.into(),
        Err(OperatorRefusal::Db(error)) => return Err(error.into()),
        Err(
            OperatorRefusal::BadLink
            | OperatorRefusal::Taken
            | OperatorRefusal::BadName
            | OperatorRefusal::NoOperator
            | OperatorRefusal::LastOwner,
        ) => return Ok(bad_link()),
    };
    show_set_up(&door, &link, Some(&objection)).await
}

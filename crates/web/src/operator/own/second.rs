//! Another code generator and other recovery codes for an operator who shows the password again.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::{self, ChangeRefusal, Offer, Secret};

use super::{HERE, Said, render};
use crate::Door;
use crate::form::Form;
use crate::login::CodesPage;
use crate::objection::{self, Objection};
use crate::operator::Frame;
use crate::page::{self, PageError};
use crate::qr::{Qr, qr};
use crate::session::{Operator, Visitor};

pub(super) const GENERATOR: &str = "/operator/own/generator/";
pub(super) const CONFIRM: &str = "/operator/own/generator/confirm/";
pub(super) const CODES: &str = "/operator/own/codes/";

#[derive(Template)]
#[template(path = "operator/own/generator.html")]
struct GeneratorPage<'a> {
    offer: &'a Offer,
    qr: Option<Qr>,
    token: &'a str,
    objection: Option<&'a str>,
}

/// Shows a fresh secret in this answer alone; it is in force once its first code was shown.
pub(super) async fn set_up(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match login::begin_second(&door.app, &visit, operator.id, form.text("password")).await {
        Ok((token, offer)) => show_offer(&door, &operator, &token, &offer, None).await,
        Err(refusal) => refused(&door, &operator, refusal).await,
    }
}

async fn show_offer(
    door: &Door,
    operator: &Operator,
    token: &Secret,
    offer: &Offer,
    objection: Option<&Objection>,
) -> Result<Response, PageError> {
    let qr = qr(&offer.uri);
    let page = GeneratorPage { offer, qr, token: token.text(), objection: Objection::words(objection) };
    Ok(objection::show(GENERATOR, objection, &page, &Frame::of(door, operator, HERE).await?))
}

async fn refused(door: &Door, operator: &Operator, refusal: ChangeRefusal) -> Result<Response, PageError> {
    let second = Some(match refusal {
        ChangeRefusal::MustWait { seconds } => Objection::wait(seconds),
        ChangeRefusal::Busy(busy) => busy.into(),
        ChangeRefusal::Db(error) => return Err(error.into()),
        ChangeRefusal::BadLink => Objection::new("It took too long. Begin again."),
        ChangeRefusal::Wrong | ChangeRefusal::BadEmail | ChangeRefusal::Password(_) => {
            Objection::new("Your password is another one. Check it; nothing was changed.")
        }
    });
    render(door, operator, Said { second, ..Said::default() }).await
}

pub(super) async fn confirm(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    let Some(token) = Secret::parse(form.text("token")) else { return Err(PageError::BadForm) };
    match login::confirm_second(&door.app, &visit, operator.id, &token, form.text("code")).await {
        Ok(Ok(codes)) => Ok(show_codes(CONFIRM, &codes)),
        Ok(Err(offer)) => {
            let objection = Objection::new("This is not a code of this generator. Type what it shows now.");
            show_offer(&door, &operator, &token, &offer, Some(&objection)).await
        }
        Err(refusal) => refused(&door, &operator, refusal).await,
    }
}

pub(super) async fn renew_codes(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, PageError> {
    match login::renew_recovery(&door.app, &visit, operator.id, form.text("password")).await {
        Ok(codes) => Ok(show_codes(CODES, &codes)),
        Err(refusal) => refused(&door, &operator, refusal).await,
    }
}

/// Shows recovery codes in this answer alone: they are not kept anywhere, so a redirect could not show them.
fn show_codes(route: &'static str, codes: &[String]) -> Response {
    page::show(route, StatusCode::OK, &CodesPage { codes, next: HERE }, askama::NO_VALUES)
}

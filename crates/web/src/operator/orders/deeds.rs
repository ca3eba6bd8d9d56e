//! What an operator does with one order: gives money back, reads what its messages say. Each takes a reason.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::dossier;
use domain::ids;
use domain::ledger::{self, NewRefund, RefundRefusal};
use domain::message::{self, ReadRefusal};
use domain::money::Usd;
use domain::policy::powers::Power;
use domain::policy::reason::{REASON_MAX, Reason};
use domain::request::Failure;

use super::one::{More, Typed, render};
use super::{order_id, place_of};
use crate::Door;
use crate::asked;
use crate::form::Form;
use crate::operator::told::Told;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const REFUND: &str = "/operator/orders/{id}/refund/";
pub(super) const MESSAGES: &str = "/operator/orders/{id}/messages/";

pub(super) async fn refund(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    operator.may(Power::Refund)?;
    let typed = Typed { amount: form.text("amount").to_owned(), reason: form.text("reason").to_owned() };
    let known = dossier::dossier(&door.app, order_id(&id).ok_or(PageError::NotFound)?).await?;
    let facts = known.ok_or(PageError::NotFound)?.facts;
    let wrong = match (Usd::parse(typed.amount.trim().trim_start_matches('$')), Reason::parse(&typed.reason)) {
        (Err(error), _) => error.to_string(),
        (Ok(_), None) => format!("Say why, in {REASON_MAX} letters at most: it goes into the audit log."),
        (Ok(amount), Some(reason)) => {
            let what = format!("{} {amount} {}", facts.id, reason.text());
            let once = asked::once(operator.id, REFUND, form.text("form"), &what)?;
            let (by, role) = (operator.name.clone(), operator.role);
            let new = NewRefund { product: facts.product, order: facts.id, amount, reason, by, role };
            match ledger::refund(&door.app, new, once).await {
                Ok(_) => return Ok(page::see_other(REFUND, &place_of(&facts))),
                Err(Failure::Refused(refusal)) => words(refusal),
                Err(Failure::KeyReused | Failure::Open { .. } | Failure::Upstream) => return Err(PageError::BadForm),
                Err(Failure::Db(error)) => return Err(error.into()),
            }
        }
    };
    let more = More { told: Some(Told::bad(wrong)), typed, messages: None };
    let id = ids::shown(facts.product, facts.id);
    render(&door, &operator, &id, more, StatusCode::UNPROCESSABLE_ENTITY).await
}

fn words(refusal: RefundRefusal) -> String {
    match refusal {
        RefundRefusal::NotFound => "There is no such order.".to_owned(),
        RefundRefusal::NotPaid => "Nothing was paid for it, so nothing can come back.".to_owned(),
        RefundRefusal::BadAmount => "The amount is whole cents, and more than nothing.".to_owned(),
        RefundRefusal::AboveLeft { left } => format!("${left} is the most that can still come back at once."),
        RefundRefusal::NotAllowed => "Your role may not give money back.".to_owned(),
        RefundRefusal::AboveLimit { most } => format!("Your role may give back ${most} at once. Ask an owner."),
        RefundRefusal::AboveDay { most } => {
            format!("With it you would give back more than the ${most} a day that your role may. Ask an owner.")
        }
    }
}

pub(super) async fn messages(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let order = order_id(&id).ok_or(PageError::NotFound)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad(format!("Say why you read them, in {REASON_MAX} letters at most."));
        let more = More { told: Some(told), ..More::default() };
        return render(&door, &operator, &id, more, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match message::read_delivered(&door.app, order, &reason, &by).await {
        Ok(messages) => {
            let more = More { messages: Some(messages), ..More::default() };
            render(&door, &operator, &id, more, StatusCode::OK).await
        }
        Err(ReadRefusal::NoOrder) => Err(PageError::NotFound),
        Err(ReadRefusal::Db(error)) => Err(error.into()),
    }
}

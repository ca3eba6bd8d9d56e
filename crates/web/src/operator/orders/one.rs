//! `/operator/orders/ORD-…/`: what is known of one order or rental.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::dossier::{self, Dossier};
use domain::ledger::{Move, Posting};
use domain::message::Message;
use domain::money::Usd;
use domain::policy::powers::{Power, refund_limits};
use domain::{catalog, ids, purchase, supply};

use super::{HERE, order_id};
use crate::Door;
use crate::asked::fresh_id;
use crate::operator::Frame;
use crate::operator::told::Told;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ONE: &str = "/operator/orders/{id}/";

/// What stands in the forms of the page, as it was typed.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) amount: String,
    pub(super) reason: String,
}

/// What a page shows beside what is known.
#[derive(Default)]
pub(super) struct More {
    pub(super) told: Option<Told>,
    pub(super) typed: Typed,
    /// What its messages say, where an operator gave a reason to read it.
    pub(super) messages: Option<Vec<Message>>,
}

#[derive(Template)]
#[template(path = "operator/orders/one.html")]
struct OrderPage {
    id: String,
    dossier: Dossier,
    service: String,
    source: String,
    shown: String,
    left: Usd,
    /// The most that comes back at once, where this operator may give money back and something is left.
    refund_most: Option<Usd>,
    may_read: bool,
    is_over: bool,
    form: String,
    /// Why other houses were asked in this order, and what each answered; nothing where its number is our own.
    houses: Option<(String, Vec<purchase::Line>)>,
    more: More,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &operator, &id, More::default(), StatusCode::OK).await
}

pub(super) async fn render(
    door: &Door,
    operator: &Operator,
    id: &str,
    more: More,
    status: StatusCode,
) -> Result<Response, PageError> {
    let app = &door.app;
    let dossier = dossier::dossier(app, order_id(id).ok_or(PageError::NotFound)?).await?;
    let dossier = dossier.ok_or(PageError::NotFound)?;
    let frame = Frame::of(door, operator, HERE).await?;
    let catalog = catalog::catalog(app).await?;
    let service = catalog.by_id(dossier.facts.service);
    let source = supply::sources(app).await?.into_iter().find(|source| source.id == dossier.source);
    let left = dossier.payments.iter().map(domain::ledger::Payment::left).max().unwrap_or(Usd::ZERO);
    let limits = refund_limits(operator.role).filter(|_| left > Usd::ZERO);
    let page = OrderPage {
        id: ids::shown(dossier.facts.product, dossier.facts.id),
        service: service.map_or_else(|| "An earlier service".to_owned(), |service| service.name.clone()),
        source: source.map(|source| source.slug).unwrap_or_default(),
        shown: crate::operator::told::national(&dossier.facts.digits),
        left,
        refund_most: limits.map(|(each, _)| each.min(left)),
        is_over: dossier.facts.end_ms <= frame.now_ms,
        may_read: operator.role.may(Power::ReadTexts),
        form: fresh_id(),
        houses: purchase::choice_of(app, dossier.facts.id).await?,
        more,
        dossier,
    };
    Ok(page::show(ONE, status, &page, &frame))
}

/// What a transfer did, for people.
fn deed(posting: &Posting) -> &'static str {
    match posting.kind {
        Move::Credit => "Credited",
        Move::Debit => "Taken back",
        Move::Hold => "Price set aside",
        Move::Capture => "Paid",
        Move::Release => "Came back: no code came",
        Move::Refund => "Refunded",
    }
}

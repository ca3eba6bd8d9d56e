//! `/operator/quarantine/`: what nobody got, whom it could be for, and what is done with it.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::catalog;
use domain::ids;
use domain::message::{self, Candidate, Held, QuarantineRefusal};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::supply;
use serde::Deserialize;

use super::told::{NO_REASON, Told, ago, national};
use super::{Frame, id_in};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/quarantine/";
const ONE: &str = "/operator/quarantine/{id}/";
/// Messages on a page.
const ROWS: i64 = 50;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route(ONE, get(show))
        .route("/operator/quarantine/{id}/read/", post(read))
        .route("/operator/quarantine/{id}/release/", post(release))
        .route("/operator/quarantine/{id}/drop/", post(drop_one))
}

/// The filter as it stands in an address.
#[derive(Default, Deserialize)]
struct Wish {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    before: String,
}

impl Wish {
    /// The place to go on from, `TIME-ID`.
    fn place(&self) -> Option<message::Place> {
        let (at_ms, id) = self.before.split_once('-')?;
        Some((at_ms.parse().ok()?, id.parse().ok()?))
    }
}

/// A message as lists and its page show it.
struct Row {
    held: Held,
    number: Option<String>,
    source: String,
    why: &'static str,
    since: String,
}

#[derive(Template)]
#[template(path = "operator/quarantine/list.html")]
struct ListPage {
    wish: Wish,
    rows: Vec<Row>,
    next: Option<String>,
    told: Option<Told>,
}

/// Why nobody got a message, for people.
fn why(reason: &str) -> &'static str {
    match reason {
        "no_lease" => "Nobody had the number for this",
        "several_leases" => "More than one order could be meant",
        "unclassified_after_another_lease" => "It names no service, and another customer had the number just before",
        "sent_before_lease" => "It was sent before the order began",
        "delivered_to_another_before" => "Another customer got this service's texts on this number",
        "number_cap" => "Too many messages on this number within an hour",
        "lease_erased" => "The order's texts are erased already",
        "sender_floods_account" => "One sender wrote to very many numbers of one customer",
        "order_refunded" => "The order's price had come back",
        "lease_ended_or_full" => "The order had just ended, or had its share of messages",
        "fault" => "A fault inside the house",
        "unknown_line" | "unknown_number" | "unknown_sim" | "unmapped_sim" => "The house does not know this line",
        "kept_with_another_sim" => "It lay in a modem whose SIM was changed",
        _ if reason.starts_with("denied_") => "Of a kind that is never handed out",
        _ => "It could not be given to anybody for sure",
    }
}

async fn list(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    render_list(&door, &operator, wish, None).await
}

async fn render_list(door: &Door, operator: &Operator, wish: Wish, told: Option<Told>) -> Result<Response, PageError> {
    let (all, next) = message::in_quarantine(&door.app, wish.reason.trim(), wish.place(), ROWS).await?;
    let sources = sources(door).await?;
    let rows = all.into_iter().map(|held| row(door, &sources, held)).collect();
    let next = next.map(|(at_ms, id)| format!("{at_ms}-{id}"));
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = ListPage { wish, rows, next, told };
    Ok(page::show(HERE, status, &page, &Frame::of(door, operator, HERE).await?))
}

async fn sources(door: &Door) -> Result<HashMap<i64, String>, PageError> {
    let sources = supply::sources(&door.app).await?;
    Ok(sources.into_iter().map(|source| (source.id, source.slug)).collect())
}

fn row(door: &Door, sources: &HashMap<i64, String>, held: Held) -> Row {
    Row {
        number: held.digits.as_deref().map(national),
        source: sources.get(&held.source).cloned().unwrap_or_default(),
        why: why(&held.reason),
        since: ago(held.received_ms, door.app.now_ms()),
        held,
    }
}

struct Choice {
    id: String,
    name: String,
    candidate: Candidate,
}

/// What the page of one message shows beside it.
#[derive(Default)]
struct Shown {
    told: Option<Told>,
    /// Sender and text, once a reason was given.
    text: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "operator/quarantine/one.html")]
struct OnePage {
    row: Row,
    choices: Vec<Choice>,
    may_change: bool,
    may_read: bool,
    shown: Shown,
}

impl OnePage {
    fn is_denied(&self) -> bool {
        self.row.held.reason.starts_with("denied_")
    }

    fn can_release(&self) -> bool {
        self.choices.iter().any(|choice| choice.candidate.can_have)
    }
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &operator, id_in(&id)?, Shown::default()).await
}

async fn render(door: &Door, operator: &Operator, id: i64, shown: Shown) -> Result<Response, PageError> {
    let (held, candidates) = match message::held(&door.app, id).await {
        Ok(found) => found,
        Err(QuarantineRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return gone(door, operator).await,
    };
    let catalog = catalog::catalog(&door.app).await?;
    let choice = |candidate: Candidate| Choice {
        id: ids::shown(candidate.product, candidate.order),
        name: catalog.name(&candidate.service).to_owned(),
        candidate,
    };
    let status = if shown.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OnePage {
        row: row(door, &sources(door).await?, held),
        choices: candidates.into_iter().map(choice).collect(),
        may_change: operator.role.may(Power::Run),
        may_read: operator.role.may(Power::ReadTexts),
        shown,
    };
    Ok(page::show(ONE, status, &page, &Frame::of(door, operator, HERE).await?))
}

/// Somebody else was faster.
async fn gone(door: &Door, operator: &Operator) -> Result<Response, PageError> {
    let told = Told::bad("This message is not in quarantine any more: it was released, dropped, or it never was.");
    render_list(door, operator, Wish::default(), Some(told)).await
}

async fn refuse(door: &Door, operator: &Operator, id: i64, why: impl std::fmt::Display) -> Result<Response, PageError> {
    let told = Some(Told::bad(format!("Nothing was done: {why}.")));
    render(door, operator, id, Shown { told, text: None }).await
}

async fn told(door: &Door, operator: &Operator, id: i64, refusal: QuarantineRefusal) -> Result<Response, PageError> {
    match refusal {
        QuarantineRefusal::Db(error) => Err(error.into()),
        QuarantineRefusal::NoMessage => gone(door, operator).await,
        refusal => refuse(door, operator, id, refusal).await,
    }
}

async fn read(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    match message::read_quarantined(&door.app, id, &reason, &by).await {
        Ok(text) => render(&door, &operator, id, Shown { told: None, text: Some(text) }).await,
        Err(refusal) => told(&door, &operator, id, refusal).await,
    }
}

async fn release(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    let Ok(order) = form.text("order").parse() else {
        return refuse(&door, &operator, id, "choose the order that gets it").await;
    };
    match message::release(&door.app, id, order, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ONE, HERE)),
        Err(refusal) => told(&door, &operator, id, refusal).await,
    }
}

async fn drop_one(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    match message::drop_quarantined(&door.app, id, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ONE, HERE)),
        Err(refusal) => told(&door, &operator, id, refusal).await,
    }
}

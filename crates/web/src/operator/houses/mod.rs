//! `/operator/houses/`: what was bought from other houses, what a person must settle, what they offer, whether the
//! money goes together, and the houses that buy from us.

mod days;
mod offers;
mod one;
mod partners;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::App;
use domain::db::DbError;
use domain::dossier;
use domain::ids;
use domain::purchase::{self, Line, State as Standing};
use serde::Deserialize;

use super::Frame;
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/houses/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show))
        .route(one::ROUTE, get(one::show).post(one::settle))
        .route(offers::ROUTE, get(offers::show).post(offers::map))
        .route("/operator/houses/offers/unmap/", post(offers::unmap))
        .route(offers::THEIRS, get(offers::theirs))
        .route(days::ROUTE, get(days::show))
        .route(partners::ROUTE, get(partners::show).post(partners::set_state))
        .route("/operator/houses/partners/retry/", post(partners::retry))
}

/// Which purchases are asked for.
#[derive(Deserialize)]
struct Wish {
    /// `all`, or those alone that are not over.
    #[serde(default)]
    show: String,
    /// The id before which the list goes on.
    before: Option<i64>,
}

impl Wish {
    fn is_all(&self) -> bool {
        self.show == "all"
    }
}

/// A purchase with the id of its order as pages show it.
struct Row {
    order: String,
    /// Whether there is such an order: not where nothing came of the purchase, or it is not known yet.
    is_known: bool,
    line: Line,
}

#[derive(Template)]
#[template(path = "operator/houses/list.html")]
struct ListPage {
    wish: Wish,
    rows: Vec<Row>,
    next: Option<i64>,
    has_houses: bool,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let lines = purchase::list(app, !wish.is_all(), wish.before).await?;
    let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == purchase::PAGE_MAX);
    let next = lines.last().map(|line| line.id).filter(|_| is_full);
    let page =
        ListPage { rows: rows(app, lines).await?, next, has_houses: !purchase::names(app).await?.is_empty(), wish };
    Ok(page::show(HERE, StatusCode::OK, &page, &Frame::of(&door, &operator, HERE).await?))
}

async fn rows(app: &App, lines: Vec<Line>) -> Result<Vec<Row>, DbError> {
    let known = dossier::known(app, lines.iter().map(|line| line.order.1).collect()).await?;
    let row = |line: Line| Row {
        order: ids::shown(line.order.0, line.order.1),
        is_known: known.contains(&line.order.1),
        line,
    };
    Ok(lines.into_iter().map(row).collect())
}

/// The look of a state: what goes well, what is under way, what a person must see.
fn look(state: &Standing) -> &'static str {
    match state {
        Standing::Bought | Standing::Done => "active",
        Standing::Asking => "waiting",
        Standing::InDoubt | Standing::Rejecting => "ill",
        Standing::Refused | Standing::Rejected => "",
    }
}

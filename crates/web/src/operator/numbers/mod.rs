//! `/operator/numbers/`: every number of the house, found by what it is, and changed one or many at a time.

mod bulk;
mod import;
mod one;
mod wish;

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::number::{self, NumberLine, NumberState};
use domain::policy::powers::Power;
use domain::supply::{self, Source};

use super::Frame;
use super::told::{Told, counted, many, national};
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(crate) use import::Imports;
use wish::Wish;

pub(super) const HERE: &str = "/operator/numbers/";
/// Numbers on a page.
const ROWS: usize = 50;
/// What a number's line may be.
const LINE_TYPES: [&str; 4] = ["mobile", "landline", "voip", "unknown"];

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show))
        .route("/operator/numbers/state/", post(bulk::change))
        .route("/operator/numbers/import/", import::methods())
        .route("/operator/numbers/import/undo/", post(import::undo))
        .route("/operator/numbers/{digits}/", get(one::show))
        .route("/operator/numbers/{digits}/state/", post(one::change))
}

/// A number in the list.
struct Line {
    number: NumberLine,
    shown: String,
    source: String,
}

#[derive(Template)]
#[template(path = "operator/numbers/list.html")]
struct NumbersPage {
    told: Option<Told>,
    wish: Wish,
    sources: Vec<Source>,
    carriers: Vec<String>,
    rows: Vec<Line>,
    next: Option<i64>,
    may_change: bool,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let told = done(&wish.done);
    render(&door, &operator, wish, told, StatusCode::OK).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    wish: Wish,
    told: Option<Told>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let app = &door.app;
    let frame = Frame::of(door, operator, HERE).await?;
    let sources = supply::sources(app).await?;
    let found = number::search(app, &wish.filter(&sources), wish.after(), ROWS).await?;
    let names = names(&sources);
    let row = |number: NumberLine| Line {
        shown: national(&number.digits),
        source: names.get(&number.source).cloned().unwrap_or_default(),
        number,
    };
    let page = NumbersPage {
        told,
        rows: found.numbers.into_iter().map(row).collect(),
        next: found.next,
        carriers: number::carriers(app).await?,
        may_change: operator.role.may(Power::Run),
        sources,
        wish,
    };
    Ok(page::show(HERE, status, &page, &frame))
}

/// The names of sources, by their ids.
fn names(sources: &[Source]) -> HashMap<i64, String> {
    sources.iter().map(|source| (source.id, source.slug.clone())).collect()
}

/// What a change did, from the address it leads to: `changed-left`.
fn done(text: &str) -> Option<Told> {
    let (changed, left) = text.split_once('-')?;
    let (changed, left): (i64, i64) = (changed.parse().ok()?, left.parse().ok()?);
    let left = if left > 0 { format!(" {} stayed as they were.", many(left)) } else { String::new() };
    Some(Told::good(format!("{} changed.{left}", counted(changed, "number"))))
}

/// The state that a button asks for.
fn asked_state(word: &str) -> Result<NumberState, PageError> {
    NumberState::from_word(word).ok_or(PageError::BadForm)
}

//! `/operator/ledger/`: what is in each book, any account's transfers, and whether every invariant holds.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::account;
use domain::dossier;
use domain::ids;
use domain::ledger::{self, Books, Posting};
use domain::policy::powers::Power;
use domain::verify::{self, AskRefusal, Found, KEPT_MAX, Run, RunState};
use serde::Deserialize;

use super::Frame;
use super::told::{Told, ago, many};
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/ledger/";
const ACCOUNT: &str = "/operator/ledger/{account}/";
const CHECK: &str = "/operator/ledger/check/";
/// Runs that are listed.
const RUNS: i64 = 10;
/// Transfers on a page.
const ROWS: i64 = 100;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show)).route(CHECK, post(check)).route(ACCOUNT, get(postings))
}

/// Which run is looked at.
#[derive(Deserialize)]
struct Wish {
    run: Option<i64>,
}

struct RunRow {
    run: Run,
    since: String,
}

#[derive(Template)]
#[template(path = "operator/ledger/books.html")]
struct BooksPage {
    books: Books,
    /// The run that is under way.
    open: Option<Run>,
    /// The newest that ended, and how long ago.
    latest: Option<RunRow>,
    /// The run whose findings are shown.
    shown: Option<Run>,
    found: Vec<Found>,
    runs: Vec<RunRow>,
    told: Option<Told>,
    may_check: bool,
}

impl BooksPage {
    /// Whether more rows were found than are kept.
    fn is_cut(&self) -> bool {
        let kept = i64::try_from(KEPT_MAX).unwrap_or(i64::MAX);
        self.shown.as_ref().is_some_and(|run| run.findings > kept)
    }
}

/// What a run came to, for people.
fn outcome(run: &Run) -> String {
    match run.state {
        RunState::Asked => "begins within seconds".to_owned(),
        RunState::Running if run.room.is_empty() => "begins".to_owned(),
        RunState::Running => format!("looks at: {}", run.room),
        RunState::Sound => "every invariant holds".to_owned(),
        RunState::Broken if run.findings == 1 => "1 row breaks an invariant".to_owned(),
        RunState::Broken => format!("{} rows break an invariant", many(run.findings)),
        RunState::Failed => run.fault.clone().unwrap_or_else(|| "could not be carried out".to_owned()),
    }
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    render(&door, &operator, wish.run, None).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    wanted: Option<i64>,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let (app, now) = (&door.app, door.app.now_ms());
    let runs = verify::runs(app, i64::MAX, RUNS).await?;
    let open = runs.first().filter(|run| run.ended_ms.is_none()).cloned();
    let latest = runs.iter().find(|run| run.ended_ms.is_some());
    let shown = match wanted {
        Some(id) => verify::runs(app, id.saturating_add(1), 1).await?.into_iter().find(|run| run.id == id),
        None => latest.filter(|run| run.state == RunState::Broken).cloned(),
    };
    let found = match &shown {
        Some(run) => verify::found(app, run.id, 0, i64::MAX).await?,
        None => Vec::new(),
    };
    let row = |run: &Run| RunRow { since: ago(run.ended_ms.unwrap_or(run.asked_ms), now), run: run.clone() };
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = BooksPage {
        books: ledger::books(app).await?,
        open,
        latest: latest.map(row),
        found,
        shown,
        runs: runs.iter().map(row).collect(),
        told,
        may_check: operator.role.may(Power::Run),
    };
    Ok(page::show(HERE, status, &page, &Frame::of(door, operator, HERE).await?))
}

async fn check(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    let by = operator.permit()?;
    match verify::ask(&door.app, &by).await {
        Ok(_) => Ok(page::see_other(CHECK, HERE)),
        Err(AskRefusal::Open) => {
            let told = Told::bad("A check is under way already: this page shows how far it is.");
            render(&door, &operator, None, Some(told)).await
        }
        Err(AskRefusal::Db(error)) => Err(error.into()),
    }
}

/// From where on transfers are listed.
#[derive(Deserialize)]
struct From {
    before: Option<i64>,
}

struct Line {
    posting: Posting,
    /// The order's id, and whether it is still known.
    order: Option<(String, bool)>,
}

#[derive(Template)]
#[template(path = "operator/ledger/postings.html")]
struct PostingsPage {
    account: i64,
    name: String,
    lines: Vec<Line>,
    next: Option<i64>,
    is_first: bool,
}

async fn postings(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    Asked(from): Asked<From>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let id: i64 = id.parse().map_err(|_| PageError::NotFound)?;
    let name = account::standing(app, id).await?.ok_or(PageError::NotFound)?.name;
    let all = ledger::postings(app, id, from.before, ROWS).await?;
    let next = all.last().map(|posting| posting.seq).filter(|seq| *seq > 1);
    let orders = all.iter().filter_map(|posting| posting.order).map(|(_, order)| order).collect();
    let known = dossier::known(app, orders).await?;
    let named = |(product, order)| (ids::shown(product, order), known.contains(&order));
    let line = |posting: Posting| Line { order: posting.order.map(named), posting };
    let lines = all.into_iter().map(line).collect();
    let page = PostingsPage { account: id, name, lines, next, is_first: from.before.is_none() };
    Ok(page::show(ACCOUNT, StatusCode::OK, &page, &Frame::of(&door, &operator, HERE).await?))
}

//! Complaints as their customers and the operator list them.

use super::{Complaint, Kind, State, rows};
use crate::App;
use crate::db::{DbError, Row, Tx};
use crate::product::Product;
use crate::{account, catalog, number, values};

/// Complaints in one page, at most.
const PAGE_MAX: i64 = 200;

/// Which complaints the operator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Which {
    /// Open ones, who waits longest first; or answered ones, newest first.
    pub state: State,
    /// Of one kind; `None`: of all.
    pub kind: Option<Kind>,
}

/// A complaint as the operator lists it. It holds what a customer wrote, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The complaint.
    pub complaint: Complaint,
    /// The account's name.
    pub account: String,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
}

/// The newest complaint about an order or rental of an account.
///
/// # Errors
/// What the database said.
pub async fn about(app: &App, account: i64, order: i64) -> Result<Option<Complaint>, DbError> {
    app.db.row(rows::ABOUT, values![order, account]).await?.map(|row| rows::complaint(&row)).transpose()
}

/// Whether an account has or had an order or rental, so that it can be reported.
///
/// # Errors
/// What the database said.
pub async fn is_of(app: &App, account: i64, product: Product, order: i64) -> Result<bool, DbError> {
    let look = move |tx: &mut Tx<'_>| number::span(tx, order);
    let span = app.db.read(look).await?;
    Ok(span.is_some_and(|span| span.account == account && span.product == product))
}

/// The complaints of an account below an id, newest first; at most `limit` and 200.
///
/// # Errors
/// What the database said.
pub async fn of_account(app: &App, account: i64, before: i64, limit: i64) -> Result<Vec<Line>, DbError> {
    let found = app.db.rows(rows::OF_ACCOUNT, values![account, before, limit.clamp(1, PAGE_MAX)]).await?;
    lines(app, &found).await
}

/// The complaints of all accounts after a place (the id of the last that was seen); at most `limit` and 200.
///
/// # Errors
/// What the database said.
pub async fn all(app: &App, which: Which, after: Option<i64>, limit: i64) -> Result<Vec<Line>, DbError> {
    let (sql, start) = match which.state {
        State::Open => (rows::OPEN, 0),
        State::Answered => (rows::ANSWERED, i64::MAX),
    };
    let kind = which.kind.map_or("", Kind::word);
    let found = app.db.rows(sql, values![after.unwrap_or(start), kind, limit.clamp(1, PAGE_MAX)]).await?;
    lines(app, &found).await
}

/// What the house has on record of the order that a complaint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// When its lease began.
    pub start_ms: i64,
    /// When it ends or ended.
    pub end_ms: i64,
    /// How many messages came in it.
    pub messages: i64,
}

/// One complaint, with the record of its order.
///
/// # Errors
/// What the database said.
pub async fn show(app: &App, id: i64) -> Result<Option<(Line, Record)>, DbError> {
    let found = app.db.rows(rows::ONE, values![id]).await?;
    let Some(line) = lines(app, &found).await?.pop() else { return Ok(None) };
    let order = line.complaint.order;
    let span = app.db.read(move |tx: &mut Tx<'_>| number::span(tx, order)).await?;
    let span = span.ok_or(DbError::Damaged("an order has no lease"))?;
    Ok(Some((line, Record { start_ms: span.start_ms, end_ms: span.end_ms, messages: span.messages })))
}

/// How many complaints are open, counted up to 1,000, and since when the oldest of them waits.
///
/// # Errors
/// What the database said.
pub async fn counts(app: &App) -> Result<(i64, Option<i64>), DbError> {
    let sql = "SELECT COUNT(*), MIN(created_ms)
         FROM (SELECT created_ms FROM complaint WHERE state = 'open' ORDER BY id LIMIT 1000) open";
    let row = app.db.row(sql, &[]).await?;
    Ok(row.map_or((0, None), |row| (row.int(0), row.opt_int(1))))
}

async fn lines(app: &App, found: &[Row]) -> Result<Vec<Line>, DbError> {
    let complaints: Vec<Complaint> = found.iter().map(rows::complaint).collect::<Result<_, _>>()?;
    if complaints.is_empty() {
        return Ok(Vec::new());
    }
    let catalog = catalog::catalog(app).await?;
    let accounts: Vec<i64> = complaints.iter().map(|complaint| complaint.account).collect();
    let numbers: Vec<i64> = complaints.iter().map(|complaint| complaint.number).collect();
    let look = move |tx: &mut Tx<'_>| Ok::<_, DbError>((account::names(tx, &accounts)?, number::digits(tx, &numbers)?));
    let (names, digits) = app.db.read(look).await?;
    let line = |complaint: Complaint| Line {
        account: names.get(&complaint.account).cloned().unwrap_or_default(),
        digits: digits.get(&complaint.number).cloned().unwrap_or_default(),
        service: catalog.slug(complaint.service).to_owned(),
        complaint,
    };
    Ok(complaints.into_iter().map(line).collect())
}

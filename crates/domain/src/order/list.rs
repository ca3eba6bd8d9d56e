//! A customer's orders, newest first.

use super::look::Look;
use super::standing::standing;
use super::{State, rows};
use crate::App;
use crate::catalog;
use crate::db::{DbError, Row, Tx, Val};
use crate::history;
use crate::message;
use crate::money::Usd;
use crate::product::Product;

/// Orders in one answer, at most.
pub const LIST_MAX: i64 = 200;

/// The time and id of an order, where a page begins or ends.
type Place = (i64, i64);

/// Which orders are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those whose time is not over and that were not cancelled.
    Active,
    /// All.
    All,
}

/// An order as it is listed.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub order: i64,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
    /// Its price.
    pub price: Usd,
    /// Where it stands; `Waiting` again after [`super::again`], until another code comes.
    pub state: State,
    /// Whether it can still be cancelled.
    pub is_cancellable: bool,
    /// The code that answers the wait.
    pub code: Option<String>,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub end_ms: i64,
}

/// A page of orders, and where the next one begins.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// The orders, newest first.
    pub lines: Vec<Line>,
    /// The place of the last of them, if there are more.
    pub next: Option<(i64, i64)>,
}

/// The orders of an account before a place (its time and id; `None`: from the newest), at most `limit` and
/// [`LIST_MAX`].
///
/// # Errors
/// What the database said.
pub async fn list(
    app: &App,
    account: i64,
    which: Which,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Page, DbError> {
    let (now, limit) = (app.now_ms(), limit.clamp(1, LIST_MAX));
    let found = app.db.rows(rows::PAGE, &wanted(account, which, before, now, limit)).await?;
    let (orders, next) = paged(&found, limit)?;
    let catalog = catalog::catalog(app).await?;
    let mut lines = Vec::with_capacity(orders.len());
    for order in orders {
        let kept = order.state_at(now);
        let mut messages =
            if kept == State::Received { message::of_order(app, order.recipient()).await? } else { Vec::new() };
        let (state, answer) = standing(&order, &messages, &catalog, now);
        let code = answer.and_then(|place| messages.swap_remove(place).code);
        lines.push(Line {
            order: order.id,
            digits: order.digits,
            service: catalog.slug(order.service).to_owned(),
            price: order.price,
            state,
            is_cancellable: kept == State::Waiting,
            code,
            created_ms: order.created_ms,
            end_ms: order.end_ms,
        });
    }
    Ok(Page { lines, next })
}

/// All orders of an account as lines of its history, without their codes.
pub(crate) async fn past(
    app: &App,
    account: i64,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<(Vec<history::Line>, Option<(i64, i64)>), DbError> {
    let look = Look::now(app).await?;
    let limit = limit.clamp(1, LIST_MAX);
    let story = move |tx: &mut Tx<'_>| {
        let found = tx.all(rows::PAGE, &wanted(account, Which::All, before, look.now_ms, limit))?;
        let (orders, next) = paged(&found, limit)?;
        let mut lines = Vec::with_capacity(orders.len());
        for order in orders {
            lines.push(history::Line {
                product: Product::ShortTerm,
                id: order.id,
                state: look.state(tx, &order)?.word(),
                digits: order.digits,
                service: look.catalog.slug(order.service).to_owned(),
                price: order.price,
                refunded: Usd::ZERO,
                created_ms: order.created_ms,
                end_ms: order.end_ms,
            });
        }
        Ok((lines, next))
    };
    app.db.read(story).await
}

/// What a page is asked for with: one more than fit on it, which tells whether there is another.
fn wanted(account: i64, which: Which, before: Option<Place>, now: i64, limit: i64) -> [Val; 6] {
    let (before_ms, before_id) = before.unwrap_or((i64::MAX, i64::MAX));
    let all = i64::from(which == Which::All);
    [account, before_ms, before_id, now, all, limit + 1].map(Val::from)
}

/// The orders of a page, and where the next one begins.
fn paged(found: &[Row], limit: i64) -> Result<(Vec<rows::Order>, Option<Place>), DbError> {
    let mut orders: Vec<rows::Order> = found.iter().map(rows::order).collect::<Result<_, _>>()?;
    let has_more = i64::try_from(orders.len()).is_ok_and(|count| count > limit);
    if has_more {
        orders.pop();
    }
    let next = orders.last().filter(|_| has_more).map(|order| (order.created_ms, order.id));
    Ok((orders, next))
}

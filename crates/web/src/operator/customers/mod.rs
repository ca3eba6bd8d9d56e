//! `/operator/customers/`: who buys here, how they stand, and what an operator does for them.

mod deeds;
mod limits;
mod messages;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::account::{self, CustomerFilter, CustomerLine, State as AccountState, Tier};
use domain::order::{COUNTED_MAX, Lately};
use serde::Deserialize;

use super::Frame;
use super::told::many;
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/customers/";
/// Customers on a page.
const ROWS: i64 = 30;
const STATES: [AccountState; 3] = [AccountState::Active, AccountState::Suspended, AccountState::Frozen];
const TIERS: [Tier; 3] = [Tier::New, Tier::Verified, Tier::Business];

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route(one::ONE, get(one::show))
        .route("/operator/customers/{id}/money/", post(deeds::money))
        .route("/operator/customers/{id}/state/", post(deeds::state))
        .route("/operator/customers/{id}/tier/", post(deeds::tier))
        .route("/operator/customers/{id}/limits/", post(limits::set))
        .route("/operator/customers/{id}/note/", post(deeds::note))
        .route("/operator/customers/{id}/key/", post(deeds::revoke_key))
        .route("/operator/customers/{id}/sign-in/", post(deeds::sign_in))
        .route(messages::MESSAGES, get(messages::form).post(messages::read))
}

/// The filter as it stands in an address.
#[derive(Default, Deserialize)]
struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    tier: String,
    before: Option<i64>,
}

impl Wish {
    fn filter(&self) -> CustomerFilter {
        CustomerFilter {
            text: self.q.clone(),
            state: AccountState::from_word(&self.state),
            tier: Tier::from_word(&self.tier),
        }
    }
}

struct Row {
    line: CustomerLine,
    orders: String,
    delivered: String,
}

#[derive(Template)]
#[template(path = "operator/customers/list.html")]
struct ListPage {
    wish: Wish,
    rows: Vec<Row>,
    next: Option<i64>,
}

impl ListPage {
    fn is_empty(&self) -> bool {
        self.wish.filter() == CustomerFilter::default()
    }
}

/// How many orders there were, and how many may be more.
fn orders(lately: Lately) -> String {
    let more = if lately.orders >= COUNTED_MAX { "+" } else { "" };
    format!("{}{more}", many(lately.orders))
}

/// A share in percent, where there is one.
fn share(percent: Option<i64>) -> String {
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

async fn list(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let (lines, next) = account::search(&door.app, &wish.filter(), wish.before, ROWS).await?;
    let row = |line: CustomerLine| Row {
        orders: orders(line.lately),
        delivered: share(line.lately.delivered_percent()),
        line,
    };
    let rows = lines.into_iter().map(row).collect();
    let frame = Frame::of(&door, &operator, HERE).await?;
    Ok(page::show(HERE, StatusCode::OK, &ListPage { wish, rows, next }, &frame))
}

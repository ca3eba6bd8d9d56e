//! The page of one customer.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{self, KeyLine, KeyRefusal, NOTE_MAX, Profile, State as AccountState};
use domain::catalog;
use domain::history::{self, Filter};
use domain::ids;
use domain::ledger::{self, Posting};
use domain::login::{self, Person};
use domain::policy::powers::Power;
use serde::Deserialize;

use super::limits::{self, Row};
use super::{HERE, TIERS, orders, share};
use crate::Door;
use crate::asked::{self, Asked};
use crate::operator::told::{Told, national};
use crate::operator::{Frame, id_in};
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ONE: &str = "/operator/customers/{id}/";
/// Orders and rentals of the page, the newest; and transfers.
const NEWEST: usize = 10;

struct OrderRow {
    id: String,
    name: String,
    number: String,
    line: history::Line,
}

#[derive(Template)]
#[template(path = "operator/customers/one.html")]
struct OnePage {
    limits: Vec<Row>,
    profile: Profile,
    person: Option<Person>,
    keys: Vec<KeyLine>,
    orders: Vec<OrderRow>,
    postings: Vec<Posting>,
    may_run: bool,
    may_read: bool,
    may_answer: bool,
    note_max: usize,
    form_id: String,
    told: Option<Told>,
}

impl OnePage {
    fn is_active(&self) -> bool {
        self.profile.account.state == AccountState::Active
    }

    fn day_orders(&self) -> String {
        orders(self.profile.lately)
    }

    fn delivered(&self) -> String {
        share(self.profile.lately.delivered_percent())
    }

    fn unused(&self) -> String {
        share(self.profile.month.unused_percent())
    }
}

/// What was just done.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    Asked(Done { done }): Asked<Done>,
) -> Result<Response, PageError> {
    render(&door, &operator, id_in(&id)?, done_words(&done).map(Told::good)).await
}

/// A deed as the page after it says it.
fn done_words(done: &str) -> Option<&'static str> {
    Some(match done {
        "credit" => "The money is added; the list below has it.",
        "debit" => "The money is taken back; the list below has it.",
        "tier" => "The tier is changed, from the next order on.",
        "limits" => "The limits are in force, from the next order on.",
        "active" => "The account goes on.",
        "suspended" => "The account is suspended: it neither calls nor buys.",
        "note" => "The note is kept.",
        "key" => "The key is revoked: it is refused from now on.",
        "sign-out" => "All sessions are ended.",
        "forgive" => "The wrong tries are forgotten.",
        "second" => "Second factor and passkeys are taken away, and the customer is told by mail.",
        _ => return None,
    })
}

/// The page, with what is told of a deed.
pub(super) async fn render(
    door: &Door,
    operator: &Operator,
    id: i64,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let profile = account::profile(app, id).await?.ok_or(PageError::NotFound)?;
    let keys = match account::keys(app, &profile.account.name).await {
        Ok(keys) => keys,
        Err(KeyRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Err(PageError::NotFound),
    };
    let (lines, _) = history::history(app, id, &Filter::default(), None, NEWEST).await?;
    let catalog = catalog::catalog(app).await?;
    let row = |line: history::Line| OrderRow {
        id: ids::shown(line.product, line.id),
        name: catalog.name(&line.service).to_owned(),
        number: national(&line.digits),
        line,
    };
    let page = OnePage {
        person: login::person(app, id).await?,
        keys,
        orders: lines.into_iter().map(row).collect(),
        postings: ledger::postings(app, id, None, i64::try_from(NEWEST).unwrap_or(1)).await?,
        may_run: operator.role.may(Power::Run),
        may_read: operator.role.may(Power::ReadTexts),
        may_answer: operator.role.may(Power::Answer),
        note_max: NOTE_MAX,
        form_id: asked::fresh_id(),
        limits: limits::rows(&profile),
        profile,
        told,
    };
    let is_bad = page.told.as_ref().is_some_and(|told| !told.is_good);
    let status = if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(ONE, status, &page, &Frame::of(door, operator, HERE).await?))
}

//! Everything that the house knows of one order or rental, for operators: who, what, the money, and that messages
//! came, but never what they say.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::App;
use crate::db::{DbError, Tx};
use crate::ledger::{self, Payment, Posting};
use crate::message::{self, Arrival};
use crate::money::Usd;
use crate::product::Product;
use crate::purchase::{self, PaidTerm};
use crate::{account, number, order, rental};

/// Orders and rentals in one page of the newest, at most.
const PAGE_MAX: i64 = 200;

/// An order or rental as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its kind.
    pub product: Product,
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: i64,
    /// The service, by its id.
    pub service: i64,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// What it costs; of a rental, its last term.
    pub price: Usd,
    /// The word of its state.
    pub state: &'static str,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends or ended.
    pub end_ms: i64,
}

/// What is known of an order or rental.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// How it stands.
    pub facts: Facts,
    /// The name of its account.
    pub customer: String,
    /// The source of its number.
    pub source: i64,
    /// What its lease costs the house: of a rental whose number another house sold, the first term.
    pub cost: Usd,
    /// What the terms beyond it cost, oldest first; at most 400.
    pub terms: Vec<PaidTerm>,
    /// Its transfers, oldest first.
    pub transfers: Vec<Posting>,
    /// What was captured, the newest first, and what came back of it.
    pub payments: Vec<Payment>,
    /// The messages that were delivered to it, oldest first.
    pub arrivals: Vec<Arrival>,
}

impl Dossier {
    /// What it cost the house in all.
    #[must_use]
    pub fn cost_in_all(&self) -> Usd {
        let costs = self.terms.iter().map(|term| term.cost);
        // What cannot be added is beyond every price that the house has.
        costs.fold(self.cost, |sum, cost| sum.checked_add(cost).unwrap_or(sum))
    }
}

/// What kind of order or rental has this id; `None` if there is none, or no lease of it.
///
/// # Errors
/// What the database said.
pub async fn product(app: &App, id: i64) -> Result<Option<Product>, DbError> {
    app.db.read(move |tx: &mut Tx<'_>| Ok(number::span(tx, id)?.map(|span| span.product))).await
}

/// What is known of an order or rental of whatever account; `None` if there is none of this id.
///
/// # Errors
/// What the database said.
pub async fn dossier(app: &App, id: i64) -> Result<Option<Dossier>, DbError> {
    let (now, orders) = (app.now_ms(), order::Look::now(app).await?);
    let look = move |tx: &mut Tx<'_>| {
        let Some(span) = number::span(tx, id)? else { return Ok(None) };
        let facts = match span.product {
            Product::ShortTerm => orders.facts(tx, id)?,
            Product::Rental1Day | Product::Rental30Day => rental::facts(tx, span.product, id, now)?,
        };
        let facts = facts.ok_or(DbError::Damaged("a lease without its order"))?;
        let lease = number::leased(tx, &[id])?.get(&id).copied().unwrap_or_default();
        let customer = account::names(tx, &[facts.account])?.remove(&facts.account).unwrap_or_default();
        Ok(Some(Dossier {
            customer,
            source: lease.source,
            cost: lease.cost,
            terms: purchase::terms(tx, id)?,
            transfers: ledger::of_order(tx, facts.account, facts.product, id)?,
            payments: ledger::payments_in(tx, facts.account, facts.product, id)?,
            arrivals: message::arrivals(tx, span.recipient(id))?,
            facts,
        }))
    };
    app.db.read(look).await
}

/// The newest orders and rentals of all accounts before a place (time and id; `None`: from the newest), at most `limit`
/// and 200, with the names of their accounts.
///
/// # Errors
/// What the database said.
pub async fn newest(app: &App, before: Option<(i64, i64)>, limit: i64) -> Result<Vec<(Facts, String)>, DbError> {
    let (now, limit) = (app.now_ms(), limit.clamp(1, PAGE_MAX));
    let orders = order::Look::now(app).await?;
    let look = move |tx: &mut Tx<'_>| {
        let before = before.unwrap_or((i64::MAX, i64::MAX));
        let mut found = orders.newest(tx, before, limit)?;
        found.extend(rental::newest(tx, before, limit, now)?);
        found.sort_by_key(|facts| Reverse((facts.created_ms, facts.id)));
        found.truncate(usize::try_from(limit).unwrap_or(0));
        with_names(tx, found)
    };
    app.db.read(look).await
}

/// The newest leases of a number, at most 200, as the orders and rentals that they serve.
///
/// # Errors
/// What the database said.
pub async fn of_number(app: &App, digits: &str) -> Result<Vec<(Facts, String)>, DbError> {
    let (now, digits) = (app.now_ms(), digits.to_owned());
    let orders = order::Look::now(app).await?;
    let look = move |tx: &mut Tx<'_>| {
        let mut found = Vec::new();
        for (id, product) in number::leased_on(tx, &digits, PAGE_MAX)? {
            let facts = match product {
                Product::ShortTerm => orders.facts(tx, id)?,
                Product::Rental1Day | Product::Rental30Day => rental::facts(tx, product, id, now)?,
            };
            found.extend(facts);
        }
        with_names(tx, found)
    };
    app.db.read(look).await
}

/// Which of some orders and rentals the house knows. What a transfer or a purchase is for may be forgotten since, or was
/// never had, because the house that was asked sold nothing.
///
/// # Errors
/// What the database said.
pub async fn known(app: &App, ids: Vec<i64>) -> Result<HashSet<i64>, DbError> {
    app.db.read(move |tx: &mut Tx<'_>| Ok(number::leased(tx, &ids)?.into_keys().collect())).await
}

fn with_names(tx: &mut Tx<'_>, found: Vec<Facts>) -> Result<Vec<(Facts, String)>, DbError> {
    let accounts: Vec<i64> = found.iter().map(|facts| facts.account).collect();
    let names = account::names(tx, &accounts)?;
    let named = |facts: Facts| {
        let name = names.get(&facts.account).cloned().unwrap_or_default();
        (facts, name)
    };
    Ok(found.into_iter().map(named).collect())
}

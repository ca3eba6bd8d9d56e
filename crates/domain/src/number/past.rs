//! What a number has been through: its SIMs, its leases and what came of them, what it is used up for.

use std::collections::BTreeMap;

use super::list::subject;
use crate::App;
use crate::db::{DbError, Row, Tx};
use crate::policy::deeds::{self, DeedLine};
use crate::product::Product;
use crate::values;

/// SIMs and uses that are told, each.
const TOLD_MAX: i64 = 200;
/// The newest leases that outcomes are counted from.
const LEASES_MAX: i64 = 1_000;
/// The newest leases that are told one by one.
const LEASES_TOLD: usize = 50;
/// The newest deeds that are told.
const DEEDS_MAX: i64 = 50;

/// A span in which a number was in a SIM of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimSpan {
    /// The source.
    pub source: i64,
    /// The SIM, as the source's connector spells it.
    pub sim: String,
    /// Since when.
    pub from_ms: i64,
    /// Until when; none: still.
    pub until_ms: Option<i64>,
}

/// One lease of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseLine {
    /// The order or rental.
    pub order: i64,
    /// Who had it.
    pub account: i64,
    /// The service.
    pub service: i64,
    /// The form in which it was sold.
    pub product: Product,
    /// Since when.
    pub start_ms: i64,
    /// Until when.
    pub end_ms: i64,
    /// Messages that were delivered to it.
    pub messages: i64,
}

/// What came of a number's ended leases for one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Leases that ended.
    pub ended: usize,
    /// Of those, how many had a message.
    pub delivered: usize,
}

/// What a number was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The service.
    pub service: i64,
    /// Whether it delivered, so that nobody else gets it for this service again.
    pub is_burnt: bool,
    /// From when on it may be sold for this service again, if it is not burnt.
    pub free_ms: i64,
}

/// What a number has been through.
#[derive(Clone)]
pub struct Past {
    /// Its SIMs, newest first.
    pub sims: Vec<SimSpan>,
    /// Its newest leases, newest first.
    pub leases: Vec<LeaseLine>,
    /// What came of its newest leases, by service.
    pub outcomes: BTreeMap<i64, Outcome>,
    /// What it was used for.
    pub uses: Vec<Use>,
    /// What people did to it, newest first.
    pub deeds: Vec<DeedLine>,
}

/// What a number has been through, by its id.
///
/// # Errors
/// What the database said.
pub async fn past(app: &App, number: i64) -> Result<Past, DbError> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let mut leases = leases(tx, number)?;
        let mut outcomes: BTreeMap<i64, Outcome> = BTreeMap::new();
        for lease in leases.iter().filter(|lease| lease.end_ms <= now) {
            let outcome = outcomes.entry(lease.service).or_default();
            outcome.ended += 1;
            outcome.delivered += usize::from(lease.messages > 0);
        }
        leases.truncate(LEASES_TOLD);
        let deeds = deeds::of_subject(tx, &subject(number), DEEDS_MAX)?;
        Ok::<_, DbError>(Past { sims: sims(tx, number)?, leases, outcomes, uses: uses(tx, number)?, deeds })
    };
    app.db.read(story).await
}

fn leases(tx: &mut Tx<'_>, number: i64) -> Result<Vec<LeaseLine>, DbError> {
    let sql = "SELECT order_id, account_id, service_id, product, start_ms, end_ms, messages
         FROM lease
         WHERE number_id = $1
         ORDER BY end_ms DESC
         LIMIT $2";
    let line = |row: &Row| {
        Ok(LeaseLine {
            order: row.int(0),
            account: row.int(1),
            service: row.int(2),
            product: row.product(3)?,
            start_ms: row.int(4),
            end_ms: row.int(5),
            messages: row.int(6),
        })
    };
    tx.all(sql, values![number, LEASES_MAX])?.iter().map(line).collect()
}

fn sims(tx: &mut Tx<'_>, number: i64) -> Result<Vec<SimSpan>, DbError> {
    let sql = "SELECT source_id, name, from_ms, until_ms
         FROM sim
         WHERE number_id = $1
         ORDER BY from_ms DESC
         LIMIT $2";
    let span = |row: &Row| SimSpan {
        source: row.int(0),
        sim: row.text(1).to_owned(),
        from_ms: row.int(2),
        until_ms: row.opt_int(3),
    };
    Ok(tx.all(sql, values![number, TOLD_MAX])?.iter().map(span).collect())
}

fn uses(tx: &mut Tx<'_>, number: i64) -> Result<Vec<Use>, DbError> {
    let sql = "SELECT service_id, burnt, free_ms
         FROM number_use
         WHERE number_id = $1
         ORDER BY service_id
         LIMIT $2";
    let used = |row: &Row| Use { service: row.int(0), is_burnt: row.flag(1), free_ms: row.int(2) };
    Ok(tx.all(sql, values![number, TOLD_MAX])?.iter().map(used).collect())
}

//! Leases: the span in which a number serves one order, and the key that seals what arrives in it.

use crate::App;
use crate::db::{DbError, Lane, Row, Tx};
use crate::money::Usd;
use crate::product::Product;
use crate::seal::{Key, Vault};
use crate::values;

/// Leases looked at around one moment of one number: more than services that can run on it at once, with those that
/// rest.
const NEAR_MAX: i64 = 1_000;
/// Leases erased in one story of the worker.
const ERASE_MAX: i64 = 500;

/// The id of a number that may be for sale.
pub type Candidate = i64;

/// A lease to be written.
pub(super) struct NewLease<'a> {
    pub(crate) order: i64,
    pub(crate) account: i64,
    pub(crate) number: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) cost: Usd,
    pub(crate) keep_ms: i64,
    pub(crate) sealed_key: &'a [u8],
}

/// A lease as it stands.
#[derive(Clone)]
pub(crate) struct Lease {
    pub(crate) order: i64,
    pub(crate) account: i64,
    pub(crate) service: i64,
    pub(crate) product: Product,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    sealed_key: Option<Vec<u8>>,
}

impl Lease {
    pub(crate) fn runs_at(&self, at_ms: i64) -> bool {
        self.start_ms <= at_ms && at_ms < self.end_ms
    }

    /// The key of its texts; `None` once they are erased.
    pub(crate) fn key(&self, vault: &Vault) -> Result<Option<Key>, DbError> {
        self.sealed_key.as_ref().map(|sealed| vault.unwrap(&purpose(self.order), sealed)).transpose()
    }
}

/// A wrapped key that was made for a lease.
pub(crate) struct Leased;

impl Leased {
    /// Makes and wraps the key of a lease.
    pub(crate) fn new_key(vault: &Vault, order: i64) -> Vec<u8> {
        vault.wrap(&purpose(order), &Key::random())
    }
}

fn purpose(order: i64) -> String {
    format!("lease {order}")
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewLease<'_>) -> Result<(), DbError> {
    let sql = "INSERT INTO lease
           (order_id, account_id, number_id, service_id, product, start_ms, end_ms, cost, keep_ms, sealed_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        new.order,
        new.account,
        new.number,
        new.service,
        new.product,
        new.start_ms,
        new.end_ms,
        new.cost,
        new.keep_ms,
        new.sealed_key
    ];
    tx.queue(sql, values)
}

/// The leases of a number that began by `at_ms` and ended after `since_ms`, the last to end first. Those that began later
/// do not count: a message that waited for days would not see its own lease for them. Nothing is locked yet.
pub(crate) fn near(tx: &mut Tx<'_>, number: i64, since_ms: i64, at_ms: i64) -> Result<Vec<Lease>, DbError> {
    let sql = "SELECT order_id, account_id, service_id, product, start_ms, end_ms, sealed_key
         FROM lease
         WHERE number_id = $1 AND end_ms > $2 AND start_ms <= $3
         ORDER BY end_ms DESC
         LIMIT $4";
    tx.all(sql, values![number, since_ms, at_ms, NEAR_MAX])?.iter().map(lease).collect()
}

/// The lease of an order or rental, if it was on this number. Nothing is locked yet.
pub(crate) fn lease_of(tx: &mut Tx<'_>, order: i64, number: i64) -> Result<Option<Lease>, DbError> {
    let sql = "SELECT order_id, account_id, service_id, product, start_ms, end_ms, sealed_key
         FROM lease
         WHERE order_id = $1 AND number_id = $2";
    tx.one(sql, values![order, number])?.map(|row| lease(&row)).transpose()
}

/// The key of the texts of an order's lease; `None` once they are to be gone.
pub(crate) async fn key_of(app: &App, order: i64) -> Result<Option<Key>, DbError> {
    let now_ms = app.now_ms();
    if let Some(key) = app.keyring.get(order, now_ms) {
        return Ok(Some(key));
    }
    let row = app.db.row(KEY, values![order]).await?.ok_or(NO_LEASE)?;
    let key = unwrapped(&row, &app.vault, order, now_ms)?;
    if let Some(key) = &key {
        app.keyring.put(order, key.clone(), gone_at_the_earliest(&row, now_ms), now_ms);
    }
    Ok(key)
}

/// The key of the texts of an order's lease, within somebody's story.
pub(crate) fn key_in(tx: &mut Tx<'_>, vault: &Vault, order: i64, now_ms: i64) -> Result<Option<Key>, DbError> {
    unwrapped(&tx.one(KEY, values![order])?.ok_or(NO_LEASE)?, vault, order, now_ms)
}

/// The key, when the lease ends, and how long the texts under it are kept from then on.
const KEY: &str = "SELECT sealed_key, end_ms, keep_ms FROM lease WHERE order_id = $1";
const NO_LEASE: DbError = DbError::Damaged("an order has no lease");

fn unwrapped(row: &Row, vault: &Vault, order: i64, now_ms: i64) -> Result<Option<Key>, DbError> {
    // The worker that erases them comes by once a minute.
    let sealed = row.opt_blob(0).filter(|_| row.int(1).saturating_add(row.int(2)) > now_ms);
    sealed.map(|sealed| vault.unwrap(&purpose(order), sealed)).transpose()
}

/// A rule: when the texts under a key are to be gone at the earliest; a lease that runs may end at any moment, by
/// whichever node.
fn gone_at_the_earliest(row: &Row, now_ms: i64) -> i64 {
    row.int(1).min(now_ms).saturating_add(row.int(2))
}

fn lease(row: &Row) -> Result<Lease, DbError> {
    Ok(Lease {
        order: row.int(0),
        account: row.int(1),
        service: row.int(2),
        product: row.product(3)?,
        start_ms: row.int(4),
        end_ms: row.int(5),
        sealed_key: row.opt_blob(6).map(<[u8]>::to_vec),
    })
}

/// What became of a message that wants to be counted in a lease.
pub(crate) enum CountedIn {
    /// It is counted; the lease is locked until the story ends.
    Yes,
    /// The lease has ended meanwhile, or has had its share.
    No,
}

/// Counts a message in a lease that runs at `at_ms` and has had fewer than `most`. This is the second look at the
/// lease, under its lock.
pub(crate) fn count_in(tx: &mut Tx<'_>, order: i64, at_ms: i64, most: i64) -> Result<CountedIn, DbError> {
    let sql = "UPDATE lease
         SET messages = messages + 1
         WHERE order_id = $1 AND start_ms <= $2 AND end_ms > $2 AND messages < $3 AND sealed_key IS NOT NULL";
    Ok(if tx.run(sql, values![order, at_ms, most])? == 1 { CountedIn::Yes } else { CountedIn::No })
}

/// Writes down what a lease costs the house after all.
pub(crate) fn set_cost(tx: &mut Tx<'_>, order: i64, cost: Usd) -> Result<(), DbError> {
    tx.queue("UPDATE lease SET cost = $2 WHERE order_id = $1", values![order, cost])
}

/// How many messages came in a lease.
pub(crate) fn messages_in(tx: &mut Tx<'_>, order: i64) -> Result<i64, DbError> {
    let row = tx.one("SELECT messages FROM lease WHERE order_id = $1", values![order])?;
    Ok(row.ok_or(DbError::Damaged("an order has no lease"))?.int(0))
}

/// Ends a lease now, if it still runs, and lets the number rest from now on. One that is over by itself rests already,
/// and its number may be somebody else's by now, so nothing is touched then.
pub(crate) fn end(tx: &mut Tx<'_>, order: i64, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE lease
         SET end_ms = CASE WHEN start_ms > $2 THEN start_ms ELSE $2 END
         WHERE order_id = $1 AND end_ms > $2
         RETURNING number_id, service_id, product, end_ms";
    let Some(row) = tx.one(sql, values![order, now_ms])? else { return Ok(()) };
    let product = row.product(2)?;
    let free_ms = row.int(3).saturating_add(product.pause_ms());
    let rest = "UPDATE number_use SET free_ms = $3 WHERE number_id = $1 AND service_id = $2 AND free_ms < $4";
    tx.queue(rest, values![row.int(0), row.int(1), free_ms, super::NEVER_MS])?;
    if product != Product::ShortTerm {
        tx.queue("UPDATE number SET rented_until_ms = $2 WHERE id = $1", values![row.int(0), free_ms])?;
    }
    Ok(())
}

/// Moves a rental's end later; only a paid renewal does (N6).
pub(crate) fn extend(tx: &mut Tx<'_>, order: i64, end_ms: i64) -> Result<(), DbError> {
    let sql =
        "UPDATE lease SET end_ms = $2 WHERE order_id = $1 AND end_ms < $2 RETURNING number_id, service_id, product";
    let row = tx.one(sql, values![order, end_ms])?.ok_or(DbError::Damaged("a rental has no lease to extend"))?;
    let free_ms = end_ms.saturating_add(row.product(2)?.pause_ms());
    let rest = "UPDATE number_use SET free_ms = $3 WHERE number_id = $1 AND service_id = $2 AND free_ms < $4";
    tx.queue(rest, values![row.int(0), row.int(1), free_ms, super::NEVER_MS])?;
    tx.queue("UPDATE number SET rented_until_ms = $2 WHERE id = $1", values![row.int(0), free_ms])
}

/// A text for this service was delivered on this number: it is not sold for it again to anyone else (N3).
pub(crate) fn burn(tx: &mut Tx<'_>, number: i64, service: i64, account: i64, free_ms: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO number_use (number_id, service_id, free_ms, burnt, account_id)
         VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (number_id, service_id) DO UPDATE SET burnt = 1, account_id = $4
         WHERE number_use.burnt = 0";
    tx.queue(sql, values![number, service, free_ms, account])
}

/// Whether this number ever delivered for a service to another account.
pub(crate) fn burnt_by_another(tx: &mut Tx<'_>, number: i64, service: i64, account: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1
         FROM number_use
         WHERE number_id = $1 AND service_id = $2 AND burnt = 1 AND account_id <> $3";
    Ok(tx.one(sql, values![number, service, account])?.is_some())
}

/// Erases the texts of leases whose customers' retention is over: their keys are deleted, so that nothing sealed
/// under them opens again (S9). Tells how many.
///
/// # Errors
/// What the database said.
pub async fn erase_ended(app: &App) -> Result<u64, DbError> {
    let now = app.now_ms();
    app.db.write(Lane::Work, move |tx| erase_due(tx, now)).await
}

fn erase_due(tx: &mut Tx<'_>, now_ms: i64) -> Result<u64, DbError> {
    let sql = "UPDATE lease
         SET sealed_key = NULL
         WHERE order_id IN (
           SELECT order_id
           FROM lease
           WHERE sealed_key IS NOT NULL AND end_ms + keep_ms <= $1
           ORDER BY end_ms + keep_ms
           LIMIT $2)";
    tx.run(sql, values![now_ms, ERASE_MAX])
}

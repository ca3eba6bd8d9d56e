//! The SQL of the rental room.

use super::{Rented, State};
use crate::clock::HOUR_MS;
use crate::db::{DbError, Row, Tx, word};
use crate::dossier::Facts;
use crate::message::Recipient;
use crate::money::Usd;
use crate::policy::limits::Usage;
use crate::product::Product;
use crate::values;

/// A rental as it is kept.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) id: i64,
    pub(super) account: i64,
    pub(super) product: Product,
    pub(super) service: i64,
    pub(super) number: i64,
    pub(super) digits: String,
    pub(super) price: Usd,
    pub(super) state: State,
    pub(super) created_ms: i64,
    pub(super) end_ms: i64,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) auto_renew_max: Option<Usd>,
}

impl Kept {
    /// The rental as who has messages.
    pub(super) fn recipient(&self) -> Recipient {
        Recipient { order: self.id, number: self.number, start_ms: self.created_ms }
    }

    /// Where it stands now: what is past its end has ended, whether or not the worker was there.
    pub(super) fn state_at(&self, now_ms: i64) -> State {
        match self.state {
            State::Active if self.end_ms <= now_ms => State::Expired,
            state => state,
        }
    }

    pub(super) fn shown(self, slug: &str, now_ms: i64) -> super::Rental {
        super::Rental {
            id: self.id,
            product: self.product,
            service: slug.to_owned(),
            state: self.state_at(now_ms),
            digits: self.digits,
            price: self.price,
            created_ms: self.created_ms,
            end_ms: self.end_ms,
            label: self.label,
            note: self.note,
            auto_renew_max: self.auto_renew_max,
        }
    }
}

pub(super) const RENTAL: &str =
    "SELECT id, account_id, product, service_id, number_id, digits, price, state, created_ms, end_ms, label, note,
            auto_renew_max
     FROM rental
     WHERE id = $1 AND product = $2";

const RENTAL_LOCKED: &str =
    "SELECT id, account_id, product, service_id, number_id, digits, price, state, created_ms, end_ms, label, note,
            auto_renew_max
     FROM rental
     WHERE id = $1 AND product = $2 {for_update}";

pub(super) const PAGE: &str =
    "SELECT id, account_id, product, service_id, number_id, digits, price, state, created_ms, end_ms, label, note,
            auto_renew_max
     FROM rental
     WHERE account_id = $1 AND product = $2
       AND (created_ms < $3 OR (created_ms = $3 AND id < $4))
       AND ((end_ms > $5 AND state = 'active') OR $6 = 1)
     ORDER BY created_ms DESC, id DESC
     LIMIT $7";

/// Rentals that are past their end and not marked so yet.
pub(super) const DUE: &str =
    "SELECT id, account_id FROM rental WHERE state = 'active' AND end_ms <= $1 ORDER BY end_ms LIMIT $2";

pub(super) fn kept(row: &Row) -> Result<Kept, DbError> {
    Ok(Kept {
        id: row.int(0),
        account: row.int(1),
        product: row.product(2)?,
        service: row.int(3),
        number: row.int(4),
        digits: row.text(5).to_owned(),
        price: Usd::from_micros(row.int(6)),
        state: word(State::from_word(row.text(7)), "a rental's state")?,
        created_ms: row.int(8),
        end_ms: row.int(9),
        label: row.text(10).to_owned(),
        note: row.text(11).to_owned(),
        auto_renew_max: row.opt_int(12).map(Usd::from_micros),
    })
}

/// A rental, locked until the story ends; its account must be locked before.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64, product: Product) -> Result<Option<Kept>, DbError> {
    tx.one(RENTAL_LOCKED, values![id, product])?.map(|row| kept(&row)).transpose()
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    account: i64,
    service: i64,
    rented: &Rented,
    number: i64,
    capture: i64,
) -> Result<(), DbError> {
    let sql = "INSERT INTO rental
           (id, account_id, product, service_id, number_id, digits, price, state, capture, created_ms, end_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9, $10)";
    let values = values![
        rented.rental,
        account,
        rented.product,
        service,
        number,
        &rented.digits,
        rented.price,
        capture,
        rented.created_ms,
        rented.end_ms
    ];
    tx.queue(sql, values)
}

pub(super) fn renew(tx: &mut Tx<'_>, id: i64, price: Usd, end_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE rental SET end_ms = $2, price = $3, renewals = renewals + 1, auto_tried_ms = 0 WHERE id = $1";
    tx.queue(sql, values![id, end_ms, price])
}

/// Writes down what a customer calls a rental of theirs and notes of it; whether there is such a rental.
pub(super) fn describe(
    tx: &mut Tx<'_>,
    account: i64,
    (product, id): (Product, i64),
    label: &str,
    note: &str,
) -> Result<bool, DbError> {
    let sql = "UPDATE rental SET label = $4, note = $5 WHERE id = $1 AND product = $2 AND account_id = $3";
    Ok(tx.run(sql, values![id, product, account, label, note])? == 1)
}

/// Switches the renewing by the house on, up to a price, or off.
pub(super) fn set_auto_renew(tx: &mut Tx<'_>, id: i64, most: Option<Usd>) -> Result<(), DbError> {
    tx.queue("UPDATE rental SET auto_renew_max = $2, auto_tried_ms = 0 WHERE id = $1", values![id, most])
}

pub(super) fn set_auto_tried(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE rental SET auto_tried_ms = $2 WHERE id = $1", values![id, now_ms])
}

/// Rentals that the house should renew and that were not tried after a time.
pub(super) const AUTO_DUE: &str = "SELECT id, account_id, product, auto_renew_max
     FROM rental
     WHERE state = 'active' AND auto_renew_max IS NOT NULL AND end_ms > $1 AND end_ms <= $2 AND auto_tried_ms <= $3
     ORDER BY end_ms
     LIMIT $4";

/// When the house last tried to renew a rental and could not; 0: never in this term.
pub(super) fn auto_tried_ms(tx: &mut Tx<'_>, id: i64) -> Result<i64, DbError> {
    Ok(tx.one("SELECT auto_tried_ms FROM rental WHERE id = $1", values![id])?.map_or(0, |row| row.int(0)))
}

/// Ends a running rental; whether it ran.
pub(super) fn close(tx: &mut Tx<'_>, id: i64, state: State, end_ms: i64) -> Result<bool, DbError> {
    let sql = "UPDATE rental
         SET state = $2,
             end_ms = CASE WHEN end_ms <= $3 THEN end_ms WHEN created_ms > $3 THEN created_ms ELSE $3 END
         WHERE id = $1 AND state = 'active'";
    Ok(tx.run(sql, values![id, state.word(), end_ms])? == 1)
}

/// How a rental of whatever account stands.
pub(crate) fn facts(tx: &mut Tx<'_>, product: Product, id: i64, now_ms: i64) -> Result<Option<Facts>, DbError> {
    let Some(row) = tx.one(RENTAL, values![id, product])? else { return Ok(None) };
    kept(&row).map(|rental| Some(as_facts(rental, now_ms)))
}

fn as_facts(rental: Kept, now_ms: i64) -> Facts {
    Facts {
        product: rental.product,
        id: rental.id,
        account: rental.account,
        service: rental.service,
        state: rental.state_at(now_ms).word(),
        digits: rental.digits,
        price: rental.price,
        created_ms: rental.created_ms,
        end_ms: rental.end_ms,
    }
}

/// The newest rentals of all accounts before a place.
pub(crate) fn newest(tx: &mut Tx<'_>, before: (i64, i64), limit: i64, now_ms: i64) -> Result<Vec<Facts>, DbError> {
    let sql = "SELECT id, account_id, product, service_id, number_id, digits, price, state, created_ms, end_ms, label,
                note, auto_renew_max
         FROM rental
         WHERE created_ms <= $1 AND (created_ms < $1 OR id < $2)
         ORDER BY created_ms DESC, id DESC
         LIMIT $3";
    let rows = tx.all(sql, values![before.0, before.1, limit])?;
    rows.iter().map(|row| kept(row).map(|rental| as_facts(rental, now_ms))).collect()
}

/// Whose a rental is.
pub(crate) fn owner(tx: &mut Tx<'_>, product: Product, id: i64) -> Result<Option<i64>, DbError> {
    let row = tx.one("SELECT account_id FROM rental WHERE id = $1 AND product = $2", values![id, product])?;
    Ok(row.map(|row| row.int(0)))
}

/// Whether a rental's price came back, so that nothing is handed over for it any more. Its account must be locked.
pub(crate) fn is_refunded(tx: &mut Tx<'_>, id: i64) -> Result<bool, DbError> {
    Ok(tx.one("SELECT 1 FROM rental WHERE id = $1 AND state = 'cancelled'", values![id])?.is_some())
}

/// Ends a rental whose end has come, unless it was renewed meanwhile; tells what it was.
pub(super) fn end_if_due(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<Option<Product>, DbError> {
    let sql =
        "UPDATE rental SET state = 'expired' WHERE id = $1 AND state = 'active' AND end_ms <= $2 RETURNING product";
    tx.one(sql, values![id, now_ms])?.map(|row| row.product(0)).transpose()
}

/// What an account has rented lately; what it paid for that, also for renewals, is the ledger's to tell.
pub(crate) fn usage(tx: &mut Tx<'_>, account: i64, service: Option<i64>, now_ms: i64) -> Result<Usage, DbError> {
    let sql = "SELECT
           CAST(COALESCE(SUM(CASE WHEN state = 'active' AND end_ms > $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN created_ms > $3 AND service_id = $4 THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM rental
         WHERE account_id = $1 AND (created_ms > $3 OR state = 'active')";
    let row = tx.one(sql, values![account, now_ms, now_ms - HOUR_MS, service])?;
    let row = row.ok_or(DbError::Damaged("a sum has a row"))?;
    Ok(Usage { open: row.int(0), hour_same_service: row.int(1), ..Usage::default() })
}

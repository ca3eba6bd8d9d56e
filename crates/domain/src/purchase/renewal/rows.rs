//! The SQL of renewals.

use std::collections::HashMap;

use super::super::State;
use crate::db::{DbError, Row, Tx, Val, id_list, word};
use crate::money::Usd;
use crate::product::Product;
use crate::request::{Once, OpenKey};
use crate::values;

/// Renewals of one order that are told.
const OF_ORDER_MAX: i64 = 50;
/// Terms of one rental whose costs are told.
const TERMS_MAX: i64 = 400;

/// One wish that a house let a number run on, as it is kept.
#[derive(Clone)]
pub(in super::super) struct Renewal {
    pub(in super::super) id: i64,
    pub(in super::super) purchase: i64,
    pub(in super::super) order: i64,
    pub(in super::super) account: i64,
    pub(in super::super) source: i64,
    pub(in super::super) product: Product,
    pub(in super::super) state: State,
    pub(in super::super) price: Usd,
    pub(in super::super) hold: i64,
    pub(in super::super) asked: Usd,
    pub(in super::super) charged: Usd,
    pub(in super::super) serves: bool,
    pub(in super::super) is_auto: bool,
    pub(in super::super) from_ms: i64,
    pub(in super::super) until_ms: i64,
    key: Option<(String, String)>,
    pub(in super::super) reason: String,
    pub(in super::super) faults: i64,
    pub(in super::super) created_ms: i64,
    pub(in super::super) deadline_ms: i64,
    /// What its purchase is called at the house, and by which code it was asked for.
    pub(in super::super) their_id: Option<String>,
    pub(in super::super) code: String,
}

impl Renewal {
    /// The Idempotency-Key that waits for it.
    pub(super) fn open_key(&self) -> Option<OpenKey<'_>> {
        let account = self.account;
        self.key.as_ref().map(|(route, name)| OpenKey { account, route, name })
    }

    /// Whether it is not known what became of it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Asking | State::InDoubt)
    }

    /// A rule: whether an end that a house tells is of the term that was asked for, and not of the one before. Houses
    /// count their days otherwise than we do, so half a term decides.
    pub(super) fn is_reached_by(&self, their_end_ms: i64) -> bool {
        their_end_ms.saturating_sub(self.from_ms) >= (self.until_ms - self.from_ms) / 2
    }
}

/// A statement that reads whole renewals.
macro_rules! renewals {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.purchase_id, r.order_id, r.account_id, r.source_id, r.product, r.state, r.price, r.hold,
                    r.asked, r.charged, r.serves, r.is_auto, r.from_ms, r.until_ms, r.route, r.key_name, r.reason,
                    r.faults, r.created_ms, r.deadline_ms, p.their_id, p.code
             FROM renewal r
             JOIN purchase p ON p.id = r.purchase_id
             ",
            $rest
        )
    };
}
pub(super) use renewals;

pub(super) fn renewal(row: &Row) -> Result<Renewal, DbError> {
    let (route, name) = (row.opt_text(15).map(str::to_owned), row.opt_text(16).map(str::to_owned));
    Ok(Renewal {
        id: row.int(0),
        purchase: row.int(1),
        order: row.int(2),
        account: row.int(3),
        source: row.int(4),
        product: row.product(5)?,
        state: word(State::from_word(row.text(6)), "a renewal's state")?,
        price: Usd::from_micros(row.int(7)),
        hold: row.int(8),
        asked: Usd::from_micros(row.int(9)),
        charged: Usd::from_micros(row.int(10)),
        serves: row.flag(11),
        is_auto: row.flag(12),
        from_ms: row.int(13),
        until_ms: row.int(14),
        key: route.zip(name),
        reason: row.text(17).to_owned(),
        faults: row.int(18),
        created_ms: row.int(19),
        deadline_ms: row.int(20),
        their_id: row.opt_text(21).map(str::to_owned),
        code: row.text(22).to_owned(),
    })
}

fn all(tx: &mut Tx<'_>, sql: &'static str, values: &[Val]) -> Result<Vec<Renewal>, DbError> {
    tx.all(sql, values)?.iter().map(renewal).collect()
}

/// A renewal, without a lock.
pub(in super::super) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Renewal>, DbError> {
    tx.one(renewals!("WHERE r.id = $1"), values![id])?.map(|row| renewal(&row)).transpose()
}

/// A renewal, locked until the story ends; key and account must be locked before.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Renewal, DbError> {
    tx.one("SELECT 1 FROM renewal WHERE id = $1 {for_update}", values![id])?;
    find(tx, id)?.ok_or(DbError::Damaged("a renewal is missing"))
}

/// The newest renewals before an id; of those that are not over alone, if wanted.
pub(in super::super) fn newest(
    tx: &mut Tx<'_>,
    is_open: bool,
    before: i64,
    limit: i64,
) -> Result<Vec<Renewal>, DbError> {
    let sql = if is_open {
        renewals!("WHERE r.state IN ('asking', 'in_doubt') AND r.id < $1 ORDER BY r.id DESC LIMIT $2")
    } else {
        renewals!("WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2")
    };
    all(tx, sql, values![before, limit])
}

/// The renewals that were begun after a place (time and id) and before a time, oldest first.
pub(in super::super) fn within(
    tx: &mut Tx<'_>,
    (after_ms, after): (i64, i64),
    until_ms: i64,
    limit: i64,
) -> Result<Vec<Renewal>, DbError> {
    let sql = renewals!(
        "WHERE r.created_ms >= $1 AND (r.created_ms > $1 OR r.id > $2) AND r.created_ms < $3
         ORDER BY r.created_ms, r.id
         LIMIT $4"
    );
    all(tx, sql, values![after_ms, after, until_ms, limit])
}

/// The renewals of a rental, oldest first.
pub(in super::super) fn of_order(tx: &mut Tx<'_>, order: i64) -> Result<Vec<Renewal>, DbError> {
    all(tx, renewals!("WHERE r.order_id = $1 ORDER BY r.id LIMIT $2"), values![order, OF_ORDER_MAX])
}

/// The renewals of a house that are due to be looked at, oldest first.
pub(in super::super) fn due(tx: &mut Tx<'_>, source: i64, now_ms: i64, limit: i64) -> Result<Vec<Renewal>, DbError> {
    let sql = renewals!("WHERE r.source_id = $1 AND r.look_ms <= $2 ORDER BY r.look_ms, r.id LIMIT $3");
    all(tx, sql, values![source, now_ms, limit])
}

/// The renewal of a rental that is being asked for or in doubt: its state and until when an answer is waited for.
pub(super) fn under_way(tx: &mut Tx<'_>, order: i64) -> Result<Option<(State, i64)>, DbError> {
    let sql = "SELECT state, deadline_ms FROM renewal WHERE order_id = $1 AND ended_ms IS NULL";
    let row = tx.one(sql, values![order])?;
    row.map(|row| Ok((word(State::from_word(row.text(0)), "a renewal's state")?, row.int(1)))).transpose()
}

/// Whether the house asked for a term by itself, and the other house heard of it or may have.
pub(super) fn was_heard(tx: &mut Tx<'_>, order: i64, from_ms: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1
         FROM renewal
         WHERE order_id = $1 AND from_ms = $2 AND is_auto = 1 AND was_heard = 1
         LIMIT 1";
    Ok(tx.one(sql, values![order, from_ms])?.is_some())
}

/// A renewal that is about to be asked for.
pub(super) struct NewRenewal<'a> {
    pub(super) id: i64,
    pub(super) purchase: i64,
    pub(super) order: i64,
    pub(super) account: i64,
    pub(super) source: i64,
    pub(super) product: Product,
    pub(super) price: Usd,
    pub(super) hold: i64,
    pub(super) asked: Usd,
    pub(super) is_auto: bool,
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    pub(super) once: Option<&'a Once>,
    pub(super) now_ms: i64,
    pub(super) deadline_ms: i64,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewRenewal<'_>) -> Result<(), DbError> {
    let sql = "INSERT INTO renewal
           (id, purchase_id, order_id, account_id, source_id, product, state, price, hold, asked, is_auto, from_ms,
            until_ms, route, key_name, created_ms, deadline_ms)
         VALUES ($1, $2, $3, $4, $5, $6, 'asking', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = values![
        new.id,
        new.purchase,
        new.order,
        new.account,
        new.source,
        new.product,
        new.price,
        new.hold,
        new.asked,
        new.is_auto,
        new.from_ms,
        new.until_ms,
        new.once.map(|once| once.route),
        new.once.map(|once| once.name.clone()),
        new.now_ms,
        new.deadline_ms
    ];
    tx.run(sql, values).map(drop)
}

/// It may have been renewed: the worker looks from now on.
pub(super) fn doubt(tx: &mut Tx<'_>, id: i64, reason: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE renewal
         SET state = 'in_doubt', reason = $2, look_ms = $3, faults = 0, was_heard = 1
         WHERE id = $1 AND state = 'asking'";
    tx.queue(sql, values![id, reason, now_ms])
}

/// Certainly nothing was renewed, and whether it was the house itself that said so.
pub(super) fn refuse(tx: &mut Tx<'_>, id: i64, (reason, was_heard): (&str, bool), now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE renewal
         SET state = 'refused', reason = $2, was_heard = CASE WHEN $3 = 1 THEN 1 ELSE was_heard END, answered_ms = $4,
             ended_ms = $4, look_ms = NULL
         WHERE id = $1 AND ended_ms IS NULL";
    tx.queue(sql, values![id, reason, was_heard, now_ms])
}

/// It was renewed and paid for, whether or not its rental runs on by it.
pub(super) fn done(
    tx: &mut Tx<'_>,
    id: i64,
    (charged, serves): (Usd, bool),
    reason: &str,
    now_ms: i64,
) -> Result<(), DbError> {
    let sql = "UPDATE renewal
         SET state = 'done', charged = $2, serves = $3, reason = $4, answered_ms = $5, ended_ms = $5, look_ms = NULL
         WHERE id = $1 AND ended_ms IS NULL";
    tx.queue(sql, values![id, charged, serves, reason, now_ms])
}

/// When its house is asked next, and how many looks brought nothing.
pub(super) fn look_at(tx: &mut Tx<'_>, id: i64, (at_ms, faults): (i64, i64)) -> Result<(), DbError> {
    let sql = "UPDATE renewal SET look_ms = $2, faults = $3 WHERE id = $1 AND state = 'in_doubt'";
    tx.queue(sql, values![id, at_ms, faults])
}

/// A term by which a rental runs on, and what its house charged for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidTerm {
    /// The renewal, by its id.
    pub renewal: i64,
    /// When it was renewed.
    pub at_ms: i64,
    /// What it cost.
    pub cost: Usd,
}

/// The terms that a rental was renewed for elsewhere, oldest first; at most 400.
pub(crate) fn terms(tx: &mut Tx<'_>, order: i64) -> Result<Vec<PaidTerm>, DbError> {
    let sql = "SELECT id, answered_ms, charged
         FROM renewal
         WHERE order_id = $1 AND serves = 1
         ORDER BY id
         LIMIT $2";
    let rows = tx.all(sql, values![order, TERMS_MAX])?;
    let term = |row: &Row| PaidTerm { renewal: row.int(0), at_ms: row.int(1), cost: Usd::from_micros(row.int(2)) };
    Ok(rows.iter().map(term).collect())
}

/// What the terms cost that rentals were renewed for within a span, by rental.
pub(crate) fn costs(
    tx: &mut Tx<'_>,
    orders: &[i64],
    (from_ms, before_ms): (i64, i64),
) -> Result<HashMap<i64, Usd>, DbError> {
    let sql = "SELECT r.order_id, CAST(SUM(r.charged) AS BIGINT)
         FROM (json_pairs($1)) p
         JOIN renewal r ON r.order_id = p.a
         WHERE r.serves = 1 AND r.answered_ms >= $2 AND r.answered_ms < $3
         GROUP BY r.order_id";
    let rows = tx.all(sql, &[id_list(orders), from_ms.into(), before_ms.into()])?;
    Ok(rows.iter().map(|row| (row.int(0), Usd::from_micros(row.int(1)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY_MS, HOUR_MS};

    #[test]
    fn an_end_is_of_the_new_term_from_its_middle_on() {
        let renewal = Renewal {
            id: 1,
            purchase: 1,
            order: 1,
            account: 1,
            source: 1,
            product: Product::Rental1Day,
            state: State::InDoubt,
            price: Usd::from_cents(365),
            hold: 1,
            asked: Usd::from_cents(300),
            charged: Usd::ZERO,
            serves: false,
            is_auto: false,
            from_ms: DAY_MS,
            until_ms: 2 * DAY_MS,
            key: None,
            reason: String::new(),
            faults: 0,
            created_ms: 0,
            deadline_ms: 0,
            their_id: None,
            code: String::new(),
        };
        assert!(!renewal.is_reached_by(DAY_MS));
        assert!(!renewal.is_reached_by(36 * HOUR_MS - 1));
        assert!(renewal.is_reached_by(36 * HOUR_MS));
        assert!(renewal.is_reached_by(3 * DAY_MS));
    }
}

//! What is left in our accounts at other houses: asked for once a minute, and the operator hears when it runs low.

use super::look::{At, within};
use crate::App;
use crate::clock::{MINUTE_MS, day_of};
use crate::db::{DbError, Lane, Row, Tx};
use crate::money::Usd;
use crate::supply::{self, Fault, WALLET_LOW};
use crate::values;

/// Between two questions for a balance.
const ASK_MS: i64 = MINUTE_MS;
/// What may be open at one house, as its balance is read.
const OPEN_MAX: i64 = 1_000;
/// Days of houses that are told at once.
const UNEXPLAINED_MAX: i64 = 10_000;
/// Below what an operator who said nothing hears of it.
const LOW: Usd = Usd::from_cents(500);

/// An account of ours at a house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wallet {
    pub(crate) source: i64,
    /// What is left; `None` where it was never told, or there is nothing that could run out.
    pub(crate) balance: Option<Usd>,
    /// When the house was asked last.
    asked_ms: Option<i64>,
    /// What was left when nothing was in doubt last.
    pub(super) base: Option<(Usd, i64)>,
    /// Since when the house refuses for want of money.
    pub(crate) empty_ms: Option<i64>,
}

const WALLETS: &str = "SELECT source_id, balance, asked_ms, base, base_ms, empty_ms
     FROM wallet
     ORDER BY source_id
     LIMIT 10000";

fn wallet(row: &Row) -> Wallet {
    let (balance, asked_ms) = (row.opt_int(1).map(Usd::from_micros), row.opt_int(2));
    let base = row.opt_int(3).map(Usd::from_micros).zip(row.opt_int(4));
    Wallet { source: row.int(0), balance, asked_ms, base, empty_ms: row.opt_int(5) }
}

pub(super) fn find(tx: &mut Tx<'_>, source: i64) -> Result<Option<Wallet>, DbError> {
    let sql = "SELECT source_id, balance, asked_ms, base, base_ms, empty_ms FROM wallet WHERE source_id = $1";
    Ok(tx.one(sql, values![source])?.map(|row| wallet(&row)))
}

/// The accounts that run low or are empty, with what their operator wants to hear of: the house's name, what is left,
/// and whether it refuses already.
pub(crate) async fn wallets(app: &App) -> Result<Vec<(String, Wallet)>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(Vec::new()) };
    let all = app.db.rows(WALLETS, &[]).await?;
    let mut low = Vec::new();
    for house in supply::houses(app, &houses.registry).await? {
        let Some(wallet) = all.iter().map(wallet).find(|wallet| wallet.source == house.wire.source) else { continue };
        let least = house.wire.settings.get(WALLET_LOW.name).and_then(|text| Usd::parse(text).ok()).unwrap_or(LOW);
        let is_low = wallet.balance.is_some_and(|balance| balance < least);
        if is_low || wallet.empty_ms.is_some() {
            low.push((house.wire.slug, wallet));
        }
    }
    Ok(low)
}

/// The house refused for want of money.
pub(super) async fn note_empty(app: &App, source: i64) -> Result<(), DbError> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO wallet (source_id, empty_ms) VALUES ($1, $2)
             ON CONFLICT (source_id) DO UPDATE SET empty_ms = COALESCE(wallet.empty_ms, $2)";
        tx.run(sql, values![source, now]).map(drop)
    };
    app.db.write(Lane::Work, story).await
}

/// Asks a house for our balance, if it is time.
pub(super) async fn ask_due(app: &App, (house, wire): At<'_>) -> Result<(), DbError> {
    let (source, now) = (wire.source, app.now_ms());
    let known = app.db.read(move |tx: &mut Tx<'_>| find(tx, source)).await?;
    let asked_ms = known.as_ref().and_then(|wallet| wallet.asked_ms);
    if asked_ms.is_some_and(|asked_ms| now < asked_ms + ASK_MS) {
        return Ok(());
    }
    // Purchases that were open before the balance was read and are not any more may or may not be in it.
    let open = app.db.read(move |tx: &mut Tx<'_>| is_settled(tx, source)).await?;
    let balance = match within(house.balance(&wire.settings)).await {
        Ok(Some(balance)) => balance,
        // It is paid by bill: nothing runs out.
        Ok(None) => return asked(app, source, now).await,
        Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(source, now, &trouble.says);
            return asked(app, source, now).await;
        }
    };
    let story = move |tx: &mut Tx<'_>| {
        // An account that has money again is not empty any more.
        let sql = "INSERT INTO wallet (source_id, balance, asked_ms) VALUES ($1, $2, $3)
             ON CONFLICT (source_id)
             DO UPDATE SET balance = $2, asked_ms = $3,
               empty_ms = CASE WHEN wallet.balance IS NULL OR $2 > wallet.balance THEN NULL ELSE wallet.empty_ms END";
        tx.run(sql, values![source, balance, now])?;
        if open && is_settled(tx, source)? && !has_moved(tx, source, now)? {
            explain(tx, source, balance, now)?;
            let sql = "UPDATE wallet SET base = $2, base_ms = $3 WHERE source_id = $1";
            tx.run(sql, values![source, balance, now])?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(Lane::Work, story).await
}

/// The house was asked and told nothing.
async fn asked(app: &App, source: i64, now_ms: i64) -> Result<(), DbError> {
    let story = move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO wallet (source_id, asked_ms) VALUES ($1, $2)
             ON CONFLICT (source_id) DO UPDATE SET asked_ms = $2";
        tx.run(sql, values![source, now_ms]).map(drop)
    };
    app.db.write(Lane::Work, story).await
}

/// Holds a balance against all that is known since the last one, and keeps what that does not explain.
fn explain(tx: &mut Tx<'_>, source: i64, balance: Usd, now_ms: i64) -> Result<(), DbError> {
    let Some((base, base_ms)) = find(tx, source)?.and_then(|wallet| wallet.base) else { return Ok(()) };
    let gone = moved(tx, source, base_ms)?.and_then(|moved| base.checked_sub(balance)?.checked_sub(moved));
    let gone = gone.ok_or(DbError::Damaged("a sum of purchases"))?;
    if gone == Usd::ZERO {
        return Ok(());
    }
    let (spent, added) = if gone > Usd::ZERO { (gone, Usd::ZERO) } else { (Usd::ZERO, gone.negated()) };
    let sql = "INSERT INTO wallet_day (source_id, day, spent, added) VALUES ($1, $2, $3, $4)
         ON CONFLICT (source_id, day)
         DO UPDATE SET spent = wallet_day.spent + $3, added = wallet_day.added + $4";
    tx.run(sql, values![source, day_of(now_ms), spent, added]).map(drop)
}

/// What left our account at a house on a day, and what came to it, that no purchase and no renewal explains.
pub(super) struct Unexplained {
    pub(super) source: i64,
    /// Days since 1970.
    pub(super) day: i64,
    pub(super) spent: Usd,
    pub(super) added: Usd,
}

/// What is not explained, from a day to before another, by day and house.
pub(super) fn unexplained(tx: &mut Tx<'_>, from_day: i64, until_day: i64) -> Result<Vec<Unexplained>, DbError> {
    let sql = "SELECT source_id, day, spent, added
         FROM wallet_day
         WHERE day >= $1 AND day < $2
         ORDER BY day, source_id
         LIMIT $3";
    let read = |row: &Row| Unexplained {
        source: row.int(0),
        day: row.int(1),
        spent: Usd::from_micros(row.int(2)),
        added: Usd::from_micros(row.int(3)),
    };
    Ok(tx.all(sql, values![from_day, until_day, UNEXPLAINED_MAX])?.iter().map(read).collect())
}

/// Whether a purchase or renewal of a house was answered or ended since a time: it may or may not be in a balance that was
/// asked for then.
pub(super) fn has_moved(tx: &mut Tx<'_>, source: i64, since_ms: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM purchase WHERE source_id = $1 AND (answered_ms >= $2 OR ended_ms >= $2)
         UNION ALL
         SELECT 1 FROM renewal WHERE source_id = $1 AND answered_ms >= $2
         LIMIT 1";
    Ok(tx.one(sql, values![source, since_ms])?.is_some())
}

/// Whether nothing of a house is being asked for, in doubt, or being given back.
fn is_settled(tx: &mut Tx<'_>, source: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM purchase WHERE source_id = $1 AND state IN ('asking', 'in_doubt', 'rejecting')
         UNION ALL
         SELECT 1 FROM renewal WHERE source_id = $1 AND state IN ('asking', 'in_doubt')
         LIMIT 1";
    Ok(tx.one(sql, values![source])?.is_none())
}

/// What may have cost something at a house: a purchase or a renewal that is being asked for or in doubt.
pub(super) struct Open {
    pub(super) asked: Usd,
    pub(super) created_ms: i64,
    pub(super) deadline_ms: i64,
    pub(super) is_asking: bool,
}

/// All that may have cost something at a house.
pub(super) fn open(tx: &mut Tx<'_>, source: i64) -> Result<Vec<Open>, DbError> {
    let sql = "SELECT asked, created_ms, deadline_ms, state
         FROM purchase
         WHERE source_id = $1 AND state IN ('asking', 'in_doubt')
         UNION ALL
         SELECT asked, created_ms, deadline_ms, state
         FROM renewal
         WHERE source_id = $1 AND state IN ('asking', 'in_doubt')
         LIMIT $2";
    let open = |row: &Row| Open {
        asked: Usd::from_micros(row.int(0)),
        created_ms: row.int(1),
        deadline_ms: row.int(2),
        is_asking: row.text(3) == "asking",
    };
    Ok(tx.all(sql, values![source, OPEN_MAX])?.iter().map(open).collect())
}

/// What left our account at a house since a time, by all that is known: what purchases and renewals cost less what came
/// back.
pub(super) fn moved(tx: &mut Tx<'_>, source: i64, since_ms: i64) -> Result<Option<Usd>, DbError> {
    let purchases = "SELECT
           CAST(COALESCE(SUM(CASE WHEN answered_ms >= $2 THEN charged ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN ended_ms >= $2 THEN refunded ELSE 0 END), 0) AS BIGINT)
         FROM purchase
         WHERE source_id = $1 AND (answered_ms >= $2 OR ended_ms >= $2)";
    let renewals = "SELECT CAST(COALESCE(SUM(charged), 0) AS BIGINT)
         FROM renewal
         WHERE source_id = $1 AND answered_ms >= $2";
    let Some(row) = tx.one(purchases, values![source, since_ms])? else { return Ok(None) };
    let spent = Usd::from_micros(row.int(0)).checked_sub(Usd::from_micros(row.int(1)));
    let Some(row) = tx.one(renewals, values![source, since_ms])? else { return Ok(None) };
    Ok(spent.and_then(|spent| spent.checked_add(Usd::from_micros(row.int(0)))))
}

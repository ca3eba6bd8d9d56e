//! Requests that may be sent twice: one effect per Idempotency-Key, and the same answer again (I1 to I4).

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Row, Tx};
use crate::product::Product;
use crate::values;
use crate::verify::Finding;

/// How long an answer is remembered.
const REMEMBERED_MS: i64 = DAY_MS;
/// Answers forgotten at once by the worker.
const FORGET_MAX: i64 = 5_000;

/// A caller's wish that a request counts once.
#[derive(Clone)]
pub struct Once {
    /// Whose key it is.
    pub account: i64,
    /// Which route; the same key on another route is another key.
    pub route: &'static str,
    /// The key itself, up to 255 bytes, without NUL.
    pub name: String,
    /// SHA-256 of the request's body.
    pub body_hash: [u8; 32],
}

/// Why the house says no.
pub trait Refusal: Serialize + DeserializeOwned {
    /// Whether the same request may be answered otherwise a moment later: such a refusal is not remembered.
    fn is_not_now(&self) -> bool {
        false
    }
}

/// Why a verb did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure<R> {
    /// The house says no, and says why. Under an Idempotency-Key it is remembered like a success, unless it passes.
    #[error("refused")]
    Refused(R),
    /// The Idempotency-Key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// Whether it was done is not known yet: what it began goes on, and the same Idempotency-Key, or the order, says what
    /// became of it. Never remembered.
    #[error("it is not decided yet")]
    Open {
        /// What kind of order it is about.
        product: Product,
        /// The order.
        order: i64,
    },
    /// Other houses could not; nothing happened. Never remembered.
    #[error("no house upstream could")]
    Upstream,
    /// The house could not; nothing happened, or the same Idempotency-Key says what did. Never remembered.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Runs a story once for its key. A refusal that is remembered undoes the story's changes and comes as `Ok(Err(…))`,
/// so that the record of it is committed; any other comes as `Err` and undoes everything.
pub(crate) fn once<T, R>(
    tx: &mut Tx<'_>,
    once: Option<&Once>,
    now_ms: i64,
    story: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure<R>>,
) -> Result<Result<T, R>, Failure<R>>
where
    T: Serialize + DeserializeOwned,
    R: Refusal,
{
    let Some(once) = once else { return story(tx).map(Ok) };
    if !claim(tx, once, now_ms)? {
        return replay(tx, once);
    }
    let outcome = match tx.savepoint(story) {
        Ok(done) => Ok(done),
        Err(Failure::Refused(refusal)) if !refusal.is_not_now() => Err(refusal),
        // The whole story is undone, the claim of the key with it.
        Err(failure) => return Err(failure),
    };
    let kept = serde_json::to_string(&outcome).map_err(|_| DbError::Damaged("an outcome cannot be kept"))?;
    let sql = "UPDATE idempotency SET outcome = $4 WHERE account_id = $1 AND route = $2 AND name = $3";
    tx.queue(sql, values![once.account, once.route, &once.name, kept])?;
    Ok(outcome)
}

/// What came of beginning a request that is not over with its story.
pub(crate) enum Begun<T, R> {
    /// It is under way, and `settle` or `forget` ends it.
    Open,
    /// It was answered before, or is refused.
    Over(Result<T, R>),
}

/// Begins a request for an order that is decided later. Until then its key answers [`Failure::Open`].
pub(crate) fn begin<T, R>(
    tx: &mut Tx<'_>,
    once: Option<&Once>,
    now_ms: i64,
    (product, order): (Product, i64),
    story: impl FnOnce(&mut Tx<'_>) -> Result<(), Failure<R>>,
) -> Result<Begun<T, R>, Failure<R>>
where
    T: Serialize + DeserializeOwned,
    R: Refusal,
{
    let Some(once) = once else { return story(tx).map(|()| Begun::Open) };
    if !claim(tx, once, now_ms)? {
        return replay(tx, once).map(Begun::Over);
    }
    match tx.savepoint(story) {
        Ok(()) => {
            let sql = "UPDATE idempotency SET open_order = $4, open_product = $5
                 WHERE account_id = $1 AND route = $2 AND name = $3";
            tx.queue(sql, values![once.account, once.route, &once.name, order, product])?;
            Ok(Begun::Open)
        }
        Err(Failure::Refused(refusal)) if !refusal.is_not_now() => {
            let outcome: Result<T, R> = Err(refusal);
            let kept = serde_json::to_string(&outcome).map_err(|_| DbError::Damaged("an outcome cannot be kept"))?;
            let sql = "UPDATE idempotency SET outcome = $4 WHERE account_id = $1 AND route = $2 AND name = $3";
            tx.queue(sql, values![once.account, once.route, &once.name, kept])?;
            Ok(Begun::Over(outcome))
        }
        Err(failure) => Err(failure),
    }
}

/// What was answered under a key, if anything was: for a verb that must ask others before it may claim the key.
pub(crate) fn peek<T: DeserializeOwned, R: Refusal>(
    tx: &mut Tx<'_>,
    once: Option<&Once>,
    now_ms: i64,
) -> Result<Option<Result<T, R>>, Failure<R>> {
    let Some(once) = once else { return Ok(None) };
    let sql = "SELECT 1 FROM idempotency WHERE account_id = $1 AND route = $2 AND name = $3 AND at_ms > $4";
    let is_known = tx.one(sql, values![once.account, once.route, &once.name, now_ms - REMEMBERED_MS])?.is_some();
    if is_known { replay(tx, once).map(Some) } else { Ok(None) }
}

/// The key of a request that is not decided yet, as the order that it began keeps it.
pub(crate) struct OpenKey<'a> {
    pub(crate) account: i64,
    pub(crate) route: &'a str,
    pub(crate) name: &'a str,
}

/// Locks the key of an open request: keys are locked before accounts.
pub(crate) fn lock_open(tx: &mut Tx<'_>, key: &OpenKey<'_>) -> Result<(), DbError> {
    let sql = "SELECT 1 FROM idempotency WHERE account_id = $1 AND route = $2 AND name = $3 {for_update}";
    tx.one(sql, values![key.account, key.route, key.name]).map(drop)
}

/// Answers an open request; its answer is remembered for a day from now on.
pub(crate) fn settle(tx: &mut Tx<'_>, key: &OpenKey<'_>, outcome: &str, now_ms: i64) -> Result<(), DbError> {
    let sql = "UPDATE idempotency SET outcome = $4, open_order = NULL, open_product = NULL, at_ms = $5
         WHERE account_id = $1 AND route = $2 AND name = $3 AND open_order IS NOT NULL";
    tx.queue(sql, values![key.account, key.route, key.name, outcome, now_ms])
}

/// Forgets an open request that came to nothing by our fault, so that it may be made again.
pub(crate) fn forget(tx: &mut Tx<'_>, key: &OpenKey<'_>) -> Result<(), DbError> {
    let sql = "DELETE FROM idempotency WHERE account_id = $1 AND route = $2 AND name = $3 AND open_order IS NOT NULL";
    tx.queue(sql, values![key.account, key.route, key.name])
}

/// Takes the key, or a key that was forgotten, for this request. A rival on PostgreSQL waits here for the other's end.
fn claim(tx: &mut Tx<'_>, once: &Once, now_ms: i64) -> Result<bool, DbError> {
    let sql = "INSERT INTO idempotency (account_id, route, name, body_hash, at_ms)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, route, name)
         DO UPDATE SET body_hash = $4, at_ms = $5, outcome = NULL
         WHERE idempotency.at_ms <= $6 AND idempotency.open_order IS NULL
         RETURNING 1";
    let values =
        values![once.account, once.route, &once.name, once.body_hash.as_slice(), now_ms, now_ms - REMEMBERED_MS];
    Ok(tx.one(sql, values)?.is_some())
}

fn replay<T: DeserializeOwned, R: Refusal>(tx: &mut Tx<'_>, once: &Once) -> Result<Result<T, R>, Failure<R>> {
    let sql = "SELECT body_hash, outcome, open_order, open_product
         FROM idempotency
         WHERE account_id = $1 AND route = $2 AND name = $3";
    let row = tx.one(sql, values![once.account, once.route, &once.name])?;
    let row = row.ok_or(DbError::Conflict)?;
    if row.blob(0) != once.body_hash {
        return Err(Failure::KeyReused);
    }
    if let Some(order) = row.opt_int(2) {
        return Err(Failure::Open { product: row.product(3)?, order });
    }
    let kept = row.opt_text(1).ok_or(DbError::Damaged("a remembered request has no outcome"))?;
    Ok(serde_json::from_str(kept).map_err(|_| DbError::Damaged("a remembered outcome is unreadable"))?)
}

/// Forgets answers that are older than a day; tells how many.
///
/// # Errors
/// What the database said.
pub async fn forget_old(app: &App) -> Result<u64, DbError> {
    let before = app.now_ms() - REMEMBERED_MS;
    app.db
        .write(Lane::Work, move |tx| {
            let sql = "DELETE FROM idempotency
                 WHERE (account_id, route, name) IN
                   (SELECT account_id, route, name
                    FROM idempotency
                    WHERE at_ms <= $1 AND open_order IS NULL
                    ORDER BY at_ms
                    LIMIT $2)";
            tx.run(sql, values![before, FORGET_MAX])
        })
        .await
}

/// Remembered requests of some accounts that have no outcome, which none has once it is committed (I4), unless the order
/// that it began is not decided yet.
pub(crate) fn check(tx: &mut Tx<'_>, after: i64, last: i64) -> Result<Vec<Finding>, DbError> {
    let sql = "SELECT account_id, route
         FROM idempotency
         WHERE account_id > $1 AND account_id <= $2 AND outcome IS NULL AND open_order IS NULL
         LIMIT $3";
    let rows = tx.all(sql, values![after, last, FORGET_MAX])?;
    let what = "a request is remembered without what it was answered";
    let finding = |row: &Row| Finding::new("I4", what, format!("account {} route {}", row.int(0), row.text(1)));
    Ok(rows.iter().map(finding).collect())
}

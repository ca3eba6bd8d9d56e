//! What our balance at a house tells of what is in doubt there: what is missing since nothing was.

use super::look::{At, within};
use super::wallet::{self, Open};
use crate::App;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::values;

/// What a house has not shown so long after we stopped waiting did not happen: it may be late itself.
pub(super) const SURE_MS: i64 = MINUTE_MS;

/// What is missing from an account, besides all that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Nothing: none of what is in doubt was bought.
    Nothing,
    /// As much as all of it costs.
    All,
    /// Something else: a person must find out.
    Unclear,
}

/// A rule: what the amount that is missing says of what is in doubt and costs so much.
fn missing(amount: Usd, costs: &[Usd]) -> Missing {
    let all = costs.iter().try_fold(Usd::ZERO, |sum, cost| sum.checked_add(*cost));
    match all {
        _ if amount == Usd::ZERO => Missing::Nothing,
        Some(all) if amount == all => Missing::All,
        Some(_) | None => Missing::Unclear,
    }
}

/// Asks a house for our balance because something is in doubt there; `None` where it does not answer. What is too fresh
/// to tell, or was never measured, is unclear.
pub(super) async fn ask(app: &App, (house, wire): At<'_>) -> Result<Option<Missing>, DbError> {
    let source = wire.source;
    let asked_ms = app.now_ms();
    let balance = match within(house.balance(&wire.settings)).await {
        Ok(Some(balance)) => balance,
        // It is paid by bill, so nothing tells by it.
        Ok(None) => return Ok(Some(Missing::Unclear)),
        Err(_) => return Ok(None),
    };
    let known = known(app, source, asked_ms).await?;
    let Known { base: Some((base, base_ms)), moved: Some(moved), open, is_moving: false } = known else {
        return Ok(Some(Missing::Unclear));
    };
    let now = app.now_ms();
    // What was measured after a doubt began says nothing of it. What is being asked for just now may be in it or not.
    let is_sure =
        open.iter().all(|one| one.created_ms >= base_ms && (one.is_asking || now >= one.deadline_ms + SURE_MS));
    let amount = base.checked_sub(balance).and_then(|gone| gone.checked_sub(moved)).filter(|_| is_sure);
    let costs: Vec<Usd> = open.iter().map(|one| one.asked).collect();
    Ok(Some(amount.map_or(Missing::Unclear, |amount| missing(amount, &costs))))
}

/// What our own books say of an account at a house.
struct Known {
    /// What was left when nothing was open last, and when that was.
    base: Option<(Usd, i64)>,
    moved: Option<Usd>,
    /// Whether something may or may not be in its answer: what was written down while it was asked, and the price of what
    /// it was to take back and did not answer to.
    is_moving: bool,
    open: Vec<Open>,
}

async fn known(app: &App, source: i64, asked_ms: i64) -> Result<Known, DbError> {
    let read = move |tx: &mut Tx<'_>| {
        let base = wallet::find(tx, source)?.and_then(|wallet| wallet.base);
        let moved = match base {
            Some((_, base_ms)) => wallet::moved(tx, source, base_ms)?,
            None => None,
        };
        let is_moving = wallet::has_moved(tx, source, asked_ms)? || is_returning(tx, source)?;
        Ok::<_, DbError>(Known { base, moved, is_moving, open: wallet::open(tx, source)? })
    };
    app.db.read(read).await
}

fn is_returning(tx: &mut Tx<'_>, source: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM purchase WHERE source_id = $1 AND state = 'rejecting' AND faults > 0 LIMIT 1";
    Ok(tx.one(sql, values![source])?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Usd = Usd::from_cents(30);

    #[test]
    fn what_is_missing_tells_what_was_bought() {
        assert_eq!(missing(Usd::ZERO, &[COST]), Missing::Nothing);
        assert_eq!(missing(COST, &[COST]), Missing::All);
        assert_eq!(missing(Usd::from_cents(60), &[COST, COST]), Missing::All);
        assert_eq!(missing(COST, &[COST, COST]), Missing::Unclear);
        assert_eq!(missing(Usd::from_cents(31), &[COST]), Missing::Unclear);
        assert_eq!(missing(COST.negated(), &[COST]), Missing::Unclear);
    }
}

//! Finding out what was bought where a house did not answer: by its list of what is ours, or by what is missing from our
//! account there. Nothing is asked for again.

use super::conclude::{self, Found, Made, make};
use super::look::{At, within};
use super::missing::{self, Missing, SURE_MS};
use super::renewal;
use super::rows::{self, Purchase};
use crate::App;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Lane, Tx};
use crate::supply::{Bought, List, Standing};
use crate::values;

/// Between two looks at what is in doubt.
pub(super) const LOOK_MS: i64 = 20 * SECOND_MS;
/// Looks that must say so.
pub(super) const LOOKS_MIN: i64 = 2;
/// How far the clocks of two houses may be apart.
const SKEW_MS: i64 = 2 * MINUTE_MS;
/// Why something is in doubt that nobody wrote an answer to.
const STALLED: &str = "its answer was never written down";
/// Purchases found stalled in one round.
const STALLED_MAX: i64 = 500;
/// How long after its order's end something that was paid for and never shown is given up.
const LOST_MS: i64 = 10 * MINUTE_MS;

/// Marks as in doubt what nobody wrote an answer to, because its process ended; tells how many.
///
/// # Errors
/// What the database said.
pub async fn find_stalled(app: &App) -> Result<usize, DbError> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let sql = "SELECT id FROM purchase WHERE state = 'asking' AND deadline_ms <= $1 ORDER BY id LIMIT $2";
        let stalled = tx.all(sql, values![now, STALLED_MAX])?;
        for row in &stalled {
            rows::doubt(tx, row.int(0), STALLED, now)?;
        }
        Ok::<_, DbError>(stalled.len() + renewal::find_stalled(tx, STALLED, now)?)
    };
    app.db.write(Lane::Work, story).await
}

/// Looks at what is in doubt at one house.
pub(super) async fn find_out(app: &App, at: At<'_>, mut doubts: Vec<Purchase>) -> Result<(), DbError> {
    doubts.sort_by_key(|doubt| doubt.id);
    let (house, wire) = at;
    if !house.leaves_doubt() {
        for doubt in &doubts {
            let reason = "not_bought: nothing is owed for what was never finished";
            conclude::not_bought(app, (doubt.id, doubt.order), reason).await?;
        }
        return Ok(());
    }
    match within(house.standing(&wire.settings)).await {
        Ok(Some(list)) => {
            let left = by_list(app, &wire.slug, doubts, list).await?;
            if left.is_empty() { Ok(()) } else { by_balance(app, at, left).await }
        }
        Ok(None) => by_balance(app, at, doubts).await,
        Err(_) => put_off(app, &doubts, false).await,
    }
}

/// What a list may tell of: what no purchase knows yet, and the purchases that are being asked for just now.
async fn unknown(app: &App, source: i64, list: Vec<Standing>) -> Result<(Vec<Standing>, Vec<Purchase>), DbError> {
    let ids: Vec<String> = list.iter().map(|one| one.bought.id.clone()).collect();
    // After the list came, and on one snapshot: what it told of is by now known, being asked for, or in doubt.
    let read = move |tx: &mut Tx<'_>| {
        let mut known = Vec::with_capacity(ids.len());
        for id in &ids {
            known.push(rows::is_known(tx, source, id, 0)?);
        }
        Ok::<_, DbError>((known, rows::asking(tx, source)?))
    };
    let (known, asking) = app.db.read(read).await?;
    Ok((list.into_iter().zip(known).filter(|(_, is_known)| !is_known).map(|(one, _)| one).collect(), asking))
}

/// Settles what a list tells; gives back what may be missing in it only because it is not whole.
async fn by_list(app: &App, slug: &str, doubts: Vec<Purchase>, list: List) -> Result<Vec<Purchase>, DbError> {
    let Some(source) = doubts.first().map(|doubt| doubt.source) else { return Ok(doubts) };
    let (mut left, asking) = unknown(app, source, list.all).await?;
    let (mut untold, now) = (Vec::new(), app.now_ms());
    for doubt in doubts {
        match place_of(&doubt, &left, &asking) {
            Place::At(place) => {
                let bought = left.swap_remove(place).bought;
                found(app, &doubt, slug, bought).await?;
            }
            Place::Nowhere if !list.is_whole => untold.push(doubt),
            Place::Nowhere if doubt.faults + 1 >= LOOKS_MIN && now >= doubt.deadline_ms + SURE_MS => {
                conclude::not_bought(app, (doubt.id, doubt.order), "not_bought: it is not in its house's list").await?;
            }
            Place::Nowhere | Place::Open => put_off(app, std::slice::from_ref(&doubt), true).await?,
        }
    }
    Ok(untold)
}

/// Where a purchase in doubt stands in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    At(usize),
    /// What fits may as well be another purchase's that is being asked for just now.
    Open,
    Nowhere,
}

/// A rule: by our name of it, else the first that fits. Those that fit alike are alike: all are ours.
fn place_of(doubt: &Purchase, list: &[Standing], asking: &[Purchase]) -> Place {
    let reference = doubt.reference();
    if let Some(place) = list.iter().position(|one| one.reference.as_ref() == Some(&reference)) {
        return Place::At(place);
    }
    let is_others = |one: &Standing| asking.iter().any(|other| fits(one, other));
    match list.iter().position(|one| fits(one, doubt) && !is_others(one)) {
        Some(place) => Place::At(place),
        None if list.iter().any(|one| fits(one, doubt)) => Place::Open,
        None => Place::Nowhere,
    }
}

/// Whether something without our name may be what a purchase bought.
pub(super) fn fits(one: &Standing, purchase: &Purchase) -> bool {
    let span = purchase.created_ms - SKEW_MS..=purchase.deadline_ms + SKEW_MS;
    one.reference.is_none()
        && one.code.as_ref().is_none_or(|code| *code == purchase.code)
        && one.bought_ms.is_none_or(|at_ms| span.contains(&at_ms))
}

/// A purchase in doubt was made: it serves its order if that still waits, else it is given back.
pub(super) async fn found(app: &App, doubt: &Purchase, supplier: &str, bought: Bought) -> Result<(), DbError> {
    let (purchase, order, supplier) = (doubt.id, doubt.order, supplier.to_owned());
    match make(app, Found { purchase, order, bought, supplier }).await? {
        Made::Made(_) => Ok(()),
        Made::Unfit => conclude_search(app, order).await,
    }
}

async fn conclude_search(app: &App, order: i64) -> Result<(), DbError> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let sourcing = conclude::lock(tx, order)?;
        conclude::conclude(tx, &sourcing, now)?;
        Ok::<_, DbError>(sourcing.account)
    };
    let account = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(())
}

/// Looks again later; one that answered counts.
async fn put_off(app: &App, doubts: &[Purchase], has_answered: bool) -> Result<(), DbError> {
    let (next_ms, doubts) = (app.now_ms() + LOOK_MS, doubts.to_vec());
    let story = move |tx: &mut Tx<'_>| {
        for doubt in &doubts {
            rows::look_at(tx, doubt.id, (next_ms, doubt.faults + i64::from(has_answered)))?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(Lane::Work, story).await
}

async fn by_balance(app: &App, at: At<'_>, doubts: Vec<Purchase>) -> Result<(), DbError> {
    let Some(missing) = missing::ask(app, at).await? else { return put_off(app, &doubts, false).await };
    let is_ripe = doubts.iter().all(|doubt| doubt.faults + 1 >= LOOKS_MIN);
    match missing {
        Missing::Nothing if is_ripe => {
            for doubt in &doubts {
                let reason = "not_bought: nothing is missing from our account there";
                conclude::not_bought(app, (doubt.id, doubt.order), reason).await?;
            }
            Ok(())
        }
        Missing::All if is_ripe => paid_and_unknown(app, &doubts).await,
        // A callback may tell, else a person must.
        Missing::Nothing | Missing::All | Missing::Unclear => put_off(app, &doubts, true).await,
    }
}

/// They are paid for, and their house has told no id yet. Its callback may; once the order is over, the loss is ours.
async fn paid_and_unknown(app: &App, doubts: &[Purchase]) -> Result<(), DbError> {
    let now = app.now_ms();
    let mut waiting = Vec::new();
    for doubt in doubts {
        let (id, order, charged) = (doubt.id, doubt.order, doubt.asked);
        let story = move |tx: &mut Tx<'_>| {
            let sourcing = conclude::lock(tx, order)?;
            if sourcing.end_ms + LOST_MS > now {
                return Ok(None);
            }
            rows::lose(tx, id, charged, "paid for, and its house never told what it is", now)?;
            conclude::conclude(tx, &sourcing, now)?;
            Ok::<_, DbError>(Some(sourcing.account))
        };
        match app.db.write(Lane::Work, story).await? {
            Some(account) => app.notices.tell(account),
            None => waiting.push(doubt.clone()),
        }
    }
    put_off(app, &waiting, true).await
}

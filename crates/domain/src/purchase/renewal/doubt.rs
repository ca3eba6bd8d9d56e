//! Finding out whether a number runs on where its house did not answer: by the end in the house's list of what is ours,
//! or by what is missing from our account there. Nothing is asked for again.

use std::collections::HashMap;

use super::super::doubt::{LOOK_MS, LOOKS_MIN};
use super::super::look::{At, within};
use super::super::missing::{self, Missing, SURE_MS};
use super::rows::{self, Renewal};
use super::settle::{Verdict, settle};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::supply::Standing;
use crate::values;

/// Renewals found stalled in one round.
const STALLED_MAX: i64 = 500;

/// Marks as in doubt what nobody wrote an answer to, because its process ended; tells how many.
pub(in super::super) fn find_stalled(tx: &mut Tx<'_>, reason: &str, now_ms: i64) -> Result<usize, DbError> {
    let sql = "SELECT id FROM renewal WHERE state = 'asking' AND deadline_ms <= $1 ORDER BY id LIMIT $2";
    let stalled = tx.all(sql, values![now_ms, STALLED_MAX])?;
    for row in &stalled {
        rows::doubt(tx, row.int(0), reason, now_ms)?;
    }
    Ok(stalled.len())
}

/// Looks at the renewals that are in doubt at one house.
pub(in super::super) async fn find_out(app: &App, at: At<'_>, doubts: Vec<Renewal>) -> Result<(), DbError> {
    let (house, wire) = at;
    let left = match within(house.standing(&wire.settings)).await {
        Ok(Some(list)) => by_list(app, doubts, &list.all).await?,
        Ok(None) => doubts,
        Err(_) => return put_off(app, &doubts, false).await,
    };
    if left.is_empty() { Ok(()) } else { by_balance(app, at, &left).await }
}

/// Settles what a list tells the end of; gives back the others.
async fn by_list(app: &App, doubts: Vec<Renewal>, list: &[Standing]) -> Result<Vec<Renewal>, DbError> {
    let now = app.now_ms();
    let told = list.iter().filter_map(|one| Some((one.bought.id.as_str(), one.bought.end?.ms(now))));
    let ends: HashMap<&str, i64> = told.collect();
    let mut left = Vec::new();
    for doubt in doubts {
        let end_ms = doubt.their_id.as_deref().and_then(|id| ends.get(id)).copied();
        match end_ms {
            None => left.push(doubt),
            Some(end_ms) if doubt.is_reached_by(end_ms) => {
                let verdict = Verdict::Renewed { charged: None, their_end_ms: Some(end_ms) };
                settle(app, doubt.id, verdict).await?;
            }
            Some(_) if doubt.faults + 1 >= LOOKS_MIN && now >= doubt.deadline_ms + SURE_MS => {
                let reason = "not_renewed: its house's list has the end before".to_owned();
                settle(app, doubt.id, Verdict::Trouble(reason)).await?;
            }
            Some(_) => put_off(app, std::slice::from_ref(&doubt), true).await?,
        }
    }
    Ok(left)
}

async fn by_balance(app: &App, at: At<'_>, doubts: &[Renewal]) -> Result<(), DbError> {
    let Some(missing) = missing::ask(app, at).await? else { return put_off(app, doubts, false).await };
    let is_ripe = doubts.iter().all(|doubt| doubt.faults + 1 >= LOOKS_MIN);
    let verdict = match missing {
        Missing::Nothing if is_ripe => {
            Verdict::Trouble("not_renewed: nothing is missing from our account there".to_owned())
        }
        Missing::All if is_ripe => Verdict::Renewed { charged: None, their_end_ms: None },
        Missing::Nothing | Missing::All | Missing::Unclear => return put_off(app, doubts, true).await,
    };
    for doubt in doubts {
        settle(app, doubt.id, verdict.clone()).await?;
    }
    Ok(())
}

/// Looks again later; one that was answered counts.
async fn put_off(app: &App, doubts: &[Renewal], has_answered: bool) -> Result<(), DbError> {
    let next_ms = app.now_ms() + LOOK_MS;
    let looks: Vec<(i64, i64)> =
        doubts.iter().map(|doubt| (doubt.id, doubt.faults + i64::from(has_answered))).collect();
    let story = move |tx: &mut Tx<'_>| {
        for (id, faults) in &looks {
            rows::look_at(tx, *id, (next_ms, *faults))?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(Lane::Work, story).await
}

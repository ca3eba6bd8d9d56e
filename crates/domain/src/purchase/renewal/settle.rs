//! Writing down what became of a renewal: the term runs and is paid, or its price comes back, or it is in doubt.

use super::super::buy::tell;
use super::super::list::{SettleRefusal, Verdict as ByHand};
use super::super::{State, rows as purchases};
use super::ask::{Asked, Term};
use super::rows::{self, Renewal};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Tx};
use crate::ledger::{self, Move, Transfer};
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::rental;
use crate::request;
use crate::supply::Window;

/// What is known of a renewal.
#[derive(Clone)]
pub(super) enum Verdict {
    /// Its house let the number run on.
    Renewed {
        /// What it cost, where that was told.
        charged: Option<Usd>,
        /// The new end, where that was told.
        their_end_ms: Option<i64>,
    },
    /// Its house says no, for this reason.
    Refused(String),
    /// Our account there is empty.
    NoMoney,
    /// Certainly nothing was renewed, for a reason that is not its customer's.
    Trouble(String),
    /// It may have been renewed.
    Doubt(String),
    /// It was paid for and is of no use.
    Lost(String),
}

impl Renewal {
    fn term(&self) -> Term {
        Term {
            account: self.account,
            order: (self.product, self.order),
            price: self.price,
            hold: self.hold,
            from_ms: self.from_ms,
            until_ms: self.until_ms,
            is_auto: self.is_auto,
        }
    }
}

/// Locks what a renewal's story changes: its key, its account, its row.
fn lock(tx: &mut Tx<'_>, id: i64) -> Result<Renewal, DbError> {
    let known = rows::find(tx, id)?.ok_or(DbError::Damaged("a renewal is missing"))?;
    if let Some(key) = known.open_key() {
        request::lock_open(tx, &key)?;
    }
    account::lock(tx, known.account)?;
    rows::locked(tx, id)
}

/// Writes down what is known of a renewal, if nobody did before.
pub(super) async fn settle(app: &App, id: i64, verdict: Verdict) -> Result<Asked, DbError> {
    let known = app.db.read(move |tx: &mut Tx<'_>| rows::find(tx, id)).await?;
    let account = known.ok_or(DbError::Damaged("a renewal is missing"))?.account;
    let (house, now) = (app.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let renewal = lock(tx, id)?;
        if renewal.is_open() { settle_in(tx, &house, &renewal, &verdict, now) } else { Ok(Asked::Open) }
    };
    let asked = tell(app, account, story).await?;
    app.notices.tell(account);
    Ok(asked)
}

/// The story of it; the renewal must be open, and locked with its key and account.
fn settle_in(tx: &mut Tx<'_>, app: &App, renewal: &Renewal, verdict: &Verdict, now_ms: i64) -> Result<Asked, DbError> {
    let id = renewal.id;
    match verdict {
        Verdict::Renewed { their_end_ms: Some(end_ms), .. } if !renewal.is_reached_by(*end_ms) => {
            rows::doubt(tx, id, "it says that it renewed, and tells an end that is not later", now_ms)?;
            Ok(Asked::Open)
        }
        Verdict::Renewed { charged, their_end_ms } => {
            renewed(tx, app, renewal, (charged.unwrap_or(renewal.asked), *their_end_ms), now_ms)
        }
        Verdict::Refused(reason) => {
            rows::refuse(tx, id, (reason, true), now_ms)?;
            let kept = not_renewed(tx, app, renewal, now_ms)?;
            if let Some(key) = renewal.open_key() {
                request::settle(tx, &key, &kept, now_ms)?;
            }
            Ok(Asked::Over(kept))
        }
        Verdict::NoMoney => {
            rows::refuse(tx, id, ("wallet_empty", false), now_ms)?;
            to_nothing(tx, app, renewal, now_ms)
        }
        Verdict::Trouble(reason) => {
            rows::refuse(tx, id, (reason, false), now_ms)?;
            to_nothing(tx, app, renewal, now_ms)
        }
        Verdict::Doubt(reason) => {
            rows::doubt(tx, id, reason, now_ms)?;
            Ok(Asked::Open)
        }
        Verdict::Lost(reason) => {
            rows::done(tx, id, (renewal.asked, false), reason, now_ms)?;
            to_nothing(tx, app, renewal, now_ms)
        }
    }
}

/// The number runs on at its house; its rental does as well, unless it is over by now: nobody is surprised by a term.
fn renewed(
    tx: &mut Tx<'_>,
    app: &App,
    renewal: &Renewal,
    (charged, their_end_ms): (Usd, Option<i64>),
    now_ms: i64,
) -> Result<Asked, DbError> {
    let purchase = purchases::find(tx, renewal.purchase)?.filter(|purchase| purchase.state == State::Bought);
    let end_ms = their_end_ms.map_or(renewal.until_ms, |theirs| renewal.until_ms.min(theirs));
    let kept = match &purchase {
        Some(_) => rental::run_on(tx, app, &renewal.term(), end_ms, now_ms)?,
        None => None,
    };
    let (Some(purchase), Some(kept)) = (purchase, kept) else {
        rows::done(tx, renewal.id, (charged, false), "it was renewed, and its rental is over", now_ms)?;
        return to_nothing(tx, app, renewal, now_ms);
    };
    rows::done(tx, renewal.id, (charged, true), "", now_ms)?;
    if let (Window::Whole { .. }, Some(_)) = (purchase.window, purchase.open_until_ms) {
        purchases::set_open(tx, purchase.id, their_end_ms)?;
    }
    if let Some(key) = renewal.open_key() {
        request::settle(tx, &key, &kept, now_ms)?;
    }
    Ok(Asked::Over(kept))
}

/// The price comes back, and the same request may be made again.
fn to_nothing(tx: &mut Tx<'_>, app: &App, renewal: &Renewal, now_ms: i64) -> Result<Asked, DbError> {
    not_renewed(tx, app, renewal, now_ms)?;
    if let Some(key) = renewal.open_key() {
        request::forget(tx, &key)?;
    }
    Ok(Asked::Upstream)
}

fn not_renewed(tx: &mut Tx<'_>, app: &App, renewal: &Renewal, now_ms: i64) -> Result<String, DbError> {
    let release = Transfer {
        account: renewal.account,
        kind: Move::Release,
        amount: renewal.price,
        order: Some((renewal.product, renewal.order)),
        resolves: Some(renewal.hold),
        reference: None,
        reason: None,
        event: None,
        message: None,
        at_ms: now_ms,
    };
    ledger::post_due(tx, &release)?;
    rental::is_not_renewed(tx, app, &renewal.term(), now_ms)
}

/// Settles a renewal that is in doubt by what a person found out; the audit log has who and why.
pub(in super::super) async fn settle_by_hand(
    app: &App,
    id: i64,
    verdict: ByHand,
    reason: &Reason,
    permit: &Permit<Run>,
) -> Result<State, SettleRefusal> {
    let known = app.db.read(move |tx: &mut Tx<'_>| rows::find(tx, id)).await?.ok_or(SettleRefusal::NoPurchase)?;
    let (reason, by) = (reason.text().to_owned(), permit.who.clone());
    let why = format!("settled by {by}: {reason}");
    let verdict = match verdict {
        ByHand::NotBought => Verdict::Trouble(format!("not_renewed: {why}")),
        ByHand::Renewed => Verdict::Renewed { charged: None, their_end_ms: None },
        ByHand::Lost => Verdict::Lost(why),
        ByHand::Bought { .. } => return Err(SettleRefusal::IsRenewal),
    };
    let (house, now) = (app.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let renewal = lock(tx, id)?;
        if renewal.state != State::InDoubt {
            return Err(SettleRefusal::Settled(renewal.state.word()));
        }
        settle_in(tx, &house, &renewal, &verdict, now)?;
        let after = rows::locked(tx, id)?.state;
        let subject = format!("renewal {id}");
        let (before, after_word) = (Some(renewal.state.word()), Some(after.word()));
        let deed =
            Deed { who: &by, deed: "purchase.settle", subject: &subject, reason: &reason, before, after: after_word };
        audit::write(tx, now, &deed)?;
        Ok(after)
    };
    let state = app.db.write(Lane::Work, story).await?;
    app.notices.tell(known.account);
    Ok(state)
}

//! Asking a house to let a number run on: once for a wish, between the story that sets its price aside and the one that
//! writes down what was answered.

use std::time::Duration;

use tokio::time::timeout;

use super::super::cancel::serving;
use super::super::houses::{Way, ways};
use super::super::{State, wallet};
use super::rows::{self, NewRenewal};
use super::settle::{Verdict, settle};
use crate::App;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::product::Product;
use crate::request::Once;
use crate::supply::{Fault, Renewed, Trouble};

/// How much longer than the answer is waited for until a renewal that nobody wrote an answer to is in doubt.
const STALLED_MS: i64 = 5 * SECOND_MS;
/// How old the price in a house's list may be at which a term is bought.
const PRICED_MS: i64 = 30 * MINUTE_MS;
/// How often a request that waits for another's decision looks, and how often in all.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 160;

/// A rented number whose house may be asked for another term just now.
#[derive(Clone)]
pub(crate) struct Renewable {
    /// The id of the renewal that may come of it.
    id: i64,
    purchase: i64,
    their_id: String,
    way: Way,
    deadline_ms: i64,
}

impl Renewable {
    /// What a term costs the house, by the list of the other one.
    pub(crate) fn cost(&self) -> Usd {
        self.way.cost
    }
}

/// A term that a customer wishes and pays for.
#[derive(Clone, Copy)]
pub(crate) struct Term {
    pub(crate) account: i64,
    pub(crate) order: (Product, i64),
    pub(crate) price: Usd,
    /// The hold of its price, by its transfer.
    pub(crate) hold: i64,
    /// The end that is paid for already.
    pub(crate) from_ms: i64,
    /// The end that it is to bring.
    pub(crate) until_ms: i64,
    /// Whether the house wishes it by itself, as its customer switched on.
    pub(crate) is_auto: bool,
}

/// What a house said, once it is written down.
pub(crate) enum Asked {
    /// It is decided; what the verb answers, as it is kept.
    Over(String),
    /// The house could not, for no fault of its customer.
    Upstream,
    /// It is in doubt.
    Open,
}

/// Whether the house that sold what a rental runs on can be asked for another term: it serves the rental, is not being
/// given back, and its list names the price of it.
pub(crate) async fn renewable(app: &App, order: i64) -> Result<Option<Renewable>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(None) };
    let Some(purchase) = serving(app, order).await?.filter(|purchase| purchase.state == State::Bought) else {
        return Ok(None);
    };
    let Some(their_id) = purchase.their_id.clone() else { return Ok(None) };
    let now = app.now_ms();
    let is_it = |way: &Way| {
        let is_priced = way.priced_ms.is_some_and(|priced_ms| now < priced_ms.saturating_add(PRICED_MS));
        way.source == purchase.source && way.code == purchase.code && is_priced
    };
    let way = ways(app, purchase.service, purchase.product).await?.into_iter().find(is_it);
    let Some(way) = way else { return Ok(None) };
    let patience_ms = i64::try_from(houses.patience.as_millis()).unwrap_or(0);
    let id = app.ids.purchase(&app.db).await?;
    Ok(Some(Renewable { id, purchase: purchase.id, their_id, way, deadline_ms: now + patience_ms + STALLED_MS }))
}

/// Writes down that a house is about to be asked for a term. The account and the rental must be locked, and none other be
/// under way for it.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    renewable: &Renewable,
    term: &Term,
    once: Option<&Once>,
    now_ms: i64,
) -> Result<(), DbError> {
    let new = NewRenewal {
        id: renewable.id,
        purchase: renewable.purchase,
        order: term.order.1,
        account: term.account,
        source: renewable.way.source,
        product: term.order.0,
        price: term.price,
        hold: term.hold,
        asked: renewable.way.cost,
        is_auto: term.is_auto,
        from_ms: term.from_ms,
        until_ms: term.until_ms,
        once,
        now_ms,
        deadline_ms: renewable.deadline_ms,
    };
    rows::insert(tx, &new)
}

/// Whether a term of a rental is being asked for or in doubt.
pub(crate) fn is_under_way(tx: &mut Tx<'_>, order: i64) -> Result<bool, DbError> {
    Ok(rows::under_way(tx, order)?.is_some())
}

/// Whether the house asked for the term from a time on by itself, so that it does not do so again.
pub(crate) fn was_heard(tx: &mut Tx<'_>, order: i64, from_ms: i64) -> Result<bool, DbError> {
    rows::was_heard(tx, order, from_ms)
}

/// Waits while a house is being asked for a term of a rental; whether that is decided.
pub(crate) async fn wait(app: &App, order: i64) -> Result<bool, DbError> {
    for _ in 0..LOOKS_MAX {
        let now = app.now_ms();
        match app.db.read(move |tx: &mut Tx<'_>| rows::under_way(tx, order)).await? {
            Some((State::Asking, deadline_ms)) if deadline_ms > now => tokio::time::sleep(LOOK_EVERY).await,
            other => return Ok(other.is_none()),
        }
    }
    Ok(false)
}

/// Asks a house for a term whose wish is written down, and writes down what it said. It is called once for a wish.
pub(crate) async fn renew(app: &App, renewable: &Renewable) -> Result<Asked, DbError> {
    let verdict = ask(app, renewable).await;
    let is_empty = matches!(verdict, Verdict::NoMoney);
    let asked = settle(app, renewable.id, verdict).await?;
    if is_empty {
        wallet::note_empty(app, renewable.way.source).await?;
    }
    Ok(asked)
}

async fn ask(app: &App, renewable: &Renewable) -> Verdict {
    let Renewable { way, their_id, .. } = renewable;
    let gone = || Verdict::Trouble("refused: its connector is gone".to_owned());
    let Some(houses) = app.houses.get() else { return gone() };
    let Some(house) = houses.registry.get(&way.connector).and_then(|connector| connector.house()) else {
        return gone();
    };
    let late = || Err(Fault::Unknown(Trouble::new("it did not answer in time")));
    let answer = timeout(houses.patience, house.renew(&way.settings, their_id)).await.unwrap_or_else(|_| late());
    let now = app.now_ms();
    match answer {
        Ok(Renewed::Until { end, price }) => {
            houses.did_well(way.source);
            Verdict::Renewed { charged: price, their_end_ms: end.map(|end| end.ms(now)) }
        }
        Ok(Renewed::WalletEmpty) => {
            houses.failed(way.source, now, None);
            Verdict::NoMoney
        }
        Ok(Renewed::NotPossible(trouble)) => {
            houses.did_well(way.source);
            Verdict::Refused(format!("refused: {}", trouble.says))
        }
        Err(Fault::NotDone(trouble)) => {
            houses.failed(way.source, now, trouble.retry_after_ms);
            Verdict::Trouble(format!("unreachable: {}", trouble.says))
        }
        Err(Fault::Unknown(trouble)) => {
            houses.failed(way.source, now, trouble.retry_after_ms);
            Verdict::Doubt(trouble.says)
        }
    }
}

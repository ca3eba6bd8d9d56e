//! Renewing a rental whose number is another house's: the price is set aside, that house is asked, and what it said
//! decides whether the term is paid.

use super::renew::{RenewRefusal, Renewed, earn, next_term, set_aside};
use super::{CANCELLABLE_MS, State, auto_renew, letters, rows};
use crate::App;
use crate::account::Caller;
use crate::catalog::{self, Catalog};
use crate::clock::SECOND_MS;
use crate::db::{DbError, Lane, Tx};
use crate::money::Usd;
use crate::number;
use crate::product::Product;
use crate::purchase::{self, Asked, Renewable, Term};
use crate::request::{self, Begun, Failure, Once};

/// A rental that ends so soon is not renewed any more: its house's answer may come when it is over.
const TOO_LATE_MS: i64 = 30 * SECOND_MS;

/// What is wished for a rental.
#[derive(Clone, Copy)]
struct Wish {
    caller: Caller,
    rental: (Product, i64),
    max_price: Option<Usd>,
    /// Whether the house wishes it by itself.
    is_auto: bool,
}

/// Renews for at most a price, if one is given.
pub(super) async fn renew(
    app: &App,
    caller: Caller,
    rental: (Product, i64),
    max_price: Option<Usd>,
    once: Option<Once>,
) -> Result<Renewed, Failure<RenewRefusal>> {
    let wish = Wish { caller, rental, max_price, is_auto: false };
    let begun = match begin(app, wish, once.clone()).await {
        // The same request, while the first is not decided, waits for it.
        Err(Failure::Open { .. }) if once.is_some() && purchase::wait(app, rental.1).await? => {
            begin(app, wish, once).await?
        }
        begun => begun?,
    };
    let renewable = match begun {
        (Begun::Over(answered), _) => return answered.map_err(Failure::Refused),
        (Begun::Open, renewable) => renewable,
    };
    ask(app, rental, renewable).await
}

/// Renews a rental that the house is to renew by itself, for at most a price. What comes of it once the other house was
/// asked is told by whoever writes it down.
pub(super) async fn renew_by_itself(
    app: &App,
    caller: Caller,
    rental: (Product, i64),
    most: Usd,
) -> Result<(), Failure<RenewRefusal>> {
    let wish = Wish { caller, rental, max_price: Some(most), is_auto: true };
    let (_, renewable) = begin(app, wish, None).await?;
    match ask(app, rental, renewable).await {
        Ok(_) | Err(Failure::Refused(_) | Failure::Upstream | Failure::Open { .. } | Failure::KeyReused) => Ok(()),
        Err(Failure::Db(error)) => Err(Failure::Db(error)),
    }
}

/// The first story: the key is open, the price set aside, the wish written down.
async fn begin(
    app: &App,
    wish: Wish,
    once: Option<Once>,
) -> Result<(Begun<Renewed, RenewRefusal>, Option<Renewable>), Failure<RenewRefusal>> {
    let (catalog, renewable) = (catalog::catalog(app).await?, purchase::renewable(app, wish.rental.1).await?);
    let (now, known) = (app.now_ms(), renewable.clone());
    let story = move |tx: &mut Tx<'_>| {
        request::begin(tx, once.as_ref(), now, wish.rental, |tx| {
            begin_in_story(tx, wish, &catalog, known.as_ref(), once.as_ref(), now)
        })
    };
    let begun = app.db.write(Lane::Account(wish.caller.account), story).await?;
    app.notices.tell(wish.caller.account);
    Ok((begun, renewable))
}

fn begin_in_story(
    tx: &mut Tx<'_>,
    wish: Wish,
    catalog: &Catalog,
    renewable: Option<&Renewable>,
    once: Option<&Once>,
    now_ms: i64,
) -> Result<(), Failure<RenewRefusal>> {
    let Wish { caller, rental: (product, id), max_price, is_auto } = wish;
    let (rental, next) = next_term(tx, caller, catalog, (product, id), max_price, now_ms)?;
    // Another node, or the customer, may have been here: then nothing is to be done by itself.
    if is_auto && (rental.auto_renew_max != max_price || !auto_renew::is_due(&rental, now_ms)) {
        return Err(Failure::Refused(RenewRefusal::NotFound));
    }
    if purchase::is_under_way(tx, id)? {
        return Err(Failure::Open { product, order: id });
    }
    let is_heard = is_auto && purchase::was_heard(tx, id, rental.end_ms)?;
    let renewable = renewable.filter(|renewable| renewable.cost() <= next.price && !is_heard);
    let Some(renewable) = renewable.filter(|_| rental.end_ms - now_ms > TOO_LATE_MS) else {
        return Err(Failure::Refused(RenewRefusal::NotRenewable));
    };
    if now_ms < rental.created_ms + CANCELLABLE_MS && number::messages_in(tx, id)? == 0 {
        return Err(Failure::Refused(RenewRefusal::NotYet));
    }
    let hold = set_aside(tx, caller, (product, id), next.price, now_ms)?;
    let term = Term {
        account: caller.account,
        order: (product, id),
        price: next.price,
        hold,
        from_ms: rental.end_ms,
        until_ms: next.end_ms,
        is_auto,
    };
    Ok(purchase::begin(tx, renewable, &term, once, now_ms)?)
}

/// Asks the house whose wish is written down.
async fn ask(
    app: &App,
    (product, order): (Product, i64),
    renewable: Option<Renewable>,
) -> Result<Renewed, Failure<RenewRefusal>> {
    let renewable = renewable.ok_or(DbError::Damaged("a wish without a house"))?;
    let app = app.clone();
    // Whoever asked may leave; what was begun is done to its end.
    let asked = tokio::spawn(async move { purchase::renew(&app, &renewable).await }).await;
    match asked {
        Ok(Ok(Asked::Over(kept))) => {
            let outcome: Result<Renewed, RenewRefusal> =
                serde_json::from_str(&kept).map_err(|_| DbError::Damaged("a remembered outcome is unreadable"))?;
            outcome.map_err(Failure::Refused)
        }
        Ok(Ok(Asked::Upstream)) => Err(Failure::Upstream),
        // What the database could not write down is found by the worker.
        Ok(Ok(Asked::Open) | Err(_)) | Err(_) => Err(Failure::Open { product, order }),
    }
}

/// Lets a rental run on for a term that its house sold, and earns the price; tells what the verb answers, as it is kept,
/// or nothing where the rental is over. Its account must be locked.
pub(crate) fn run_on(
    tx: &mut Tx<'_>,
    app: &App,
    term: &Term,
    end_ms: i64,
    now_ms: i64,
) -> Result<Option<String>, DbError> {
    let (product, id) = term.order;
    let rental = rows::locked(tx, id, product)?;
    // One that is past its end and not marked so yet was told to nobody as over.
    let runs = rental.is_some_and(|rental| rental.state == State::Active && rental.end_ms == term.from_ms);
    if !runs {
        return Ok(None);
    }
    earn(tx, term.account, term.order, (term.price, term.hold), now_ms)?;
    rows::renew(tx, id, term.price, end_ms)?;
    number::extend(tx, id, end_ms)?;
    let renewed = Renewed { price: term.price, end_ms };
    if term.is_auto {
        auto_renew::post(tx, app, term.account, |to| letters::renewed(to, term.order, &renewed))?;
    }
    as_kept(&Ok(renewed)).map(Some)
}

/// A rental was not renewed by its house: who had it renewed by itself is told. Tells what the verb answers, as it is
/// kept. Its account must be locked.
pub(crate) fn is_not_renewed(tx: &mut Tx<'_>, app: &App, term: &Term, now_ms: i64) -> Result<String, DbError> {
    if term.is_auto {
        auto_renew::not_renewed(tx, app, term.account, term.order, now_ms)?;
    }
    as_kept(&Err(RenewRefusal::NotRenewable))
}

fn as_kept(outcome: &Result<Renewed, RenewRefusal>) -> Result<String, DbError> {
    serde_json::to_string(outcome).map_err(|_| DbError::Damaged("an outcome cannot be kept"))
}

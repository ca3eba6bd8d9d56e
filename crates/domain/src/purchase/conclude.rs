//! How a search ends: the order is made on what was bought, or its price comes back.

use super::State;
use super::rows::{self, Sourcing};
use crate::App;
use crate::account;
use crate::catalog;
use crate::db::{DbError, Lane, Tx};
use crate::ledger::{self, Move, Transfer};
use crate::number::{self, Acquired, Leased, Pick};
use crate::order::{self, Making, SaleRefusal};
use crate::phone::Nanp;
use crate::product::Product;
use crate::request;
use crate::supply::{Bought, Window};
use crate::{rental, values};

/// Characters of what a house may call a purchase.
const ID_MAX: usize = 100;
/// How often a request that waits for another's decision looks, and how often in all.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(100);
const LOOKS_MAX: usize = 120;

/// How a search stands after a story.
pub(super) enum Concluded {
    /// The order is made; what its verb answers, as it is kept.
    Made(String),
    /// The price came back; the refusal as it is kept, or nothing where it is no lack of numbers.
    GivenUp(Option<String>),
    /// Something may have been bought.
    Open,
}

/// Something that was bought for an order.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) purchase: i64,
    pub(super) order: i64,
    pub(super) bought: Bought,
    /// The house's name.
    pub(super) supplier: String,
}

/// What became of something that was bought.
pub(super) enum Made {
    /// The order is made.
    Made(String),
    /// It cannot serve the order, and is given back.
    Unfit,
}

/// Locks what a search's story changes: its key, its account, its row.
pub(super) fn lock(tx: &mut Tx<'_>, order: i64) -> Result<Sourcing, DbError> {
    let known = rows::sourcing(tx, order)?.ok_or(DbError::Damaged("a purchase without its search"))?;
    if let Some(key) = known.open_key() {
        request::lock_open(tx, &key)?;
    }
    account::lock(tx, known.account)?;
    rows::sourcing_locked(tx, order)
}

/// Makes the order on what was bought, if it still waits for a number and may have this one.
pub(super) async fn make(app: &App, found: Found) -> Result<Made, DbError> {
    let slug = {
        let order = found.order;
        let sourcing = app.db.read(move |tx| rows::sourcing(tx, order)).await?;
        let sourcing = sourcing.ok_or(DbError::Damaged("a purchase without its search"))?;
        (sourcing.account, catalog::catalog(app).await?.slug(sourcing.service).to_owned())
    };
    let (account, slug) = slug;
    let (now, sealed_key) = (app.now_ms(), Leased::new_key(&app.vault, found.order));
    let story = move |tx: &mut Tx<'_>| make_in(tx, &found, (&slug, &sealed_key), now);
    let made = super::buy::tell(app, account, story).await?;
    app.notices.tell(account);
    Ok(made)
}

fn make_in(tx: &mut Tx<'_>, found: &Found, (slug, sealed_key): (&str, &[u8]), now_ms: i64) -> Result<Made, DbError> {
    let sourcing = lock(tx, found.order)?;
    let purchase = rows::locked(tx, found.purchase)?;
    let Found { bought, supplier, .. } = found;
    let charged = bought.price.unwrap_or(purchase.asked);
    let their_end_ms = bought.end.map(|end| end.ms(now_ms));
    let is_bad_id = bought.id.is_empty() || bought.id.chars().count() > ID_MAX;
    let is_known = rows::is_known(tx, purchase.source, &bought.id, purchase.id)?;
    if is_known && purchase.state == State::InDoubt {
        // It was found to be another's meanwhile; what this one bought is still to be found out.
        return Ok(Made::Unfit);
    }
    if is_bad_id || is_known {
        rows::lose(tx, purchase.id, charged, "its house told an id that is another purchase's, or none", now_ms)?;
        return Ok(Made::Unfit);
    }
    let number = bought.number.as_deref().and_then(|text| Nanp::parse(text).ok());
    let digits = number.map(Nanp::digits);
    let made = rows::Made {
        their_id: &bought.id,
        digits: digits.as_deref(),
        charged,
        open_until_ms: open_until_ms(purchase.window, their_end_ms, now_ms),
    };
    if !rows::bought(tx, purchase.id, &made, now_ms)? {
        // The worker settled it meanwhile.
        return Ok(Made::Unfit);
    }
    let Some(number) = number else {
        rows::reject(tx, purchase.id, "it came without a number of ours", now_ms)?;
        return Ok(Made::Unfit);
    };
    // A customer whose order is decided or over hears nothing of it any more.
    if !sourcing.is_open || sourcing.end_ms <= now_ms {
        rows::reject(tx, purchase.id, "it came when its order was over", now_ms)?;
        return Ok(Made::Unfit);
    }
    let acquired = Acquired { number, source: purchase.source, supplier, contract: &bought.id, cost: charged, now_ms };
    let taken = number::take_bought(tx, &pick(&sourcing, their_end_ms, sealed_key), &acquired)?;
    let Some(taken) = taken else {
        rows::reject(tx, purchase.id, "its number may not be sold for this", now_ms)?;
        return Ok(Made::Unfit);
    };
    let making = Making {
        order: sourcing.order,
        account: sourcing.account,
        service: sourcing.service,
        slug: slug.to_owned(),
        product: sourcing.product,
        price: sourcing.price,
        hold: sourcing.hold,
        created_ms: sourcing.created_ms,
        end_ms: end_ms(&sourcing, their_end_ms),
        number: taken.number,
        digits: taken.digits,
        now_ms,
    };
    let kept = match sourcing.product {
        Product::ShortTerm => order::make(tx, &making)?,
        Product::Rental1Day | Product::Rental30Day => rental::make(tx, &making)?,
    };
    rows::decide(tx, sourcing.order, "made", now_ms)?;
    rows::serve(tx, purchase.id, now_ms)?;
    if let Some(key) = sourcing.open_key() {
        request::settle(tx, &key, &kept, now_ms)?;
    }
    Ok(Made::Made(kept))
}

/// When an order on a bought number ends: a rental with the number, where its house ends it earlier.
fn end_ms(sourcing: &Sourcing, their_end_ms: Option<i64>) -> i64 {
    match (sourcing.product, their_end_ms) {
        (Product::Rental1Day | Product::Rental30Day, Some(theirs)) if theirs > sourcing.created_ms => {
            sourcing.end_ms.min(theirs)
        }
        (Product::ShortTerm | Product::Rental1Day | Product::Rental30Day, _) => sourcing.end_ms,
    }
}

fn pick<'a>(sourcing: &Sourcing, their_end_ms: Option<i64>, sealed_key: &'a [u8]) -> Pick<'a> {
    Pick {
        order: sourcing.order,
        account: sourcing.account,
        service: sourcing.service,
        product: sourcing.product,
        now_ms: sourcing.created_ms,
        end_ms: end_ms(sourcing, their_end_ms),
        keep_ms: sourcing.keep_ms,
        sealed_key,
        enabled_sources: &[],
    }
}

/// Until when something that was just bought receives.
fn open_until_ms(window: Window, their_end_ms: Option<i64>, now_ms: i64) -> Option<i64> {
    match window {
        Window::Whole { ms } => their_end_ms.or(ms.map(|ms| now_ms.saturating_add(ms))),
        Window::Reused { ms } => their_end_ms.or(Some(now_ms.saturating_add(ms))),
        Window::Activated { .. } => None,
    }
}

/// Gives a search up, if nothing of it is being asked for or in doubt: the price comes back. Its row must be locked.
pub(super) fn conclude(tx: &mut Tx<'_>, sourcing: &Sourcing, now_ms: i64) -> Result<Concluded, DbError> {
    if !sourcing.is_open || rows::undecided(tx, sourcing.order)? > 0 {
        return Ok(Concluded::Open);
    }
    let transfer = Transfer {
        account: sourcing.account,
        kind: Move::Release,
        amount: sourcing.price,
        order: Some((sourcing.product, sourcing.order)),
        resolves: Some(sourcing.hold),
        reference: None,
        reason: None,
        event: None,
        message: None,
        at_ms: now_ms,
    };
    ledger::post_due(tx, &transfer)?;
    rows::decide(tx, sourcing.order, "given_up", now_ms)?;
    let refusal: Result<(), SaleRefusal> = Err(SaleRefusal::NoNumbers);
    let refusal = serde_json::to_string(&refusal).map_err(|_| DbError::Damaged("an outcome cannot be kept"))?;
    let refusal = if rows::has_trouble(tx, sourcing.order)? { None } else { Some(refusal) };
    match (sourcing.open_key(), &refusal) {
        (Some(key), Some(refusal)) => request::settle(tx, &key, refusal, now_ms)?,
        (Some(key), None) => request::forget(tx, &key)?,
        (None, _) => {}
    }
    Ok(Concluded::GivenUp(refusal))
}

/// Marks a purchase in doubt as one that was not made, and ends its search if that was its last hope.
pub(super) async fn not_bought(app: &App, (purchase, order): (i64, i64), reason: &str) -> Result<(), DbError> {
    let (now, reason) = (app.now_ms(), reason.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        let sourcing = lock(tx, order)?;
        rows::refuse(tx, purchase, &reason, now)?;
        conclude(tx, &sourcing, now)?;
        Ok::<_, DbError>(sourcing.account)
    };
    let account = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(())
}

/// Waits until a search is decided, as long as a house is still being asked; whether it is.
pub(crate) async fn is_decided(app: &App, order: i64) -> Result<bool, DbError> {
    let sql = "SELECT s.state,
           CASE WHEN EXISTS (SELECT 1 FROM purchase p
                             WHERE p.order_id = s.order_id AND p.state = 'asking' AND p.deadline_ms > $2)
             THEN 1 ELSE 0 END
         FROM sourcing s
         WHERE s.order_id = $1";
    for _ in 0..LOOKS_MAX {
        let row = app.db.row(sql, values![order, app.now_ms()]).await?;
        match row {
            Some(row) if row.text(0) == "open" && row.flag(1) => tokio::time::sleep(LOOK_EVERY).await,
            Some(row) => return Ok(row.text(0) != "open"),
            None => return Ok(false),
        }
    }
    Ok(false)
}

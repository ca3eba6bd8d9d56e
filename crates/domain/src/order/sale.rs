//! A sale: what may be sold, at what price, and taking number and money in one story. Orders and rentals share it.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::allowance::{Buying, allow};
use super::place::Ask;
use crate::App;
use crate::account::{Caller, Tier};
use crate::catalog::Catalog;
use crate::db::{DbError, Lane, Tx};
use crate::event::Kind;
use crate::ledger::{self, Move, PostError, Transfer};
use crate::money::Usd;
use crate::number::{self, Candidate, Leased, Pick, Taken};
use crate::policy::denied::denied_service;
use crate::product::Product;
use crate::purchase;
use crate::request::{self, Failure, Once, Refusal};

/// Why the house does not sell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaleRefusal {
    /// The service is not in the catalogue, or not sold in this form.
    UnknownService,
    /// The service is of a kind that the house does not serve.
    ServiceNotAllowed,
    /// No number is for sale for it just now.
    NoNumbers,
    /// The operator has paused all sales.
    Paused,
    /// The price is above what the caller would pay.
    PriceAboveMax {
        /// The price.
        price: Usd,
    },
    /// The balance does not cover the price.
    Insufficient {
        /// The price.
        required: Usd,
        /// What is available.
        available: Usd,
    },
    /// The account was stopped meanwhile.
    Suspended,
    /// The account has reached a limit of its tier, or the key its daily cap.
    LimitReached {
        /// When it is worth trying again.
        retry_after_s: i64,
    },
}

impl Refusal for SaleRefusal {
    fn is_not_now(&self) -> bool {
        matches!(self, Self::Suspended | Self::LimitReached { .. })
    }
}

/// A sale that is possible so far.
#[derive(Clone)]
pub(crate) struct Sale {
    pub(crate) order: i64,
    pub(crate) caller: Caller,
    pub(crate) service: i64,
    pub(crate) slug: String,
    pub(crate) product: Product,
    pub(crate) price: Usd,
    pub(crate) now_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) sealed_key: Vec<u8>,
    pub(crate) catalog: Arc<Catalog>,
}

/// What is asked for, held against the catalogue: the price as it is now for a customer of a tier, or
/// why not.
pub(crate) fn offer(catalog: &Catalog, ask: &Ask, product: Product, tier: Tier) -> Result<(i64, Usd), SaleRefusal> {
    let service = catalog.by_slug(&ask.service).ok_or_else(|| {
        // What may not be sold never enters the catalogue, and who asks for it is told so.
        let denied = denied_service(&ask.service, &ask.service);
        if denied.is_some() { SaleRefusal::ServiceNotAllowed } else { SaleRefusal::UnknownService }
    })?;
    if service.denied().is_some() {
        return Err(SaleRefusal::ServiceNotAllowed);
    }
    let price = service.price(product, Some(tier)).filter(|_| service.is_enabled);
    let price = price.ok_or(SaleRefusal::UnknownService)?;
    if ask.max_price.is_some_and(|most| price > most) {
        return Err(SaleRefusal::PriceAboveMax { price });
    }
    if catalog.sales_are_paused { Err(SaleRefusal::Paused) } else { Ok((service.id, price)) }
}

impl Sale {
    /// Prepares a sale: its id, its end, the key of what will arrive.
    pub(crate) async fn prepare(
        app: &App,
        catalog: Arc<Catalog>,
        caller: Caller,
        product: Product,
        offer: (i64, Usd),
    ) -> Result<Self, DbError> {
        let order = app.ids.order(&app.db).await?;
        let now_ms = app.now_ms();
        let (service, price) = offer;
        Ok(Self {
            order,
            caller,
            service,
            slug: catalog.slug(service).to_owned(),
            product,
            price,
            now_ms,
            end_ms: product.end_ms(now_ms),
            sealed_key: Leased::new_key(&app.vault, order),
            catalog,
        })
    }

    pub(crate) fn pick(&self) -> Pick<'_> {
        Pick {
            order: self.order,
            account: self.caller.account,
            service: self.service,
            product: self.product,
            now_ms: self.now_ms,
            end_ms: self.end_ms,
            keep_ms: self.caller.keep_ms,
            sealed_key: &self.sealed_key,
            enabled_sources: &self.catalog.enabled_sources,
        }
    }

    fn transfer(&self, kind: Move, event: Option<Kind>, resolves: Option<i64>) -> Transfer<'static> {
        Transfer {
            account: self.caller.account,
            kind,
            amount: self.price,
            order: Some((self.product, self.order)),
            resolves,
            reference: None,
            reason: None,
            event,
            message: None,
            at_ms: self.now_ms,
        }
    }

    /// Sets the price aside and locks the account; tells the hold.
    pub(crate) fn hold(&self, tx: &mut Tx<'_>, event: Option<Kind>) -> Result<i64, Failure<SaleRefusal>> {
        let posted = ledger::post(tx, &self.transfer(Move::Hold, event, None)).map_err(|error| match error {
            PostError::Insufficient { available } => {
                Failure::Refused(SaleRefusal::Insufficient { required: self.price, available })
            }
            PostError::NotActive => Failure::Refused(SaleRefusal::Suspended),
            PostError::Db(error) => error.into(),
        })?;
        allow(tx, &self.caller, Buying::Number { service: self.service }, self.price, self.now_ms)?;
        Ok(posted.seq)
    }

    /// Earns the price that was set aside at once, as a rental does; tells the capture.
    pub(crate) fn capture(&self, tx: &mut Tx<'_>, hold: i64, event: Kind) -> Result<i64, DbError> {
        Ok(ledger::post_due(tx, &self.transfer(Move::Capture, Some(event), Some(hold)))?.seq)
    }
}

/// An order or rental that is made from a sale whose number was found later.
pub(crate) struct Making {
    pub(crate) order: i64,
    pub(crate) account: i64,
    pub(crate) service: i64,
    pub(crate) slug: String,
    pub(crate) product: Product,
    pub(crate) price: Usd,
    /// The hold of its price, by its transfer.
    pub(crate) hold: i64,
    pub(crate) created_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) number: i64,
    pub(crate) digits: String,
    pub(crate) now_ms: i64,
}

/// What a sale makes: an order or a rental, on a number.
pub(crate) trait Sold: Serialize + DeserializeOwned + Send + 'static {
    /// The number that was taken.
    fn number(&self) -> Candidate;
}

/// The step that makes an order or rental from a sale and one of some candidates. Its last parameter says that there
/// are no more; otherwise it asks for others by [`DbError::Conflict`].
type Step<T> = fn(&mut Tx<'_>, &Sale, &[Candidate], bool) -> Result<T, Failure<SaleRefusal>>;

/// Sells a number of our own, or where there is none one that another house sells us. A request that is sent again while
/// the first is not decided waits for it.
pub(crate) async fn sell<T: Sold>(
    app: &App,
    sale: Sale,
    area_code: Option<u16>,
    once: Option<Once>,
    step: Step<T>,
) -> Result<T, Failure<SaleRefusal>> {
    match sell_once(app, sale.clone(), area_code, once.clone(), step).await {
        Err(Failure::Open { order, .. }) if order != sale.order && purchase::is_decided(app, order).await? => {
            sell_once(app, sale, area_code, once, step).await
        }
        sold => sold,
    }
}

/// Looks at a shelf for one sale, each for other candidates where those tried were gone: as many as empty a full one. All that
/// lies on it may have become something else's since, all but the last number, which is to be sold.
pub(super) const TURNS_MAX: usize = 300;

/// Sells with candidates from a shelf, looking for more while those tried were gone. Other houses are asked only when
/// there are none.
async fn sell_once<T: Sold>(
    app: &App,
    sale: Sale,
    area_code: Option<u16>,
    once: Option<Once>,
    step: Step<T>,
) -> Result<T, Failure<SaleRefusal>> {
    let key = number::ShelfKey::new(sale.service, sale.product, area_code);
    for turn in 1..=TURNS_MAX {
        let lent = number::candidates(app, key).await?;
        let mut is_last = lent.candidates().is_empty() || turn == TURNS_MAX;
        let plan = if is_last { purchase::plan(app, &sale, area_code).await? } else { None };
        match plan {
            Some(plan) if lent.candidates().is_empty() => return purchase::buy(app, sale, area_code, once, plan).await,
            // They are tried without the word that there are no others.
            Some(_) => is_last = false,
            None => {}
        }
        let (tried, sale, once) = (lent.candidates().to_vec(), sale.clone(), once.clone());
        let lane = Lane::Account(sale.caller.account);
        let story =
            move |tx: &mut Tx<'_>| request::once(tx, once.as_ref(), sale.now_ms, |tx| step(tx, &sale, &tried, is_last));
        let sold = app.db.write(lane, story).await;
        match sold.and_then(|kept| kept.map_err(Failure::Refused)) {
            Err(Failure::Db(DbError::Conflict)) if !is_last => lent.were_gone(),
            Ok(sold) => {
                let sold: T = sold;
                lent.took(sold.number());
                return Ok(sold);
            }
            Err(failure) => return Err(failure),
        }
    }
    match purchase::plan(app, &sale, area_code).await? {
        Some(plan) => purchase::buy(app, sale, area_code, once, plan).await,
        None => Err(DbError::Conflict.into()),
    }
}

/// Takes one of the candidates, or says that others should be tried.
pub(crate) fn take_one(
    tx: &mut Tx<'_>,
    sale: &Sale,
    candidates: &[Candidate],
    is_last: bool,
) -> Result<Taken, Failure<SaleRefusal>> {
    match number::take(tx, &sale.pick(), candidates)? {
        Some(taken) => Ok(taken),
        None if is_last => Err(Failure::Refused(SaleRefusal::NoNumbers)),
        None => Err(DbError::Conflict.into()),
    }
}

//! Ordering a number for one code.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::rows;
use super::sale::{Making, Sale, SaleRefusal, Sold, offer, sell, take_one};
use crate::App;
use crate::account::{self, Caller};
use crate::catalog;
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::money::Usd;
use crate::number::Candidate;
use crate::product::Product;
use crate::request::{self, Failure, Once};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The service's slug, in any case.
    pub service: String,
    /// The most that the caller would pay.
    pub max_price: Option<Usd>,
    /// The area code that the number must have.
    pub area_code: Option<u16>,
}

/// An order as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Its id.
    pub order: i64,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
    /// What was set aside for it.
    pub price: Usd,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends, and until when it can be cancelled.
    pub end_ms: i64,
    number: i64,
}

/// Orders a number for one code: holds the price, takes a number and opens the lease, all or nothing.
///
/// # Errors
/// See [`SaleRefusal`] and [`Failure`].
pub async fn place(app: &App, caller: Caller, ask: &Ask, once: Option<Once>) -> Result<Placed, Failure<SaleRefusal>> {
    let catalog = catalog::catalog(app).await?;
    let offer = offer(&catalog, ask, Product::ShortTerm, caller.tier);
    let (service, price) = match offer {
        Ok(offer) => offer,
        Err(refusal) => return refuse(app, caller, once, refusal).await,
    };
    let sale = Sale::prepare(app, catalog, caller, Product::ShortTerm, (service, price)).await?;
    let placed = sell(app, sale, ask.area_code, once, place_one).await?;
    app.notices.tell(caller.account);
    Ok(placed)
}

impl Sold for Placed {
    fn number(&self) -> Candidate {
        self.number
    }
}

pub(super) fn place_one(
    tx: &mut Tx<'_>,
    sale: &Sale,
    candidates: &[Candidate],
    is_last: bool,
) -> Result<Placed, Failure<SaleRefusal>> {
    let hold = sale.hold(tx, Some(Kind::OrderCreated))?;
    let taken = take_one(tx, sale, candidates, is_last)?;
    let placed = placed(sale, taken.number, taken.digits);
    rows::insert(tx, sale.caller.account, sale.service, &placed, taken.number, hold)?;
    Ok(placed)
}

/// Makes an order that was paid for before its number was found; tells what its verb answers, as it is kept.
pub(crate) fn make(tx: &mut Tx<'_>, making: &Making) -> Result<String, DbError> {
    let placed = Placed {
        order: making.order,
        digits: making.digits.clone(),
        service: making.slug.clone(),
        price: making.price,
        created_ms: making.created_ms,
        end_ms: making.end_ms,
        number: making.number,
    };
    rows::insert(tx, making.account, making.service, &placed, making.number, making.hold)?;
    let seq = account::next_event(tx, making.account)?;
    let (order, amount) = (Some((Product::ShortTerm, making.order)), Some(making.price));
    let event = Event { seq, kind: Kind::OrderCreated, at_ms: making.now_ms, order, amount, message: None };
    event::append(tx, making.account, &event)?;
    as_kept(placed)
}

/// A success as an Idempotency-Key keeps it.
pub(crate) fn as_kept<T: Serialize>(sold: T) -> Result<String, DbError> {
    let outcome: Result<T, SaleRefusal> = Ok(sold);
    serde_json::to_string(&outcome).map_err(|_| DbError::Damaged("an outcome cannot be kept"))
}

pub(super) fn placed(sale: &Sale, number: i64, digits: String) -> Placed {
    Placed {
        order: sale.order,
        digits,
        service: sale.slug.clone(),
        price: sale.price,
        created_ms: sale.now_ms,
        end_ms: sale.end_ms,
        number,
    }
}

/// Remembers a refusal that needed no transaction under the caller's key (I4).
pub(crate) async fn refuse<T>(
    app: &App,
    caller: Caller,
    once: Option<Once>,
    refusal: SaleRefusal,
) -> Result<T, Failure<SaleRefusal>>
where
    T: Serialize + DeserializeOwned + Send + 'static,
{
    if once.is_none() {
        return Err(Failure::Refused(refusal));
    }
    let now = app.now_ms();
    let story =
        move |tx: &mut Tx<'_>| request::once(tx, once.as_ref(), now, |_| Err(Failure::Refused(refusal.clone())));
    app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)
}

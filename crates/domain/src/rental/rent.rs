//! Renting a number: held and captured at once.

use serde::{Deserialize, Serialize};

use super::{CANCELLABLE_MS, rows};
use crate::App;
use crate::account::Caller;
use crate::catalog;
use crate::db::{DbError, Tx};
use crate::event::Kind;
use crate::ledger::{self, Move, Transfer};
use crate::money::Usd;
use crate::number::Candidate;
use crate::order::{Ask, Making, Sale, SaleRefusal, Sold, as_kept, offer, refuse, sell, take_one};
use crate::product::Product;
use crate::request::{Failure, Once};

/// A rental as it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rented {
    /// Its id.
    pub rental: i64,
    /// For a day or for thirty.
    pub product: Product,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
    /// What was paid.
    pub price: Usd,
    /// When it was ordered.
    pub created_ms: i64,
    /// When it ends.
    pub end_ms: i64,
    /// Until when it can be cancelled, if no SMS comes before.
    pub cancellable_until_ms: i64,
    number: i64,
}

/// Rents a number: takes the price and a number that nothing else is leased on, all or nothing.
///
/// # Errors
/// See [`SaleRefusal`] and [`Failure`].
pub async fn rent(
    app: &App,
    caller: Caller,
    product: Product,
    ask: &Ask,
    once: Option<Once>,
) -> Result<Rented, Failure<SaleRefusal>> {
    let catalog = catalog::catalog(app).await?;
    let (service, price) = match offer(&catalog, ask, product, caller.tier) {
        Ok(offer) => offer,
        Err(refusal) => return refuse(app, caller, once, refusal).await,
    };
    let sale = Sale::prepare(app, catalog, caller, product, (service, price)).await?;
    let rented = sell(app, sale, ask.area_code, once, rent_one).await?;
    app.notices.tell(caller.account);
    Ok(rented)
}

impl Sold for Rented {
    fn number(&self) -> Candidate {
        self.number
    }
}

/// Makes a rental that was paid for before its number was found, and earns its price; tells what its verb answers, as it
/// is kept.
pub(crate) fn make(tx: &mut Tx<'_>, making: &Making) -> Result<String, DbError> {
    let transfer = Transfer {
        account: making.account,
        kind: Move::Capture,
        amount: making.price,
        order: Some((making.product, making.order)),
        resolves: Some(making.hold),
        reference: None,
        reason: None,
        event: Some(Kind::RentalCreated),
        message: None,
        at_ms: making.now_ms,
    };
    let capture = ledger::post_due(tx, &transfer)?.seq;
    let rented = Rented {
        rental: making.order,
        product: making.product,
        digits: making.digits.clone(),
        service: making.slug.clone(),
        price: making.price,
        created_ms: making.created_ms,
        end_ms: making.end_ms,
        cancellable_until_ms: making.created_ms + CANCELLABLE_MS,
        number: making.number,
    };
    rows::insert(tx, making.account, making.service, &rented, making.number, capture)?;
    as_kept(rented)
}

fn rent_one(
    tx: &mut Tx<'_>,
    sale: &Sale,
    candidates: &[Candidate],
    is_last: bool,
) -> Result<Rented, Failure<SaleRefusal>> {
    let hold = sale.hold(tx, None)?;
    let taken = take_one(tx, sale, candidates, is_last)?;
    let capture = sale.capture(tx, hold, Kind::RentalCreated)?;
    let rented = Rented {
        rental: sale.order,
        product: sale.product,
        digits: taken.digits,
        service: sale.slug.clone(),
        price: sale.price,
        created_ms: sale.now_ms,
        end_ms: sale.end_ms,
        cancellable_until_ms: sale.now_ms + CANCELLABLE_MS,
        number: taken.number,
    };
    rows::insert(tx, sale.caller.account, sale.service, &rented, taken.number, capture)?;
    Ok(rented)
}

//! The same number again for the same service: a new order at today's price.

use serde::{Deserialize, Serialize};

use super::place::{Ask, Placed, placed};
use super::rows;
use super::sale::{Sale, SaleRefusal, offer};
use crate::App;
use crate::account::Caller;
use crate::catalog;
use crate::db::{Lane, Tx};
use crate::event::Kind;
use crate::money::Usd;
use crate::number;
use crate::product::Product;
use crate::request::{self, Failure, Once, Refusal};
use crate::values;

/// Why a number is not had again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReuseRefusal {
    /// There is no such order of this account.
    NotFound,
    /// It cannot be sold.
    Sale(SaleRefusal),
}

impl Refusal for ReuseRefusal {
    fn is_not_now(&self) -> bool {
        matches!(self, Self::Sale(refusal) if refusal.is_not_now())
    }
}

/// Orders the number of an earlier order again, for the same service. While the earlier order runs its number is not
/// free: [`super::again`] is the way then.
///
/// # Errors
/// See [`ReuseRefusal`] and [`Failure`].
pub async fn reuse(
    app: &App,
    caller: Caller,
    order: i64,
    max_price: Option<Usd>,
    once: Option<Once>,
) -> Result<Placed, Failure<ReuseRefusal>> {
    let earlier = app.db.row(rows::ORDER, values![order]).await?.map(|row| rows::order(&row)).transpose()?;
    let Some(earlier) = earlier.filter(|earlier| earlier.account == caller.account) else {
        return Err(Failure::Refused(ReuseRefusal::NotFound));
    };
    let catalog = catalog::catalog(app).await?;
    let ask = Ask { service: catalog.slug(earlier.service).to_owned(), max_price, area_code: None };
    let offer = offer(&catalog, &ask, Product::ShortTerm, caller.tier);
    let sale = Sale::prepare(
        app,
        catalog,
        caller,
        Product::ShortTerm,
        offer.clone().unwrap_or((earlier.service, earlier.price)),
    )
    .await?;
    let story = move |tx: &mut Tx<'_>| {
        request::once(tx, once.as_ref(), sale.now_ms, |tx| match &offer {
            Ok(_) => reuse_one(tx, &sale, earlier.number),
            Err(refusal) => Err(Failure::Refused(ReuseRefusal::Sale(refusal.clone()))),
        })
    };
    let placed = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(placed)
}

fn reuse_one(tx: &mut Tx<'_>, sale: &Sale, number: i64) -> Result<Placed, Failure<ReuseRefusal>> {
    let hold = sale.hold(tx, Some(Kind::OrderCreated)).map_err(|failure| match failure {
        Failure::Refused(refusal) => Failure::Refused(ReuseRefusal::Sale(refusal)),
        Failure::KeyReused => Failure::KeyReused,
        Failure::Open { product, order } => Failure::Open { product, order },
        Failure::Upstream => Failure::Upstream,
        Failure::Db(error) => Failure::Db(error),
    })?;
    let taken = number::take_again(tx, &sale.pick(), number)?;
    let taken = taken.ok_or(Failure::Refused(ReuseRefusal::Sale(SaleRefusal::NoNumbers)))?;
    let placed = placed(sale, taken.number, taken.digits);
    rows::insert(tx, sale.caller.account, sale.service, &placed, taken.number, hold)?;
    Ok(placed)
}

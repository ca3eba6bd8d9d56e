//! Ordering a number of the house's own: other houses are not asked for one.

use super::place::{Ask, Placed, place_one};
use super::sale::{Sale, SaleRefusal, Sold, TURNS_MAX, offer};
use crate::App;
use crate::account::Caller;
use crate::catalog;
use crate::db::{DbError, Lane, Tx};
use crate::number::{self, ShelfKey};
use crate::product::Product;
use crate::request::Failure;

/// Orders one of the house's own numbers for one code, by all the rules of [`super::place`], which begins with none of
/// some digits. A repeat is another order.
///
/// # Errors
/// See [`SaleRefusal`] and [`Failure`].
pub(crate) async fn place_own(
    app: &App,
    caller: Caller,
    ask: &Ask,
    except: &[String],
) -> Result<Placed, Failure<SaleRefusal>> {
    let catalog = catalog::catalog(app).await?;
    let offer = offer(&catalog, ask, Product::ShortTerm, caller.tier).map_err(Failure::Refused)?;
    let sale = Sale::prepare(app, catalog, caller, Product::ShortTerm, offer).await?;
    let key = ShelfKey::new(sale.service, Product::ShortTerm, ask.area_code);
    for turn in 1..=TURNS_MAX {
        let lent = number::candidates_but(app, key, except).await?;
        let (tried, sale) = (lent.candidates().to_vec(), sale.clone());
        let is_last = tried.is_empty() || turn == TURNS_MAX;
        let story = move |tx: &mut Tx<'_>| place_one(tx, &sale, &tried, is_last);
        match app.db.write(Lane::Account(caller.account), story).await {
            Err(Failure::Db(DbError::Conflict)) if !is_last => lent.were_gone(),
            Ok(placed) => {
                lent.took(placed.number());
                app.notices.tell(caller.account);
                return Ok(placed);
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(DbError::Conflict.into())
}

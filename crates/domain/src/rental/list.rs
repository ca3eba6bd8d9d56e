//! A customer's rentals, newest first.

use super::{Rental, rows};
use crate::App;
use crate::catalog;
use crate::db::DbError;
use crate::order::Which;
use crate::product::Product;
use crate::values;

/// Rentals in one answer, at most.
pub const LIST_MAX: i64 = 200;

/// The rentals of an account of one product, newest first, before a place (its time and id; `None`: from the newest);
/// at most `limit` and [`LIST_MAX`]. With them the place of the last, if there are more.
///
/// # Errors
/// What the database said.
pub async fn list(
    app: &App,
    account: i64,
    product: Product,
    which: Which,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<(Vec<Rental>, Option<(i64, i64)>), DbError> {
    let (now, limit) = (app.now_ms(), limit.clamp(1, LIST_MAX));
    let (before_ms, before_id) = before.unwrap_or((i64::MAX, i64::MAX));
    let all = i64::from(which == Which::All);
    let values = values![account, product, before_ms, before_id, now, all, limit + 1];
    let rows = app.db.rows(rows::PAGE, values).await?;
    let catalog = catalog::catalog(app).await?;
    let mut kept: Vec<rows::Kept> = rows.iter().map(rows::kept).collect::<Result<_, _>>()?;
    let has_more = i64::try_from(kept.len()).is_ok_and(|count| count > limit);
    if has_more {
        kept.pop();
    }
    let next = kept.last().filter(|_| has_more).map(|rental| (rental.created_ms, rental.id));
    let rentals = kept.into_iter().map(|rental| {
        let slug = catalog.slug(rental.service).to_owned();
        rental.shown(&slug, now)
    });
    Ok((rentals.collect(), next))
}

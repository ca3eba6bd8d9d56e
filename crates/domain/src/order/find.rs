//! One order of a customer, without what came for it.

use super::rows;
use crate::App;
use crate::catalog;
use crate::db::DbError;
use crate::values;

/// What does not change of an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
    /// When it was made.
    pub created_ms: i64,
}

/// An order of an account; `None` if it has no such order.
///
/// # Errors
/// What the database said.
pub async fn find(app: &App, account: i64, order: i64) -> Result<Option<Found>, DbError> {
    let row = app.db.row(rows::ORDER, values![order]).await?;
    let order = row.map(|row| rows::order(&row)).transpose()?.filter(|order| order.account == account);
    let Some(order) = order else { return Ok(None) };
    let service = catalog::catalog(app).await?.slug(order.service).to_owned();
    Ok(Some(Found { digits: order.digits, service, created_ms: order.created_ms }))
}

//! Orders of whatever account, as operators see them.

use super::look::Look;
use super::rows;
use crate::db::{DbError, Row, Tx};
use crate::dossier::Facts;
use crate::product::Product;
use crate::values;

impl Look {
    /// How an order stands.
    pub(crate) fn facts(&self, tx: &mut Tx<'_>, id: i64) -> Result<Option<Facts>, DbError> {
        let row = tx.one(rows::ORDER, values![id])?;
        row.map(|row| self.as_facts(tx, &row)).transpose()
    }

    /// The newest orders of all accounts before a place.
    pub(crate) fn newest(&self, tx: &mut Tx<'_>, before: (i64, i64), limit: i64) -> Result<Vec<Facts>, DbError> {
        let rows = tx.all(rows::NEWEST, values![before.0, before.1, limit])?;
        rows.iter().map(|row| self.as_facts(tx, row)).collect()
    }

    fn as_facts(&self, tx: &mut Tx<'_>, row: &Row) -> Result<Facts, DbError> {
        let order = rows::order(row)?;
        Ok(Facts {
            product: Product::ShortTerm,
            id: order.id,
            account: order.account,
            service: order.service,
            state: self.state(tx, &order)?.word(),
            digits: order.digits,
            price: order.price,
            created_ms: order.created_ms,
            end_ms: order.end_ms,
        })
    }
}

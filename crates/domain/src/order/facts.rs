//! Orders of whatever account, as operators see them.

use std::sync::Arc;

use super::standing::standing;
use super::{State, rows};
use crate::App;
use crate::catalog::{self, Catalog};
use crate::db::{DbError, Row, Tx};
use crate::dossier::Facts;
use crate::message;
use crate::product::Product;
use crate::values;

/// What tells where orders stand at one time. Of what came for them, only whether it answers is looked at.
#[derive(Clone)]
pub(crate) struct Look {
    app: App,
    catalog: Arc<Catalog>,
    now_ms: i64,
}

impl Look {
    /// A look at orders as they stand now.
    pub(crate) async fn now(app: &App) -> Result<Self, DbError> {
        Ok(Self { app: app.clone(), catalog: catalog::catalog(app).await?, now_ms: app.now_ms() })
    }

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

    fn state(&self, tx: &mut Tx<'_>, order: &rows::Order) -> Result<State, DbError> {
        if !order.is_asked_again(self.now_ms) {
            return Ok(order.state_at(self.now_ms));
        }
        let messages = message::of_order_in(tx, &self.app, order.id)?;
        Ok(standing(order, &messages, &self.catalog, self.now_ms).0)
    }
}

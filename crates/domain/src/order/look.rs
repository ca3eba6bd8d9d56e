//! Where orders stand at one time, as whoever lists them without their codes needs it.

use std::sync::Arc;

use super::standing::standing;
use super::{State, rows};
use crate::App;
use crate::catalog::{self, Catalog};
use crate::db::{DbError, Tx};
use crate::message;

/// What tells where orders stand at one time. Of what came for them, only whether it answers is looked at.
#[derive(Clone)]
pub(crate) struct Look {
    app: App,
    pub(super) catalog: Arc<Catalog>,
    pub(super) now_ms: i64,
}

impl Look {
    /// A look at orders as they stand now.
    pub(crate) async fn now(app: &App) -> Result<Self, DbError> {
        Ok(Self { app: app.clone(), catalog: catalog::catalog(app).await?, now_ms: app.now_ms() })
    }

    /// How an order stands. What came is read only where it alone tells: few wait again at a time.
    pub(super) fn state(&self, tx: &mut Tx<'_>, order: &rows::Order) -> Result<State, DbError> {
        if !order.is_asked_again(self.now_ms) {
            return Ok(order.state_at(self.now_ms));
        }
        let messages = message::of_order_in(tx, &self.app, order.recipient())?;
        Ok(standing(order, &messages, &self.catalog, self.now_ms).0)
    }
}

//! Cancelling what was bought from another house: that house is asked first, because it may have the message already.

use super::houses::{house_of, known};
use super::look::{Back, give_back};
use super::rows::{self, Purchase};
use crate::App;
use crate::db::{DbError, Lane, Tx};

/// What another house says to a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upstream {
    /// The number is none that was bought, or its purchase is over.
    Nothing,
    /// It is over: the price came back where it was to.
    Over,
    /// It cannot be told yet; a worker goes on asking.
    Open,
}

/// The purchase that serves an order; `None` at once where the house has no houses to buy from.
pub(super) async fn serving(app: &App, order: i64) -> Result<Option<Purchase>, DbError> {
    if !known(app).await?.has_houses {
        return Ok(None);
    }
    app.db.read(move |tx: &mut Tx<'_>| rows::of_order(tx, order)).await
}

/// Whether an order is served by a purchase that another house must take back.
pub(crate) async fn is_served(app: &App, order: i64) -> Result<bool, DbError> {
    Ok(serving(app, order).await?.is_some())
}

/// Has a house take back what serves an order, whose customer may cancel it. The order itself is cancelled in the same
/// story as the purchase ends; a message that had come is delivered instead.
pub(crate) async fn take_back(app: &App, order: i64) -> Result<Upstream, DbError> {
    let Some(purchase) = serving(app, order).await? else { return Ok(Upstream::Nothing) };
    let (id, now) = (purchase.id, app.now_ms());
    if !app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::cancel(tx, id, now)).await? {
        return Ok(Upstream::Nothing);
    }
    let purchase = Purchase { state: super::State::Rejecting, cancel_ms: Some(now), ..purchase };
    let app = app.clone();
    // Whoever cancels may leave; what the house answers must be written down.
    let asked = tokio::spawn(async move { ask(&app, &purchase).await });
    match asked.await {
        Ok(back) => back,
        Err(_) => Ok(Upstream::Open),
    }
}

async fn ask(app: &App, purchase: &Purchase) -> Result<Upstream, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(Upstream::Open) };
    let Some(wire) = house_of(app, purchase.source).await? else { return Ok(Upstream::Open) };
    let Some(house) = houses.registry.get(&wire.connector).and_then(|connector| connector.house()) else {
        return Ok(Upstream::Open);
    };
    Ok(match give_back(app, (house, &wire), purchase).await? {
        Back::Over | Back::Received => Upstream::Over,
        Back::Open => Upstream::Open,
    })
}

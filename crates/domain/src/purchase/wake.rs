//! Waking a rented number that receives only while its house keeps a window open.

use serde::{Deserialize, Serialize};

use super::cancel::serving;
use super::rows;
use crate::App;
use crate::account::Caller;
use crate::clock::SECOND_MS;
use crate::db::{Lane, Tx};
use crate::product::Product;
use crate::rental;
use crate::request::{Failure, Refusal};
use crate::supply::Window;

/// How long waking takes, by our promise: a look of the worker and an answer of the house.
const WAKING_MS: i64 = 30 * SECOND_MS;
/// A window that is open for less than this is opened again.
const ENOUGH_MS: i64 = 60 * SECOND_MS;

/// Whether a number receives just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// It does.
    Awake {
        /// Since now.
        ready_ms: i64,
    },
    /// It will, by then.
    Waking {
        /// When it is ready.
        ready_ms: i64,
    },
}

/// Why a number is not woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WakeRefusal {
    /// There is no such rental of this account.
    NotFound,
    /// It is over.
    Ended,
}

impl Refusal for WakeRefusal {}

/// Lets a rented number receive from now on, as far as it does not do so anyway. Waking twice is as good as once.
///
/// # Errors
/// See [`WakeRefusal`] and [`Failure`].
pub async fn wake(app: &App, caller: Caller, (product, id): (Product, i64)) -> Result<Wake, Failure<WakeRefusal>> {
    let inbox = rental::inbox(app, caller.account, product, id).await?;
    let inbox = inbox.ok_or(Failure::Refused(WakeRefusal::NotFound))?;
    if inbox.rental.state != rental::State::Active {
        return Err(Failure::Refused(WakeRefusal::Ended));
    }
    let now = app.now_ms();
    let is_open = |until_ms: i64| until_ms >= now + ENOUGH_MS;
    match serving(app, id).await? {
        Some(purchase) if matches!(purchase.window, Window::Activated { .. }) => {
            want_one(app, purchase.id).await?;
            Ok(match purchase.open_until_ms {
                Some(until_ms) if is_open(until_ms) => Wake::Awake { ready_ms: now },
                Some(_) | None => Wake::Waking { ready_ms: now + WAKING_MS },
            })
        }
        Some(_) | None => Ok(Wake::Awake { ready_ms: now }),
    }
}

/// Somebody waits for a message on an order or rental: a number that sleeps is woken.
///
/// # Errors
/// What the database said.
pub async fn want(app: &App, order: i64) -> Result<(), crate::db::DbError> {
    match serving(app, order).await? {
        Some(purchase) if matches!(purchase.window, Window::Activated { .. }) => want_one(app, purchase.id).await,
        Some(_) | None => Ok(()),
    }
}

async fn want_one(app: &App, purchase: i64) -> Result<(), crate::db::DbError> {
    let now = app.now_ms();
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::want(tx, purchase, now)).await?;
    app.houses.get().into_iter().for_each(|houses| houses.news.notify_waiters());
    Ok(())
}

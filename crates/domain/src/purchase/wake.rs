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
use crate::request::{self, Failure, Once, Refusal};
use crate::supply::Window;

/// How long waking takes, by our promise: a look of the worker and an answer of the house.
const WAKING_MS: i64 = 30 * SECOND_MS;
/// A window that is open for less than this is opened again.
const ENOUGH_MS: i64 = 60 * SECOND_MS;

/// Whether a number receives just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// Lets a rented number receive from now on, as far as it does not do so anyway. Waking twice is as good as once; under
/// one key it is answered once.
///
/// # Errors
/// See [`WakeRefusal`] and [`Failure`].
pub async fn wake(
    app: &App,
    caller: Caller,
    rental: (Product, i64),
    once: Option<Once>,
) -> Result<Wake, Failure<WakeRefusal>> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| request::once(tx, once.as_ref(), now, |tx| wake_one(tx, caller, rental, now));
    let wake = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.houses.get().into_iter().for_each(|houses| houses.news.notify_waiters());
    Ok(wake)
}

fn wake_one(
    tx: &mut Tx<'_>,
    caller: Caller,
    (product, id): (Product, i64),
    now_ms: i64,
) -> Result<Wake, Failure<WakeRefusal>> {
    let rental = rental::facts(tx, product, id, now_ms)?.filter(|rental| rental.account == caller.account);
    let rental = rental.ok_or(Failure::Refused(WakeRefusal::NotFound))?;
    if rental.state != rental::State::Active.word() {
        return Err(Failure::Refused(WakeRefusal::Ended));
    }
    match rows::of_order(tx, id)? {
        Some(purchase) if matches!(purchase.window, Window::Activated { .. }) => {
            rows::want(tx, purchase.id, now_ms)?;
            Ok(match purchase.open_until_ms {
                Some(until_ms) if until_ms >= now_ms + ENOUGH_MS => Wake::Awake { ready_ms: now_ms },
                Some(_) | None => Wake::Waking { ready_ms: now_ms + WAKING_MS },
            })
        }
        Some(_) | None => Ok(Wake::Awake { ready_ms: now_ms }),
    }
}

/// Somebody waits for a message on an order or rental: a number that sleeps is woken.
///
/// # Errors
/// What the database said.
pub async fn want(app: &App, order: i64) -> Result<(), crate::db::DbError> {
    match serving(app, order).await? {
        Some(purchase) if matches!(purchase.window, Window::Activated { .. }) => {
            let now = app.now_ms();
            app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::want(tx, purchase.id, now)).await?;
            app.houses.get().into_iter().for_each(|houses| houses.news.notify_waiters());
            Ok(())
        }
        Some(_) | None => Ok(()),
    }
}

//! Looking after one house: what was bought from it, what is in doubt, what it offers, what is left in our account.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::sleep;

use super::{doubt, houses, look, offers, renewal, wallet};
use crate::App;
use crate::db::{DbError, Tx};
use crate::supply::Inbox;

/// Purchases of one house that are looked at in a round, and how many at once.
const ROUND_MAX: i64 = 200;
const AT_ONCE: usize = 8;
/// Between two rounds where nothing hurries.
const PERIOD: Duration = Duration::from_secs(1);

/// Looks after a house until its wire must be let go: one node does.
pub async fn attend(app: App, source: i64, inbox: Inbox) {
    let Some(houses) = app.houses.get() else { return inbox.closed().await };
    loop {
        if let Err(error) = round(&app, source).await {
            inbox.fault(&format!("what was bought cannot be looked after: {error}"));
        }
        tokio::select! {
            () = sleep(PERIOD) => {}
            () = houses.news.notified() => {}
            () = inbox.closed() => return,
        }
    }
}

/// One round of looking after a house; tells how many purchases and renewals were looked at.
///
/// # Errors
/// What the database said; the next round goes on.
pub async fn round(app: &App, source: i64) -> Result<usize, DbError> {
    let Some(wire) = houses::house_of(app, source).await? else { return Ok(0) };
    let Some(houses) = app.houses.get() else { return Ok(0) };
    let Some(house) = houses.registry.get(&wire.connector).and_then(|connector| connector.house()) else {
        return Ok(0);
    };
    let now = app.now_ms();
    let read = move |tx: &mut Tx<'_>| {
        Ok::<_, DbError>((houses::due(tx, source, now, ROUND_MAX)?, renewal::due(tx, source, now, ROUND_MAX)?))
    };
    let (due, renewals) = app.db.read(read).await?;
    let count = due.len() + renewals.len();
    let (doubts, due): (Vec<_>, Vec<_>) = due.into_iter().partition(|purchase| purchase.state == super::State::InDoubt);
    let looks = due.into_iter().map(|purchase| look::look(app, (house, &wire), purchase));
    let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
    let mut failed = None;
    while let Some(looked) = looks.next().await {
        failed = failed.or(looked.err());
    }
    drop(looks);
    if !doubts.is_empty() {
        doubt::find_out(app, (house, &wire), doubts).await?;
    }
    if !renewals.is_empty() {
        renewal::find_out(app, (house, &wire), renewals).await?;
    }
    offers::refresh_due(app, (house, &wire)).await?;
    wallet::ask_due(app, (house, &wire)).await?;
    failed.map_or(Ok(count), Err)
}

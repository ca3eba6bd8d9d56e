//! What a house calls to say: it is believed only once the house was asked.

use super::doubt;
use super::houses::house_of;
use super::look::within;
use super::rows;
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::phone::Nanp;
use crate::supply::{Bought, Hint, TheirState};
use crate::values;

/// Looks sooner at what a hint names. A hint of something that nobody knows may be what is in doubt.
pub(crate) async fn hint(app: &App, source: i64, hint: Hint) -> Result<(), DbError> {
    let now = app.now_ms();
    let digits = hint.number.as_deref().and_then(|text| Nanp::parse(text).ok()).map(Nanp::digits);
    let their_id = hint.id.clone().filter(|id| !id.is_empty() && id.len() <= 100 && !id.chars().any(char::is_control));
    let named = their_id.clone();
    let story = move |tx: &mut Tx<'_>| {
        let by_id = "UPDATE purchase SET look_ms = $3 WHERE source_id = $1 AND their_id = $2 AND look_ms > $3";
        let by_number = "UPDATE purchase SET look_ms = $3
             WHERE source_id = $1 AND digits = $2 AND look_ms > $3 AND state = 'bought'";
        if let Some(id) = &named {
            tx.run(by_id, values![source, id, now])?;
            return rows::is_known(tx, source, id, 0);
        }
        if let Some(digits) = &digits {
            tx.run(by_number, values![source, digits, now])?;
        }
        Ok(true)
    };
    let is_known = app.db.write(Lane::Ingest, story).await?;
    if let (false, Some(id)) = (is_known, their_id) {
        may_be_in_doubt(app, source, &id).await?;
    }
    app.houses.get().into_iter().for_each(|houses| houses.news.notify_waiters());
    Ok(())
}

/// Asks about something that we do not know, if we are in doubt of anything there.
async fn may_be_in_doubt(app: &App, source: i64, id: &str) -> Result<(), DbError> {
    let oldest = move |tx: &mut Tx<'_>| {
        let sql = rows::purchases!("WHERE source_id = $1 AND state = 'in_doubt' ORDER BY id LIMIT 1");
        tx.one(sql, values![source])?.map(|row| rows::purchase(&row)).transpose()
    };
    let Some(doubt) = app.db.read(oldest).await? else { return Ok(()) };
    let (Some(houses), Some(wire)) = (app.houses.get(), house_of(app, source).await?) else { return Ok(()) };
    let Some(house) = houses.registry.get(&wire.connector).and_then(|connector| connector.house()) else {
        return Ok(());
    };
    match within(house.look(&wire.settings, id)).await {
        Ok(looked) if matches!(looked.state, TheirState::Open | TheirState::Pending) => {
            let bought = Bought { id: id.to_owned(), number: looked.number, price: None, end: looked.end };
            doubt::found(app, &doubt, &wire.slug, bought).await
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

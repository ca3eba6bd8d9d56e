//! What a house calls to say: it is believed only once the house was asked.

use super::doubt;
use super::houses::house_of;
use super::rows;
use super::shown::{doubt_of, shown};
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
    let (named, called) = (their_id.clone(), digits.clone());
    let story = move |tx: &mut Tx<'_>| {
        let by_id = "UPDATE purchase SET look_ms = $3 WHERE source_id = $1 AND their_id = $2 AND look_ms > $3";
        let by_number = "UPDATE purchase SET look_ms = $3
             WHERE source_id = $1 AND digits = $2 AND look_ms > $3 AND state = 'bought'";
        if let Some(id) = &named {
            tx.run(by_id, values![source, id, now])?;
            return rows::is_known(tx, source, id, 0);
        }
        if let Some(digits) = &called {
            tx.run(by_number, values![source, digits, now])?;
        }
        Ok(true)
    };
    let is_known = app.db.write(Lane::Ingest, story).await?;
    if let (false, Some(id)) = (is_known, their_id) {
        may_be_in_doubt(app, source, &id, digits).await?;
    }
    app.houses.get().into_iter().for_each(|houses| houses.news.notify_waiters());
    Ok(())
}

/// Asks about something that we do not know, if we are in doubt of anything there. `digits` is the number that the hint
/// told.
async fn may_be_in_doubt(app: &App, source: i64, id: &str, digits: Option<String>) -> Result<(), DbError> {
    if app.db.read(move |tx: &mut Tx<'_>| rows::doubted(tx, source)).await?.is_empty() {
        return Ok(());
    }
    let (Some(houses), Some(wire)) = (app.houses.get(), house_of(app, source).await?) else { return Ok(()) };
    let Some(house) = houses.registry.get(&wire.connector).and_then(|connector| connector.house()) else {
        return Ok(());
    };
    let Ok(Some(shown)) = shown((house, &wire), id).await else { return Ok(()) };
    if !shown.is_seen || !matches!(shown.state, TheirState::Open | TheirState::Pending) {
        return Ok(());
    }
    let named = id.to_owned();
    // After the hint came, and on one snapshot: what it is of is by now known, being asked for, or in doubt.
    let read = move |tx: &mut Tx<'_>| {
        let doubts = if rows::is_known(tx, source, &named, 0)? { Vec::new() } else { rows::doubted(tx, source)? };
        Ok::<_, DbError>((doubts, rows::asking(tx, source)?))
    };
    let (doubts, asking) = app.db.read(read).await?;
    let standing = shown.standing;
    let Some(doubt) = doubt_of(&standing, &doubts, &asking) else { return Ok(()) };
    // The house's own word of the number comes first. Only one that bears the source's secret is heard at all.
    let own = standing.bought.number.filter(|text| Nanp::parse(text).is_ok());
    match own.or(digits) {
        Some(number) => {
            let bought = Bought { number: Some(number), ..standing.bought };
            doubt::found(app, doubt, &wire.slug, bought).await
        }
        // Without a number it could only be rejected; a list or a person may still tell it.
        None => Ok(()),
    }
}

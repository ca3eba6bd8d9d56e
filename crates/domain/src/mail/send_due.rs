//! Sending what waits in the outbox.

use futures_util::future::join_all;

use super::post::{Envelope, Undelivered};
use super::{State, purpose};
use crate::App;
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Lane, Row, Tx};
use crate::values;

/// Mails on their way at once.
const ROUND_MAX: i64 = 8;
/// How long a mail is left to the node that took it. Twice as long as a postman may need.
const LEASE_MS: i64 = MINUTE_MS;
/// How long a mail waits after its first try, its second, and so on; after the last it is given up. Together they stay
/// within the day for which most links in mails are good. A mail that ends earlier is given up by then.
const WAITS_MS: [i64; 7] = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS, 8 * HOUR_MS];
/// Characters of what a mail server said that are kept.
const FAULT_MAX: usize = 200;

/// A mail that this node took, by which try; one that cannot be opened is given up, and holds up no other.
struct Taken {
    id: i64,
    tries: i64,
    /// After this it is worth nothing.
    end_ms: Option<i64>,
    mail: Result<Envelope, DbError>,
}

/// Hands the mails that are due to the postman of this house; tells how many. Without a postman they stay where they
/// are. A mail whose node dies between the server's word and ours is sent again: it may come twice, and is not lost.
///
/// # Errors
/// What the database said; what was not sent is found again.
pub async fn send_due(app: &App) -> Result<usize, DbError> {
    let Some(postman) = app.postman.get() else { return Ok(0) };
    let taken = take(app).await?;
    let carry = async |taken: &Taken| {
        let carried = match &taken.mail {
            Ok(_) if taken.end_ms.is_some_and(|end_ms| end_ms <= app.now_ms()) => {
                Err(Undelivered::Refused("its link has ended".to_owned()))
            }
            Ok(mail) => postman.carry(mail).await,
            Err(error) => Err(Undelivered::Refused(error.to_string())),
        };
        settle(app, taken, carried).await
    };
    join_all(taken.iter().map(carry)).await.into_iter().collect::<Result<Vec<()>, DbError>>()?;
    Ok(taken.len())
}

async fn take(app: &App) -> Result<Vec<Taken>, DbError> {
    let now_ms = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        // Of two nodes that find the same mail, the second sees that it is not due any more.
        let sql = "UPDATE mail
             SET next_ms = $2, tries = tries + 1
             WHERE state = 'waiting'
               AND next_ms <= $1
               AND sealed IS NOT NULL
               AND id IN (SELECT id FROM mail WHERE state = 'waiting' AND next_ms <= $1 ORDER BY next_ms, id LIMIT $3)
             RETURNING id, recipient, subject, sealed, tries, created_ms, end_ms";
        tx.all(sql, values![now_ms, now_ms + LEASE_MS, ROUND_MAX])
    };
    let rows = app.db.write(Lane::Work, story).await?;
    let taken = |row: &Row| Taken { id: row.int(0), tries: row.int(4), end_ms: row.opt_int(6), mail: read(app, row) };
    Ok(rows.iter().map(taken).collect())
}

fn read(app: &App, row: &Row) -> Result<Envelope, DbError> {
    let id = row.int(0);
    let body = app.vault.open(&purpose(id), row.blob(3))?;
    Ok(Envelope {
        id,
        to: row.text(1).to_owned(),
        subject: row.text(2).to_owned(),
        body: String::from_utf8(body).map_err(|_| DbError::Damaged("a mail is not text"))?,
        created_ms: row.int(5),
    })
}

/// Writes down what came of a try, unless the lease has passed to another one.
async fn settle(app: &App, taken: &Taken, carried: Result<(), Undelivered>) -> Result<(), DbError> {
    let (now_ms, id, tries, end_ms) = (app.now_ms(), taken.id, taken.tries, taken.end_ms);
    let wait_ms = usize::try_from(tries - 1).ok().and_then(|place| WAITS_MS.get(place));
    // The next try would come too late.
    let wait_ms = wait_ms.filter(|wait_ms| end_ms.is_none_or(|end_ms| now_ms + **wait_ms < end_ms));
    let (state, next_ms, fault) = match (carried, wait_ms) {
        (Ok(()), _) => (State::Sent, now_ms, None),
        (Err(Undelivered::Later(fault)), Some(wait_ms)) => (State::Waiting, now_ms + wait_ms, Some(short(&fault))),
        (Err(Undelivered::Later(fault) | Undelivered::Refused(fault)), _) => {
            (State::Failed, now_ms, Some(short(&fault)))
        }
    };
    let sent_ms = (state == State::Sent).then_some(now_ms);
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE mail
             SET state = $3,
                 next_ms = $4,
                 fault = $5,
                 sent_ms = $6,
                 sealed = CASE WHEN $3 = 'sent' THEN NULL ELSE sealed END
             WHERE id = $1 AND tries = $2 AND state = 'waiting'";
        tx.run(sql, values![id, tries, state.word(), next_ms, fault.clone(), sent_ms]).map(drop)
    };
    app.db.write::<_, DbError, _>(Lane::Work, story).await?;
    metrics::counter!("mails_total", "outcome" => state.word()).increment(1);
    Ok(())
}

/// The beginning of a fault, in one line.
fn short(fault: &str) -> String {
    fault.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(FAULT_MAX).collect()
}

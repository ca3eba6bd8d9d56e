//! Pushing what waits in the outbox, each partner apart from the others.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::courier::{Pushed, Sms};
use super::outbox;
use super::places::{Place, Share};
use super::rows::{self, Follower};
use crate::App;
use crate::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Lane, Row, Tx, id_list};
use crate::supply::Settings;
use crate::{account, message, order, values};

/// How long a round waits for those who answer slowly; they are heard all the same, and hold up nobody else.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long one push may take, and how long an SMS is left to the node that took it: twice as long.
const PUSH_MAX: Duration = Duration::from_secs(30);
const LEASE_MS: i64 = MINUTE_MS;
/// How long an SMS waits after its first try, its second, and so on; after the last of these always as long again.
const WAITS_S: [i64; 9] = [10, 10, 10, 20, 30, 60, 120, 300, 600];
/// After so long an SMS is given up: no longer than texts are usually kept, and nobody waits for it any more.
const GIVE_UP_MS: i64 = DAY_MS;
/// How often it is told how many wait.
const TOLD_EVERY_MS: i64 = 10 * SECOND_MS;
/// Characters of what a partner said that are kept.
const FAULT_MAX: usize = 200;

/// An SMS that this node took, by which try.
#[derive(Clone, Copy)]
struct Taken {
    id: i64,
    /// What the partner knows it by.
    sms_id: i64,
    order: i64,
    message: i64,
    tries: i64,
    created_ms: i64,
}

/// Puts what came in for partners into the outbox, and pushes what is due there; tells how many were tried, or none where
/// somebody took longer to answer than the round waits. Each partner has places of its own, so that one that hangs holds up
/// no other; and of those some are for what was never tried, so that nothing new waits for what failed before. A push whose
/// node dies before the answer is written down is sent again, under the same id.
///
/// While nothing comes and nothing is due, a round is two reads by index.
///
/// # Errors
/// What the database said; what was not pushed is found again.
pub async fn push_due(app: &App) -> Result<usize, DbError> {
    let followers = rows::followers(app).await?;
    let Some((_, patience)) = app.courier.get().filter(|_| !followers.is_empty()) else { return Ok(0) };
    let newest = account::event_seqs(app, followers.iter().map(|follower| &follower.account)).await?;
    // What is wrong with one partner's account keeps no other's SMS from it; it is told in the end.
    let mut failed = tell_waiting(app, &followers).await.err();
    let mut rounds = Vec::new();
    for follower in followers {
        let has_news = newest.get(&follower.account).is_some_and(|seq| *seq > follower.event_seq);
        let filled = if has_news { outbox::fill(app, &follower).await } else { Ok(0) };
        let came = filled.unwrap_or_else(|error| {
            failed = Some(error);
            0
        });
        let follower = Arc::new(follower);
        for share in Share::ALL {
            let has_come = share == Share::Fresh && came > 0;
            if has_come || follower.due_ms(share).is_some_and(|due_ms| due_ms <= app.now_ms()) {
                rounds.push(tokio::spawn(push_share(app.clone(), Arc::clone(&follower), share)));
            }
        }
    }
    let ended = timeout(*patience, join_all(rounds)).await;
    if let Some(error) = failed {
        return Err(error);
    }
    let Ok(ended) = ended else { return Ok(0) };
    ended.into_iter().map(|ended| ended.map_err(|_| DbError::Panicked)).sum()
}

/// Tells whoever watches the house how many wait for each partner. All that wait are counted for it, so it is done seldom.
async fn tell_waiting(app: &App, followers: &[Follower]) -> Result<(), DbError> {
    let (now_ms, told_ms) = (app.now_ms(), &app.underway.told_ms);
    if now_ms < told_ms.load(Ordering::Relaxed).saturating_add(TOLD_EVERY_MS) {
        return Ok(());
    }
    let waiting = outbox::waiting(app).await?;
    for follower in followers {
        let count = waiting.get(&follower.id).copied().unwrap_or(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("partner_pushes_waiting", "partner" => follower.slug.clone()).set(count);
    }
    told_ms.store(now_ms, Ordering::Relaxed);
    Ok(())
}

/// A partner's round. What fails is told here, because nobody may be waiting for it any more.
async fn push_share(app: App, follower: Arc<Follower>, share: Share) -> usize {
    let slug = follower.slug.clone();
    push_round(&app, follower, share).await.unwrap_or_else(|error| {
        tracing::error!(partner = slug, %error, "a round of pushes failed; what it took is tried again");
        0
    })
}

async fn push_round(app: &App, follower: Arc<Follower>, share: Share) -> Result<usize, DbError> {
    let places = Place::free(app, follower.id, share);
    if places.is_empty() {
        return Ok(0);
    }
    let taken = take(app, follower.id, share, places.len()).await?;
    let to = rows::open(app, &follower.slug, &follower.sealed).map(Arc::new).map_err(|error| error.to_string());
    // Each in a task of its own, so that its place is free as soon as it is answered, whoever still hangs.
    let push = |(taken, place)| tokio::spawn(push_at(place, Arc::clone(&follower), to.clone(), taken));
    let pushes: Vec<_> = taken.into_iter().zip(places).map(push).collect();
    let tried = pushes.len();
    let ended: Result<Vec<_>, _> = join_all(pushes).await.into_iter().collect();
    ended.map_err(|_| DbError::Panicked)?.into_iter().collect::<Result<Vec<()>, DbError>>()?;
    Ok(tried)
}

/// What is due of a share. Its condition stands in the text, because it is what makes one index of the two serve.
macro_rules! due {
    ($share:literal) => {
        concat!(
            "SELECT id
             FROM push
             WHERE partner_id = $1 AND state = 'waiting' AND next_ms <= $2 AND ",
            $share,
            " ORDER BY next_ms, id
             LIMIT $3"
        )
    };
}

/// Takes what is due of a share, as many as there are places.
async fn take(app: &App, partner: i64, share: Share, places: usize) -> Result<Vec<Taken>, DbError> {
    let now_ms = app.now_ms();
    let most = i64::try_from(places).map_err(|_| DbError::Damaged("there are too many places"))?;
    let due = match share {
        Share::Fresh => due!("tries = 0"),
        Share::Again => due!("tries > 0"),
    };
    let story = move |tx: &mut Tx<'_>| {
        let due: Vec<i64> = tx.all(due, values![partner, now_ms, most])?.iter().map(|row| row.int(0)).collect();
        // Of two nodes that find the same one, the second sees that it is not due any more.
        let sql = "UPDATE push
             SET next_ms = $3, tries = tries + 1
             WHERE state = 'waiting' AND next_ms <= $2 AND id IN (SELECT p.a FROM (json_pairs($1)) p)
             RETURNING id, sms_id, order_id, message_id, tries, created_ms";
        tx.all(sql, values![id_list(&due), now_ms, now_ms + LEASE_MS])
    };
    let taken = |row: &Row| Taken {
        id: row.int(0),
        sms_id: row.int(1),
        order: row.int(2),
        message: row.int(3),
        tries: row.int(4),
        created_ms: row.int(5),
    };
    Ok(app.db.write::<_, DbError, _>(Lane::Work, story).await?.iter().map(taken).collect())
}

/// Pushes one SMS at its place, and writes down what came of it. Where the settings do not open, the operator can set them
/// again, and it is tried later.
async fn push_at(
    place: Place,
    follower: Arc<Follower>,
    to: Result<Arc<Settings>, String>,
    taken: Taken,
) -> Result<(), DbError> {
    let app = &place.app;
    let pushed = match to {
        Ok(to) => push_apart(app, follower.account, to, taken).await,
        Err(why) => Ok(Pushed::Later(why)),
    };
    settle(app, &follower.slug, &taken, pushed).await
}

/// Why nothing can be pushed, now or later.
struct Lost(String);

/// Pushes one SMS in a task of its own, so that one that panics or hangs takes no other with it.
async fn push_apart(app: &App, account: i64, to: Arc<Settings>, taken: Taken) -> Result<Pushed, Lost> {
    let app = app.clone();
    let pushing = tokio::spawn(async move { timeout(PUSH_MAX, push_one(&app, account, &to, &taken)).await });
    match pushing.await {
        Ok(Ok(pushed)) => pushed,
        Ok(Err(_)) => Ok(Pushed::Later("took too long".to_owned())),
        Err(_) => Ok(Pushed::Later("the push broke off".to_owned())),
    }
}

async fn push_one(app: &App, account: i64, to: &Settings, taken: &Taken) -> Result<Pushed, Lost> {
    let found = read(app, account, taken).await;
    match (found, app.courier.get()) {
        (Ok(Some(sms)), Some((courier, _))) => Ok(courier.push(to, &sms).await),
        (Ok(None), _) => Err(Lost("its text is erased".to_owned())),
        // It is of this one SMS that the house knows too little; no other waits for it.
        (Err(error @ DbError::Damaged(_)), _) => Err(Lost(error.to_string())),
        (Err(error), _) => Ok(Pushed::Later(error.to_string())),
        (Ok(Some(_)), None) => Ok(Pushed::Later("nobody pushes".to_owned())),
    }
}

/// The text is opened here, for the time of one push.
async fn read(app: &App, account: i64, taken: &Taken) -> Result<Option<Sms>, DbError> {
    let Some(order) = order::find(app, account, taken.order).await? else { return Ok(None) };
    let message = message::one_of_order(app, taken.order, taken.message).await?;
    Ok(message.map(|message| Sms {
        id: taken.sms_id,
        digits: order.digits,
        sender: message.sender,
        text: message.text,
    }))
}

/// Writes down what came of a try, unless the lease has passed to another one.
async fn settle(app: &App, slug: &str, taken: &Taken, pushed: Result<Pushed, Lost>) -> Result<(), DbError> {
    let (now_ms, id, tries) = (app.now_ms(), taken.id, taken.tries);
    let place = usize::try_from(tries - 1).unwrap_or(0).min(WAITS_S.len() - 1);
    let next_ms = now_ms + WAITS_S[place] * SECOND_MS;
    let (state, fault) = match pushed {
        Ok(Pushed::Taken) => ("taken", None),
        Ok(Pushed::Refused(said)) => ("refused", Some(short(&said))),
        Ok(Pushed::Later(met)) if next_ms < taken.created_ms + GIVE_UP_MS => ("waiting", Some(short(&met))),
        Ok(Pushed::Later(met)) => ("given_up", Some(short(&met))),
        Err(Lost(why)) => ("given_up", Some(short(&why))),
    };
    let settled_ms = (state != "waiting").then_some(now_ms);
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE push
             SET state = $3, next_ms = $4, fault = $5, settled_ms = $6
             WHERE id = $1 AND tries = $2 AND state = 'waiting'";
        tx.run(sql, values![id, tries, state, next_ms, fault.clone(), settled_ms]).map(drop)
    };
    app.db.write::<_, DbError, _>(Lane::Work, story).await?;
    metrics::counter!("partner_pushes_total", "partner" => slug.to_owned(), "outcome" => state).increment(1);
    Ok(())
}

/// The beginning of a fault, in one line.
fn short(fault: &str) -> String {
    fault.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(FAULT_MAX).collect()
}

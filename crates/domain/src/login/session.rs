//! Sessions: who is signed in, in which browser, until when.

use super::rows::Person;
use super::{Entered, Kind, Role, Secret, Visit, letters};
use crate::App;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::policy::audit::{self, Deed};
use crate::{ids, mail, values};

/// The longest that any session lives without being used.
pub(super) const IDLE_MAX_MS: i64 = 14 * DAY_MS;

/// How long a session lives without being used, and at most.
fn life_ms(kind: Kind) -> (i64, i64) {
    match kind {
        Kind::Customer => (IDLE_MAX_MS, 90 * DAY_MS),
        Kind::Operator => (HOUR_MS, 12 * HOUR_MS),
    }
}

/// How exactly it is kept when a session was last used.
const SEEN_EVERY_MS: i64 = MINUTE_MS;
/// Sessions of one person, at most; the one that was used longest ago ends for another.
const SESSIONS_MAX: i64 = 50;
/// Browsers of one person that are known again, at most.
const DEVICES_MAX: i64 = 50;
/// Letters of a browser's words, at most.
const DEVICE_WORDS_MAX: usize = 80;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session.
    pub id: i64,
    /// The person.
    pub login: i64,
    /// The address of a customer, or the name of an operator.
    pub name: String,
    /// The account of a customer.
    pub account: Option<i64>,
    /// The role of an operator.
    pub role: Option<Role>,
    /// Whether a second factor is in force.
    pub has_second: bool,
}

/// A session as its person sees it in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The session.
    pub id: i64,
    /// The browser in a few words.
    pub device: String,
    /// The client's address when it began.
    pub address: String,
    /// Since when.
    pub created_ms: i64,
    /// When it was last used, to the minute.
    pub seen_ms: i64,
}

const LIVE: &str = "SELECT s.id, s.login_id, l.name, l.account_id, l.role, l.totp_ms, s.seen_ms
     FROM session s
     JOIN login l ON l.id = s.login_id
     WHERE s.hash = $1
       AND l.kind = $2
       AND l.stopped_ms IS NULL
       AND s.seen_ms > $3
       AND s.created_ms > $4";

/// Finds who is signed in by a session's secret, and notes that it was used. Nothing is remembered, so that a session
/// that was ended is refused on the next request, on every node.
///
/// # Errors
/// What the database said.
pub async fn session(app: &App, kind: Kind, secret: &Secret) -> Result<Option<Session>, DbError> {
    let Some((session, seen_ms)) = live(app, kind, secret).await? else { return Ok(None) };
    let now = app.now_ms();
    if seen_ms <= now - SEEN_EVERY_MS {
        let id = session.id;
        let touch = move |tx: &mut Tx<'_>| {
            tx.run("UPDATE session SET seen_ms = $2 WHERE id = $1 AND seen_ms < $2", values![id, now]).map(drop)
        };
        app.db.write::<_, DbError, _>(Lane::Work, touch).await?;
    }
    Ok(Some(session))
}

/// Finds who is signed in as [`session`] does, for what a page asks by itself: that nobody touched an open page is no use
/// of the session, and it ends in time.
///
/// # Errors
/// What the database said.
pub async fn peek(app: &App, kind: Kind, secret: &Secret) -> Result<Option<Session>, DbError> {
    Ok(live(app, kind, secret).await?.map(|(session, _)| session))
}

/// The session of a secret that lives, and when it was last used.
async fn live(app: &App, kind: Kind, secret: &Secret) -> Result<Option<(Session, i64)>, DbError> {
    let (now, (idle_ms, whole_ms)) = (app.now_ms(), life_ms(kind));
    let hash = secret.hash();
    let row = app.db.row(LIVE, values![hash.as_slice(), kind.word(), now - idle_ms, now - whole_ms]).await?;
    let Some(row) = row else { return Ok(None) };
    let session = Session {
        id: row.int(0),
        login: row.int(1),
        name: row.text(2).to_owned(),
        account: row.opt_int(3),
        role: row.opt_text(4).map(|role| word(Role::from_word(role), "an operator's role")).transpose()?,
        has_second: row.opt_int(5).is_some(),
    };
    Ok(Some((session, row.int(6))))
}

/// The sessions of a person that live, the one used last first.
///
/// # Errors
/// What the database said.
pub async fn sessions(app: &App, kind: Kind, login: i64) -> Result<Vec<Device>, DbError> {
    let (now, (idle_ms, whole_ms)) = (app.now_ms(), life_ms(kind));
    let sql = "SELECT id, device, address, created_ms, seen_ms
         FROM session
         WHERE login_id = $1 AND seen_ms > $2 AND created_ms > $3
         ORDER BY seen_ms DESC, id DESC
         LIMIT $4";
    let rows = app.db.rows(sql, values![login, now - idle_ms, now - whole_ms, SESSIONS_MAX]).await?;
    let device = |row: &Row| Device {
        id: row.int(0),
        device: row.text(1).to_owned(),
        address: row.text(2).to_owned(),
        created_ms: row.int(3),
        seen_ms: row.int(4),
    };
    Ok(rows.iter().map(device).collect())
}

/// Ends one session of a person; whether there was one.
///
/// # Errors
/// What the database said.
pub async fn sign_out(app: &App, login: i64, session: i64) -> Result<bool, DbError> {
    let story = move |tx: &mut Tx<'_>| {
        let ended = tx.run("DELETE FROM session WHERE id = $1 AND login_id = $2", values![session, login])?;
        Ok::<_, DbError>(ended > 0)
    };
    app.db.write(Lane::Work, story).await
}

/// Ends all sessions of a person but one, if one is to stay; how many.
///
/// # Errors
/// What the database said.
pub async fn sign_out_everywhere(app: &App, login: i64, but: Option<i64>) -> Result<u64, DbError> {
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| end_all(tx, login, but)).await
}

/// Ends all sessions of a person but one.
pub(super) fn end_all(tx: &mut Tx<'_>, login: i64, but: Option<i64>) -> Result<u64, DbError> {
    tx.run("DELETE FROM session WHERE login_id = $1 AND id <> $2", values![login, but.unwrap_or(0)])
}

/// What a story needs to let somebody in: made before it, so that a story that runs again gives the same secrets.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) visit: Visit,
    session: Secret,
    device: Secret,
}

impl Entry {
    /// Fresh secrets for a visit; a browser that is known keeps its own.
    pub(super) fn new(visit: &Visit) -> Self {
        let device = visit.known_by.clone().unwrap_or_else(Secret::random);
        Self { visit: visit.clone(), session: Secret::random(), device }
    }

    /// What the browser keeps, once the story is committed.
    pub(super) fn entered(self) -> Entered {
        Entered { session: self.session, device: self.device }
    }
}

/// Whether a mail tells of a browser that was never seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// It does.
    NewDevice,
    /// It does not, because its person has just shown to hold the mailbox, or has none.
    Nobody,
}

/// Begins a session: always with a secret of its own, so that one that was planted is worth nothing.
pub(super) fn begin(tx: &mut Tx<'_>, app: &App, person: &Person, entry: &Entry, tell: Tell) -> Result<(), DbError> {
    let now_ms = app.now_ms();
    let id = ids::take(tx, "session", 1)?;
    let (hash, visit) = (entry.session.hash(), &entry.visit);
    let sql = "INSERT INTO session (id, hash, login_id, device, address, created_ms, seen_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $6)";
    let words: String = visit.device.chars().filter(|sign| !sign.is_control()).take(DEVICE_WORDS_MAX).collect();
    tx.run(sql, values![id, hash.as_slice(), person.id, words, visit.address.to_string(), now_ms])?;
    keep_newest(tx, person.id)?;
    let is_new = note_device(tx, person.id, &entry.device, now_ms)?;
    match person.kind {
        Kind::Customer if is_new && tell == Tell::NewDevice => {
            mail::post(tx, app, &letters::new_device(visit, &person.name, now_ms))
        }
        Kind::Customer => Ok(()),
        Kind::Operator => {
            let from = format!("{} from {}", visit.device, visit.address);
            let who = &person.name;
            let deed =
                Deed { who, deed: "operator.sign_in", subject: who, reason: "", before: None, after: Some(&from) };
            audit::write(tx, now_ms, &deed)
        }
    }
}

fn keep_newest(tx: &mut Tx<'_>, login: i64) -> Result<(), DbError> {
    let sql = "DELETE FROM session
         WHERE login_id = $1
           AND id NOT IN (SELECT id FROM session WHERE login_id = $1 ORDER BY seen_ms DESC, id DESC LIMIT $2)";
    tx.run(sql, values![login, SESSIONS_MAX]).map(drop)
}

/// Whether somebody of this name was in with this browser before, as far as its secret tells.
pub(super) fn is_known(tx: &mut Tx<'_>, kind: Kind, name: &str, device: &Secret) -> Result<bool, DbError> {
    let sql = "SELECT 1
         FROM login l
         JOIN device d ON d.login_id = l.id
         WHERE l.kind = $1 AND l.name = $2 AND d.hash = $3";
    Ok(tx.one(sql, values![kind.word(), name, device.hash().as_slice()])?.is_some())
}

/// The tags by which the browsers are counted that a person is known by.
pub(super) fn device_hashes(tx: &mut Tx<'_>, login: i64) -> Result<Vec<Vec<u8>>, DbError> {
    let rows = tx.all("SELECT hash FROM device WHERE login_id = $1 LIMIT $2", values![login, DEVICES_MAX])?;
    Ok(rows.iter().map(|row| row.blob(0).to_vec()).collect())
}

/// Forgets the browsers that a person was in with, but for one: whoever comes back with another is told of by mail again.
pub(super) fn forget_devices(tx: &mut Tx<'_>, login: i64, but: Option<&Secret>) -> Result<(), DbError> {
    let kept = but.map_or_else(Vec::new, |device| device.hash().to_vec());
    tx.run("DELETE FROM device WHERE login_id = $1 AND hash <> $2", values![login, kept]).map(drop)
}

/// Notes that a browser was here; whether it is new.
pub(super) fn note_device(tx: &mut Tx<'_>, login: i64, device: &Secret, now_ms: i64) -> Result<bool, DbError> {
    let hash = device.hash();
    let known = tx.run(
        "UPDATE device SET seen_ms = $3 WHERE login_id = $1 AND hash = $2",
        values![login, hash.as_slice(), now_ms],
    )?;
    if known > 0 {
        return Ok(false);
    }
    let insert = "INSERT INTO device (login_id, hash, seen_ms)
         VALUES ($1, $2, $3)
         ON CONFLICT (login_id, hash) DO NOTHING";
    tx.run(insert, values![login, hash.as_slice(), now_ms])?;
    let sql = "DELETE FROM device
         WHERE login_id = $1
           AND hash NOT IN (SELECT hash FROM device WHERE login_id = $1 ORDER BY seen_ms DESC, hash LIMIT $2)";
    tx.run(sql, values![login, DEVICES_MAX])?;
    Ok(true)
}

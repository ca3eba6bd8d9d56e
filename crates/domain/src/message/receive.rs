//! The one door for messages: whatever wire a piece came by, it becomes durable here and goes to one lease or to none.
//!
//! One transaction. Everything that could fail because of what a message says runs behind a savepoint; if it does, that
//! alone is undone and the message is quarantined with the reason, so that no text can block its wire. Only the engine
//! itself failing is an error: then nothing was kept and nothing may be acknowledged (S1).

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::content::Content;
use super::{deliver, join, rows};
use crate::App;
use crate::catalog::{self, Catalog};
use crate::db::{DbError, Lane, Tx};
use crate::number;
use crate::seal::Key;
use crate::supply::{Line, Part};
use std::sync::Arc;

/// How often a piece is told to the database before its wire hears that it was not kept.
const TRIES_MAX: usize = 4;

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// A customer has it.
    Delivered {
        /// Whose events tell of it.
        account: i64,
    },
    /// Nobody has it; the operator sees it.
    Quarantined,
    /// It waits for the other pieces of its message.
    Joining,
    /// It was told before.
    Repeat,
}

/// A piece with all that its story needs.
#[derive(Clone)]
pub(super) struct Incoming {
    pub(super) app: App,
    pub(super) catalog: Arc<Catalog>,
    pub(super) id: i64,
    pub(super) source: i64,
    pub(super) reference: [u8; 32],
    pub(super) part: Part,
    pub(super) now_ms: i64,
    pub(super) day: i64,
    pub(super) day_key: Key,
    /// What a piece says that is a whole message: read before the story, for which all others wait.
    pub(super) read: Option<Read>,
}

/// What a message says, and the service that it is from.
#[derive(Clone)]
pub(super) struct Read {
    pub(super) content: Content,
    pub(super) service: Option<i64>,
}

impl Read {
    pub(super) fn new(catalog: &Catalog, content: Content) -> Self {
        let service = catalog.classifier.classify(&content.sender, &content.text);
        Self { content, service }
    }

    /// What a piece says that is a whole message.
    fn of(catalog: &Catalog, part: &Part) -> Self {
        Self::new(catalog, Content::new(&part.sender, &part.text, &part.raw))
    }
}

/// What ended the part of a story behind the savepoint.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It was told before.
    #[error("told before")]
    Repeat,
    /// Nobody may have it.
    #[error("quarantined: {0}")]
    Quarantine(&'static str),
    /// The database, or a fault of ours.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Keeps a piece of a message that came in at a source. When it returns `Ok`, it is durable and may be acknowledged.
///
/// # Errors
/// What the database said; nothing was kept, and the sender must tell it again.
pub async fn receive(app: &App, source: i64, part: Part) -> Result<Received, DbError> {
    let now_ms = app.now_ms();
    let (day, day_key) = app.days.of(app, now_ms).await?;
    let lag_ms = part.sent_ms.map(|sent_ms| now_ms - sent_ms);
    let catalog = catalog::catalog(app).await?;
    let incoming = Incoming {
        read: read_before(&catalog, &part),
        catalog,
        id: app.ids.message(&app.db).await?,
        reference: app.vault.tag("message ref", &[&source.to_be_bytes(), &part.reference]),
        app: app.clone(),
        source,
        part,
        now_ms,
        day,
        day_key,
    };
    let received = tell(app, incoming).await?;
    if let Received::Delivered { account } = received {
        app.notices.tell(account);
        lag_ms.into_iter().for_each(|lag_ms| app.lags.note(source, now_ms, lag_ms));
    }
    app.heard.heard(source, now_ms);
    let outcome = match received {
        Received::Delivered { .. } => "delivered",
        Received::Quarantined => "quarantined",
        Received::Joining => "joining",
        Received::Repeat => "repeat",
    };
    metrics::counter!("messages_received_total", "outcome" => outcome).increment(1);
    Ok(received)
}

/// Reads a piece that is a whole message. One that cannot be read is left to the story, which knows what to do with it.
fn read_before(catalog: &Catalog, part: &Part) -> Option<Read> {
    let read = || Read::of(catalog, part);
    if part.concat.is_some() { None } else { catch_unwind(AssertUnwindSafe(read)).ok() }
}

/// Whether a piece with this reference was kept.
pub(crate) async fn is_kept(app: &App, source: i64, reference: &[u8]) -> Result<bool, DbError> {
    let reference = app.vault.tag("message ref", &[&source.to_be_bytes(), reference]);
    app.db
        .read(move |tx| Ok(rows::is_known(tx, source, &reference)? || rows::is_part_known(tx, source, &reference)?))
        .await
}

/// Two first parts of one message may come at once on two connections: the one that lost finds the other's group when
/// it is told again.
async fn tell(app: &App, incoming: Incoming) -> Result<Received, DbError> {
    for _ in 1..TRIES_MAX {
        let again = incoming.clone();
        match app.db.write(Lane::Ingest, move |tx| story(tx, &again)).await {
            Err(DbError::Conflict) => {}
            done => return done,
        }
    }
    app.db.write(Lane::Ingest, move |tx| story(tx, &incoming)).await
}

fn story(tx: &mut Tx<'_>, incoming: &Incoming) -> Result<Received, DbError> {
    let outcome = tx.savepoint(|tx| guarded(tx, |tx| receive_one(tx, incoming)));
    let reason = match outcome {
        Ok(received) => return Ok(received),
        Err(Trouble::Repeat) => return Ok(Received::Repeat),
        Err(Trouble::Quarantine(reason)) => reason,
        // These are about what the message says, or about our own fault with it: another try would end the same way.
        Err(Trouble::Db(DbError::Constraint(_) | DbError::Damaged(_) | DbError::Panicked)) => "fault",
        Err(Trouble::Db(error)) => return Err(error),
    };
    quarantine(tx, incoming, reason)
}

/// Runs what may fail because of what a message says, its queued statements and panics included.
pub(super) fn guarded(
    tx: &mut Tx<'_>,
    part: impl FnOnce(&mut Tx<'_>) -> Result<Received, Trouble>,
) -> Result<Received, Trouble> {
    let outcome = catch_unwind(AssertUnwindSafe(|| part(tx)));
    let received = outcome.unwrap_or_else(|_| Err(DbError::Panicked.into()))?;
    tx.flush()?;
    Ok(received)
}

fn receive_one(tx: &mut Tx<'_>, incoming: &Incoming) -> Result<Received, Trouble> {
    if rows::is_known(tx, incoming.source, &incoming.reference)? {
        return Err(Trouble::Repeat);
    }
    if let Some(reason) = incoming.part.trouble {
        return Err(Trouble::Quarantine(reason));
    }
    let number = line(tx, incoming)?;
    if let Some(concat) = incoming.part.concat {
        return join::add(tx, incoming, number, concat);
    }
    let read = || Read::of(&incoming.catalog, &incoming.part);
    let whole = deliver::Whole {
        id: incoming.id,
        number,
        read: incoming.read.as_ref().map_or_else(|| Cow::Owned(read()), Cow::Borrowed),
        received_ms: incoming.now_ms,
        sent_ms: incoming.part.sent_ms,
        is_complete: true,
        is_kept_already: false,
    };
    deliver::deliver(tx, incoming, whole)
}

/// The number that a piece came in on. A mapped SIM decides, then its port, unless its number is
/// known to be another SIM; a number told beside it must not contradict.
fn line(tx: &mut Tx<'_>, incoming: &Incoming) -> Result<i64, Trouble> {
    let Line { sim, port, number } = &incoming.part.line;
    let told = number.as_deref().and_then(|text| crate::phone::Nanp::parse(text).ok());
    for name in [sim, port].into_iter().flatten() {
        // No SIM is called so, and PostgreSQL refuses a NUL: asking would keep the piece from ever being taken.
        if name.chars().any(char::is_control) {
            return Err(Trouble::Quarantine("unmapped_sim"));
        }
        let Some((id, digits)) = number::of_sim(tx, incoming.source, name, incoming.now_ms)? else { continue };
        if let Some(sim) = sim
            && sim != name
            && number::has_other_sim(tx, incoming.source, id, [sim, name], incoming.now_ms)?
        {
            // Another SIM sits in the port than the one that is this number.
            return Err(Trouble::Quarantine("unmapped_sim"));
        }
        let contradicts = told.is_some_and(|told| told.digits() != digits);
        return if contradicts { Err(Trouble::Quarantine("sim_and_number_differ")) } else { Ok(id) };
    }
    if sim.is_some() || port.is_some() {
        return Err(Trouble::Quarantine("unmapped_sim"));
    }
    let told = told.ok_or(Trouble::Quarantine("unreadable_number"))?;
    let found = number::of_source(tx, incoming.source, &told.digits())?;
    found.ok_or(Trouble::Quarantine("unknown_number"))
}

/// Keeps a piece that nobody may have, for the operator.
fn quarantine(tx: &mut Tx<'_>, incoming: &Incoming, reason: &'static str) -> Result<Received, DbError> {
    let part = &incoming.part;
    let content =
        Content { sender: part.sender.clone(), text: part.text.clone(), raw: part.raw.clone(), ..Content::default() };
    let sealed = content.seal(&incoming.day_key, incoming.id);
    let kept = rows::NewMessage {
        id: incoming.id,
        source: incoming.source,
        reference: &incoming.reference,
        number: None,
        lease: None,
        reason: Some(reason),
        is_complete: part.concat.is_none(),
        sender_tag: None,
        received_ms: incoming.now_ms,
        sent_ms: part.sent_ms,
        sealed_day: Some(incoming.day),
        sealed: &sealed,
    };
    Ok(if rows::insert(tx, &kept)? { Received::Quarantined } else { Received::Repeat })
}

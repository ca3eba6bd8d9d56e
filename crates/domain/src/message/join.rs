//! Long messages: their parts join in any order, across restarts and nodes, and never with parts of another (S7).
//!
//! The first part makes a message row in state `joining`. When all parts are there the message is delivered; after
//! 10 s it is delivered as it is, and a late part makes it more complete without capturing anything again (S2).

use std::borrow::Cow;

use futures_util::future::join_all;
use sha2::{Digest, Sha256};

use super::content::Content;
use super::days;
use super::deliver::{self, Whole};
use super::receive::{Incoming, Read, Received, Trouble, guarded};
use super::rows;
use crate::App;
use crate::account;
use crate::catalog;
use crate::clock::{DAY_MS, SECOND_MS};
use crate::db::{DbError, Lane, Row, Tx};
use crate::event::{self, Event, Kind};
use crate::number;
use crate::seal::Key;
use crate::supply::{Concat, ConcatKind, Line, Part, Sewn};
use crate::values;

/// How long a message waits for its parts before it is told as it is.
pub(super) const PATIENCE_MS: i64 = 10 * SECOND_MS;
/// How long parts may follow; references repeat after that.
const OPEN_MS: i64 = DAY_MS;
/// Messages told in one round of the worker.
const ROUND_MAX: i64 = 256;
/// What stands in a text where a part is missing.
const GAP: &str = "…";

/// A group of parts that is collected.
struct Group {
    message: i64,
    total: i64,
    first_ms: i64,
    is_told: bool,
}

/// Adds a part to its group, and delivers the message if it is whole now.
pub(super) fn add(tx: &mut Tx<'_>, incoming: &Incoming, number: i64, concat: Concat) -> Result<Received, Trouble> {
    if rows::is_part_known(tx, incoming.source, &incoming.reference)? {
        return Err(Trouble::Repeat);
    }
    let key = group_key(incoming, number, concat);
    let digest: [u8; 32] = Sha256::digest(incoming.part.text.as_bytes()).into();
    let seq = i64::from(concat.seq);
    let is_old = |group: &Group| group.first_ms <= incoming.now_ms - OPEN_MS;
    let found = find(tx, incoming.source, &key)?;
    if let Some(old) = found.as_ref().filter(|group| is_old(group) && !group.is_told) {
        // No worker ran for a day: what is there is told before its place is taken.
        finish(tx, incoming, old, number, false)?;
    }
    if let Some(group) = found.filter(|group| !is_old(group)) {
        match digest_of(tx, group.message, seq)? {
            // All of it was told already, and whoever tells a part again names it as before. So this is of the sender's next
            // message, which has the same place for parts and may begin with the same words.
            Some(_) if group.is_told && is_whole(tx, &group)? => {}
            Some(known) if known == digest => return Err(Trouble::Repeat),
            // The same place with other bytes: the reference was used again, so this is another message.
            Some(_) if !group.is_told => {
                finish(tx, incoming, &group, number, false)?;
            }
            Some(_) => {}
            None => {
                add_part(tx, incoming, group.message, seq, &digest)?;
                add_reference(tx, incoming, group.message)?;
                return complete(tx, incoming, &group, number);
            }
        }
    }
    begin(tx, incoming, number, &key, concat)?;
    add_part(tx, incoming, incoming.id, seq, &digest)?;
    Ok(Received::Joining)
}

fn group_key(incoming: &Incoming, number: i64, concat: Concat) -> [u8; 32] {
    let kind: &[u8] = match concat.kind {
        ConcatKind::Ref8 => b"ref8",
        ConcatKind::Ref16 => b"ref16",
        ConcatKind::Sar => b"sar",
        ConcatKind::Own => b"own",
    };
    let sender = incoming.part.sender.as_bytes();
    let (line, reference) = (number.to_be_bytes(), concat.reference.to_be_bytes());
    incoming.app.vault.tag("group", &[&line, sender, kind, &reference, &[concat.total]])
}

fn find(tx: &mut Tx<'_>, source: i64, key: &[u8]) -> Result<Option<Group>, DbError> {
    let sql = "SELECT message_id, total, first_ms, told
         FROM message_join
         WHERE source_id = $1 AND group_key = $2
         {for_update}";
    let row = tx.one(sql, values![source, key])?;
    Ok(row.map(|row| Group { message: row.int(0), total: row.int(1), first_ms: row.int(2), is_told: row.flag(3) }))
}

fn begin(tx: &mut Tx<'_>, incoming: &Incoming, number: i64, key: &[u8], concat: Concat) -> Result<(), Trouble> {
    let message = "INSERT INTO message
           (id, source_id, ref, state, number_id, complete, received_ms, sent_ms)
         VALUES ($1, $2, $3, 'joining', $4, 0, $5, $6)
         ON CONFLICT (source_id, ref) DO NOTHING";
    let values = values![
        incoming.id,
        incoming.source,
        incoming.reference.as_slice(),
        number,
        incoming.now_ms,
        incoming.part.sent_ms
    ];
    if tx.run(message, values)? == 0 {
        return Err(Trouble::Repeat);
    }
    // On PostgreSQL two first parts may come at once: the second loses here and is run again.
    let join = "INSERT INTO message_join (source_id, group_key, message_id, total, first_ms)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (source_id, group_key) DO UPDATE SET message_id = $3, total = $4, first_ms = $5, told = 0
         WHERE message_join.told = 1 OR message_join.first_ms <= $6";
    let total = i64::from(concat.total);
    let old_ms = incoming.now_ms - OPEN_MS;
    let values = values![incoming.source, key, incoming.id, total, incoming.now_ms, old_ms];
    if tx.run(join, values)? == 0 { Err(DbError::Conflict.into()) } else { Ok(()) }
}

fn digest_of(tx: &mut Tx<'_>, message: i64, seq: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT digest FROM message_part WHERE message_id = $1 AND seq = $2";
    Ok(tx.one(sql, values![message, seq])?.map(|row| row.blob(0).to_vec()))
}

fn add_part(tx: &mut Tx<'_>, incoming: &Incoming, message: i64, seq: i64, digest: &[u8]) -> Result<(), DbError> {
    let part = &incoming.part;
    let content = Content {
        sender: part.sender.clone(),
        text: part.text.clone(),
        raw: part.raw.clone(),
        seam: part.concat.map(|concat| concat.seam).unwrap_or_default(),
        ..Content::default()
    };
    let sql = "INSERT INTO message_part (message_id, seq, digest, sealed_day, sealed) VALUES ($1, $2, $3, $4, $5)";
    let sealed = content.seal(&incoming.day_key, message);
    tx.run(sql, values![message, seq, digest, incoming.day, sealed]).map(drop)
}

/// Remembers a later part by what its sender calls it, for as long as its message is kept.
fn add_reference(tx: &mut Tx<'_>, incoming: &Incoming, message: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO message_part_ref (source_id, ref, message_id) VALUES ($1, $2, $3)";
    tx.queue(sql, values![incoming.source, incoming.reference.as_slice(), message])
}

/// After a part was added: delivers the message if all parts are there, or makes one that was told more complete.
fn complete(tx: &mut Tx<'_>, incoming: &Incoming, group: &Group, number: i64) -> Result<Received, Trouble> {
    let is_complete = is_whole(tx, group)?;
    if group.is_told {
        return update(tx, incoming, group, is_complete);
    }
    if is_complete { finish(tx, incoming, group, number, true) } else { Ok(Received::Joining) }
}

/// Whether all parts are there.
fn is_whole(tx: &mut Tx<'_>, group: &Group) -> Result<bool, DbError> {
    let sql = "SELECT COUNT(*) FROM message_part WHERE message_id = $1";
    Ok(tx.one(sql, values![group.message])?.is_some_and(|row| row.int(0) == group.total))
}

/// Delivers a message with the parts it has.
fn finish(
    tx: &mut Tx<'_>,
    incoming: &Incoming,
    group: &Group,
    number: i64,
    is_complete: bool,
) -> Result<Received, Trouble> {
    let told = "UPDATE message_join SET told = 1 WHERE message_id = $1 AND told = 0";
    if tx.run(told, values![group.message])? == 0 {
        return Err(Trouble::Repeat);
    }
    let content = assemble(tx, &incoming.app, group)?;
    let sent = tx.one("SELECT sent_ms FROM message WHERE id = $1", values![group.message])?;
    let whole = Whole {
        id: group.message,
        number,
        read: Cow::Owned(Read::new(&incoming.catalog, content)),
        received_ms: group.first_ms,
        sent_ms: sent.and_then(|row| row.opt_int(0)),
        is_complete,
        is_kept_already: true,
    };
    deliver::deliver(tx, incoming, whole)
}

/// The text of a message from the parts it has, in their order, with a mark where some are missing.
fn assemble(tx: &mut Tx<'_>, app: &App, group: &Group) -> Result<Content, DbError> {
    let sql = "SELECT seq, sealed_day, sealed FROM message_part WHERE message_id = $1 ORDER BY seq";
    let (mut sewn, mut raw, mut sender, mut next) = (Sewn::default(), Vec::new(), String::new(), 1);
    for row in tx.all(sql, values![group.message])? {
        let Some(part) = open_part(tx, app, group.message, &row)? else { continue };
        if row.int(0) != next {
            sewn.gap(GAP);
        }
        next = row.int(0) + 1;
        sewn.piece(&part.text, part.seam);
        raw.extend_from_slice(&part.raw);
        sender = part.sender;
    }
    if next <= group.total {
        sewn.gap(GAP);
    }
    Ok(Content::new(&sender, &sewn.into_text(), &raw))
}

fn open_part(tx: &mut Tx<'_>, app: &App, message: i64, row: &Row) -> Result<Option<Content>, DbError> {
    let (Some(sealed), Some(key)) = (row.opt_blob(2), days::find(tx, &app.vault, row.int(1))?) else {
        return Ok(None);
    };
    Content::open(&key, message, sealed).map(Some)
}

/// A late part: the message that was told without it says more now.
fn update(tx: &mut Tx<'_>, incoming: &Incoming, group: &Group, is_complete: bool) -> Result<Received, Trouble> {
    // Locked, because an operator may release it just now.
    let sql = "SELECT order_id, account_id, number_id FROM message WHERE id = $1 {for_update}";
    let row = tx.one(sql, values![group.message])?.ok_or(DbError::Damaged("a joined message is missing"))?;
    let content = assemble(tx, &incoming.app, group)?;
    let (Some(order), Some(account)) = (row.opt_int(0), row.opt_int(1)) else {
        let sealed = content.seal(&incoming.day_key, group.message);
        reseal(tx, group.message, is_complete, Some(incoming.day), &sealed)?;
        return Ok(Received::Quarantined);
    };
    account::lock(tx, account)?;
    let lease = number::lease_of(tx, order, row.int(2))?;
    let key: Option<Key> = lease.as_ref().map(|lease| lease.key(&incoming.app.vault)).transpose()?.flatten();
    let (Some(key), Some(lease)) = (key, lease) else { return Err(Trouble::Quarantine("lease_erased")) };
    reseal(tx, group.message, is_complete, None, &content.seal(&key, group.message))?;
    let seq = account::next_event(tx, account)?;
    let event = Event {
        seq,
        kind: Kind::MessageUpdated,
        at_ms: incoming.now_ms,
        order: Some((lease.product, order)),
        amount: None,
        message: Some(group.message),
    };
    event::append(tx, account, &event)?;
    Ok(Received::Delivered { account })
}

fn reseal(tx: &mut Tx<'_>, id: i64, is_complete: bool, day: Option<i64>, sealed: &[u8]) -> Result<(), DbError> {
    let sql = "UPDATE message SET complete = $2, sealed_day = $3, sealed = $4 WHERE id = $1";
    tx.queue(sql, values![id, is_complete, day, sealed])
}

/// Tells messages that have waited 10 s for their parts as they are, and forgets groups that are closed; how many were
/// told. A worker calls it every second.
///
/// # Errors
/// What the database said; what was not told is found again.
pub async fn tell_incomplete(app: &App) -> Result<usize, DbError> {
    let now = app.now_ms();
    let due = "SELECT j.source_id, j.message_id, j.total, j.first_ms, m.number_id
         FROM message_join j
         JOIN message m ON m.id = j.message_id
         WHERE j.told = 0 AND j.first_ms <= $1
         ORDER BY j.first_ms
         LIMIT $2";
    let due = app.db.rows(due, values![now - PATIENCE_MS, ROUND_MAX]).await?;
    let told = join_all(due.iter().map(|row| tell_one(app, row, now))).await;
    told.into_iter().collect::<Result<Vec<()>, DbError>>()?;
    let close = move |tx: &mut Tx<'_>| {
        tx.run("DELETE FROM message_join WHERE told = 1 AND first_ms <= $1", values![now - OPEN_MS])?;
        let parts = "DELETE FROM message_part
             WHERE message_id IN
               (SELECT p.message_id FROM message_part p
                LEFT JOIN message_join j ON j.message_id = p.message_id
                WHERE j.message_id IS NULL
                LIMIT $1)";
        tx.run(parts, values![ROUND_MAX])
    };
    app.db.write(Lane::Work, close).await?;
    Ok(due.len())
}

async fn tell_one(app: &App, row: &Row, now_ms: i64) -> Result<(), DbError> {
    let group = Group { message: row.int(1), total: row.int(2), first_ms: row.int(3), is_told: false };
    let (source, number) = (row.int(0), row.int(4));
    let (day, day_key) = app.days.of(app, now_ms).await?;
    // The parts are here already; what a connector would have told now stays empty.
    let nothing = Part {
        reference: Vec::new(),
        line: Line::default(),
        sender: String::new(),
        text: String::new(),
        raw: Vec::new(),
        sent_ms: None,
        concat: None,
        trouble: None,
    };
    let incoming = Incoming {
        app: app.clone(),
        catalog: catalog::catalog(app).await?,
        id: group.message,
        source,
        reference: [0; 32],
        part: nothing,
        now_ms,
        day,
        day_key,
        read: None,
    };
    let story = move |tx: &mut Tx<'_>| {
        let outcome = tx.savepoint(|tx| guarded(tx, |tx| finish(tx, &incoming, &group, number, false)));
        match outcome {
            Ok(received) => Ok(received),
            Err(Trouble::Repeat) => Ok(Received::Repeat),
            // It would end the same way at every round, so nobody gets it.
            Err(
                Trouble::Quarantine(_) | Trouble::Db(DbError::Constraint(_) | DbError::Damaged(_) | DbError::Panicked),
            ) => give_up(tx, &incoming, &group),
            Err(Trouble::Db(error)) => Err(error),
        }
    };
    if let Received::Delivered { account } = app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(())
}

/// Keeps a message whose parts cannot be told for the operator, with those of its parts that open.
fn give_up(tx: &mut Tx<'_>, incoming: &Incoming, group: &Group) -> Result<Received, DbError> {
    let told = "UPDATE message_join SET told = 1 WHERE message_id = $1 AND told = 0";
    if tx.run(told, values![group.message])? == 0 {
        return Ok(Received::Repeat);
    }
    let sql = "SELECT seq, sealed_day, sealed FROM message_part WHERE message_id = $1 ORDER BY seq";
    let mut content = Content::default();
    for row in tx.all(sql, values![group.message])? {
        let part = match open_part(tx, &incoming.app, group.message, &row) {
            Ok(Some(part)) => part,
            Ok(None) | Err(DbError::Damaged(_)) => continue,
            Err(error) => return Err(error),
        };
        content.sender = part.sender;
        content.text.push_str(&part.text);
        content.raw.extend_from_slice(&part.raw);
    }
    let sealed = content.seal(&incoming.day_key, group.message);
    let sql = "UPDATE message
         SET state = 'quarantined', reason = 'fault', sealed_day = $2, sealed = $3
         WHERE id = $1 AND state = 'joining'";
    tx.run(sql, values![group.message, incoming.day, sealed])?;
    Ok(Received::Quarantined)
}

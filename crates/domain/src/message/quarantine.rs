//! What nobody got: the operator sees it, and may give it to the right order or drop it. Reading is audited (S8).

use super::content::Content;
use super::deliver::DENIED;
use super::{days, rows};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::ids;
use crate::number::{self, CountedIn};
use crate::order;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, ReadTexts, Run};
use crate::policy::reason::Reason;
use crate::product::Product;
use crate::values;

/// Messages in one page, at most.
const PAGE_MAX: i64 = 500;

/// A quarantined message as it is listed: without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineLine {
    /// Its id.
    pub id: i64,
    /// The source it came from.
    pub source: i64,
    /// The number it came in on, if that is known.
    pub number: Option<i64>,
    /// Why nobody got it.
    pub reason: String,
    /// When it reached us.
    pub received_ms: i64,
}

/// Why a quarantined message was not read, released or dropped.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineRefusal {
    /// There is no such quarantined message.
    #[error("there is no such message in quarantine")]
    NoMessage,
    /// Its text was erased with age.
    #[error("its text was erased with age")]
    Erased,
    /// It is of a kind that is never handed out.
    #[error("it is of a kind that is never handed out")]
    Denied,
    /// The order is unknown, or was not on this number when the message came.
    #[error("there is no such order that had this number when the message came")]
    NoOrder,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Quarantined messages, newest first, before a moment; at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn quarantined(app: &App, before_ms: i64, limit: i64) -> Result<Vec<QuarantineLine>, DbError> {
    let sql = "SELECT id, source_id, number_id, reason, received_ms
         FROM message
         WHERE state = 'quarantined' AND received_ms < $1
         ORDER BY received_ms DESC, id DESC
         LIMIT $2";
    let rows = app.db.rows(sql, values![before_ms, limit.clamp(1, PAGE_MAX)]).await?;
    let line = |row: &crate::db::Row| QuarantineLine {
        id: row.int(0),
        source: row.int(1),
        number: row.opt_int(2),
        reason: row.opt_text(3).unwrap_or("").to_owned(),
        received_ms: row.int(4),
    };
    Ok(rows.iter().map(line).collect())
}

/// A quarantined message, locked and opened.
struct Opened {
    number: Option<i64>,
    reason: String,
    received_ms: i64,
    is_complete: bool,
    content: Content,
}

fn open(tx: &mut Tx<'_>, app: &App, id: i64) -> Result<Opened, QuarantineRefusal> {
    let sql = "SELECT number_id, reason, received_ms, sealed_day, sealed, complete
         FROM message
         WHERE id = $1 AND state = 'quarantined'
         {for_update}";
    let row = tx.one(sql, values![id])?.ok_or(QuarantineRefusal::NoMessage)?;
    let (Some(day), Some(sealed)) = (row.opt_int(3), row.opt_blob(4)) else { return Err(QuarantineRefusal::Erased) };
    let key = days::find(tx, &app.vault, day)?.ok_or(QuarantineRefusal::Erased)?;
    Ok(Opened {
        number: row.opt_int(0),
        reason: row.opt_text(1).unwrap_or("").to_owned(),
        received_ms: row.int(2),
        is_complete: row.flag(5),
        content: Content::open(&key, id, sealed)?,
    })
}

/// Reads a quarantined message: its sender and text. The reading is written into the audit log with its reason.
///
/// # Errors
/// See [`QuarantineRefusal`].
pub async fn read_quarantined(
    app: &App,
    id: i64,
    reason: &Reason,
    by: &Permit<ReadTexts>,
) -> Result<(String, String), QuarantineRefusal> {
    let (now, house) = (app.now_ms(), app.clone());
    let (reason, by) = (reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let opened = open(tx, &house, id)?;
        let subject = format!("message {id}");
        let deed = Deed {
            who: &by.who,
            deed: "quarantine.read",
            subject: &subject,
            reason: reason.text(),
            before: None,
            after: None,
        };
        audit::write(tx, now, &deed)?;
        Ok((opened.content.sender, opened.content.text))
    };
    app.db.write(Lane::Work, story).await
}

/// Drops a quarantined message: nobody will get it.
///
/// # Errors
/// See [`QuarantineRefusal`].
pub async fn drop_quarantined(app: &App, id: i64, reason: &Reason, by: &Permit<Run>) -> Result<(), QuarantineRefusal> {
    let (now, reason, by) = (app.now_ms(), reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE message SET state = 'dropped', sealed = NULL WHERE id = $1 AND state = 'quarantined'";
        if tx.run(sql, values![id])? == 0 {
            return Err(QuarantineRefusal::NoMessage);
        }
        let subject = format!("message {id}");
        let deed = Deed {
            who: &by.who,
            deed: "quarantine.drop",
            subject: &subject,
            reason: reason.text(),
            before: None,
            after: None,
        };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

/// Gives a quarantined message to the order it was meant for. The order must have had the number when the message came;
/// if it still waits, it is captured.
///
/// # Errors
/// See [`QuarantineRefusal`].
pub async fn release(
    app: &App,
    id: i64,
    order: i64,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), QuarantineRefusal> {
    let (now, house) = (app.now_ms(), app.clone());
    let (reason, by) = (reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let (account, product) = release_one(tx, &house, id, order, now)?;
        let (subject, after) = (format!("message {id}"), ids::shown(product, order));
        let deed = Deed {
            who: &by.who,
            deed: "quarantine.release",
            subject: &subject,
            reason: reason.text(),
            before: None,
            after: Some(&after),
        };
        audit::write(tx, now, &deed)?;
        Ok::<_, QuarantineRefusal>(account)
    };
    let account = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(())
}

/// Whose order or rental it was given to, and which of both it is.
fn release_one(
    tx: &mut Tx<'_>,
    app: &App,
    id: i64,
    order: i64,
    now_ms: i64,
) -> Result<(i64, Product), QuarantineRefusal> {
    let opened = open(tx, app, id)?;
    if opened.reason.starts_with(DENIED) {
        return Err(QuarantineRefusal::Denied);
    }
    let number = opened.number.ok_or(QuarantineRefusal::NoOrder)?;
    let lease = number::lease_of(tx, order, number)?.filter(|lease| lease.runs_at(opened.received_ms));
    let lease = lease.ok_or(QuarantineRefusal::NoOrder)?;
    let key = lease.key(&app.vault)?.ok_or(QuarantineRefusal::Erased)?;
    account::lock(tx, lease.account)?;
    // A rental that got it is not cancelled with a refund any more.
    match number::count_in(tx, order, opened.received_ms, i64::MAX)? {
        CountedIn::Yes => {}
        CountedIn::No => return Err(QuarantineRefusal::NoOrder),
    }
    // What is quarantined was not read for a code yet.
    let content = Content::new(&opened.content.sender, &opened.content.text, &opened.content.raw);
    let awaited = match lease.product {
        Product::ShortTerm if content.has_answer() => order::awaited(tx, order)?,
        Product::ShortTerm | Product::Rental1Day | Product::Rental30Day => None,
    };
    let is_captured = awaited.map_or(Ok(false), |order| order.capture(tx, id, now_ms))?;
    if !is_captured {
        let seq = account::next_event(tx, lease.account)?;
        let order = Some((lease.product, order));
        let event = Event { seq, kind: Kind::MessageReceived, at_ms: now_ms, order, amount: None, message: Some(id) };
        event::append(tx, lease.account, &event)?;
    }
    number::burn(tx, number, lease.service, lease.account, lease.end_ms)?;
    let sealed = content.seal(&key, id);
    rows::release(tx, id, (lease.order, lease.account), opened.is_complete, &sealed)?;
    Ok((lease.account, lease.product))
}

//! What a customer reads of the messages of an order.

use std::cmp::Reverse;

use super::content::Content;
use super::rows;
use crate::App;
use crate::db::{DbError, Row, Tx};
use crate::number;
use crate::seal::Key;
use crate::values;

/// Messages of one order that are shown, newest first.
const SHOWN_MAX: i64 = 200;

/// A message as its customer reads it. It has no `Debug`, because it holds a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: i64,
    /// Who sent it.
    pub sender: String,
    /// What it says.
    pub text: String,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it.
    pub link: Option<String>,
    /// When it reached the house.
    pub received_ms: i64,
    /// Whether all its parts came.
    pub is_complete: bool,
}

impl Message {
    /// Whether it holds what its customer waits for: a code or a link.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        self.code.is_some() || self.link.is_some()
    }
}

/// Who has messages: an order or rental, with its number and when it began. Its messages are found by its number, because
/// the numbers of one moment's messages lie together, and orders, whose ids are made by chance, lie anywhere: an index of
/// those would write a page for each message.
#[derive(Clone, Copy)]
pub(crate) struct Recipient {
    pub(crate) order: i64,
    pub(crate) number: i64,
    pub(crate) start_ms: i64,
}

/// The messages of an order, newest first; none once they are to be gone.
pub(crate) async fn of_order(app: &App, of: Recipient) -> Result<Vec<Message>, DbError> {
    let rows = app.db.rows(rows::OF_RECIPIENT, values![of.number, of.start_ms, of.order, SHOWN_MAX]).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let Some(key) = number::key_of(app, of.order).await? else { return Ok(Vec::new()) };
    all_opened(&rows, &key)
}

/// One message of an order, whatever the others are like; `None` once it is erased.
pub(crate) async fn one_of_order(app: &App, order: i64, message: i64) -> Result<Option<Message>, DbError> {
    let Some(row) = app.db.row(rows::ONE_OF_ORDER, values![message, order]).await? else { return Ok(None) };
    let Some(key) = number::key_of(app, order).await? else { return Ok(None) };
    opened(&row, &key).map(Some)
}

/// The messages of an order as [`of_order`] tells them, within somebody's story.
pub(crate) fn of_order_in(tx: &mut Tx<'_>, app: &App, of: Recipient) -> Result<Vec<Message>, DbError> {
    let rows = tx.all(rows::OF_RECIPIENT, values![of.number, of.start_ms, of.order, SHOWN_MAX])?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = number::key_in(tx, &app.vault, of.order, app.now_ms())?;
    key.map_or_else(|| Ok(Vec::new()), |key| all_opened(&rows, &key))
}

fn all_opened(rows: &[Row], key: &Key) -> Result<Vec<Message>, DbError> {
    let mut messages: Vec<Message> = rows.iter().map(|row| opened(row, key)).collect::<Result<_, _>>()?;
    messages.sort_unstable_by_key(|message| Reverse((message.received_ms, message.id)));
    Ok(messages)
}

fn opened(row: &Row, key: &Key) -> Result<Message, DbError> {
    let content = Content::open(key, row.int(0), row.blob(3))?;
    Ok(Message {
        id: row.int(0),
        sender: content.sender,
        text: content.text,
        code: content.code,
        link: content.link,
        received_ms: row.int(1),
        is_complete: row.flag(2),
    })
}

/// When the newest message of an order reached the house, if one did.
pub(crate) fn newest_ms(tx: &mut Tx<'_>, of: Recipient) -> Result<Option<i64>, DbError> {
    let sql = "SELECT MAX(received_ms) FROM message WHERE number_id = $1 AND received_ms >= $2 AND order_id = $3";
    let row = tx.one(sql, values![of.number, of.start_ms, of.order])?;
    Ok(row.and_then(|row| row.opt_int(0)))
}

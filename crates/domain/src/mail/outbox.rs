//! What is in the outbox, for the operator.

use super::{State, purpose};
use crate::App;
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Mails in one page, at most.
const PAGE_MAX: i64 = 500;

/// A mail as it is listed: never what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLine {
    /// Its id.
    pub id: i64,
    /// What it is about, by a word.
    pub kind: String,
    /// The mailbox.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// How far it is.
    pub state: State,
    /// How often it was tried.
    pub tries: i64,
    /// What its last try met.
    pub fault: Option<String>,
    /// When it was posted.
    pub created_ms: i64,
    /// When it was sent.
    pub sent_ms: Option<i64>,
}

/// Why a mail was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadRefusal {
    /// There is no such mail.
    #[error("there is no such mail")]
    NoMail,
    /// It was sent, or not within a day, and its text is erased.
    #[error("the text of this mail is erased, because it was sent or is too old")]
    Erased,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The mails below an id, newest first, at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn outbox(app: &App, before: i64, limit: i64) -> Result<Vec<MailLine>, DbError> {
    outbox_in(app, None, before, limit).await
}

/// The mails in one state, or in all, below an id, newest first, at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn outbox_in(app: &App, state: Option<State>, before: i64, limit: i64) -> Result<Vec<MailLine>, DbError> {
    let sql = "SELECT id, kind, recipient, subject, state, tries, fault, created_ms, sent_ms
         FROM mail
         WHERE id < $1 AND (state = $3 OR $3 = '')
         ORDER BY id DESC
         LIMIT $2";
    let state = state.map_or("", State::word);
    let rows = app.db.rows(sql, values![before, limit.clamp(1, PAGE_MAX), state]).await?;
    let line = |row: &Row| {
        Ok(MailLine {
            id: row.int(0),
            kind: row.text(1).to_owned(),
            to: row.text(2).to_owned(),
            subject: row.text(3).to_owned(),
            state: word(State::from_word(row.text(4)), "a mail's state")?,
            tries: row.int(5),
            fault: row.opt_text(6).map(str::to_owned),
            created_ms: row.int(7),
            sent_ms: row.opt_int(8),
        })
    };
    rows.iter().map(line).collect()
}

/// Reads the text of a mail, which may hold a link that lets its reader in: the reading is written into the audit log.
///
/// # Errors
/// See [`ReadRefusal`].
pub async fn read(app: &App, id: i64, reason: &Reason, by: &Permit<Run>) -> Result<String, ReadRefusal> {
    let (now, reason, by) = (app.now_ms(), reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one("SELECT sealed FROM mail WHERE id = $1", values![id])?.ok_or(ReadRefusal::NoMail)?;
        let sealed = row.opt_blob(0).ok_or(ReadRefusal::Erased)?.to_vec();
        let subject = format!("mail {id}");
        let deed = Deed {
            who: &by.who,
            deed: "mail.read",
            subject: &subject,
            reason: reason.text(),
            before: None,
            after: None,
        };
        audit::write(tx, now, &deed)?;
        Ok::<_, ReadRefusal>(sealed)
    };
    let sealed = app.db.write(Lane::Work, story).await?;
    let plain = app.vault.open(&purpose(id), &sealed)?;
    String::from_utf8(plain).map_err(|_| DbError::Damaged("a mail is not text").into())
}

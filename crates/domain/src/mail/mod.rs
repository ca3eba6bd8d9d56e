//! The outbox: mails that the house wants to send, kept until they are sent.

mod forget_old;
mod given_up;
mod outbox;
mod post;
mod retry;
mod send_due;

pub use forget_old::forget_old;
pub(crate) use given_up::given_up;
pub use outbox::{MailLine, ReadRefusal, outbox, outbox_in, read};
pub use post::{Carried, Envelope, Postman, Undelivered};
pub use retry::{RetryRefusal, retry};
pub use send_due::send_due;

use crate::db::{DbError, Tx};
use crate::{App, ids, values};

/// How far a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is to be sent, or to be tried again.
    Waiting,
    /// A mail server took it.
    Sent,
    /// It was given up.
    Failed,
}

impl State {
    /// Its word in the database and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|state| state.word() == word)
    }
}

/// A mail to be sent. Its body may hold a link that is a secret, so it has no `Debug`.
#[derive(Clone)]
pub struct Letter {
    /// The mailbox.
    pub to: String,
    /// What it is about, by a word for the operator's list: `reset`.
    pub kind: &'static str,
    /// The subject: one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// After this it is not sent any more, because what it says does not hold.
    pub end_ms: Option<i64>,
}

/// Posts a mail within somebody's story: it is sent if, and only if, the story is committed.
pub(crate) fn post(tx: &mut Tx<'_>, app: &App, letter: &Letter) -> Result<(), DbError> {
    let (id, now_ms) = (ids::take(tx, "mail", 1)?, app.now_ms());
    let sealed = app.vault.seal(&purpose(id), letter.body.as_bytes());
    let sql = "INSERT INTO mail (id, kind, recipient, subject, sealed, state, next_ms, created_ms, end_ms)
         VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6, $7)";
    let Letter { to, kind, subject, end_ms, .. } = letter;
    tx.run(sql, values![id, *kind, to, subject, sealed, now_ms, *end_ms]).map(drop)
}

/// What a mail's body is sealed for.
fn purpose(id: i64) -> String {
    format!("mail {id}")
}

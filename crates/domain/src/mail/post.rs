//! What the house asks of whoever carries its mails away.

use std::pin::Pin;

/// A mail on its way. It may hold a link that is a secret, so it has no `Debug`.
#[derive(Clone)]
pub struct Envelope {
    /// Its id in the outbox: the same at every try.
    pub id: i64,
    /// The mailbox.
    pub to: String,
    /// The subject: one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// When it was posted.
    pub created_ms: i64,
}

/// Why a mail was not taken. The words are for the operator's list, and hold nothing of what the mail says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It will never be taken: the mailbox does not exist, say.
    #[error("refused: {0}")]
    Refused(String),
    /// It may be taken later.
    #[error("not yet: {0}")]
    Later(String),
}

/// What a postman answers, once it knows.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// Who carries mails to a mail server.
pub trait Postman: Send + Sync {
    /// Hands one mail over, within 30 seconds: `Ok` once the server answers for it.
    fn carry<'a>(&'a self, mail: &'a Envelope) -> Carried<'a>;
}

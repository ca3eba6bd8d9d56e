//! Passkeys: keys that a device keeps and uses only once it has recognised its person, so that one of them stands for
//! both factors. The house keeps what their signatures are checked with, and the challenge of one that is being added.

mod add;
mod own;
mod party;
mod rows;
mod sign_in;

use super::rows::Person;
use super::throttle::MustWait;
use super::{ChangeRefusal, Kind, Secret, SignInRefusal, Visit, letters};
use crate::App;
use crate::db::{DbError, Tx};
use crate::mail;
use crate::policy::audit::{self, Deed};

pub use add::{NewPasskey, add_passkey, begin_passkey};
pub use own::{Passkey, passkeys, remove_passkey, rename_passkey};
pub use party::may_have_passkeys;
pub(super) use rows::{count, forget_all};
pub use sign_in::{ask_passkey, sign_in_with_passkey};

/// Passkeys of one person, at most.
pub const PASSKEYS_MAX: usize = 10;
/// Characters of a passkey's name, at most.
const NAME_MAX: usize = 50;
/// Bytes of what an authenticator answers, at most.
const ANSWER_MAX: usize = 16 * 1024;

/// Somebody who is signed in, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signer {
    /// The person.
    pub login: i64,
    /// The session.
    pub session: i64,
}

/// A challenge that an authenticator is to answer within five minutes, once.
pub struct Begun {
    /// By which the answer is known to belong to it; for the browser that asked and nobody else.
    pub ticket: Secret,
    /// What the browser is told, as JSON of the standard (Web Authentication, level 3, sections 5.1.8 and 5.1.9).
    pub options: String,
}

/// A challenge for a sign-in, which whoever it may be is to answer within five minutes, once.
pub struct Asked {
    /// The challenge itself, sealed; for a cookie of the browser that asked. Letters, digits, `-` and `_`, about a
    /// thousand of them.
    pub ticket: String,
    /// What the browser is told, as JSON of the standard (Web Authentication, level 3, section 5.1.9).
    pub options: String,
}

/// Why no passkey was added, changed, removed, or taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyRefusal {
    /// The house is reached by a bare address or without https: passkeys belong to a name that nobody can pretend.
    #[error("passkeys need a name and https")]
    Nameless,
    /// There are as many as one person may have.
    #[error("there are {PASSKEYS_MAX} passkeys already")]
    TooMany,
    /// The name is empty, too long, or holds control characters.
    #[error("a passkey's name is 1 to {NAME_MAX} characters")]
    BadName,
    /// What the authenticator answered does not fit, or is known here to nobody who may sign in: nobody is told which.
    #[error("this passkey is not taken")]
    NotTaken,
    /// The challenge is too old, was answered before, or belongs to another browser.
    #[error("this took too long")]
    TooLate,
    /// There is no such passkey of this person.
    #[error("there is no such passkey")]
    Gone,
    /// As with every other change of a sign-in.
    #[error(transparent)]
    Change(#[from] ChangeRefusal),
}

impl From<DbError> for PasskeyRefusal {
    fn from(error: DbError) -> Self {
        Self::Change(error.into())
    }
}

impl From<SignInRefusal> for PasskeyRefusal {
    fn from(refusal: SignInRefusal) -> Self {
        Self::Change(refusal.into())
    }
}

impl From<MustWait> for PasskeyRefusal {
    fn from(wait: MustWait) -> Self {
        Self::Change(wait.into())
    }
}

/// A name as it is kept.
fn name_of(typed: &str) -> Result<String, PasskeyRefusal> {
    let name = typed.trim();
    let is_fine = !name.is_empty() && name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    if is_fine { Ok(name.to_owned()) } else { Err(PasskeyRefusal::BadName) }
}

/// What an authenticator answered; nothing for what is none.
fn answer_of<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, PasskeyRefusal> {
    if answer.len() > ANSWER_MAX {
        return Err(PasskeyRefusal::NotTaken);
    }
    serde_json::from_str(answer).map_err(|_| PasskeyRefusal::NotTaken)
}

/// What became of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
}

/// Tells of a change: a customer by mail; an operator, who has no mailbox here, in the audit log.
fn tell(
    tx: &mut Tx<'_>,
    app: &App,
    visit: &Visit,
    person: &Person,
    (change, name): (Change, &str),
) -> Result<(), DbError> {
    match (person.kind, change) {
        (Kind::Customer, Change::Added) => mail::post(tx, app, &letters::passkey_added(visit, &person.name, name)),
        (Kind::Customer, Change::Removed) => mail::post(tx, app, &letters::passkey_removed(visit, &person.name, name)),
        (Kind::Operator, Change::Added) => note(tx, app, person, "operator.passkey.add", (None, Some(name))),
        (Kind::Operator, Change::Removed) => note(tx, app, person, "operator.passkey.remove", (Some(name), None)),
    }
}

fn note(
    tx: &mut Tx<'_>,
    app: &App,
    person: &Person,
    deed: &str,
    (before, after): (Option<&str>, Option<&str>),
) -> Result<(), DbError> {
    let who = &person.name;
    audit::write(tx, app.now_ms(), &Deed { who, deed, subject: who, reason: "", before, after })
}

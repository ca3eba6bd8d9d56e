//! Signing up: an address and the accepted statement first, and a password once the address is confirmed.

use super::evenly::evenly;
use super::link::{self, Link, Purpose};
use super::session::{self, Entry, Tell};
use super::throttle::{self, Deed, MustWait};
use super::{Busy, Entered, Kind, PasswordFault, STATEMENT_VERSION, Secret, Visit, address, letters, password, rows};
use crate::account;
use crate::db::{DbError, Lane, Tx};
use crate::{App, mail};

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum SignUpRefusal {
    /// It is no address that a mail can be sent to.
    #[error("this is not an address of mail")]
    BadEmail,
    /// Another version of the statement was accepted than the one in force, or none.
    #[error("the acceptable-use statement must be accepted")]
    NotAccepted,
    /// It was tried too often.
    #[error("too many tries: wait {seconds} seconds")]
    MustWait {
        /// Seconds until it may be tried again.
        seconds: i64,
    },
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<MustWait> for SignUpRefusal {
    fn from(wait: MustWait) -> Self {
        Self::MustWait { seconds: wait.seconds }
    }
}

/// Sends a link to an address that wants an account. An address that has one gets another mail, and who asked is told
/// the same.
///
/// # Errors
/// See [`SignUpRefusal`]; none of them tells whether the address is known.
pub async fn sign_up(app: &App, visit: &Visit, email: &str, accepted: &str) -> Result<(), SignUpRefusal> {
    let email = address::normal(email).ok_or(SignUpRefusal::BadEmail)?;
    if accepted != STATEMENT_VERSION {
        return Err(SignUpRefusal::NotAccepted);
    }
    let (house, visit, secret) = (app.clone(), visit.clone(), Secret::random());
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        count_letter(tx, &house, &visit, &email)??;
        let letter = match rows::named(tx, Kind::Customer, &email)? {
            Some(_) => letters::known_already(&visit, &email),
            None => letters::sign_up(&visit, &email, &secret),
        };
        // Both write the same rows, so that both take as long; the link to an address that is known is in no mail.
        let terms = Some(STATEMENT_VERSION.to_owned());
        let link = Link { email: Some(email.clone()), terms, ..Link::default() };
        link::make(tx, Purpose::SignUp, &secret, &link, now_ms)?;
        mail::post(tx, &house, &letter)?;
        Ok(())
    };
    evenly(app.db.write(Lane::Work, story)).await
}

/// Counts a mail that a stranger asks for, by the client and by the mailbox.
pub(super) fn count_letter(
    tx: &mut Tx<'_>,
    app: &App,
    visit: &Visit,
    email: &str,
) -> Result<Result<(), MustWait>, DbError> {
    let now_ms = app.now_ms();
    let from = throttle::tag_of_address(app, Deed::LetterFrom, visit.address);
    if let Err(wait) = throttle::count(tx, Deed::LetterFrom, &from, now_ms)? {
        return Ok(Err(wait));
    }
    let to = throttle::tag(app, Deed::LetterTo, email);
    throttle::count(tx, Deed::LetterTo, &to, now_ms)
}

/// A link and the password that is chosen with it.
pub struct Chosen<'a> {
    /// The secret of the link.
    pub link: &'a Secret,
    /// The password.
    pub password: &'a str,
}

/// Why a link did not lead in.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmRefusal {
    /// The link is used, old or wrong: nobody is told which.
    #[error("the link is not valid any more")]
    BadLink,
    /// The statement in force has not been accepted; the link is still good.
    #[error("the acceptable-use statement must be accepted")]
    NotAccepted,
    /// The password is not taken; the link is still good.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Too many passwords are being checked; the link is still good.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Whether a link leads on only for somebody who accepts the statement now, because nobody did when it was made.
///
/// # Errors
/// [`ConfirmRefusal::BadLink`], and what the database said.
pub async fn must_accept(app: &App, link: &Secret) -> Result<bool, ConfirmRefusal> {
    let (secret, now_ms) = (link.clone(), app.now_ms());
    let look = move |tx: &mut Tx<'_>| link::find(tx, Purpose::SignUp, &secret, now_ms);
    Ok(app.db.read(look).await?.ok_or(ConfirmRefusal::BadLink)?.terms.is_none())
}

/// Makes the account of a confirmed address, unless there is one that waits for it, and lets its person in. `accepted`
/// is the version of the statement that was accepted with the password, where it was not before.
///
/// # Errors
/// See [`ConfirmRefusal`].
pub async fn confirm_sign_up(
    app: &App,
    visit: &Visit,
    chosen: Chosen<'_>,
    accepted: &str,
) -> Result<Entered, ConfirmRefusal> {
    if must_accept(app, chosen.link).await? && accepted != STATEMENT_VERSION {
        return Err(ConfirmRefusal::NotAccepted);
    }
    if let Some(fault) = password::fault(chosen.password, false) {
        return Err(fault.into());
    }
    let hash = app.passwords.hash(chosen.password.to_owned()).await?;
    let (house, secret, entry) = (app.clone(), chosen.link.clone(), Entry::new(visit));
    let kept = entry.clone();
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let link = link::take(tx, Purpose::SignUp, &secret, now_ms)?.ok_or(ConfirmRefusal::BadLink)?;
        let email = link.email.ok_or(DbError::Damaged("a sign-up has no address"))?;
        let account = match link.account {
            Some(account) => account,
            None => account::open(tx, account::Tier::New, now_ms)?,
        };
        let terms = link.terms.as_deref().unwrap_or(STATEMENT_VERSION);
        let new = rows::NewCustomer { email: &email, account, password: Some(&hash), terms: Some(terms) };
        // Two links may have been sent to one mailbox; the first that is used makes the account.
        let id = rows::insert_customer(tx, &new, now_ms)?.ok_or(ConfirmRefusal::BadLink)?;
        let person = rows::locked(tx, id)?;
        session::begin(tx, &house, &person, &kept, Tell::Nobody)?;
        Ok::<_, ConfirmRefusal>(())
    };
    app.db.write(Lane::Work, story).await?;
    Ok(entry.entered())
}

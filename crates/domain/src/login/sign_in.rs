//! Signing in with a password. Whether a name is known is told neither by the answer nor by how long it takes.

use super::link::{self, Link, Purpose};
use super::rows::Person;
use super::session::{self, Entry, Tell};
use super::throttle::{self, Deed, MustWait};
use super::{Busy, Entered, Kind, Secret, Visit, address, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// What comes of a right password.
pub enum SignIn {
    /// Its person is in.
    Entered(Entered),
    /// The code of the second factor is asked for, with this secret, within ten minutes.
    NeedsCode(Secret),
}

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// Name and password do not belong together: nobody is told which is wrong.
    #[error("the address or the password is wrong")]
    Wrong,
    /// It was tried too often.
    #[error("too many tries: wait {seconds} seconds")]
    MustWait {
        /// Seconds until it may be tried again.
        seconds: i64,
    },
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<MustWait> for SignInRefusal {
    fn from(wait: MustWait) -> Self {
        Self::MustWait { seconds: wait.seconds }
    }
}

/// A name and a password as somebody typed them. It has no `Debug`.
#[derive(Clone)]
pub struct Credentials {
    /// An address, or an operator's name.
    pub name: String,
    /// The password.
    pub password: String,
}

/// Lets somebody in who knows the password, or asks for the second factor.
///
/// # Errors
/// See [`SignInRefusal`].
pub async fn sign_in(app: &App, kind: Kind, visit: &Visit, who: Credentials) -> Result<SignIn, SignInRefusal> {
    // What is no address is counted and worked on like one, so that it takes as long.
    let name = match kind {
        Kind::Customer => address::normal(&who.name).unwrap_or_default(),
        Kind::Operator => who.name.trim().to_owned(),
    };
    count(app, kind, visit, &name).await?;
    let row = app.db.row(rows::BY_NAME, values![kind.word(), &name]).await?;
    let person = row.map(|row| rows::person(&row)).transpose()?.filter(may_sign_in);
    let hash = person.as_ref().and_then(|person| person.password.clone());
    let is_right = app.passwords.fits(who.password, hash).await?;
    let Some(person) = person.filter(|_| is_right) else { return Err(SignInRefusal::Wrong) };
    let (house, entry, ticket) = (app.clone(), Entry::new(visit), Secret::random());
    let (kept, secret) = (entry.clone(), ticket.clone());
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let found = rows::locked(tx, person.id)?;
        // The password may have been changed while this one was checked.
        if found.password != person.password || !may_sign_in(&found) {
            return Err(SignInRefusal::Wrong);
        }
        forgive(tx, &house, kind, &name, kept.visit.known_by.as_ref())?;
        if found.has_second() {
            let link = Link { login: Some(found.id), ..Link::default() };
            link::make(tx, Purpose::SecondFactor, &secret, &link, now_ms)?;
        } else {
            session::begin(tx, &house, &found, &kept, Tell::NewDevice)?;
        }
        Ok(found.has_second())
    };
    let needs_code = app.db.write(Lane::Work, story).await?;
    Ok(if needs_code { SignIn::NeedsCode(ticket) } else { SignIn::Entered(entry.entered()) })
}

/// Whether somebody may come in at all: an operator only with a second factor.
pub(super) fn may_sign_in(person: &Person) -> bool {
    match person.kind {
        Kind::Customer => !person.is_stopped,
        Kind::Operator => !person.is_stopped && person.has_second(),
    }
}

/// Somebody who is signed in shows once more to know the password; tries count as those of the sign-in do.
pub(super) async fn show_again(app: &App, visit: &Visit, login: i64, password: &str) -> Result<Person, SignInRefusal> {
    let row = app.db.row(rows::BY_ID, values![login]).await?.ok_or(DbError::Damaged("a login is missing"))?;
    let person = rows::person(&row)?;
    count(app, person.kind, visit, &person.name).await?;
    let is_right = app.passwords.fits(password.to_owned(), person.password.clone()).await?;
    if !is_right {
        return Err(SignInRefusal::Wrong);
    }
    let (house, kind, name, device) = (app.clone(), person.kind, person.name.clone(), visit.known_by.clone());
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| forgive(tx, &house, kind, &name, device.as_ref())).await?;
    Ok(person)
}

/// Customers' and operators' names are counted apart.
pub(super) fn counted_name(kind: Kind, name: &str) -> String {
    format!("{} {name}", kind.word())
}

/// The tag of a name in a browser that is known by this hash.
pub(super) fn tag_in_device(app: &App, kind: Kind, name: &str, device: &[u8]) -> Vec<u8> {
    let device: String = device.iter().map(|byte| format!("{byte:02x}")).collect();
    throttle::tag(app, Deed::PasswordInDevice, &format!("{} in {device}", counted_name(kind, name)))
}

/// Forgets the tries for a name, those in this browser among them.
pub(super) fn forgive(
    tx: &mut Tx<'_>,
    app: &App,
    kind: Kind,
    name: &str,
    device: Option<&Secret>,
) -> Result<(), DbError> {
    let of_name = throttle::tag(app, Deed::PasswordOfName, &counted_name(kind, name));
    throttle::forgive(tx, Deed::PasswordOfName, &of_name)?;
    match device {
        Some(device) => {
            let in_device = tag_in_device(app, kind, name, &device.hash());
            throttle::forgive(tx, Deed::PasswordInDevice, &in_device)
        }
        None => Ok(()),
    }
}

/// Counts a try. A browser in which its person was in before is counted by itself, so that nobody is locked out by what
/// strangers try from elsewhere.
async fn count(app: &App, kind: Kind, visit: &Visit, name: &str) -> Result<(), SignInRefusal> {
    let of_name = throttle::tag(app, Deed::PasswordOfName, &counted_name(kind, name));
    let device = visit.known_by.clone();
    let known = device.map(|device| (tag_in_device(app, kind, name, &device.hash()), device));
    let name = name.to_owned();
    let from = throttle::tag_of_address(app, Deed::PasswordFrom, visit.address);
    let now_ms = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        throttle::count(tx, Deed::PasswordFrom, &from, now_ms)??;
        match &known {
            Some((in_device, device)) if session::is_known(tx, kind, &name, device)? => {
                throttle::count(tx, Deed::PasswordInDevice, in_device, now_ms)??;
            }
            Some(_) | None => throttle::count(tx, Deed::PasswordOfName, &of_name, now_ms)??,
        }
        Ok::<_, SignInRefusal>(())
    };
    app.db.write(Lane::Work, story).await
}

//! The second factor: setting it up, asking for it, and what stands in for it when it is lost.

use super::link::{self, Link, Purpose};
use super::rows::Person;
use super::session::{self, Entry, Tell};
use super::sign_in::show_again;
use super::throttle::{self, Deed};
use super::{ChangeRefusal, Entered, Kind, Offer, PasswordFault, Secret, Visit, letters, rows, totp};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit;
use crate::{mail, values};

/// Recovery codes that are made at once.
pub const CODES: usize = 10;

/// What a generator's secret is sealed for.
pub(super) fn purpose(login: i64) -> String {
    format!("totp {login}")
}

/// Begins to set up a second factor, or another one, for somebody who shows the password again: nothing changes until
/// its first code is shown.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn begin_second(
    app: &App,
    visit: &Visit,
    login: i64,
    password: &str,
) -> Result<(Secret, Offer), ChangeRefusal> {
    show_again(app, visit, login, password).await?;
    let (secret, key) = (Secret::random(), totp::new_secret());
    let (kept, sealed, now_ms) = (secret.clone(), app.vault.seal(&purpose(login), &key), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let person = rows::locked(tx, login)?;
        let link = Link { login: Some(login), state: Some(sealed.clone()), ..Link::default() };
        link::make(tx, Purpose::Setup, &kept, &link, now_ms)?;
        Ok::<_, ChangeRefusal>(person.name)
    };
    let name = app.db.write(Lane::Work, story).await?;
    Ok((secret, totp::offer(&key, &name)))
}

/// The offer that was begun, for the form that is shown again.
pub(super) fn offered(app: &App, link: &Link, name: &str) -> Result<Offer, DbError> {
    Ok(totp::offer(&key_of(app, link)?, name))
}

fn key_of(app: &App, link: &Link) -> Result<Vec<u8>, DbError> {
    let (login, sealed) = link.login.zip(link.state.as_deref()).ok_or(DbError::Damaged("a set-up has no secret"))?;
    app.vault.open(&purpose(login), sealed)
}

/// Puts the second factor in force with its first code, and tells the recovery codes: the only time they are seen.
///
/// # Errors
/// See [`ChangeRefusal`]; with [`ChangeRefusal::Wrong`] the set-up goes on, and its offer comes along.
pub async fn confirm_second(
    app: &App,
    visit: &Visit,
    login: i64,
    setup: &Secret,
    code: &str,
) -> Result<Result<Vec<String>, Offer>, ChangeRefusal> {
    count_code(app, login).await?;
    let (house, visit, setup, code) = (app.clone(), visit.clone(), setup.clone(), code.to_owned());
    let codes = new_codes();
    let kept = codes.clone();
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let person = rows::locked(tx, login)?;
        let link = link::find(tx, Purpose::Setup, &setup, now_ms)?.filter(|link| link.login == Some(login));
        let link = link.ok_or(ChangeRefusal::BadLink)?;
        if !put_in_force(tx, &house, &person, &link, &code, &kept)? {
            return Ok(Err(offered(&house, &link, &person.name)?));
        }
        link::take(tx, Purpose::Setup, &setup, now_ms)?;
        match person.kind {
            Kind::Customer => mail::post(tx, &house, &letters::second_changed(&visit, &person.name, true))?,
            Kind::Operator => note(tx, &house, &person, "operator.generator")?,
        }
        Ok::<_, ChangeRefusal>(Ok(()))
    };
    Ok(app.db.write(Lane::Work, story).await?.map(|()| codes))
}

/// Puts the generator of a set-up in force if the code is its own; whether it was.
pub(super) fn put_in_force(
    tx: &mut Tx<'_>,
    app: &App,
    person: &Person,
    link: &Link,
    code: &str,
    codes: &[String],
) -> Result<bool, DbError> {
    let now_ms = app.now_ms();
    let Some(step) = totp::step_of(&key_of(app, link)?, code, now_ms) else { return Ok(false) };
    let sealed = link.state.as_deref().ok_or(DbError::Damaged("a set-up has no secret"))?;
    rows::set_totp(tx, person.id, Some((sealed, step)), now_ms)?;
    keep_codes(tx, app, person.id, codes)?;
    Ok(true)
}

pub(super) fn new_codes() -> Vec<String> {
    (0..CODES).map(|_| totp::new_recovery()).collect()
}

/// What is kept of a recovery code: it has 50 bits of chance, so a key of the house goes into it.
fn tag(app: &App, login: i64, code: &str) -> Vec<u8> {
    app.vault.tag("recovery code", &[&login.to_be_bytes(), code.as_bytes()]).to_vec()
}

fn keep_codes(tx: &mut Tx<'_>, app: &App, login: i64, codes: &[String]) -> Result<(), DbError> {
    tx.run("DELETE FROM recovery_code WHERE login_id = $1", values![login])?;
    for code in codes {
        let code = totp::normal_recovery(code).ok_or(DbError::Damaged("a recovery code is none"))?;
        let sql = "INSERT INTO recovery_code (login_id, hash) VALUES ($1, $2)";
        tx.run(sql, values![login, tag(app, login, &code)])?;
    }
    Ok(())
}

/// Lets somebody in who gave the password and now gives a code of the generator, or a recovery code, which is used up.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn sign_in_with_code(
    app: &App,
    kind: Kind,
    visit: &Visit,
    ticket: &Secret,
    code: &str,
) -> Result<Entered, ChangeRefusal> {
    let (secret, now_ms) = (ticket.clone(), app.now_ms());
    let link = app.db.read(move |tx: &mut Tx<'_>| link::find(tx, Purpose::SecondFactor, &secret, now_ms)).await?;
    let login = link.and_then(|link| link.login).ok_or(ChangeRefusal::BadLink)?;
    count_code(app, login).await?;
    let (house, ticket, code, entry) = (app.clone(), ticket.clone(), code.to_owned(), Entry::new(visit));
    let kept = entry.clone();
    let story = move |tx: &mut Tx<'_>| {
        let person = rows::locked(tx, login)?;
        if person.kind != kind || person.is_stopped {
            return Err(ChangeRefusal::BadLink);
        }
        if !is_right(tx, &house, &person, &code)? {
            return Err(ChangeRefusal::Wrong);
        }
        link::take(tx, Purpose::SecondFactor, &ticket, house.now_ms())?.ok_or(ChangeRefusal::BadLink)?;
        throttle::forgive(tx, Deed::CodeOfLogin, &throttle::tag(&house, Deed::CodeOfLogin, &login.to_string()))?;
        session::begin(tx, &house, &person, &kept, Tell::NewDevice)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    Ok(entry.entered())
}

/// Whether a code is right; it is used up then.
fn is_right(tx: &mut Tx<'_>, app: &App, person: &Person, code: &str) -> Result<bool, DbError> {
    let Some(sealed) = &person.totp else { return Ok(false) };
    let key = app.vault.open(&purpose(person.id), sealed)?;
    if let Some(step) = totp::step_of(&key, code, app.now_ms()) {
        return rows::take_step(tx, person.id, step);
    }
    let Some(code) = totp::normal_recovery(code) else { return Ok(false) };
    let sql = "DELETE FROM recovery_code WHERE login_id = $1 AND hash = $2";
    Ok(tx.run(sql, values![person.id, tag(app, person.id, &code)])? > 0)
}

async fn count_code(app: &App, login: i64) -> Result<(), ChangeRefusal> {
    let (who, now_ms) = (throttle::tag(app, Deed::CodeOfLogin, &login.to_string()), app.now_ms());
    let story = move |tx: &mut Tx<'_>| Ok::<_, ChangeRefusal>(throttle::count(tx, Deed::CodeOfLogin, &who, now_ms)??);
    app.db.write(Lane::Work, story).await
}

/// How many recovery codes a person has left.
///
/// # Errors
/// What the database said.
pub async fn recovery_left(app: &App, login: i64) -> Result<i64, DbError> {
    let row = app.db.row("SELECT COUNT(*) FROM recovery_code WHERE login_id = $1", values![login]).await?;
    Ok(row.map_or(0, |row| row.int(0)))
}

/// Makes other recovery codes for somebody who shows the password again; the old ones are worth nothing then.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn renew_recovery(
    app: &App,
    visit: &Visit,
    login: i64,
    password: &str,
) -> Result<Vec<String>, ChangeRefusal> {
    let person = show_again(app, visit, login, password).await?;
    if !person.has_second() {
        return Err(ChangeRefusal::BadLink);
    }
    let (house, codes) = (app.clone(), new_codes());
    let kept = codes.clone();
    let story = move |tx: &mut Tx<'_>| {
        keep_codes(tx, &house, login, &kept)?;
        match person.kind {
            Kind::Customer => Ok(()),
            Kind::Operator => note(tx, &house, &person, "operator.recovery_codes"),
        }
    };
    app.db.write(Lane::Work, story).await?;
    Ok(codes)
}

/// Writes down what an operator, who has no mailbox here, changed of their own sign-in.
fn note(tx: &mut Tx<'_>, app: &App, person: &Person, deed: &str) -> Result<(), DbError> {
    let (who, before, after) = (person.name.as_str(), Some("in force"), Some("made anew"));
    audit::write(tx, app.now_ms(), &audit::Deed { who, deed, subject: who, reason: "", before, after })
}

/// Takes a customer's second factor away, after the password was shown again.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn remove_second(app: &App, visit: &Visit, login: i64, password: &str) -> Result<(), ChangeRefusal> {
    let person = show_again(app, visit, login, password).await?;
    if person.kind == Kind::Operator {
        // An operator has one always.
        return Err(ChangeRefusal::BadLink);
    }
    let (house, visit) = (app.clone(), visit.clone());
    let story = move |tx: &mut Tx<'_>| {
        let person = rows::locked(tx, login)?;
        if person.is_short {
            return Err(PasswordFault::Short.into());
        }
        take_away(tx, &house, login)?;
        mail::post(tx, &house, &letters::second_changed(&visit, &person.name, false))?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

/// Takes the generator and the recovery codes of a person away.
pub(super) fn take_away(tx: &mut Tx<'_>, app: &App, login: i64) -> Result<(), DbError> {
    rows::set_totp(tx, login, None, app.now_ms())?;
    keep_codes(tx, app, login, &[])
}

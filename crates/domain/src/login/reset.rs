//! Choosing another password when the old one is forgotten, by a link to the confirmed address.

use super::evenly::evenly;
use super::link::{self, Link, Purpose};
use super::sign_up::count_letter;
use super::{
    Chosen, ConfirmRefusal, Kind, PasswordFault, Secret, SignUpRefusal, Visit, address, letters, passkey, password,
    rows, session, sign_in,
};
use crate::db::{DbError, Lane, Tx};
use crate::mail::{self, Letter};
use crate::{App, values};

/// Sends a link to an address that has an account. One that has none gets another mail, and who asked is told the same.
///
/// # Errors
/// See [`SignUpRefusal`]; none of them tells whether the address is known.
pub async fn ask_reset(app: &App, visit: &Visit, email: &str) -> Result<(), SignUpRefusal> {
    let email = address::normal(email).ok_or(SignUpRefusal::BadEmail)?;
    let (house, visit, secret) = (app.clone(), visit.clone(), Secret::random());
    let story = move |tx: &mut Tx<'_>| {
        count_letter(tx, &house, &visit, &email)??;
        let person = rows::named(tx, Kind::Customer, &email)?;
        let letter = match person {
            Some(_) => letters::reset(&visit, &email, &secret),
            None => letters::no_account(&visit, &email),
        };
        // Whoever waits for the answer must not learn from its time which it was: both write the same rows, and are told
        // at the same time. The link of nobody is in no mail, and would lead nowhere.
        let link = Link { login: person.map(|person| person.id), ..Link::default() };
        link::make(tx, Purpose::Reset, &secret, &link, house.now_ms())?;
        // Sent once its link has ended, it would only puzzle.
        let end_ms = Some(house.now_ms() + Purpose::Reset.life_ms());
        mail::post(tx, &house, &Letter { end_ms, ..letter })?;
        Ok(())
    };
    evenly(app.db.write(Lane::Work, story)).await
}

/// Changes the password of a link's person and ends all their sessions and links. They sign in with it then, and with
/// their second factor if they have one: a mailbox alone does not open such an account. Wrong passwords that were counted
/// against them are forgotten, and the secret that comes back is what this browser is known by from now on, so that no
/// stranger's tries can keep them out.
///
/// # Errors
/// See [`ConfirmRefusal`].
pub async fn reset(app: &App, visit: &Visit, chosen: Chosen<'_>) -> Result<Secret, ConfirmRefusal> {
    let (secret, now_ms) = (chosen.link.clone(), app.now_ms());
    let look = move |tx: &mut Tx<'_>| {
        let link = link::find(tx, Purpose::Reset, &secret, now_ms)?;
        let row = match link.and_then(|link| link.login) {
            Some(login) => tx.one(rows::BY_ID, values![login])?,
            None => None,
        };
        row.map(|row| rows::person(&row)).transpose()
    };
    let person = app.db.read::<_, DbError, _>(look).await?.ok_or(ConfirmRefusal::BadLink)?;
    if let Some(fault) = password::fault(chosen.password, person.has_second()) {
        return Err(fault.into());
    }
    let is_short = password::is_short(chosen.password);
    let hash = app.passwords.hash(chosen.password.to_owned()).await?;
    let (house, visit, secret) = (app.clone(), visit.clone(), chosen.link.clone());
    let device = visit.known_by.clone().unwrap_or_else(Secret::random);
    let noted = device.clone();
    let story = move |tx: &mut Tx<'_>| {
        link::take(tx, Purpose::Reset, &secret, house.now_ms())?.ok_or(ConfirmRefusal::BadLink)?;
        let found = rows::locked(tx, person.id)?;
        if is_short && !found.has_second() {
            return Err(PasswordFault::Short.into());
        }
        rows::set_password(tx, found.id, &hash, is_short)?;
        session::end_all(tx, found.id, None)?;
        link::end_all(tx, found.id)?;
        // One of them may be whoever knew the old password.
        session::forget_devices(tx, found.id, None)?;
        sign_in::forgive(tx, &house, found.kind, &found.name, Some(&noted))?;
        session::note_device(tx, found.id, &noted, house.now_ms())?;
        let passkeys = passkey::count(tx, found.id)?;
        mail::post(tx, &house, &letters::password_changed(&visit, &found.name, passkeys))?;
        Ok(())
    };
    app.db.write::<_, ConfirmRefusal, _>(Lane::Work, story).await?;
    Ok(device)
}

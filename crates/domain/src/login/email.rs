//! Another address for an account: it counts once it is confirmed, and the old one hears of it before and after.

use super::evenly::evenly;
use super::link::{self, Link, Purpose};
use super::sign_in::show_again;
use super::sign_up::count_letter;
use super::{ChangeRefusal, Kind, Secret, Visit, address, letters, rows};
use crate::db::{DbError, Lane, Tx};
use crate::{App, mail};

/// Sends a link to the new address of somebody who is signed in and shows the password again, and tells the old one.
/// An address that has an account gets another mail; who asked is told the same.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn ask_email(app: &App, visit: &Visit, login: i64, password: &str, email: &str) -> Result<(), ChangeRefusal> {
    let email = address::normal(email).ok_or(ChangeRefusal::BadEmail)?;
    let person = show_again(app, visit, login, password).await?;
    let (house, visit, secret) = (app.clone(), visit.clone(), Secret::random());
    let story = move |tx: &mut Tx<'_>| {
        count_letter(tx, &house, &visit, &email)??;
        let letter = match rows::named(tx, Kind::Customer, &email)? {
            Some(_) => letters::known_already(&visit, &email),
            None => letters::confirm_email(&visit, &email, &secret),
        };
        // Both write the same rows, so that both take as long; the link to an address that is known is in no mail.
        let link = Link { login: Some(login), email: Some(email.clone()), ..Link::default() };
        link::make(tx, Purpose::Email, &secret, &link, house.now_ms())?;
        mail::post(tx, &house, &letter)?;
        mail::post(tx, &house, &letters::email_asked(&visit, &person.name))?;
        Ok(())
    };
    evenly(app.db.write(Lane::Work, story)).await
}

/// Makes a confirmed address the one of its account, and tells both.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn confirm_email(app: &App, visit: &Visit, secret: &Secret) -> Result<(), ChangeRefusal> {
    let (house, visit, secret) = (app.clone(), visit.clone(), secret.clone());
    let story = move |tx: &mut Tx<'_>| {
        let link = link::take(tx, Purpose::Email, &secret, house.now_ms())?.ok_or(ChangeRefusal::BadLink)?;
        let (login, email) = link.login.zip(link.email).ok_or(DbError::Damaged("a link lacks its address"))?;
        let person = rows::locked(tx, login)?;
        if !rows::set_name(tx, login, &email)? {
            return Err(ChangeRefusal::BadLink);
        }
        link::end_all(tx, login)?;
        for to in [&person.name, &email] {
            mail::post(tx, &house, &letters::email_changed(&visit, to))?;
        }
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

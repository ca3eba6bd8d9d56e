//! Changing a password that is known.

use super::sign_in::show_again;
use super::{ChangeRefusal, Visit, letters, link, passkey, password, rows, session};
use crate::App;
use crate::db::{Lane, Tx};
use crate::mail;

/// Another password for somebody who is signed in. It has no `Debug`.
#[derive(Clone)]
pub struct NewPassword {
    /// Who.
    pub login: i64,
    /// The session that stays.
    pub session: i64,
    /// The password until now.
    pub old: String,
    /// The password from now on.
    pub new: String,
}

/// Changes a password, ends every other session and every link of its person, and tells so by mail.
///
/// # Errors
/// See [`ChangeRefusal`].
pub async fn change_password(app: &App, visit: &Visit, change: NewPassword) -> Result<(), ChangeRefusal> {
    let person = show_again(app, visit, change.login, &change.old).await?;
    if let Some(fault) = password::fault(&change.new, person.has_second()) {
        return Err(fault.into());
    }
    let is_short = password::is_short(&change.new);
    let hash = app.passwords.hash(change.new).await?;
    let (house, visit) = (app.clone(), visit.clone());
    let story = move |tx: &mut Tx<'_>| {
        let found = rows::locked(tx, person.id)?;
        // Somebody else may have changed it meanwhile, or taken the second factor away that a short one needs.
        if found.password != person.password || (is_short && !found.has_second()) {
            return Err(ChangeRefusal::Wrong);
        }
        rows::set_password(tx, found.id, &hash, is_short)?;
        session::end_all(tx, found.id, Some(change.session))?;
        session::forget_devices(tx, found.id, visit.known_by.as_ref())?;
        link::end_all(tx, found.id)?;
        let passkeys = passkey::count(tx, found.id)?;
        mail::post(tx, &house, &letters::password_changed(&visit, &found.name, passkeys))?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

//! Looking after one's own passkeys.

use super::{Change, PASSKEYS_MAX, PasskeyRefusal, name_of, rows, tell};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::login::sign_in::show_again;
use crate::login::{Visit, rows as people};
use crate::values;

/// A passkey as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: i64,
    /// How its person calls it.
    pub name: String,
    /// Since when it is known.
    pub created_ms: i64,
    /// When somebody last signed in with it.
    pub used_ms: Option<i64>,
}

/// The passkeys of a person, the newest first.
///
/// # Errors
/// What the database said.
pub async fn passkeys(app: &App, login: i64) -> Result<Vec<Passkey>, DbError> {
    let most = i64::try_from(PASSKEYS_MAX).expect("ten");
    Ok(app.db.rows(rows::OF_LOGIN, values![login, most]).await?.iter().map(rows::passkey).collect())
}

/// Gives a passkey of a person another name.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn rename_passkey(app: &App, login: i64, id: i64, name: &str) -> Result<(), PasskeyRefusal> {
    let name = name_of(name)?;
    let story = move |tx: &mut Tx<'_>| {
        if rows::rename(tx, login, id, &name)? { Ok(()) } else { Err(PasskeyRefusal::Gone) }
    };
    app.db.write(Lane::Work, story).await
}

/// Removes a passkey of somebody who shows the password again, and tells them so: nobody signs in with it from now on.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn remove_passkey(
    app: &App,
    visit: &Visit,
    login: i64,
    id: i64,
    password: &str,
) -> Result<(), PasskeyRefusal> {
    show_again(app, visit, login, password).await?;
    let (house, visit) = (app.clone(), visit.clone());
    let story = move |tx: &mut Tx<'_>| {
        let person = people::locked(tx, login)?;
        let name = rows::remove(tx, login, id)?.ok_or(PasskeyRefusal::Gone)?;
        tell(tx, &house, &visit, &person, (Change::Removed, &name))?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

//! Who signs in to an account, as the operator sees it, and what an operator does for them.

use std::collections::HashMap;

use super::throttle::{self, Deed as Tried};
use super::{Device, Kind, passkey, session, sessions, sign_in};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Tx, id_list, like};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Who signs in to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub login: i64,
    /// The confirmed address.
    pub email: String,
    /// Since when the address is known.
    pub created_ms: i64,
    /// Whether a second factor is in force.
    pub has_second: bool,
    /// Passkeys that open the account.
    pub passkeys: i64,
    /// Browsers that are known again.
    pub devices: i64,
    /// Wrong passwords or codes that are counted against them just now: the most in one place, for each place has its own
    /// limit of 10.
    pub tries: i64,
    /// Where they are signed in, the one used last first.
    pub sessions: Vec<Device>,
}

/// Why nothing was done for somebody.
#[derive(Debug, thiserror::Error)]
pub enum PersonRefusal {
    /// Nobody signs in to this account.
    #[error("nobody signs in to this account")]
    Nobody,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

const OF_ACCOUNT: &str = "SELECT id, name, created_ms, totp_ms FROM login WHERE account_id = $1 AND kind = 'customer'";

/// Who signs in to an account; `None` for one that has only keys.
///
/// # Errors
/// What the database said.
pub async fn person(app: &App, account: i64) -> Result<Option<Person>, DbError> {
    let (house, now) = (app.clone(), app.now_ms());
    let look = move |tx: &mut Tx<'_>| {
        let Some(row) = tx.one(OF_ACCOUNT, values![account])? else { return Ok(None) };
        let (login, email) = (row.int(0), row.text(1).to_owned());
        let counted = tags(tx, &house, login, &email)?;
        let devices = tx.one("SELECT COUNT(*) FROM device WHERE login_id = $1", values![login])?;
        Ok::<_, DbError>(Some(Person {
            tries: throttle::counted(tx, &counted, now)?,
            passkeys: passkey::count(tx, login)?,
            devices: devices.map_or(0, |row| row.int(0)),
            created_ms: row.int(2),
            has_second: row.opt_int(3).is_some(),
            sessions: Vec::new(),
            login,
            email,
        }))
    };
    let Some(person) = app.db.read(look).await? else { return Ok(None) };
    let sessions = sessions(app, Kind::Customer, person.login).await?;
    Ok(Some(Person { sessions, ..person }))
}

/// What is counted against one person.
fn tags(tx: &mut Tx<'_>, app: &App, login: i64, email: &str) -> Result<Vec<(Tried, Vec<u8>)>, DbError> {
    let name = sign_in::counted_name(Kind::Customer, email);
    let mut tags = vec![
        (Tried::PasswordOfName, throttle::tag(app, Tried::PasswordOfName, &name)),
        (Tried::CodeOfLogin, throttle::tag(app, Tried::CodeOfLogin, &login.to_string())),
    ];
    for device in session::device_hashes(tx, login)? {
        tags.push((Tried::PasswordInDevice, sign_in::tag_in_device(app, Kind::Customer, email, &device)));
    }
    Ok(tags)
}

/// Ends every session of whoever signs in to an account; tells how many. The deed is written down.
///
/// # Errors
/// See [`PersonRefusal`].
pub async fn sign_out_account(
    app: &App,
    account: i64,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<u64, PersonRefusal> {
    let (now, reason, by) = (app.now_ms(), reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one(OF_ACCOUNT, values![account])?.ok_or(PersonRefusal::Nobody)?;
        let ended = session::end_all(tx, row.int(0), None)?;
        let after = format!("{ended} sessions ended");
        write_down(
            tx,
            now,
            account,
            &Done { deed: "login.sign_out", reason: reason.text(), by: &by.who, after: &after },
        )?;
        Ok::<_, PersonRefusal>(ended)
    };
    let ended = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(ended)
}

/// Forgets the wrong passwords and codes that are counted against whoever signs in to an account, so that they may try
/// again at once. The deed is written down.
///
/// # Errors
/// See [`PersonRefusal`].
pub async fn forgive_account(app: &App, account: i64, reason: &Reason, by: &Permit<Run>) -> Result<(), PersonRefusal> {
    let (house, now, reason, by) = (app.clone(), app.now_ms(), reason.clone(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let row = tx.one(OF_ACCOUNT, values![account])?.ok_or(PersonRefusal::Nobody)?;
        for (deed, who) in tags(tx, &house, row.int(0), row.text(1))? {
            throttle::forgive(tx, deed, &who)?;
        }
        let after = "tries forgotten";
        write_down(tx, now, account, &Done { deed: "login.forgive", reason: reason.text(), by: &by.who, after })?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

/// What was done for whoever signs in to an account.
struct Done<'a> {
    deed: &'a str,
    reason: &'a str,
    by: &'a str,
    after: &'a str,
}

fn write_down(tx: &mut Tx<'_>, now_ms: i64, account: i64, done: &Done<'_>) -> Result<(), DbError> {
    let subject = account::names(tx, &[account])?.remove(&account).unwrap_or_default();
    let Done { deed, reason, by, after } = *done;
    let deed = Deed { who: by, deed, subject: &subject, reason, before: None, after: Some(after) };
    audit::write(tx, now_ms, &deed)
}

/// The confirmed addresses of some accounts, by their ids.
pub(crate) fn addresses(tx: &mut Tx<'_>, accounts: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let sql = "SELECT l.account_id, l.name FROM (json_pairs($1)) p JOIN login l ON l.account_id = p.a";
    let rows = tx.all(sql, &[id_list(accounts)])?;
    Ok(rows.iter().map(|row| (row.int(0), row.text(1).to_owned())).collect())
}

/// The accounts below an id whose address holds a text, newest first.
pub(crate) fn accounts_like(tx: &mut Tx<'_>, text: &str, before: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT account_id
         FROM login
         WHERE account_id < $1 AND LOWER(name{by_letter}) LIKE $2 ESCAPE '!'
         ORDER BY account_id DESC
         LIMIT $3";
    Ok(tx.all(sql, values![before, like(text), limit])?.iter().map(|row| row.int(0)).collect())
}

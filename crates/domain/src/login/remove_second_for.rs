//! Taking the second factor of a customer away who lost the generator and the recovery codes.

use super::throttle::{self, Deed};
use super::{letters, link, passkey, rows, second, session};
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit;
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::{App, account, mail};

/// Whose second factor is taken away, and why.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The account, by its name.
    pub account: String,
    /// How its person showed to be the right one, for the audit log.
    pub reason: Reason,
    /// Where customers reach the house: `https://jesusnumber.com`, without a slash at its end.
    pub base_url: String,
    /// Who does it.
    pub by: Permit<Run>,
}

/// Why nothing was taken away.
#[derive(Debug, thiserror::Error)]
pub enum NoSecond {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Nobody signs in to the account, or with a password alone.
    #[error("nobody signs in to this account with a second factor or a passkey")]
    NoSecond,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Takes a customer's second factor and passkeys away, ends all sessions, and tells the customer by mail. A password that was short
/// beside it goes too: another one is chosen by the link of a reset.
///
/// # Errors
/// See [`NoSecond`].
pub async fn remove_second_for(app: &App, removal: Removal) -> Result<(), NoSecond> {
    let house = app.clone();
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let Removal { account, reason, base_url, by } = &removal;
        let id = account::named(tx, account)?.ok_or(NoSecond::NoAccount)?.id;
        let person = rows::of_account(tx, id)?.ok_or(NoSecond::NoSecond)?;
        let person = rows::locked(tx, person)?;
        let passkeys = passkey::count(tx, person.id)?;
        if !person.has_second() && passkeys == 0 {
            return Err(NoSecond::NoSecond);
        }
        second::take_away(tx, &house, person.id)?;
        // They may be on what was lost, or of somebody else who was here.
        passkey::forget_all(tx, person.id)?;
        if person.is_short {
            rows::forget_password(tx, person.id)?;
        }
        session::end_all(tx, person.id, None)?;
        link::end_all(tx, person.id)?;
        let tries = throttle::tag(&house, Deed::CodeOfLogin, &person.id.to_string());
        throttle::forgive(tx, Deed::CodeOfLogin, &tries)?;
        let before = format!("{}, passkeys: {passkeys}", if person.has_second() { "on" } else { "off" });
        let deed = audit::Deed {
            who: &by.who,
            deed: "account.second_factor.remove",
            subject: account,
            reason: reason.text(),
            before: Some(&before),
            after: Some("off"),
        };
        audit::write(tx, now_ms, &deed)?;
        mail::post(tx, &house, &letters::second_removed(base_url, &person.name, person.is_short))?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await
}

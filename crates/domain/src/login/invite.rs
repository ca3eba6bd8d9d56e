//! Giving an account that an operator made a sign-in: a link to the address that its person has.

use super::link::{self, Link, Purpose};
use super::{Kind, Secret, address, letters, rows};
use crate::db::{DbError, Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::{App, account, mail};

/// Whose sign-in is to be made.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The account, by its name.
    pub account: String,
    /// The address to sign in with.
    pub email: String,
    /// Where customers reach the house: `https://jesusnumber.com`, without a slash at its end.
    pub base_url: String,
    /// Who invites.
    pub by: String,
}

impl Invitation {
    /// The page that the link leads to.
    #[must_use]
    pub fn url(&self, link: &Secret) -> String {
        format!("{}/sign-up/confirm/?token={}", self.base_url, link.text())
    }
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// The account has an address already.
    #[error("the account has an address already: its person signs in with it, or asks for another password")]
    HasLogin,
    /// It is no address that a mail can be sent to.
    #[error("this is not an address of mail")]
    BadEmail,
    /// The address belongs to another account.
    #[error("another account has this address")]
    Taken,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Sends a link, good once and for a day, with which the person of an account chooses a password, and returns it too,
/// for where no mail leaves the house. Links that were sent for this account before are good no more.
///
/// # Errors
/// See [`InviteRefusal`].
pub async fn invite(app: &App, invitation: Invitation) -> Result<Secret, InviteRefusal> {
    let email = address::normal(&invitation.email).ok_or(InviteRefusal::BadEmail)?;
    let (house, secret) = (app.clone(), Secret::random());
    let kept = secret.clone();
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let Invitation { account, by, base_url, .. } = &invitation;
        let id = account::named(tx, account)?.ok_or(InviteRefusal::NoAccount)?.id;
        if rows::of_account(tx, id)?.is_some() {
            return Err(InviteRefusal::HasLogin);
        }
        if rows::named(tx, Kind::Customer, &email)?.is_some() {
            return Err(InviteRefusal::Taken);
        }
        // An invitation that went to a wrong address is taken back by sending the right one.
        link::end_of_account(tx, id)?;
        let link = Link { email: Some(email.clone()), account: Some(id), ..Link::default() };
        link::make(tx, Purpose::SignUp, &kept, &link, now_ms)?;
        let deed =
            Deed { who: by, deed: "account.invite", subject: account, reason: "", before: None, after: Some(&email) };
        audit::write(tx, now_ms, &deed)?;
        mail::post(tx, &house, &letters::invite(base_url, &email, &invitation.url(&kept)))?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await.map(|()| secret)
}

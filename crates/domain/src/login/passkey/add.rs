//! Adding a passkey, in two steps: a challenge for whoever shows the password again, and what the device made of it.

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential, Uuid};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::party::party;
use super::rows::{self, Fresh};
use super::{Begun, Change, PASSKEYS_MAX, PasskeyRefusal, Signer, answer_of, name_of, tell};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::login::link::{self, Link, Purpose};
use crate::login::sign_in::show_again;
use crate::login::{Secret, Visit, rows as people};

/// A challenge that waits for its answer: the session that asked, and what it is checked with.
#[derive(Serialize, Deserialize)]
struct Waiting {
    session: i64,
    state: PasskeyRegistration,
}

fn purpose(login: i64) -> String {
    format!("passkey of {login}")
}

/// Begins to add a passkey for somebody who is signed in and shows the password again. Another one that was begun is
/// given up.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn begin_passkey(app: &App, visit: &Visit, signer: Signer, password: &str) -> Result<Begun, PasskeyRefusal> {
    let (party, Signer { login, session }) = (party(&visit.base_url)?, signer);
    let person = show_again(app, visit, login, password).await?;
    let (handle, known) = app.db.read::<_, DbError, _>(move |tx: &mut Tx<'_>| rows::known(tx, login)).await?;
    if known.len() >= PASSKEYS_MAX {
        return Err(PasskeyRefusal::TooMany);
    }
    let handle = Uuid::from_slice(&handle).map_err(|_| DbError::Damaged("a login's handle has another length"))?;
    let begun = party.start_passkey_registration(handle, &person.name, &person.name, Some(known));
    let (mut options, state) = begun.map_err(|_| DbError::Damaged("a passkey of somebody has no form"))?;
    // The device keeps it by itself, so that nobody has to say a name to sign in with it.
    if let Some(selection) = &mut options.public_key.authenticator_selection {
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    let (ticket, now_ms) = (Secret::random(), app.now_ms());
    let state = serde_json::to_vec(&Waiting { session, state }).expect("a challenge is JSON");
    let sealed = app.vault.seal(&purpose(login), &state);
    let kept = ticket.clone();
    let story = move |tx: &mut Tx<'_>| {
        link::end_of_purpose(tx, login, Purpose::Passkey)?;
        let link = Link { login: Some(login), state: Some(sealed.clone()), ..Link::default() };
        link::make(tx, Purpose::Passkey, &kept, &link, now_ms)
    };
    app.db.write::<_, DbError, _>(Lane::Work, story).await?;
    let options = serde_json::to_string(&options.public_key).expect("options are JSON");
    Ok(Begun { ticket, options })
}

/// A passkey that a device made. It has no `Debug`.
#[derive(Clone)]
pub struct NewPasskey {
    /// Whose it is to be.
    pub signer: Signer,
    /// The ticket of the challenge.
    pub ticket: Secret,
    /// How its person calls it: 1 to 50 characters.
    pub name: String,
    /// What the authenticator answered, as JSON.
    pub answer: String,
}

/// Keeps a passkey, and tells its person so. The challenge is used up, whatever comes of it.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn add_passkey(app: &App, visit: &Visit, new: NewPasskey) -> Result<(), PasskeyRefusal> {
    let party = party(&visit.base_url)?;
    let name = name_of(&new.name)?;
    let answer: RegisterPublicKeyCredential = answer_of(&new.answer)?;
    let (house, visit, Signer { login, session }) = (app.clone(), visit.clone(), new.signer);
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let person = people::locked(tx, login)?;
        let link = link::take(tx, Purpose::Passkey, &new.ticket, now_ms)?.filter(|link| link.login == Some(login));
        let sealed = link.and_then(|link| link.state).ok_or(PasskeyRefusal::TooLate)?;
        let waiting: Waiting = serde_json::from_slice(&house.vault.open(&purpose(login), &sealed)?)
            .map_err(|_| DbError::Damaged("a challenge has no form"))?;
        if waiting.session != session || person.is_stopped {
            return Err(PasskeyRefusal::TooLate);
        }
        // The refusals from here on are answers of the story, so that the challenge is used up with them.
        let Ok(passkey) = party.finish_passkey_registration(&answer, &waiting.state) else {
            return Ok(Err(PasskeyRefusal::NotTaken));
        };
        if usize::try_from(rows::count(tx, login)?).is_ok_and(|count| count >= PASSKEYS_MAX) {
            return Ok(Err(PasskeyRefusal::TooMany));
        }
        let public = serde_json::to_string(&passkey).expect("a passkey is JSON");
        let fresh = Fresh { login, credential: passkey.cred_id(), name: &name, public: &public };
        if !rows::insert(tx, &fresh, now_ms)? {
            return Ok(Err(PasskeyRefusal::NotTaken));
        }
        tell(tx, &house, &visit, &person, (Change::Added, &name))?;
        Ok(Ok(()))
    };
    app.db.write(Lane::Work, story).await?
}

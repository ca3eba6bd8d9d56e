//! Signing in with a passkey. Nobody says a name: the device brings it, so that nobody learns who has an account here.

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, Webauthn};

use super::party::party;
use super::{Begun, PasskeyRefusal, answer_of, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::login::link::{self, Link, Purpose};
use crate::login::session::{self, Entry, Tell};
use crate::login::sign_in::may_sign_in;
use crate::login::throttle::{self, Deed};
use crate::login::{Entered, Kind, Secret, Visit, rows as people};
use crate::values;

/// What the challenge of a sign-in is sealed for.
const PURPOSE: &str = "passkey sign-in";
/// Sign-ins that are open at once, at most: beyond them the oldest is given up.
const OPEN_MAX: i64 = 10_000;

/// A challenge that waits for its answer: at which door it was asked for, and what it is checked with.
#[derive(Serialize, Deserialize)]
struct Waiting {
    kind: String,
    state: DiscoverableAuthentication,
}

/// Begins a sign-in of whoever it may be.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn ask_passkey(app: &App, kind: Kind, visit: &Visit) -> Result<Begun, PasskeyRefusal> {
    let begun = party(&visit.base_url)?.start_discoverable_authentication();
    let (options, state) = begun.map_err(|_| DbError::Damaged("a challenge could not be made"))?;
    let state = serde_json::to_vec(&Waiting { kind: kind.word().to_owned(), state }).expect("a challenge is JSON");
    let sealed = app.vault.seal(PURPOSE, &state);
    let from = throttle::tag_of_address(app, Deed::PasskeyFrom, visit.address);
    let (ticket, now_ms) = (Secret::random(), app.now_ms());
    let kept = ticket.clone();
    let story = move |tx: &mut Tx<'_>| {
        throttle::count(tx, Deed::PasskeyFrom, &from, now_ms)??;
        link::end_oldest_open(tx, OPEN_MAX)?;
        let link = Link { state: Some(sealed.clone()), ..Link::default() };
        link::make(tx, Purpose::Passkey, &kept, &link, now_ms)?;
        Ok::<_, PasskeyRefusal>(())
    };
    app.db.write(Lane::Work, story).await?;
    let options = serde_json::to_string(&options.public_key).expect("options are JSON");
    Ok(Begun { ticket, options })
}

/// Lets in whose device answered the challenge and recognised its person; that stands for both factors. The challenge is
/// used up, whatever comes of it.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub async fn sign_in_with_passkey(
    app: &App,
    kind: Kind,
    visit: &Visit,
    ticket: &Secret,
    answer: &str,
) -> Result<Entered, PasskeyRefusal> {
    let party = party(&visit.base_url)?;
    let state = take(app, kind, ticket).await?;
    let answer: PublicKeyCredential = answer_of(answer)?;
    let proof = check(app, kind, &party, state, &answer).await?;
    let (house, entry) = (app.clone(), Entry::new(visit));
    let kept = entry.clone();
    let story = move |tx: &mut Tx<'_>| {
        let person = people::locked(tx, proof.login)?;
        // It may have been removed while it was checked, or a copy of it was faster.
        if !may_sign_in(&person) || !rows::use_once(tx, proof.id, &proof.public, proof.counter, house.now_ms())? {
            return Err(PasskeyRefusal::NotTaken);
        }
        session::begin(tx, &house, &person, &kept, Tell::NewDevice)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    Ok(entry.entered())
}

/// Uses a challenge up.
async fn take(app: &App, kind: Kind, ticket: &Secret) -> Result<DiscoverableAuthentication, PasskeyRefusal> {
    let (ticket, now_ms) = (ticket.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let link = link::take(tx, Purpose::Passkey, &ticket, now_ms)?.filter(|link| link.login.is_none());
        link.and_then(|link| link.state).ok_or(PasskeyRefusal::TooLate)
    };
    let sealed = app.db.write(Lane::Work, story).await?;
    let waiting: Waiting = serde_json::from_slice(&app.vault.open(PURPOSE, &sealed)?)
        .map_err(|_| DbError::Damaged("a challenge has no form"))?;
    if waiting.kind == kind.word() { Ok(waiting.state) } else { Err(PasskeyRefusal::TooLate) }
}

/// A passkey whose signature fits.
#[derive(Clone)]
struct Proof {
    id: i64,
    login: i64,
    /// What its next signature is checked with, as JSON.
    public: String,
    counter: i64,
}

/// Checks a signature: not within a story, because it is work for a processor.
async fn check(
    app: &App,
    kind: Kind,
    party: &Webauthn,
    state: DiscoverableAuthentication,
    answer: &PublicKeyCredential,
) -> Result<Proof, PasskeyRefusal> {
    let named = party.identify_discoverable_authentication(answer);
    let (handle, credential) = named.map_err(|_| PasskeyRefusal::NotTaken)?;
    let row = app.db.row(rows::OF_ANSWER, values![credential, handle.as_bytes().as_slice(), kind.word()]).await?;
    let row = row.ok_or(PasskeyRefusal::NotTaken)?;
    let mut passkey: Passkey =
        serde_json::from_str(row.text(2)).map_err(|_| DbError::Damaged("a passkey has no form"))?;
    let done = party.finish_discoverable_authentication_v2(answer, state, &passkey);
    let done = done.map_err(|_| PasskeyRefusal::NotTaken)?;
    // It is asked for, and checked once more: without it this would be one factor.
    if !done.user_verified() {
        return Err(PasskeyRefusal::NotTaken);
    }
    passkey.update_credential(&done);
    let public = serde_json::to_string(&passkey).expect("a passkey is JSON");
    Ok(Proof { id: row.int(0), login: row.int(1), public, counter: i64::from(done.counter()) })
}

//! Signing in with a passkey. Nobody says a name: the device brings it, so that nobody learns who has an account here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential, Webauthn};

use super::party::party;
use super::{Asked, PasskeyRefusal, answer_of, rows};
use crate::App;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Lane, Tx};
use crate::login::session::{self, Entry, Tell};
use crate::login::sign_in::may_sign_in;
use crate::login::throttle::{self, Deed};
use crate::login::{Entered, Kind, Visit, rows as people};
use crate::values;

/// How long a challenge waits for its answer.
const LIFE_MS: i64 = 5 * MINUTE_MS;
/// Characters of a ticket, at most.
const TICKET_MAX: usize = 3_000;

/// A challenge that waits for its answer, sealed in its ticket: until when, and what it is checked with.
#[derive(Serialize, Deserialize)]
struct Waiting {
    end_ms: i64,
    state: DiscoverableAuthentication,
}

/// What a ticket is sealed for: one of customers opens nothing for operators.
fn purpose(kind: Kind) -> String {
    format!("passkey sign-in of {}", kind.word())
}

/// Begins a sign-in of whoever it may be. The house keeps nothing of it: the challenge is sealed in its ticket, so that
/// however many strangers ask, nobody's challenge has to go.
///
/// # Errors
/// See [`PasskeyRefusal`].
pub fn ask_passkey(app: &App, kind: Kind, visit: &Visit) -> Result<Asked, PasskeyRefusal> {
    let begun = party(&visit.base_url)?.start_discoverable_authentication();
    let (options, state) = begun.map_err(|_| DbError::Damaged("a challenge could not be made"))?;
    let waiting = Waiting { end_ms: app.now_ms() + LIFE_MS, state };
    let sealed = app.vault.seal(&purpose(kind), &serde_json::to_vec(&waiting).expect("a challenge is JSON"));
    let options = serde_json::to_string(&options.public_key).expect("options are JSON");
    Ok(Asked { ticket: URL_SAFE_NO_PAD.encode(sealed), options })
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
    ticket: &str,
    answer: &str,
) -> Result<Entered, PasskeyRefusal> {
    let party = party(&visit.base_url)?;
    let state = take(app, kind, visit, ticket).await?;
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

/// Opens a ticket and uses it up: what is remembered of it is forgotten once it would be too old.
async fn take(
    app: &App,
    kind: Kind,
    visit: &Visit,
    ticket: &str,
) -> Result<DiscoverableAuthentication, PasskeyRefusal> {
    let sealed = if ticket.len() > TICKET_MAX { None } else { URL_SAFE_NO_PAD.decode(ticket).ok() };
    let sealed = sealed.ok_or(PasskeyRefusal::TooLate)?;
    // What does not open was made by somebody else, or for the other door.
    let plain = app.vault.open(&purpose(kind), &sealed).map_err(|_| PasskeyRefusal::TooLate)?;
    let Waiting { end_ms, state } =
        serde_json::from_slice(&plain).map_err(|_| DbError::Damaged("a challenge has no form"))?;
    let (hash, now_ms): ([u8; 32], i64) = (Sha256::digest(&sealed).into(), app.now_ms());
    if end_ms <= now_ms {
        return Err(PasskeyRefusal::TooLate);
    }
    let from = throttle::tag_of_address(app, Deed::PasskeyFrom, visit.address);
    let story = move |tx: &mut Tx<'_>| {
        throttle::count(tx, Deed::PasskeyFrom, &from, now_ms)??;
        let sql = "INSERT INTO used_ticket (hash, end_ms)
             VALUES ($1, $2)
             ON CONFLICT (hash) DO NOTHING
             RETURNING end_ms";
        tx.one(sql, values![hash.as_slice(), end_ms])?.map(drop).ok_or(PasskeyRefusal::TooLate)
    };
    app.db.write(Lane::Work, story).await?;
    Ok(state)
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

//! What the pages of customers and of operators share about passkeys: the list, what is begun, and how it is refused.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::login::{
    self, Asked, Begun, ChangeRefusal, NewPasskey, PASSKEYS_MAX, Passkey, PasskeyRefusal, Secret, Signer, Visit,
};
use serde_json::json;

use crate::Door;
use crate::form::Form;
use crate::objection::Objection;
use crate::observe::Route;
use crate::page::PageError;

/// The passkeys of whoever reads the page, and what the page says of them.
pub(crate) struct Keys<'a> {
    /// Where the page is; its forms go to places below it.
    pub(crate) home: &'static str,
    pub(crate) list: Vec<Passkey>,
    /// Whether browsers keep passkeys for a house at its address.
    pub(crate) may_add: bool,
    /// Whether there are as many as one person may have.
    pub(crate) is_full: bool,
    /// What was typed into the form.
    pub(crate) name: &'a str,
    pub(crate) objection: Option<&'a str>,
    /// What was done on the page before.
    pub(crate) done: Option<&'static str>,
}

/// The challenge of a passkey that is being made.
pub(crate) struct Making<'a> {
    pub(crate) home: &'static str,
    pub(crate) name: &'a str,
    pub(crate) ticket: &'a str,
    pub(crate) options: &'a str,
}

impl Keys<'_> {
    /// The passkeys of a person as they stand.
    pub(crate) async fn of(door: &Door, login: i64, home: &'static str) -> Result<Self, PageError> {
        let list = login::passkeys(&door.app, login).await?;
        Ok(Self {
            home,
            may_add: may_add(door),
            is_full: list.len() >= PASSKEYS_MAX,
            list,
            name: "",
            objection: None,
            done: None,
        })
    }
}

impl<'a> Making<'a> {
    pub(crate) fn of(home: &'static str, name: &'a str, begun: &'a Begun) -> Self {
        Self { home, name, ticket: begun.ticket.text(), options: &begun.options }
    }
}

/// Whether passkeys can be had at the house's address.
pub(crate) fn may_add(door: &Door) -> bool {
    login::may_have_passkeys(&door.settings.base_url)
}

/// What was done, for the page after it.
pub(crate) fn done_words(done: &str) -> Option<&'static str> {
    match done {
        "added" => Some("The passkey is added: you can sign in with it from now on."),
        "renamed" => Some("The passkey has its new name."),
        "removed" => Some("The passkey is removed: nobody signs in with it any more."),
        _ => None,
    }
}

/// What a form says of a refusal.
pub(crate) fn objection(refusal: PasskeyRefusal) -> Result<Objection, PageError> {
    Ok(match refusal {
        PasskeyRefusal::Nameless => Objection::new(NAMELESS),
        PasskeyRefusal::TooMany => {
            Objection::new(format!("You have {PASSKEYS_MAX} passkeys, which is the most. Remove one first."))
        }
        PasskeyRefusal::BadName => Objection::new("A passkey's name is 1 to 50 characters."),
        PasskeyRefusal::NotTaken => Objection::new(
            "This passkey was not taken: your device did not make sure that it is you, or it is in use here already. \
             Try again, or take another device.",
        ),
        PasskeyRefusal::TooLate => Objection::new("It took too long, or it was done already. Begin again."),
        PasskeyRefusal::Gone => return Err(PageError::NotFound),
        PasskeyRefusal::Change(ChangeRefusal::MustWait { seconds }) => Objection::wait(seconds),
        PasskeyRefusal::Change(ChangeRefusal::Busy(busy)) => busy.into(),
        PasskeyRefusal::Change(ChangeRefusal::Db(error)) => return Err(error.into()),
        PasskeyRefusal::Change(
            ChangeRefusal::Wrong | ChangeRefusal::BadLink | ChangeRefusal::BadEmail | ChangeRefusal::Password(_),
        ) => Objection::new("Your password is another one. Check it; nothing was changed."),
    })
}

/// What a sign-in says of a refusal: the same of a passkey that is not known and of one that does not fit.
pub(crate) fn sign_in_objection(refusal: PasskeyRefusal) -> Result<Objection, PageError> {
    match refusal {
        PasskeyRefusal::NotTaken => Ok(Objection::new(
            "This passkey is not known here, or your device did not make sure that it is you. Sign in with your password.",
        )),
        PasskeyRefusal::TooLate => Ok(Objection::new("It took too long, or it was done already. Try again.")),
        PasskeyRefusal::Gone => Err(PageError::BadForm),
        other => objection(other),
    }
}

/// Why a house has no passkeys.
pub(crate) const NAMELESS: &str = "Passkeys need a house with a name and https: browsers keep none for a bare address.";

/// Begins to make a passkey, as a form asks for it.
pub(crate) async fn begin(door: &Door, visit: &Visit, signer: Signer, form: &Form) -> Result<Begun, PasskeyRefusal> {
    let name = form.text("name").trim();
    if name.is_empty() || name.chars().count() > 50 {
        return Err(PasskeyRefusal::BadName);
    }
    login::begin_passkey(&door.app, visit, signer, form.text("password")).await
}

/// Keeps a passkey that a browser made.
pub(crate) async fn add(door: &Door, visit: &Visit, signer: Signer, form: &Form) -> Result<(), PasskeyRefusal> {
    let ticket = Secret::parse(form.text("ticket")).ok_or(PasskeyRefusal::TooLate)?;
    let (name, answer) = (form.text("name").to_owned(), form.text("answer").to_owned());
    login::add_passkey(&door.app, visit, NewPasskey { signer, ticket, name, answer }).await
}

/// The passkey that a form names; a number that is none names no passkey.
pub(crate) fn key_of(form: &Form) -> i64 {
    form.text("key").parse().unwrap_or(0)
}

/// A challenge for the script of a page.
pub(crate) fn options(route: &'static str, asked: &Asked) -> Response {
    json_answer(route, StatusCode::OK, asked.options.clone())
}

/// A refusal for the script of a page.
pub(crate) fn sorry(route: &'static str, objection: &Objection) -> Response {
    let words = Objection::words(Some(objection)).unwrap_or_default();
    let mut answer = json_answer(route, objection.status(), json!({ "sorry": words }).to_string());
    if let Some(seconds) = objection.wait_s() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn json_answer(route: &'static str, status: StatusCode, body: String) -> Response {
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    answer.extensions_mut().insert(Route(route));
    answer
}

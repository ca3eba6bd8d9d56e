//! Signing up, signing in, and what a session is worth.

mod authenticator;
mod change;
mod invite;
mod of_account;
mod operators;
mod passkeys;
mod second;
mod sign_in;
mod sign_up;

use std::net::IpAddr;

use domain::login::{
    self, Chosen, Credentials, Entered, Kind, Offer, STATEMENT_VERSION, Secret, Session, SignIn, Visit,
};
use domain::mail::{self, MailLine};

use crate::house::{House, may, why};

pub(crate) const PASSWORD: &str = "plover tin harbour seven";

/// Somebody before the door of `house.example`, from an address that ends so.
pub(crate) fn visit(last: u8) -> Visit {
    Visit {
        base_url: "https://house.example".to_owned(),
        address: IpAddr::from([192, 0, 2, last]),
        device: "Firefox on Linux".to_owned(),
        known_by: None,
    }
}

/// The outbox, newest first.
pub(crate) async fn mails(house: &House) -> Vec<MailLine> {
    mail::outbox(&house.app, i64::MAX, 100).await.expect("the outbox")
}

/// What the newest mail of a kind to somebody says.
pub(crate) async fn mail_to(house: &House, to: &str, kind: &str) -> String {
    let mails = mails(house).await;
    let found = mails.iter().find(|mail| mail.to == to && mail.kind == kind);
    let found = found.unwrap_or_else(|| panic!("no {kind} for {to} among {mails:?}"));
    mail::read(&house.app, found.id, &why("a test"), &may("test")).await.expect("its text")
}

/// The link in a mail.
pub(crate) fn link_in(body: &str) -> Secret {
    let (_, rest) = body.split_once("?token=").expect("a link");
    Secret::parse(rest.split_whitespace().next().expect("a token")).expect("a secret")
}

/// Signs somebody up to the end.
pub(crate) async fn customer(house: &House, email: &str) -> Entered {
    login::sign_up(&house.app, &visit(1), email, STATEMENT_VERSION).await.expect("a mail");
    let link = link_in(&mail_to(house, email, "sign_up").await);
    let chosen = Chosen { link: &link, password: PASSWORD };
    login::confirm_sign_up(&house.app, &visit(1), chosen, "").await.expect("let in")
}

/// Who is signed in with a secret.
pub(crate) async fn session(house: &House, secret: &Secret) -> Option<Session> {
    login::session(&house.app, Kind::Customer, secret).await.expect("asked")
}

pub(crate) fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { name: name.to_owned(), password: password.to_owned() }
}

/// Signs in with the usual password.
pub(crate) async fn enter(house: &House, email: &str, visit: &Visit) -> Entered {
    match login::sign_in(&house.app, Kind::Customer, visit, credentials(email, PASSWORD)).await.expect("let in") {
        SignIn::Entered(entered) => entered,
        SignIn::NeedsCode(_) => panic!("no second factor was set up"),
    }
}

/// What a code generator shows now.
pub(crate) fn code_of(house: &House, offer: &Offer) -> String {
    let secret = totp_rs::Secret::try_from_base32(&offer.secret).expect("base 32");
    let generator = totp_rs::Builder::new().with_secret(secret).build().expect("a generator");
    let now_s = u64::try_from(house.app.now_ms() / 1_000).expect("after 1970");
    generator.generate(now_s).to_string()
}

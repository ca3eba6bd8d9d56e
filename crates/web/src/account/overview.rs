//! `/account/`: the address, and every session with its end.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::{self, LOW_BALANCE_MAX, LowRefusal};
use domain::login::{self, Device, Kind};
use domain::money::Usd;
use serde::Deserialize;

use super::HERE;
use crate::Door;
use crate::asked::Asked;
use crate::customer::Customer;
use crate::dashboard::words::Notice;
use crate::form::Form;
use crate::page::{self, Frame, PageError};
use crate::session::{self, SignedIn};

const LOW_BALANCE: &str = "/account/low-balance/";
const END: &str = "/account/sessions/end/";
const END_OTHERS: &str = "/account/sessions/end-others/";
const END_ALL: &str = "/account/sessions/end-all/";

#[derive(Template)]
#[template(path = "account/overview.html")]
struct Overview<'a> {
    email: &'a str,
    account: &'a str,
    has_second: bool,
    codes_left: i64,
    passkeys: usize,
    here: i64,
    sessions: &'a [Device],
    /// Below which balance a mail is wanted, as it stands in the form.
    low: String,
    notice: Option<Notice>,
}

/// What was done on the page before.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    /// The word for it.
    pub(super) fn word(&self) -> &str {
        &self.done
    }
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(Done { done }): Asked<Done>,
) -> Result<Response, PageError> {
    let low = account::low_balance(&door.app, customer.account()).await?;
    let low = low.map_or_else(String::new, |low| low.to_string());
    render(&door, &customer, low, notice(&done)).await
}

async fn render(door: &Door, customer: &Customer, low: String, notice: Option<Notice>) -> Result<Response, PageError> {
    let Customer { standing, reader } = customer;
    let sessions = login::sessions(&door.app, Kind::Customer, reader.login).await?;
    let page = Overview {
        email: &reader.email,
        account: &standing.name,
        has_second: reader.has_second,
        codes_left: login::recovery_left(&door.app, reader.login).await?,
        passkeys: login::passkeys(&door.app, reader.login).await?.len(),
        here: reader.session,
        sessions: &sessions,
        low,
        notice,
    };
    let is_bad = page.notice.as_ref().is_some_and(|notice| !notice.is_good);
    let status = if is_bad { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(HERE, status, &page, &Frame::open(HERE, Some(standing), door.app.now_ms())))
}

fn notice(done: &str) -> Option<Notice> {
    let text = match done {
        "password" => "Your password is changed, and every other session has ended.",
        "low-balance" => "We will do as you wish about a low balance.",
        "second-factor" => "Your second factor is off.",
        _ => return None,
    };
    Some(Notice::good(text))
}

/// Sets below which balance a mail is wanted; nothing typed means never.
pub(super) async fn low_balance(
    State(door): State<Arc<Door>>,
    customer: Customer,
    form: Form,
) -> Result<Response, PageError> {
    let typed = form.text("below").trim();
    let below = match typed.trim_start_matches('$') {
        "" => Ok(None),
        dollars => Usd::parse(dollars).map(Some),
    };
    let set = match below {
        Ok(below) => account::set_low_balance(&door.app, customer.account(), below).await,
        Err(_) => Err(LowRefusal::BadAmount),
    };
    match set {
        Ok(()) => Ok(page::see_other(LOW_BALANCE, "/account/?done=low-balance")),
        Err(LowRefusal::BadAmount) => {
            let words = format!("Write an amount in dollars, such as 5.00, up to {LOW_BALANCE_MAX}; or nothing.");
            render(&door, &customer, typed.to_owned(), Some(Notice::bad(words))).await
        }
        Err(LowRefusal::Db(error)) => Err(error.into()),
    }
}

pub(super) async fn end(State(door): State<Arc<Door>>, reader: SignedIn, form: Form) -> Result<Response, PageError> {
    // A number that is none names no session.
    let session = form.text("session").parse().unwrap_or(0);
    login::sign_out(&door.app, reader.login, session).await?;
    Ok(page::see_other(END, HERE))
}

pub(super) async fn end_others(State(door): State<Arc<Door>>, reader: SignedIn) -> Result<Response, PageError> {
    login::sign_out_everywhere(&door.app, reader.login, Some(reader.session)).await?;
    Ok(page::see_other(END_OTHERS, HERE))
}

pub(super) async fn end_all(State(door): State<Arc<Door>>, reader: SignedIn) -> Result<Response, PageError> {
    login::sign_out_everywhere(&door.app, reader.login, None).await?;
    Ok(session::forget(page::see_other(END_ALL, "/sign-in/"), Kind::Customer))
}

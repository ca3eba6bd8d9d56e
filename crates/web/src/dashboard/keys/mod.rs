//! `/keys/`: a customer's API keys: made with a name, shown once, revoked at once.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::account::{self, KeyLimits, KeyLine, KeyRefusal, NewKey};
use domain::clock::DAY_MS;

use super::words::Notice;
use crate::Door;
use crate::customer::Customer;
use crate::form::Form;
use crate::page::{self, Frame, PageError};

const HERE: &str = "/keys/";
/// Characters of a key's name.
const NAME_MAX: usize = 60;
/// Keys of an account that may be good at once.
const KEYS_MAX: usize = 50;
/// Who did it, in the audit log.
const BY: &str = "customer";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show).post(create)).route("/keys/revoke/", post(revoke))
}

#[derive(Template)]
#[template(path = "dashboard/keys.html")]
struct KeysPage {
    keys: Vec<KeyLine>,
    now_ms: i64,
    fresh: Option<String>,
    notice: Option<Notice>,
    example: String,
}

impl KeysPage {
    fn is_good(&self, key: &KeyLine) -> bool {
        key.revoked_ms.is_none() && key.expires_ms.is_none_or(|expires_ms| expires_ms > self.now_ms)
    }
}

async fn show(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    render(&door, &customer, None, None).await
}

async fn render(
    door: &Door,
    customer: &Customer,
    fresh: Option<String>,
    notice: Option<Notice>,
) -> Result<Response, PageError> {
    let keys = account::keys(&door.app, &customer.standing.name).await.map_err(fault)?;
    let key = fresh.as_deref().unwrap_or("YOUR_API_KEY");
    let example = format!("curl -H 'Authorization: Bearer {key}' {}/api/v1/balance/", door.settings.base_url);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = KeysPage { keys, now_ms: door.app.now_ms(), fresh, notice, example };
    Ok(page::show(HERE, status, &page, &Frame::open(HERE, Some(&customer.standing), door.app.now_ms())))
}

fn fault(refusal: KeyRefusal) -> PageError {
    match refusal {
        KeyRefusal::NoAccount | KeyRefusal::NoKey => PageError::NotFound,
        KeyRefusal::BadLimits => PageError::BadForm,
        KeyRefusal::Db(error) => error.into(),
    }
}

/// Makes a key and shows it in this answer alone: it is not kept anywhere, so a redirect could not show it.
async fn create(State(door): State<Arc<Door>>, customer: Customer, form: Form) -> Result<Response, PageError> {
    let name = form.text("name").trim().to_owned();
    let is_fine = (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !is_fine {
        let notice = Notice::bad("Give the key a name of 1 to 60 characters, such as what will use it.");
        return render(&door, &customer, None, Some(notice)).await;
    }
    let expires_ms = match form.text("days") {
        "" => None,
        days => {
            let days = days.parse::<i64>().ok().filter(|days| (1..=3_650).contains(days)).ok_or(PageError::BadForm)?;
            Some(door.app.now_ms() + days * DAY_MS)
        }
    };
    let account = customer.standing.name.clone();
    let keys = account::keys(&door.app, &account).await.map_err(fault)?;
    if keys.iter().filter(|key| key.revoked_ms.is_none()).count() >= KEYS_MAX {
        return render(&door, &customer, None, Some(Notice::bad("You have 50 keys. Revoke one first."))).await;
    }
    let new = NewKey { account, name, expires_ms, limits: KeyLimits::default(), by: BY.to_owned() };
    let key = account::create_key(&door.app, new).await.map_err(fault)?;
    render(&door, &customer, Some(key), None).await
}

async fn revoke(State(door): State<Arc<Door>>, customer: Customer, form: Form) -> Result<Response, PageError> {
    let id: i64 = form.text("key").parse().map_err(|_| PageError::BadForm)?;
    let keys = account::keys(&door.app, &customer.standing.name).await.map_err(fault)?;
    let key = keys.iter().find(|key| key.id == id).ok_or(PageError::NotFound)?;
    if key.revoked_ms.is_none() {
        match account::revoke_key(&door.app, id, BY).await {
            // Somebody was faster: it is revoked.
            Ok(()) | Err(KeyRefusal::NoKey) => {}
            Err(refusal) => return Err(fault(refusal)),
        }
    }
    Ok(page::see_other(HERE, HERE))
}

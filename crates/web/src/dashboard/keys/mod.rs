//! `/keys/`: a customer's API keys: made with a name and limits, shown once, revoked at once.

mod typed;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::account::{self, KEY_NAME_MAX, KEYS_MAX, KeyLine, KeyRefusal, NETWORKS_MAX, Scope};

use super::words::Notice;
use crate::Door;
use crate::customer::Customer;
use crate::form::Form;
use crate::page::{self, Frame, PageError};
use typed::Typed;

const HERE: &str = "/keys/";
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
    typed: Typed,
    notice: Option<Notice>,
    example: String,
}

/// When a key may end, in days, as the list offers it.
const ENDS: &[(&str, &str)] =
    &[("", "When I revoke it"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")];

/// What a key may do, in a few words.
fn may(key: &KeyLine) -> &'static str {
    match key.limits.scopes.as_slice() {
        [Scope::Read] => "looks",
        [Scope::Order] => "orders",
        _ => "looks and orders",
    }
}

impl KeysPage {
    fn is_good(&self, key: &KeyLine) -> bool {
        key.revoked_ms.is_none() && key.expires_ms.is_none_or(|expires_ms| expires_ms > self.now_ms)
    }
}

async fn show(State(door): State<Arc<Door>>, customer: Customer) -> Result<Response, PageError> {
    render(&door, &customer, None, Typed::default(), None).await
}

async fn render(
    door: &Door,
    customer: &Customer,
    fresh: Option<String>,
    typed: Typed,
    notice: Option<Notice>,
) -> Result<Response, PageError> {
    let keys = account::keys(&door.app, &customer.standing.name).await.map_err(fault)?;
    let key = fresh.as_deref().unwrap_or("YOUR_API_KEY");
    let example = format!("curl -H 'Authorization: Bearer {key}' {}/api/v1/balance/", door.settings.base_url);
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = KeysPage { keys, now_ms: door.app.now_ms(), fresh, typed, notice, example };
    Ok(page::show(HERE, status, &page, &Frame::open(HERE, Some(&customer.standing), door.app.now_ms())))
}

fn fault(refusal: KeyRefusal) -> PageError {
    match refusal {
        KeyRefusal::NoAccount | KeyRefusal::NoKey => PageError::NotFound,
        KeyRefusal::BadName | KeyRefusal::Expired | KeyRefusal::TooMany | KeyRefusal::BadLimits => PageError::BadForm,
        KeyRefusal::Db(error) => error.into(),
    }
}

/// Makes a key and shows it in this answer alone: it is not kept anywhere, so a redirect could not show it.
async fn create(State(door): State<Arc<Door>>, customer: Customer, form: Form) -> Result<Response, PageError> {
    let typed = Typed::of(&form);
    let refused = match typed.read(&customer.standing.name, door.app.now_ms()) {
        Ok(new) => match account::create_key(&door.app, new).await {
            Ok(key) => return render(&door, &customer, Some(key), Typed::default(), None).await,
            Err(refusal) => words(refusal)?,
        },
        Err(words) => words,
    };
    render(&door, &customer, None, typed, Some(Notice::bad(refused))).await
}

/// What to do about a key that was not made.
fn words(refusal: KeyRefusal) -> Result<String, PageError> {
    Ok(match refusal {
        KeyRefusal::BadName => {
            format!("Give the key a name of 1 to {KEY_NAME_MAX} characters, such as what will use it.")
        }
        KeyRefusal::TooMany => format!("You have {KEYS_MAX} keys. Revoke one first."),
        KeyRefusal::BadLimits => format!(
            "A key may do at least one thing, is used from at most {NETWORKS_MAX} networks, and may spend something."
        ),
        KeyRefusal::Expired => "The key would have ended already.".to_owned(),
        KeyRefusal::NoAccount | KeyRefusal::NoKey | KeyRefusal::Db(_) => return Err(fault(refusal)),
    })
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

//! An order as its page and its card show it.

use domain::App;
use domain::account::Caller;
use domain::catalog;
use domain::clock::SECOND_MS;
use domain::db::DbError;
use domain::ids;
use domain::message::Message;
use domain::money::Usd;
use domain::order::{self, State};
use domain::product::Product;

use crate::asked;

/// What is shown of an order. It holds a code, so it has no `Debug`.
pub(super) struct View {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) digits: String,
    pub(super) price: Usd,
    pub(super) state: &'static str,
    pub(super) code: Option<String>,
    pub(super) link: Option<String>,
    /// The message that holds it.
    pub(super) answer_id: i64,
    pub(super) end_ms: i64,
    /// Seconds that are left, and minutes with them.
    pub(super) left_s: i64,
    pub(super) left: String,
    pub(super) is_cancellable: bool,
    pub(super) can_again: bool,
    /// Whether its number may be ordered again, at which price.
    pub(super) can_reuse: bool,
    pub(super) reuse_price: Usd,
    pub(super) form_id: String,
}

/// An order of an account and its messages, newest first.
pub(super) async fn view(app: &App, caller: Caller, order: i64) -> Result<Option<(View, Vec<Message>)>, DbError> {
    let (found, inbox) =
        (order::find(app, caller.account, order).await?, order::inbox(app, caller.account, order).await?);
    let (Some(found), Some(inbox)) = (found, inbox) else { return Ok(None) };
    let catalog = catalog::catalog(app).await?;
    let now = app.now_ms();
    let is_open = inbox.end_ms > now;
    let left_s = ((inbox.end_ms - now + SECOND_MS - 1) / SECOND_MS).max(0);
    let answer = inbox.answer.map(|place| &inbox.messages[place]);
    let service = catalog.by_slug(&found.service).filter(|service| service.is_sold());
    let reuse_price = service.and_then(|service| service.price(Product::ShortTerm, Some(caller.tier)));
    let view = View {
        id: ids::shown(Product::ShortTerm, order),
        name: catalog.name(&found.service).to_owned(),
        digits: found.digits,
        price: inbox.price,
        state: inbox.state.word(),
        code: answer.and_then(|message| message.code.clone()),
        link: answer.and_then(|message| message.link.clone()),
        answer_id: answer.map_or(0, |message| message.id),
        end_ms: inbox.end_ms,
        left_s,
        left: format!("{}:{:02}", left_s / 60, left_s % 60),
        is_cancellable: inbox.is_cancellable,
        can_again: inbox.state == State::Received && is_open,
        can_reuse: !is_open && reuse_price.is_some() && !inbox.is_cancellable,
        reuse_price: reuse_price.unwrap_or(inbox.price),
        form_id: asked::fresh_id(),
    };
    Ok(Some((view, inbox.messages)))
}

//! Ordering, cancelling, listing and having again a number for one code.

use domain::clock::MINUTE_MS;
use domain::ids;
use domain::order::{self, AgainRefusal, CancelRefusal, Placed, ReuseRefusal, SaleRefusal, State};
use domain::product::Product;
use serde::Serialize;

use super::call::{Answer, Call};
use super::cursor::{self, List};
use super::refusal::Refusal;
use super::shape::{Money, Time};

const PRODUCT: Product = Product::ShortTerm;

#[derive(Serialize)]
struct OrderBody<'a> {
    success: bool,
    number: &'a str,
    order_id: String,
    price: Money,
    expires_in: String,
    cancellable_until: Time,
    expires_at: Time,
    service: &'a str,
}

impl<'a> OrderBody<'a> {
    fn new(placed: &'a Placed) -> Self {
        Self {
            success: true,
            number: &placed.digits,
            order_id: ids::shown(PRODUCT, placed.order),
            price: Money(placed.price),
            expires_in: format!("{} minutes", (placed.end_ms - placed.created_ms) / MINUTE_MS),
            cancellable_until: Time(placed.end_ms),
            expires_at: Time(placed.end_ms),
            service: &placed.service,
        }
    }
}

/// `POST short-term/order/`
pub(super) async fn order(call: Call) -> Result<Answer, Refusal> {
    let ask = call.fields.ask()?;
    let placed = order::place(&call.door.app, call.caller, &ask, call.once).await;
    let placed = placed.map_err(|failure| Refusal::of_sale(failure, &ask))?;
    Ok(Answer::new(&OrderBody::new(&placed)))
}

/// `POST short-term/reuse/`
pub(super) async fn reuse(call: Call) -> Result<Answer, Refusal> {
    let (order, max_price) = (call.fields.id(PRODUCT)?, call.fields.max_price()?);
    let placed = order::reuse(&call.door.app, call.caller, order, max_price, call.once).await?;
    Ok(Answer::new(&OrderBody::new(&placed)))
}

impl From<ReuseRefusal> for Refusal {
    fn from(refusal: ReuseRefusal) -> Self {
        match refusal {
            ReuseRefusal::NotFound => Self::not_found(),
            ReuseRefusal::Sale(SaleRefusal::NoNumbers) => {
                Self::no_numbers("The number of this order cannot be had again just now. Order a new number.")
            }
            ReuseRefusal::Sale(refusal) => refusal.into(),
        }
    }
}

#[derive(Serialize)]
struct RefundBody {
    success: bool,
    refunded: Money,
}

/// `POST short-term/cancel/`
pub(super) async fn cancel(call: Call) -> Result<Answer, Refusal> {
    let order = call.fields.id(PRODUCT)?;
    let cancelled = order::cancel(&call.door.app, call.caller, order, call.once).await?;
    Ok(Answer::new(&RefundBody { success: true, refunded: Money(cancelled.refunded) }))
}

impl From<CancelRefusal> for Refusal {
    fn from(refusal: CancelRefusal) -> Self {
        match refusal {
            CancelRefusal::NotFound => Self::not_found(),
            CancelRefusal::AlreadyReceived => {
                Self::new(400, "already_received", "An SMS has arrived. Read it with `short-term/sms/`.")
            }
            CancelRefusal::Expired { refunded } => {
                let message = "The order ended without an SMS and was refunded. Order a new number.";
                Self::new(400, "order_expired", message).with_refunded(refunded)
            }
            CancelRefusal::LimitReached { retry_after_s } => Self::limit_reached(retry_after_s),
        }
    }
}

#[derive(Serialize)]
struct AgainBody {
    success: bool,
    order_id: String,
    status: &'static str,
    expires_at: Time,
}

/// `POST short-term/again/`
pub(super) async fn again(call: Call) -> Result<Answer, Refusal> {
    let order = call.fields.id(PRODUCT)?;
    let again = order::again(&call.door.app, call.caller, order, call.once).await?;
    Ok(Answer::new(&AgainBody {
        success: true,
        order_id: ids::shown(PRODUCT, order),
        status: State::Waiting.word(),
        expires_at: Time(again.end_ms),
    }))
}

impl From<AgainRefusal> for Refusal {
    fn from(refusal: AgainRefusal) -> Self {
        match refusal {
            AgainRefusal::NotFound => Self::not_found(),
            AgainRefusal::Expired => Self::new(400, "order_expired", "The order has ended. Order a new number."),
            AgainRefusal::Cancelled => {
                Self::new(400, "order_cancelled", "The order was cancelled. Order a new number.")
            }
        }
    }
}

#[derive(Serialize)]
struct ListBody {
    success: bool,
    orders: Vec<LineBody>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct LineBody {
    order_id: String,
    number: String,
    service: String,
    price: Money,
    status: &'static str,
    code: Option<String>,
    created_at: Time,
    expires_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellable_until: Option<Time>,
}

/// `GET short-term/list/`
pub(super) async fn list(call: Call) -> Result<Answer, Refusal> {
    let fields = &call.fields;
    let before = fields.cursor()?.map(|text| cursor::read(List::Orders, text)).transpose()?;
    let (which, limit) = (fields.which()?, fields.limit()?);
    let page = order::list(&call.door.app, call.caller.account, which, before, limit).await?;
    let line = |line: order::Line| LineBody {
        order_id: ids::shown(PRODUCT, line.order),
        number: line.digits,
        service: line.service,
        price: Money(line.price),
        status: line.state.word(),
        code: line.code,
        created_at: Time(line.created_ms),
        expires_at: Time(line.end_ms),
        cancellable_until: line.is_cancellable.then_some(Time(line.end_ms)),
    };
    let next_cursor = page.next.map(|place| cursor::write(List::Orders, place));
    Ok(Answer::new(&ListBody { success: true, orders: page.lines.into_iter().map(line).collect(), next_cursor }))
}

//! Renting a number for a day or for thirty, and what comes on it.

use domain::clock::SECOND_MS;
use domain::ids;
use domain::product::Product;
use domain::purchase::{self, Wake, WakeRefusal};
use domain::rental::{self, CancelRefusal, Inbox, RenewRefusal, Rental, State};
use serde::Serialize;

use super::call::{Answer, Call};
use super::cursor::{self, List};
use super::refusal::Refusal;
use super::shape::{Money, Sms, Time};

#[derive(Serialize)]
struct RentedBody<'a> {
    success: bool,
    number: &'a str,
    rental_id: String,
    price: Money,
    expires_at: Time,
    cancellable_until: Time,
    service: &'a str,
}

/// `POST rental/{kind}/order/`
pub(super) async fn order(call: Call, product: Product) -> Result<Answer, Refusal> {
    let ask = call.fields.ask()?;
    let rented = rental::rent(&call.door.app, call.caller, product, &ask, call.once).await;
    let rented = rented.map_err(|failure| Refusal::of_sale(failure, &ask))?;
    Ok(Answer::new(&RentedBody {
        success: true,
        number: &rented.digits,
        rental_id: ids::shown(product, rented.rental),
        price: Money(rented.price),
        expires_at: Time(rented.end_ms),
        cancellable_until: Time(rented.cancellable_until_ms),
        service: &rented.service,
    }))
}

#[derive(Serialize)]
struct ListBody {
    success: bool,
    rentals: Vec<LineBody>,
    /// The published answer ends with the rentals, so a page that is not the last says so and others say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct LineBody {
    rental_id: String,
    number: String,
    service: String,
    expires_at: Time,
    status: &'static str,
}

/// `GET rental/{kind}/list/`
pub(super) async fn list(call: Call, product: Product) -> Result<Answer, Refusal> {
    let fields = &call.fields;
    let before = fields.cursor()?.map(|text| cursor::read(List::Rentals, text)).transpose()?;
    let (which, limit) = (fields.which()?, fields.int("limit", 1..=rental::LIST_MAX)?.unwrap_or(rental::LIST_MAX));
    let (rentals, next) = rental::list(&call.door.app, call.caller.account, product, which, before, limit).await?;
    let line = |rental: Rental| LineBody {
        rental_id: ids::shown(product, rental.id),
        number: rental.digits,
        service: rental.service,
        expires_at: Time(rental.end_ms),
        status: rental.state.word(),
    };
    let next_cursor = next.map(|place| cursor::write(List::Rentals, place));
    Ok(Answer::new(&ListBody { success: true, rentals: rentals.into_iter().map(line).collect(), next_cursor }))
}

#[derive(Serialize)]
struct InboxBody<'a> {
    success: bool,
    messages: Vec<Sms<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellable_until: Option<Time>,
}

/// `GET rental/{kind}/sms/`
pub(super) async fn sms(call: Call, product: Product) -> Result<Answer, Refusal> {
    let rental = call.fields.id(product)?;
    let after_ms = call.fields.time("after")?;
    let (app, account) = (&call.door.app, call.caller.account);
    if call.waits()? {
        // A number that sleeps is woken for whoever waits on it, if it is theirs.
        rental::inbox(app, account, product, rental).await?.ok_or_else(Refusal::not_found)?;
        purchase::want(app, rental).await?;
    }
    let look = || async { rental::inbox(app, account, product, rental).await?.ok_or_else(Refusal::not_found) };
    let inbox = call.wait(|inbox: &Inbox| has_news(inbox, after_ms), look).await?;
    let messages = Sms::all(&inbox.messages);
    Ok(Answer::new(&InboxBody { success: true, messages, cancellable_until: inbox.cancellable_until_ms.map(Time) }))
}

/// Whether there is something newer than a time, by the whole seconds in which customers see times; nothing new comes
/// on a rental that is over.
fn has_news(inbox: &Inbox, after_ms: Option<i64>) -> bool {
    let second = |at_ms: i64| at_ms.div_euclid(SECOND_MS);
    let is_newer = |received_ms| after_ms.is_none_or(|after_ms| second(received_ms) > second(after_ms));
    inbox.rental.state != State::Active || inbox.messages.iter().any(|message| is_newer(message.received_ms))
}

#[derive(Serialize)]
struct RenewedBody {
    success: bool,
    rental_id: String,
    price: Money,
    expires_at: Time,
}

/// `POST rental/{kind}/renew/`
pub(super) async fn renew(call: Call, product: Product) -> Result<Answer, Refusal> {
    let (rental, max_price) = (call.fields.id(product)?, call.fields.max_price()?);
    let renewed = rental::renew(&call.door.app, call.caller, (product, rental), max_price, call.once).await?;
    Ok(Answer::new(&RenewedBody {
        success: true,
        rental_id: ids::shown(product, rental),
        price: Money(renewed.price),
        expires_at: Time(renewed.end_ms),
    }))
}

impl From<RenewRefusal> for Refusal {
    fn from(refusal: RenewRefusal) -> Self {
        match refusal {
            RenewRefusal::NotFound => Self::not_found(),
            RenewRefusal::NotRenewable => {
                let message = "The rental is over, paid as far ahead as possible, or its number leaves us at its end. \
                               Some numbers are renewed only on their last day: try again then, or order a new rental.";
                Self::new(400, "not_renewable", message)
            }
            RenewRefusal::NotYet => {
                let message = "This rental is renewed once it cannot be cancelled any more: 20 minutes after its order, \
                               or after its first SMS. Send it again then.";
                Self::new(400, "not_renewable", message)
            }
            RenewRefusal::Sale(refusal) => refusal.into(),
        }
    }
}

#[derive(Serialize)]
struct RefundBody {
    success: bool,
    refunded: Money,
}

/// `POST rental/{kind}/cancel/`
pub(super) async fn cancel(call: Call, product: Product) -> Result<Answer, Refusal> {
    let rental = call.fields.id(product)?;
    let cancelled = rental::cancel(&call.door.app, call.caller, product, rental, call.once).await?;
    Ok(Answer::new(&RefundBody { success: true, refunded: Money(cancelled.refunded) }))
}

#[derive(Serialize)]
struct WakeBody {
    success: bool,
    status: &'static str,
    ready_at: Time,
}

/// `POST rental/{kind}/wake/`
pub(super) async fn wake(call: Call, product: Product) -> Result<Answer, Refusal> {
    let rental = call.fields.id(product)?;
    let (status, ready_ms) = match purchase::wake(&call.door.app, call.caller, (product, rental), call.once).await? {
        Wake::Awake { ready_ms } => ("awake", ready_ms),
        Wake::Waking { ready_ms } => ("waking", ready_ms),
    };
    Ok(Answer::new(&WakeBody { success: true, status, ready_at: Time(ready_ms) }))
}

impl From<WakeRefusal> for Refusal {
    fn from(refusal: WakeRefusal) -> Self {
        match refusal {
            WakeRefusal::NotFound => Self::not_found(),
            WakeRefusal::Ended => Self::new(400, "order_expired", "The rental has ended. Order a new rental."),
        }
    }
}

impl From<CancelRefusal> for Refusal {
    fn from(refusal: CancelRefusal) -> Self {
        match refusal {
            CancelRefusal::NotFound => Self::not_found(),
            CancelRefusal::AlreadyReceived => {
                Self::new(400, "already_received", "An SMS has arrived. Use the number until `expires_at`.")
            }
            CancelRefusal::Expired => Self::new(400, "order_expired", "The rental has ended. Order a new rental."),
            CancelRefusal::TooLate => {
                let message = "A rental is cancelled within 20 minutes of its order. Use it until `expires_at`.";
                Self::new(400, "not_cancellable", message)
            }
        }
    }
}

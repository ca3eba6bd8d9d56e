//! What an account has, what it can buy, and where its money went.

use domain::account;
use domain::catalog::{self, Service};
use domain::clock::SECOND_MS;
use domain::ids;
use domain::ledger::{self, Entry};
use domain::number;
use domain::order;
use domain::product::Product;
use serde::Serialize;

use super::call::{Answer, Call};
use super::cursor::{self, List};
use super::refusal::Refusal;
use super::shape::{Money, Time};

#[derive(Serialize)]
struct BalanceBody {
    success: bool,
    balance: Money,
    held: Money,
    currency: &'static str,
}

/// `GET balance/`
pub(super) async fn balance(call: Call) -> Result<Answer, Refusal> {
    let balance = account::balance(&call.door.app, call.caller.account).await?;
    let (balance, held) = (Money(balance.available), Money(balance.held));
    Ok(Answer::new(&BalanceBody { success: true, balance, held, currency: "USD" }))
}

#[derive(Serialize)]
struct ServicesBody<'a> {
    success: bool,
    services: Vec<ServiceBody<'a>>,
}

#[derive(Serialize)]
struct ServiceBody<'a> {
    service: &'a str,
    name: &'a str,
    category: &'a str,
    short_term: Option<OfferBody>,
    rental_1day: Option<OfferBody>,
    rental_30day: Option<OfferBody>,
    delivery: Option<DeliveryBody>,
}

/// How often and how fast codes came lately.
#[derive(Serialize)]
struct DeliveryBody {
    percent: u32,
    median_seconds: Option<i64>,
    orders: u32,
}

#[derive(Serialize)]
struct OfferBody {
    price: Money,
    available: i64,
}

/// `GET services/`
pub(super) async fn services(call: Call) -> Result<Answer, Refusal> {
    let app = &call.door.app;
    let (catalog, tier) = (catalog::catalog(app).await?, call.caller.tier);
    let asked: Vec<&Service> = match call.fields.service()? {
        Some(slug) => {
            vec![catalog.by_slug(slug).filter(|service| service.is_sold()).ok_or_else(Refusal::unknown_service)?]
        }
        None => catalog.services.iter().filter(|service| service.is_sold()).collect(),
    };
    let ids: Vec<i64> = asked.iter().map(|service| service.id).collect();
    let (stock, deliveries) = (number::available(app, &ids).await?, order::delivery(app).await?);
    let shown = |service: &&'_ Service| {
        let (short_term, rental) = stock.get(&service.id).copied().unwrap_or_default();
        let offer = |product, available| {
            service.price(product, Some(tier)).map(|price| OfferBody { price: Money(price), available })
        };
        (offer(Product::ShortTerm, short_term), offer(Product::Rental1Day, rental), offer(Product::Rental30Day, rental))
    };
    let services = asked.iter().map(|service| {
        let (short_term, rental_1day, rental_30day) = shown(service);
        let (slug, name, category) = (&service.slug, &service.name, &service.category);
        let delivery = deliveries.get(&service.id).map(|delivery| DeliveryBody {
            percent: delivery.percent,
            median_seconds: delivery.median_ms.map(|ms| (ms + SECOND_MS - 1) / SECOND_MS),
            orders: delivery.orders,
        });
        ServiceBody { service: slug, name, category, short_term, rental_1day, rental_30day, delivery }
    });
    Ok(Answer::new(&ServicesBody { success: true, services: services.collect() }))
}

#[derive(Serialize)]
struct StatementBody {
    success: bool,
    entries: Vec<EntryBody>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct EntryBody {
    id: i64,
    at: Time,
    kind: &'static str,
    amount: Money,
    balance: Money,
    held: Money,
    order_id: Option<String>,
}

/// `GET statement/`
pub(super) async fn statement(call: Call) -> Result<Answer, Refusal> {
    let fields = &call.fields;
    let before = fields.cursor()?.map(|text| cursor::read(List::Statement, text)).transpose()?;
    let before = before.map(|(_, seq)| seq);
    let entries = ledger::statement(&call.door.app, call.caller.account, before, fields.limit()?).await?;
    // Entries are numbered from 1 without a gap, so the last one tells whether there are more.
    let last = entries.last().filter(|entry| entry.seq > 1);
    let next_cursor = last.map(|entry| cursor::write(List::Statement, (0, entry.seq)));
    let shown = |entry: &Entry| EntryBody {
        id: entry.seq,
        at: Time(entry.at_ms),
        kind: entry.kind.word(),
        amount: Money(entry.amount),
        balance: Money(entry.available),
        held: Money(entry.held),
        order_id: entry.order.map(|(product, id)| ids::shown(product, id)),
    };
    Ok(Answer::new(&StatementBody { success: true, entries: entries.iter().map(shown).collect(), next_cursor }))
}

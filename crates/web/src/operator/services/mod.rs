//! `/operator/services/`: what is sold and for how much, changed in place.

mod bulk;
mod file;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::catalog::edit::{self, EditRefusal, NewPrice};
use domain::catalog::price_file::amount_of;
use domain::catalog::seed::{Sale, Seeded, seed};
use domain::catalog::{self, Catalog, Service};
use domain::money::Usd;
use domain::number;
use domain::order::{self, Delivery};
use domain::policy::author::Author;
use domain::policy::denied::Denied;
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::product::Product;
use serde::Deserialize;

use super::Frame;
use super::told::{NO_REASON, Told, many, product_name};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::percent::encoded;
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/services/";
/// Services on a page.
const ROWS: usize = 50;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show))
        .route("/operator/services/price/", post(set_prices))
        .route("/operator/services/state/", post(set_state))
        .route("/operator/services/seed/", post(load_shipped))
        .route("/operator/services/new/", get(one::new).post(one::put))
        .route("/operator/services/prices/", get(bulk::show).post(bulk::change))
        .route("/operator/services/prices.csv", get(file::download))
        .route("/operator/services/prices/import/", file::methods())
        .route("/operator/services/{slug}/", get(one::show).post(one::put))
        .route("/operator/services/{slug}/tiers/", post(one::set_tiers))
}

/// What is asked for, in the address and in the forms of the list.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Wish {
    q: String,
    category: String,
    /// `on`, `off`, or all.
    state: String,
    /// The slug to go on after.
    after: String,
    /// What was just done.
    done: String,
}

impl Wish {
    fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            q: text("q"),
            category: text("category"),
            state: text("state"),
            after: text("after"),
            done: String::new(),
        }
    }

    fn fits(&self, service: &Service) -> bool {
        let asked = self.q.trim().to_lowercase();
        let is_found =
            asked.is_empty() || service.name.to_lowercase().contains(&asked) || service.slug.contains(&asked);
        let is_in = self.category.is_empty() || service.category == self.category;
        let is_so = match self.state.as_str() {
            "on" => service.is_sold(),
            "off" => !service.is_sold(),
            _ => true,
        };
        is_found && is_in && is_so && (self.after.is_empty() || service.slug > self.after)
    }

    fn is_empty(&self) -> bool {
        self.q.trim().is_empty() && self.category.is_empty() && self.state.is_empty()
    }

    /// The filter as it stands in an address, after its `?`.
    fn query(&self) -> String {
        format!("q={}&category={}&state={}", encoded(&self.q), encoded(&self.category), encoded(&self.state))
    }
}

/// A price in a form.
struct Price {
    product: Product,
    name: &'static str,
    shown: String,
}

/// A service in the list.
struct Line {
    slug: String,
    name: String,
    category: String,
    is_on: bool,
    denied: Option<Denied>,
    prices: Vec<Price>,
    tiers: usize,
    stock: String,
    rate: String,
}

#[derive(Template)]
#[template(path = "operator/services/list.html")]
struct ServicesPage {
    told: Option<Told>,
    wish: Wish,
    categories: Vec<String>,
    rows: Vec<Line>,
    next: Option<String>,
    has_any: bool,
    may_change: bool,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let told = match wish.done.as_str() {
        "prices" => Some(Told::good("The prices are in force.")),
        "on" => Some(Told::good("The service is sold.")),
        "off" => Some(Told::good("The service is not sold; what is sold already goes on receiving.")),
        "kept" => Some(Told::good("The service is kept.")),
        seeded => seeded.strip_prefix("seed-").and_then(|added| added.parse::<i64>().ok()).map(|added| {
            Told::good(format!("{} services were added. Those that were there stay as they are.", many(added)))
        }),
    };
    render(&door, &operator, wish, told, StatusCode::OK).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    wish: Wish,
    told: Option<Told>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let app = &door.app;
    let frame = Frame::of(door, operator, HERE).await?;
    let catalog = catalog::catalog(app).await?;
    let found: Vec<&Service> = catalog.services.iter().filter(|service| wish.fits(service)).take(ROWS + 1).collect();
    let shown = &found[..found.len().min(ROWS)];
    let ids: Vec<i64> = shown.iter().map(|service| service.id).collect();
    let (stock, deliveries) = (number::available(app, &ids).await?, order::delivery(app).await?);
    let line = |service: &&Service| {
        let (short_term, _) = stock.get(&service.id).copied().unwrap_or_default();
        Line::of(service, short_term, deliveries.get(&service.id))
    };
    let page = ServicesPage {
        told,
        rows: shown.iter().map(line).collect(),
        next: shown.last().filter(|_| found.len() > ROWS).map(|service| service.slug.clone()),
        categories: categories(&catalog),
        has_any: !catalog.services.is_empty(),
        may_change: operator.role.may(Power::Run),
        wish,
    };
    Ok(page::show(HERE, status, &page, &frame))
}

impl Line {
    fn of(service: &Service, stock: i64, delivery: Option<&Delivery>) -> Self {
        Self {
            slug: service.slug.clone(),
            name: service.name.clone(),
            category: service.category.clone(),
            is_on: service.is_enabled,
            denied: service.denied(),
            prices: Product::ALL.map(|product| price(service, product)).into(),
            tiers: service.tier_prices.len(),
            stock: many(stock),
            rate: delivery.map_or_else(|| "–".to_owned(), |delivery| format!("{} %", delivery.percent)),
        }
    }
}

fn price(service: &Service, product: Product) -> Price {
    let shown = service.prices.get(&product).map(Usd::to_string).unwrap_or_default();
    Price { product, name: product_name(product), shown }
}

/// The categories of the catalogue, in the order of the alphabet.
fn categories(catalog: &Catalog) -> Vec<String> {
    let all: std::collections::BTreeSet<&String> = catalog.services.iter().map(|service| &service.category).collect();
    all.into_iter().cloned().collect()
}

/// An amount that was typed; nothing takes the product off sale.
fn typed_amount(text: &str) -> Result<Option<Usd>, String> {
    match text.trim().trim_start_matches('$') {
        "" => Ok(None),
        typed => amount_of(typed),
    }
}

/// A refusal in words, or the page of what went wrong.
fn told(refusal: EditRefusal) -> Result<Told, PageError> {
    match refusal {
        EditRefusal::Db(error) => Err(error.into()),
        EditRefusal::NoService(_) => Err(PageError::NotFound),
        EditRefusal::Denied(denied) => Ok(Told::bad(format!("Nothing was changed. {}", denied.sentence()))),
        refusal @ (EditRefusal::BadSlug
        | EditRefusal::Reserved
        | EditRefusal::BadText(_)
        | EditRefusal::CodeTaken(_)
        | EditRefusal::BadPrice
        | EditRefusal::Twice
        | EditRefusal::Changed) => Ok(Told::bad(format!("Nothing was changed: {refusal}."))),
    }
}

/// Sets the three prices of a service as they stand in its row, unless somebody else changed one since it was shown.
async fn set_prices(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let wish = Wish::of(&form);
    let slug = form.text("service").to_owned();
    let mut prices = Vec::with_capacity(Product::ALL.len());
    let mut seen = Vec::with_capacity(Product::ALL.len());
    for product in Product::ALL {
        match typed_amount(form.text(product.word())) {
            Ok(amount) => {
                let was = typed_amount(form.text(&format!("was.{}", product.word())));
                let was = was.map_err(|_| PageError::BadForm)?;
                seen.push(NewPrice { service: slug.clone(), product, amount: was });
                prices.push(NewPrice { service: slug.clone(), product, amount });
            }
            Err(why) => {
                let told = Told::bad(format!("Nothing was changed for {slug}: {}: {why}.", product_name(product)));
                return render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await;
            }
        }
    }
    let told = match Author::typed(by, form.text("reason")) {
        Ok(by) => match edit::set_prices_seen(&door.app, prices, seen, by).await {
            Ok(()) => return Ok(back(&wish, "prices")),
            Err(refusal) => told(refusal)?,
        },
        Err(bad) => bad.into(),
    };
    render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await
}

fn back(wish: &Wish, done: &str) -> Response {
    page::see_other(HERE, &format!("{HERE}?{}&after={}&done={done}", wish.query(), encoded(&wish.after)))
}

/// Switches a service on or off.
async fn set_state(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let wish = Wish::of(&form);
    let to = form.text("to");
    let is_on = match to {
        "on" => true,
        "off" => false,
        _ => return Err(PageError::BadForm),
    };
    let told = match Reason::parse(form.text("reason")) {
        Some(reason) => match edit::set_enabled(&door.app, form.text("service"), is_on, &reason, &by).await {
            Ok(()) => return Ok(back(&wish, to)),
            Err(refusal) => told(refusal)?,
        },
        None => Told::bad(format!("Nothing was changed for {}: {NO_REASON}.", form.text("service"))),
    };
    render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Adds the services of the shipped catalogue that the house does not have: switched off, unless the box is ticked.
async fn load_shipped(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let sale = if form.text("on_sale") == "yes" { Sale::Now } else { Sale::Later };
    match seed(&door.app, sale, &by).await {
        Ok(Seeded { added, .. }) => Ok(page::see_other(HERE, &format!("{HERE}?done=seed-{added}"))),
        Err(refusal) => {
            let told = told(refusal)?;
            render(&door, &operator, Wish::default(), Some(told), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

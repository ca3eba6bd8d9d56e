//! `/operator/houses/offers/`: which codes of other houses are which of our services, at what price, and what a house
//! says that it sells.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::catalog::{self, Catalog};
use domain::money::Usd;
use domain::policy::powers::Power;
use domain::product::Product;
use domain::purchase::{self, MapRefusal, Mapping, NewMapping};
use domain::supply::{Offer, Window};
use serde::Deserialize;

use super::HERE;
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{Told, ago, many, product_name};
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ROUTE: &str = "/operator/houses/offers/";
pub(super) const THEIRS: &str = "/operator/houses/offers/theirs/";
/// Offers of a house on its page; a search tells fewer.
const THEIRS_MAX: usize = 500;
/// Mappings on the page; a search tells fewer.
const ROWS: usize = 500;

/// What the form begins with, and which mappings are looked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    source: String,
    service: String,
    product: String,
    code: String,
    short_ok: String,
    done: String,
}

impl Wish {
    fn of(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            source: text("source"),
            service: text("service"),
            product: text("product"),
            code: text("code"),
            short_ok: text("short_ok"),
            ..Self::default()
        }
    }
}

/// A mapping with what we ask for it.
struct Row {
    mapping: Mapping,
    name: String,
    form: &'static str,
    price: Option<Usd>,
    available: String,
    read: String,
}

#[derive(Template)]
#[template(path = "operator/houses/offers.html")]
struct OffersPage {
    told: Option<Told>,
    wish: Wish,
    houses: Vec<String>,
    services: Vec<(String, String)>,
    rows: Vec<Row>,
    /// How many fit beside those that are shown.
    more: usize,
    may_change: bool,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let told = match wish.done.as_str() {
        "mapped" => Some(Told::good("It is bought from now on; its price and stock are read within a minute.")),
        "unmapped" => Some(Told::good("It is bought no more; what was bought goes on.")),
        _ => None,
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
    let (catalog, now) = (catalog::catalog(app).await?, app.now_ms());
    let q = wish.q.trim().to_lowercase();
    let fits = |one: &Mapping| {
        let name = catalog.name(&one.service).to_lowercase();
        [one.source.as_str(), one.service.as_str(), one.code.as_str(), &name].iter().any(|text| text.contains(&q))
    };
    let mut mappings: Vec<Mapping> = purchase::mappings(app).await?.into_iter().filter(fits).collect();
    let more = mappings.len().saturating_sub(ROWS);
    mappings.truncate(ROWS);
    let page = OffersPage {
        told,
        houses: purchase::names(app).await?,
        services: catalog.services.iter().map(|one| (one.slug.clone(), one.name.clone())).collect(),
        rows: mappings.into_iter().map(|mapping| row(&catalog, mapping, now)).collect(),
        more,
        may_change: operator.role.may(Power::Run),
        wish,
    };
    Ok(page::show(ROUTE, status, &page, &Frame::of(door, operator, HERE).await?))
}

fn row(catalog: &Catalog, mapping: Mapping, now_ms: i64) -> Row {
    let service = catalog.by_slug(&mapping.service);
    Row {
        name: catalog.name(&mapping.service).to_owned(),
        form: product_name(mapping.product),
        price: service.and_then(|service| service.prices.get(&mapping.product)).copied(),
        available: mapping.available.map_or_else(|| "not told".to_owned(), many),
        read: mapping.refreshed_ms.map_or_else(|| "not yet".to_owned(), |at_ms| ago(at_ms, now_ms)),
        mapping,
    }
}

/// Says that a house's code is one of our services.
pub(super) async fn map(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let wish = Wish::of(&form);
    let product = Product::from_word(&wish.product).ok_or(PageError::BadForm)?;
    let new = NewMapping {
        source: wish.source.clone(),
        service: wish.service.clone(),
        product,
        code: wish.code.clone(),
        short_ok: wish.short_ok == "yes",
        by,
    };
    match purchase::map(&door.app, new).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{ROUTE}?done=mapped"))),
        Err(refusal) => render(&door, &operator, wish, Some(told(refusal)?), StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

/// Says that a house's code is none of our services any more.
pub(super) async fn unmap(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let product = Product::from_word(form.text("product")).ok_or(PageError::BadForm)?;
    match purchase::unmap(&door.app, form.text("source"), form.text("service"), product, &by).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{ROUTE}?done=unmapped"))),
        Err(refusal) => {
            let told = Some(told(refusal)?);
            render(&door, &operator, Wish::default(), told, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

fn told(refusal: MapRefusal) -> Result<Told, PageError> {
    match refusal {
        MapRefusal::Db(error) => Err(error.into()),
        refusal @ (MapRefusal::NoHouse
        | MapRefusal::NoService
        | MapRefusal::BadCode
        | MapRefusal::NotMapped
        | MapRefusal::Silent(_)) => Ok(Told::bad(format!("Nothing was changed: {refusal}."))),
    }
}

/// Which house is asked what it sells, and what is looked for among that.
#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    source: String,
    #[serde(default)]
    like: String,
}

/// An offer as the house tells it.
struct Theirs {
    offer: Offer,
    available: String,
    receives: &'static str,
}

#[derive(Template)]
#[template(path = "operator/houses/theirs.html")]
struct TheirsPage {
    told: Option<Told>,
    asked: Question,
    rows: Vec<Theirs>,
    more: usize,
}

/// Asks a house what it sells. It costs the house a call, so it takes the power to change what is bought there.
pub(super) async fn theirs(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(asked): Asked<Question>,
) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    let like = asked.like.trim().to_lowercase();
    let (offers, told) = match purchase::theirs(&door.app, &asked.source).await {
        Ok(offers) => (offers, None),
        Err(MapRefusal::Db(error)) => return Err(error.into()),
        Err(MapRefusal::Silent(says)) => (Vec::new(), Some(Told::bad(format!("The house does not answer: {says}.")))),
        Err(MapRefusal::NoHouse | MapRefusal::NoService | MapRefusal::BadCode | MapRefusal::NotMapped) => {
            return Err(PageError::NotFound);
        }
    };
    let fits = |one: &Offer| one.code.to_lowercase().contains(&like) || one.name.to_lowercase().contains(&like);
    let mut rows: Vec<Theirs> = offers.into_iter().filter(fits).map(their).collect();
    let more = rows.len().saturating_sub(THEIRS_MAX);
    rows.truncate(THEIRS_MAX);
    let page = TheirsPage { told, asked, rows, more };
    Ok(page::show(THEIRS, StatusCode::OK, &page, &Frame::of(&door, &operator, HERE).await?))
}

fn their(offer: Offer) -> Theirs {
    Theirs {
        available: offer.available.map_or_else(|| "not told".to_owned(), many),
        receives: match offer.window {
            Window::Whole { .. } => "to its end",
            Window::Reused { .. } => "again after reuse",
            Window::Activated { .. } => "while activated",
        },
        offer,
    }
}

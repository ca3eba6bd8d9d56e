//! `/operator/services/{slug}/`: one service: its names, how its messages are told, and its prices by tier.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::Tier;
use domain::catalog::edit::{self, NewService, TierPrice};
use domain::catalog::{self, Service};
use domain::money::Usd;
use domain::policy::author::Author;
use domain::policy::denied::Denied;
use domain::policy::powers::Power;
use domain::product::Product;

use super::{HERE, told, typed_amount};
use crate::Door;
use crate::form::{Form, LongForm};
use crate::operator::Frame;
use crate::operator::told::{Told, product_name};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/services/{slug}/";
/// Senders and phrases of a service, each.
const PATTERNS_MAX: usize = 200;

/// What stands in the form.
#[derive(Default)]
struct Fields {
    slug: String,
    name: String,
    category: String,
    code: String,
    senders: String,
    texts: String,
    is_on: bool,
    any_text_counts: bool,
    /// Why it is changed.
    reason: String,
}

impl Fields {
    fn of(service: &Service) -> Self {
        Self {
            slug: service.slug.clone(),
            name: service.name.clone(),
            category: service.category.clone(),
            code: service.code.clone().unwrap_or_default(),
            senders: service.senders.join("\n"),
            texts: service.texts.join("\n"),
            is_on: service.is_enabled,
            any_text_counts: service.any_text_counts,
            reason: String::new(),
        }
    }

    fn typed(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            slug: text("slug"),
            name: text("name"),
            category: text("category"),
            code: text("code"),
            senders: form.text("senders").to_owned(),
            texts: form.text("texts").to_owned(),
            is_on: form.text("on") == "yes",
            any_text_counts: form.text("any") == "yes",
            reason: text("reason"),
        }
    }

    fn new_service(&self) -> NewService {
        let lines = |text: &str| -> Vec<String> {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        };
        NewService {
            slug: self.slug.clone(),
            name: self.name.clone(),
            code: Some(self.code.clone()).filter(|code| !code.is_empty()),
            category: self.category.clone(),
            is_enabled: self.is_on,
            any_text_counts: self.any_text_counts,
            senders: lines(&self.senders),
            texts: lines(&self.texts),
        }
    }
}

/// The prices of one product for each tier.
struct TierRow {
    product: Product,
    name: &'static str,
    common: Option<Usd>,
    tiers: Vec<(Tier, String)>,
}

#[derive(Template)]
#[template(path = "operator/services/one.html")]
struct ServicePage {
    told: Option<Told>,
    is_new: bool,
    fields: Fields,
    denied: Option<Denied>,
    tiers: Vec<TierRow>,
    may_change: bool,
}

pub(super) async fn new(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    render(&door, &operator, None, Fields::default(), None).await
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
) -> Result<Response, PageError> {
    let catalog = catalog::catalog(&door.app).await?;
    let service = catalog.by_slug(&slug).ok_or(PageError::NotFound)?;
    render(&door, &operator, Some(service), Fields::of(service), None).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    service: Option<&Service>,
    fields: Fields,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    let tier_row = |service: &Service, product: Product| {
        let shown = |tier: Tier| service.tier_prices.get(&(product, tier)).map(Usd::to_string).unwrap_or_default();
        TierRow {
            product,
            name: product_name(product),
            common: service.prices.get(&product).copied(),
            tiers: Tier::ALL.map(|tier| (tier, shown(tier))).into(),
        }
    };
    let page = ServicePage {
        is_new: service.is_none(),
        denied: service.and_then(Service::denied),
        tiers: service.map_or_else(Vec::new, |service| Product::ALL.map(|product| tier_row(service, product)).into()),
        may_change: operator.role.may(Power::Run),
        fields,
        told,
    };
    let status = if page.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(ROUTE, status, &page, &frame))
}

/// Makes a service, or brings one up to date. A new one must have a slug that none has.
pub(super) async fn put(
    State(door): State<Arc<Door>>,
    operator: Operator,
    slug: Option<Path<String>>,
    LongForm(form): LongForm,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let catalog = catalog::catalog(&door.app).await?;
    let mut fields = Fields::typed(&form);
    let service = match &slug {
        Some(Path(slug)) => Some(catalog.by_slug(slug).ok_or(PageError::NotFound)?),
        None => None,
    };
    if let Some(service) = service {
        fields.slug.clone_from(&service.slug);
    }
    let is_taken = service.is_none() && catalog.by_slug(&fields.slug).is_some();
    let new = fields.new_service();
    let complaint = if is_taken {
        Told::bad(format!("Nothing was changed: there is a service {} already.", fields.slug))
    } else if new.senders.len().max(new.texts.len()) > PATTERNS_MAX {
        Told::bad("Nothing was changed: a service has at most 200 senders and 200 phrases.")
    } else {
        match Author::typed(by, &fields.reason) {
            Ok(by) => match edit::put_service(&door.app, new, by).await {
                Ok(_) => return Ok(page::see_other(ROUTE, &format!("{HERE}?q={}&done=kept", fields.slug))),
                Err(refusal) => told(refusal)?,
            },
            Err(bad) => bad.into(),
        }
    };
    render(&door, &operator, service, fields, Some(complaint)).await
}

/// Sets what the service costs customers of each tier; an empty field is the price for all.
pub(super) async fn set_tiers(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let catalog = catalog::catalog(&door.app).await?;
    let service = catalog.by_slug(&slug).ok_or(PageError::NotFound)?;
    let (mut prices, mut seen) = (Vec::new(), Vec::new());
    let mut complaint = None;
    for product in Product::ALL {
        for tier in Tier::ALL {
            let field = format!("{}.{}", product.word(), tier.word());
            let was = typed_amount(form.text(&format!("was.{field}"))).map_err(|_| PageError::BadForm)?;
            seen.push(TierPrice { product, tier, amount: was });
            match typed_amount(form.text(&field)) {
                Ok(amount) => prices.push(TierPrice { product, tier, amount }),
                Err(why) => {
                    let which = format!("{} for {}", product_name(product), tier.word());
                    complaint.get_or_insert(Told::bad(format!("Nothing was changed: {which}: {why}.")));
                }
            }
        }
    }
    if complaint.is_none() {
        complaint = match Author::typed(by, form.text("reason")) {
            Ok(by) => match edit::set_tier_prices_seen(&door.app, &service.slug, prices, seen, by).await {
                Ok(()) => return Ok(page::see_other(ROUTE, &format!("{HERE}?q={}&done=prices", service.slug))),
                Err(refusal) => Some(told(refusal)?),
            },
            Err(bad) => Some(bad.into()),
        };
    }
    let catalog = catalog::catalog(&door.app).await?;
    let service = catalog.by_slug(&slug).ok_or(PageError::NotFound)?;
    render(&door, &operator, Some(service), Fields::of(service), complaint).await
}

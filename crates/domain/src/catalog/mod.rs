//! What is sold: services, how their messages are told, and prices.

pub mod change;
pub mod classify;
pub mod edit;
pub mod price_file;
pub mod seed;
pub mod sheet;

mod rows;
mod search;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use classify::{Classifier, Patterns};

use crate::App;
use crate::account::Tier;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::policy::denied::{Denied, denied_category, denied_service};
use crate::policy::stop;
use crate::product::Product;

/// Services that a house may have.
pub const SERVICES_MAX: i64 = 5_000;
/// How old the catalogue may be that a request is served from.
const FRESH_MS: i64 = SECOND_MS;

/// A service as the catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: i64,
    /// Its name in requests: lower-case letters and digits.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The two letters by which `handler_api` clients name it.
    pub code: Option<String>,
    /// What kind of service it is.
    pub category: String,
    /// Whether the operator sells it.
    pub is_enabled: bool,
    /// Whether a text without a code or a link captures an order too.
    pub any_text_counts: bool,
    /// Senders its messages come from.
    pub senders: Vec<String>,
    /// Phrases its messages hold.
    pub texts: Vec<String>,
    /// What it costs, in each form in which it is sold.
    pub prices: HashMap<Product, Usd>,
    /// What it costs customers of one tier instead.
    pub tier_prices: HashMap<(Product, Tier), Usd>,
}

impl Service {
    /// What it costs a customer of a tier; of none, who is not signed in, what it costs all. It is not for sale in a
    /// form that has no price for all.
    #[must_use]
    pub fn price(&self, product: Product, tier: Option<Tier>) -> Option<Usd> {
        let common = self.prices.get(&product).copied()?;
        let own = tier.and_then(|tier| self.tier_prices.get(&(product, tier)).copied());
        Some(own.unwrap_or(common))
    }

    /// Why the house never sells it, if it is of such a kind.
    #[must_use]
    pub fn denied(&self) -> Option<Denied> {
        denied_category(&self.category).or_else(|| denied_service(&self.slug, &self.name))
    }

    /// Whether the house sells it at all.
    #[must_use]
    pub fn is_sold(&self) -> bool {
        self.is_enabled && self.denied().is_none()
    }
}

/// The catalogue as of one moment.
pub struct Catalog {
    /// The services, by slug in the order of the alphabet.
    pub services: Vec<Service>,
    by_slug: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
    pub(crate) classifier: Classifier,
    pub(crate) sales_are_paused: bool,
    /// The sources whose numbers may be sold.
    pub(crate) enabled_sources: Vec<i64>,
}

impl Catalog {
    fn new(services: Vec<Service>, sales_are_paused: bool, enabled_sources: Vec<i64>) -> Self {
        let places = || services.iter().enumerate();
        let by_slug = places().map(|(place, service)| (service.slug.clone(), place)).collect();
        let by_id = places().map(|(place, service)| (service.id, place)).collect();
        let patterns: Vec<Patterns<'_>> = services
            .iter()
            .map(|service| Patterns { service: service.id, senders: &service.senders, texts: &service.texts })
            .collect();
        let classifier = Classifier::new(&patterns);
        Self { by_slug, by_id, classifier, sales_are_paused, enabled_sources, services }
    }

    /// A service by its slug, whatever the case of its letters.
    #[must_use]
    pub fn by_slug(&self, slug: &str) -> Option<&Service> {
        self.by_slug.get(&slug.to_ascii_lowercase()).map(|place| &self.services[*place])
    }

    /// What other houses know a service by: its code, else its slug. `None` where [`Self::known_as`] would not find it by
    /// that.
    #[must_use]
    pub fn name_abroad<'a>(&self, service: &'a Service) -> Option<&'a str> {
        let name = service.code.as_deref().unwrap_or(&service.slug);
        self.known_as(name).filter(|found| found.id == service.id).map(|_| name)
    }

    /// The service that another house asks for: the one with exactly this code; else the only one whose code or slug it
    /// is, whatever the case of its letters. Where two are meant it is none, because nothing is guessed.
    #[must_use]
    pub fn known_as(&self, name: &str) -> Option<&Service> {
        if let Some(exact) = self.services.iter().find(|service| service.code.as_deref() == Some(name)) {
            return Some(exact);
        }
        let is_so = |service: &&Service| {
            service.slug.eq_ignore_ascii_case(name)
                || service.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(name))
        };
        let mut found = self.services.iter().filter(is_so);
        found.next().filter(|_| found.next().is_none())
    }

    /// A service by its id.
    #[must_use]
    pub fn by_id(&self, id: i64) -> Option<&Service> {
        self.by_id.get(&id).map(|place| &self.services[*place])
    }

    /// The name of a service for people, which may have been deleted since.
    #[must_use]
    pub fn name(&self, slug: &str) -> &str {
        self.by_slug(slug).map_or("A service of earlier days", |service| &service.name)
    }

    /// The slug of a service, which may have been deleted since.
    #[must_use]
    pub fn slug(&self, id: i64) -> &str {
        self.by_id(id).map_or("unknown", |service| &service.slug)
    }
}

/// The catalogue that requests are served from, at most a second old.
#[derive(Default)]
pub(crate) struct Cache {
    kept: RwLock<Option<(i64, Arc<Catalog>)>>,
    loading: tokio::sync::Mutex<()>,
}

impl Cache {
    fn fresh(&self, now_ms: i64) -> Option<Arc<Catalog>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, catalog) = kept.as_ref()?;
        (*at_ms <= now_ms && now_ms < at_ms + FRESH_MS).then(|| Arc::clone(catalog))
    }

    /// Forgets the catalogue, because this process changed it.
    pub(crate) fn forget(&self) {
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The catalogue, at most a second old.
///
/// # Errors
/// What the database said.
pub async fn catalog(app: &App) -> Result<Arc<Catalog>, DbError> {
    let cache = &app.catalog;
    if let Some(catalog) = cache.fresh(app.now_ms()) {
        return Ok(catalog);
    }
    let _one_at_a_time = cache.loading.lock().await;
    let now = app.now_ms();
    if let Some(catalog) = cache.fresh(now) {
        return Ok(catalog);
    }
    let catalog = app
        .db
        .read(|tx: &mut Tx<'_>| {
            let services = rows::services(tx)?;
            let paused = stop::sales_are_paused(tx)?;
            Ok::<_, DbError>(Catalog::new(services, paused, crate::supply::enabled(tx)?))
        })
        .await?;
    let catalog = Arc::new(catalog);
    *cache.kept.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&catalog)));
    Ok(catalog)
}

//! What is sold, as lists on pages show it: prices, stock, and how codes came lately.

use domain::App;
use domain::account::Tier;
use domain::catalog;
use domain::clock::SECOND_MS;
use domain::db::DbError;
use domain::money::Usd;
use domain::number;
use domain::order::{self, Delivery};
use domain::product::Product;

/// Services in one list, at most; a search finds the others.
pub(crate) const SHOWN_MAX: usize = 200;

/// A service that is sold.
pub(crate) struct Offer {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) short_term: Option<Usd>,
    pub(crate) rental_1day: Option<Usd>,
    pub(crate) rental_30day: Option<Usd>,
    /// Numbers for one code that are in stock.
    pub(crate) available: i64,
    /// Numbers to rent that are in stock.
    pub(crate) rentable: i64,
    pub(crate) delivery: Option<Delivery>,
}

impl Offer {
    /// How often codes came, such as `93 %`.
    pub(crate) fn how_often(&self) -> Option<String> {
        self.delivery.map(|delivery| format!("{} %", delivery.percent))
    }

    /// How fast codes came, such as `6 s`.
    pub(crate) fn how_fast(&self) -> Option<String> {
        let median_ms = self.delivery?.median_ms?;
        Some(format!("{} s", (median_ms + SECOND_MS - 1) / SECOND_MS))
    }
}

/// What a search found.
pub(crate) struct Offers {
    /// The first of them.
    pub(crate) shown: Vec<Offer>,
    /// How many there are beside those shown.
    pub(crate) more: usize,
}

/// What is sold and fits what was typed, at the prices of a customer of a tier, or at those for all.
pub(crate) async fn search(app: &App, typed: &str, tier: Option<Tier>) -> Result<Offers, DbError> {
    let catalog = catalog::catalog(app).await?;
    let found = catalog.search(typed);
    let ids: Vec<i64> = found.iter().map(|service| service.id).collect();
    let (stock, deliveries) = (number::available(app, &ids).await?, order::delivery(app).await?);
    let offer = |service: &&catalog::Service| {
        let (available, rentable) = stock.get(&service.id).copied().unwrap_or_default();
        let price = |product| service.price(product, tier);
        Offer {
            slug: service.slug.clone(),
            name: service.name.clone(),
            short_term: price(Product::ShortTerm),
            rental_1day: price(Product::Rental1Day),
            rental_30day: price(Product::Rental30Day),
            available,
            rentable,
            delivery: deliveries.get(&service.id).copied(),
        }
    };
    let more = found.len().saturating_sub(SHOWN_MAX);
    Ok(Offers { shown: found.iter().take(SHOWN_MAX).map(offer).collect(), more })
}

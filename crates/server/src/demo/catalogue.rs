//! The shipped catalogue, put on sale.

use domain::App;
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::catalog::{self, seed::seed_services};
use domain::money::Usd;
use domain::product::Product;

use super::stock::Fault;

/// Adds what the house does not have yet.
pub(super) async fn seed(app: &App, by: &str) -> Result<(), Fault> {
    let known = catalog::catalog(app).await?;
    for service in seed_services() {
        if known.by_slug(&service.slug).is_some() {
            continue;
        }
        let asked = [&service.prices.short_term, &service.prices.rental_1day, &service.prices.rental_30day];
        let price = |(product, amount): (Product, &String)| {
            Ok::<_, Fault>(NewPrice { service: service.slug.clone(), product, amount: Some(Usd::parse(amount)?) })
        };
        let prices = Product::ALL.into_iter().zip(asked).map(price).collect::<Result<Vec<_>, _>>()?;
        let new = NewService {
            slug: service.slug,
            name: service.name,
            code: Some(service.code),
            category: service.category,
            is_enabled: true,
            any_text_counts: false,
            senders: service.senders,
            texts: service.texts,
        };
        edit::put_service(app, new, by).await?;
        edit::set_prices(app, prices, by).await?;
    }
    Ok(())
}

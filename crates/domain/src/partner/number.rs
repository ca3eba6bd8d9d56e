//! What a partner is offered, and selling it a number.

use super::Entered;
use crate::App;
use crate::catalog::{self, Service};
use crate::db::DbError;
use crate::money::Usd;
use crate::number as stock;
use crate::order::{self, Ask, Placed, SaleRefusal};
use crate::product::Product;
use crate::request::Failure;

/// Beginnings of numbers that a partner may except.
pub const EXCEPT_MAX: usize = 500;
/// Names of the one country whose numbers there are.
const COUNTRIES: [&str; 3] = ["usa", "us", "187"];
/// The name of whatever operator.
const ANY: &str = "any";

/// A service as a partner is offered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The code that others know it by, else its slug.
    pub code: String,
    /// Numbers of ours that are for sale for it; up to 30 s old.
    pub count: i64,
}

/// What a partner asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The service, by its code or its slug.
    pub service: String,
    /// The country, by a name that other houses use too: `usa`.
    pub country: String,
    /// The operator; there is none but `any`.
    pub operator: String,
    /// The most that the partner would pay.
    pub most: Usd,
    /// Beginnings of numbers that it does not want, in digits; at most [`EXCEPT_MAX`].
    pub except: Vec<String>,
}

/// What a partner can buy now, with how many there are: our own numbers alone, so that two houses never sell each other
/// what neither has. Nothing is offered to one that is stopped, or while sales are paused.
///
/// # Errors
/// What the database said.
pub async fn services(app: &App, partner: &Entered) -> Result<Vec<Offered>, DbError> {
    let catalog = catalog::catalog(app).await?;
    if !partner.is_active || catalog.sales_are_paused {
        return Ok(Vec::new());
    }
    let is_offered = |service: &&Service| service.is_sold() && service.price(Product::ShortTerm, None).is_some();
    let sold: Vec<&Service> = catalog.services.iter().filter(is_offered).collect();
    let ids: Vec<i64> = sold.iter().map(|service| service.id).collect();
    let counts = stock::own(app, &ids).await?;
    let offered = |service: &&Service| {
        let (code, count) = (catalog.name_abroad(service)?.to_owned(), counts.get(&service.id).copied().unwrap_or(0));
        Some(Offered { code, count })
    };
    Ok(sold.iter().filter_map(offered).collect())
}

/// Sells a partner a number, for its account's money and by the rules of every customer's order. Each call is another
/// order. Where something is asked for that is not offered, there is no number.
///
/// # Errors
/// See [`SaleRefusal`] and [`Failure`].
pub async fn number(app: &App, partner: &Entered, wish: &Wish) -> Result<Placed, Failure<SaleRefusal>> {
    if !partner.is_active {
        return Err(Failure::Refused(SaleRefusal::Suspended));
    }
    let is_here = COUNTRIES.iter().any(|name| name.eq_ignore_ascii_case(&wish.country));
    if !is_here || !wish.operator.eq_ignore_ascii_case(ANY) {
        return Err(Failure::Refused(SaleRefusal::NoNumbers));
    }
    let catalog = catalog::catalog(app).await?;
    let service = catalog.known_as(&wish.service).ok_or(Failure::Refused(SaleRefusal::UnknownService))?;
    let ask = Ask { service: service.slug.clone(), max_price: Some(wish.most), area_code: None };
    let except: Vec<String> = wish.except.iter().take(EXCEPT_MAX).cloned().collect();
    order::place_own(app, partner.caller, &ask, &except).await
}

//! `admin price`: what it costs, one by one or from a file.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::account::Tier;
use domain::catalog::price_file::{FILE_MAX, read_prices};
use domain::catalog::sheet::{SheetPrice, set_sheet};
use domain::catalog::{self, Catalog};
use domain::money::Usd;
use domain::policy::author::Author;
use domain::policy::reason::Reason;
use domain::product::Product;
use serde_json::json;

use super::{Answer, Desk, Refusal, bad_rows, words};

/// What can be done with prices.
#[derive(Subcommand)]
pub(crate) enum PriceCommand {
    /// List all prices
    #[command(after_help = "Example: jesusnumber admin price list")]
    List,
    /// Set a price, or take a product off sale
    #[command(after_help = "Example: jesusnumber admin price set telegram rental_1day off")]
    Set {
        /// The service's slug
        service: String,
        /// short_term, rental_1day or rental_30day
        #[arg(value_parser = words::product)]
        product: Product,
        /// Dollars such as 0.60, or off
        #[arg(value_parser = words::price)]
        amount: words::PriceWord,
        /// For customers of this tier alone; off is then the price for all
        #[arg(long, value_parser = words::tier)]
        tier: Option<Tier>,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Option<Reason>,
    },
    /// Set prices from a CSV file with the columns service,product,amount and maybe tier: all of them or none
    #[command(after_help = "Example: jesusnumber admin price import prices.csv")]
    Import {
        /// The file; an amount is dollars such as 0.60, or off; a tier is new, verified, business, or empty for all
        file: PathBuf,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Option<Reason>,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: PriceCommand) -> Result<Answer, Refusal> {
    match command {
        PriceCommand::List => Ok(list(&*catalog::catalog(desk.app).await?)),
        PriceCommand::Set { service, product, amount, tier, reason } => {
            let price = SheetPrice { service: service.clone(), product, tier, amount: amount.0 };
            set_sheet(desk.app, vec![price], desk.author(reason)?).await?;
            let shown = amount.0.map(|amount| amount.to_string());
            let line = match (&shown, tier) {
                (Some(amount), None) => format!("{service} {} costs {amount}", product.word()),
                (None, None) => format!("{service} {} is off sale", product.word()),
                (Some(amount), Some(tier)) => {
                    format!("{service} {} costs {amount} for {}", product.word(), tier.word())
                }
                (None, Some(tier)) => format!("{service} {} costs {} what all pay", product.word(), tier.word()),
            };
            Ok(Answer::line(line, json!({"service": service, "product": product, "tier": tier, "amount": shown})))
        }
        PriceCommand::Import { file, reason } => import(desk, &file, desk.author(reason)?).await,
    }
}

fn list(catalog: &Catalog) -> Answer {
    let mut rows = Vec::new();
    for service in &catalog.services {
        for product in Product::ALL {
            let row = |tier: Option<Tier>, amount: &Usd| json!({"service": service.slug, "product": product, "tier": tier, "amount": amount.to_string()});
            rows.extend(service.prices.get(&product).map(|amount| row(None, amount)));
            for tier in Tier::ALL {
                rows.extend(service.tier_prices.get(&(product, tier)).map(|amount| row(Some(tier), amount)));
            }
        }
    }
    Answer::list(&["service", "product", "tier", "amount"], rows)
}

async fn import(desk: &Desk<'_>, path: &Path, by: Author) -> Result<Answer, Refusal> {
    let catalog = catalog::catalog(desk.app).await?;
    let named = |why: String| Refusal::new(format!("{} {why}", path.display()));
    let file = File::open(path).map_err(|error| named(format!("cannot be read: {error}")))?;
    if file.metadata()?.len() > FILE_MAX {
        return Err(named("is larger than 4 MiB: split it".to_owned()));
    }
    let (prices, bad) = read_prices(file, &catalog).map_err(|fault| named(fault.to_string()))?;
    if !bad.is_empty() {
        return Ok(bad_rows::answer(&bad, &path.display().to_string()));
    }
    let count = prices.len();
    set_sheet(desk.app, prices, by).await?;
    Ok(Answer::line(format!("set {count} prices"), json!({"imported": count})))
}

//! `admin price`: what it costs, one by one or from a file.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::account::Tier;
use domain::catalog::price_file::{FILE_MAX, read_prices, write_prices};
use domain::catalog::sheet::{SheetPrice, set_sheet};
use domain::catalog::{self, Catalog};
use domain::money::Usd;
use domain::policy::author::Author;
use domain::policy::reason::Reason;
use domain::product::Product;
use serde_json::{Value, json};

use super::number_import::bar;
use super::{Answer, Desk, Refusal, bad_rows, words};

/// What can be done with prices.
#[derive(Subcommand)]
pub(crate) enum PriceCommand {
    /// List all prices
    #[command(after_help = "Example: jesusnumber admin price list --csv > prices.csv")]
    List {
        /// As a CSV file that `price import` takes
        #[arg(long, conflicts_with = "json")]
        csv: bool,
    },
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
        PriceCommand::List { csv: false } => {
            Ok(Answer::list(&["service", "product", "tier", "amount"], rows(&*catalog::catalog(desk.app).await?)))
        }
        PriceCommand::List { csv: true } => {
            let catalog = catalog::catalog(desk.app).await?;
            Ok(Answer::line(write_prices(&catalog).trim_end(), Value::Array(rows(&catalog))))
        }
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
            let tier = tier.map(Tier::word);
            let json = json!({"service": service, "product": product.word(), "tier": tier, "amount": shown});
            Ok(Answer::line(line, json))
        }
        PriceCommand::Import { file, reason } => import(desk, &file, desk.author(reason)?).await,
    }
}

/// Every price in the words that `price set` and `price import` take.
fn rows(catalog: &Catalog) -> Vec<Value> {
    let mut rows = Vec::new();
    for service in &catalog.services {
        for product in Product::ALL {
            let row = |tier: Option<Tier>, amount: &Usd| {
                let (product, tier) = (product.word(), tier.map(Tier::word));
                json!({"service": service.slug, "product": product, "tier": tier, "amount": amount.to_string()})
            };
            rows.extend(service.prices.get(&product).map(|amount| row(None, amount)));
            for tier in Tier::ALL {
                rows.extend(service.tier_prices.get(&(product, tier)).map(|amount| row(Some(tier), amount)));
            }
        }
    }
    rows
}

async fn import(desk: &Desk<'_>, path: &Path, by: Author) -> Result<Answer, Refusal> {
    let catalog = catalog::catalog(desk.app).await?;
    let named = |why: String| Refusal::new(format!("{} {why}", path.display()));
    let file = File::open(path).map_err(|error| named(format!("cannot be read: {error}")))?;
    if file.metadata()?.len() > FILE_MAX {
        return Err(named("is larger than 4 MiB: split it".to_owned()));
    }
    let checking = bar("checking", None);
    let tell = |rows: usize| checking.set_position(rows as u64);
    let read = read_prices(file, &catalog, bad_rows::none()?, &tell);
    checking.finish_and_clear();
    let (prices, bad) = read.map_err(|fault| named(fault.to_string()))?;
    if !bad.is_empty() {
        return Ok(Answer::bad(bad, &path.display().to_string()));
    }
    let count = prices.len();
    // They are set in one story, so there is nothing between none and all of them to be shown.
    let setting = bar("setting", Some(count as u64));
    let set = set_sheet(desk.app, prices, by).await;
    setting.finish_and_clear();
    set?;
    Ok(Answer::line(format!("set {count} prices"), json!({"imported": count})))
}

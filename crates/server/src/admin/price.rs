//! `admin price`: what it costs, one by one or from a file.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::catalog::edit::{self, NewPrice};
use domain::catalog::price_file::{FILE_MAX, read_prices};
use domain::catalog::{self, Catalog};
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
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Option<Reason>,
    },
    /// Set prices from a CSV file with the columns service,product,amount: all of them or none
    #[command(after_help = "Example: jesusnumber admin price import prices.csv")]
    Import {
        /// The file; an amount is dollars such as 0.60, or off
        file: PathBuf,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Option<Reason>,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: PriceCommand) -> Result<Answer, Refusal> {
    match command {
        PriceCommand::List => Ok(list(&*catalog::catalog(desk.app).await?)),
        PriceCommand::Set { service, product, amount, reason } => {
            let price = NewPrice { service: service.clone(), product, amount: amount.0 };
            edit::set_prices(desk.app, vec![price], desk.author(reason)?).await?;
            let shown = amount.0.map(|amount| amount.to_string());
            let line = match &shown {
                Some(amount) => format!("{service} {} costs {amount}", product.word()),
                None => format!("{service} {} is off sale", product.word()),
            };
            Ok(Answer::line(line, json!({"service": service, "product": product, "amount": shown})))
        }
        PriceCommand::Import { file, reason } => import(desk, &file, desk.author(reason)?).await,
    }
}

fn list(catalog: &Catalog) -> Answer {
    let mut rows = Vec::new();
    for service in &catalog.services {
        for product in Product::ALL {
            if let Some(amount) = service.prices.get(&product) {
                rows.push(json!({"service": service.slug, "product": product, "amount": amount.to_string()}));
            }
        }
    }
    Answer::list(&["service", "product", "amount"], rows)
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
    edit::set_prices(desk.app, prices, by).await?;
    Ok(Answer::line(format!("set {count} prices"), json!({"imported": count})))
}

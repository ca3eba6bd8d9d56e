//! `admin price`: what it costs, one by one or from a file.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use csv::{ReaderBuilder, StringRecord, Trim};
use domain::catalog::edit::{self, NewPrice, PRICES_MAX};
use domain::catalog::{self, Catalog};
use domain::product::Product;
use serde_json::json;

use super::bad_rows::BadRows;
use super::{Answer, Desk, Refusal, words};

/// A file of prices is at most so many bytes: 15,000 of the longest rows there can be.
const FILE_MAX: u64 = 4 * 1024 * 1024;
/// The columns of a file of prices.
const COLUMNS: [&str; 3] = ["service", "product", "amount"];

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
    },
    /// Set prices from a CSV file with the columns service,product,amount: all of them or none
    #[command(after_help = "Example: jesusnumber admin price import prices.csv")]
    Import {
        /// The file; an amount is dollars such as 0.60, or off
        file: PathBuf,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: PriceCommand) -> Result<Answer, Refusal> {
    match command {
        PriceCommand::List => Ok(list(&*catalog::catalog(desk.app).await?)),
        PriceCommand::Set { service, product, amount } => {
            let price = NewPrice { service: service.clone(), product, amount: amount.0 };
            edit::set_prices(desk.app, vec![price], desk.by()?).await?;
            let shown = amount.0.map(|amount| amount.to_string());
            let line = match &shown {
                Some(amount) => format!("{service} {} costs {amount}", product.word()),
                None => format!("{service} {} is off sale", product.word()),
            };
            Ok(Answer::line(line, json!({"service": service, "product": product, "amount": shown})))
        }
        PriceCommand::Import { file } => import(desk, &file).await,
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

async fn import(desk: &Desk<'_>, path: &Path) -> Result<Answer, Refusal> {
    let catalog = catalog::catalog(desk.app).await?;
    let mut bad = BadRows::default();
    let prices = read(path, &catalog, &mut bad)?;
    if !bad.is_empty() {
        return Ok(bad.into_answer(&path.display().to_string()));
    }
    if prices.is_empty() {
        return Err(Refusal::new(format!("{} has no prices", path.display())));
    }
    let count = prices.len();
    edit::set_prices(desk.app, prices, desk.by()?).await?;
    Ok(Answer::line(format!("set {count} prices"), json!({"imported": count})))
}

fn read(path: &Path, catalog: &Catalog, bad: &mut BadRows) -> Result<Vec<NewPrice>, Refusal> {
    let unread = |why: String| Refusal::new(format!("{} {why}", path.display()));
    let file = File::open(path).map_err(|error| unread(format!("cannot be read: {error}")))?;
    if file.metadata()?.len() > FILE_MAX {
        return Err(unread("is larger than 4 MiB: split it".to_owned()));
    }
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(file);
    if reader.headers()?.iter().ne(COLUMNS) {
        return Err(unread(format!("must begin with the line {}", COLUMNS.join(","))));
    }
    let mut prices = Vec::new();
    let mut lines: HashMap<(String, Product), u64> = HashMap::new();
    for record in reader.into_records() {
        if prices.len() == PRICES_MAX {
            return Err(unread(format!("has more than {PRICES_MAX} prices: split it")));
        }
        let record = record.map_err(|error| unread(format!("cannot be read: {error}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        match price(&record, catalog) {
            Ok(price) => {
                let first = *lines.entry((price.service.clone(), price.product)).or_insert(line);
                if first == line {
                    prices.push(price);
                } else {
                    bad.add(line, format!("this price is on line {first} already"));
                }
            }
            Err(reason) => bad.add(line, reason),
        }
    }
    Ok(prices)
}

fn price(record: &StringRecord, catalog: &Catalog) -> Result<NewPrice, String> {
    let mut fields = record.iter();
    let (Some(slug), Some(product), Some(amount), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(format!("a row has 3 fields, this one has {}", record.len()));
    };
    let service = catalog.by_slug(slug).ok_or_else(|| format!("there is no service `{slug}`"))?;
    Ok(NewPrice { service: service.slug.clone(), product: words::product(product)?, amount: words::price(amount)?.0 })
}

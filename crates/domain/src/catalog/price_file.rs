//! A CSV file of prices: `service,product,amount`, and `tier`, where some are for single tiers.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::Catalog;
use super::edit::PRICES_MAX;
use super::sheet::SheetPrice;
use crate::account::Tier;
use crate::bad_rows::BadRows;
use crate::money::Usd;
use crate::product::Product;

/// A file of prices is at most so many bytes: more than as many of the longest rows as it may have.
pub const FILE_MAX: u64 = 4 * 1024 * 1024;
/// The columns of a file of prices; the last may be left out.
const COLUMNS: [&str; 4] = ["service", "product", "amount", "tier"];

/// Why a file is not one of prices: what follows its name in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceFileFault {
    /// It is no CSV, or not UTF-8.
    #[error("cannot be read: {0}")]
    Unread(String),
    /// Its header is another.
    #[error("must begin with the line service,product,amount or service,product,amount,tier")]
    Columns,
    /// It is too long.
    #[error("has more than {PRICES_MAX} prices: split it")]
    TooLong,
    /// It has no rows.
    #[error("has no prices")]
    Empty,
}

impl From<csv::Error> for PriceFileFault {
    fn from(error: csv::Error) -> Self {
        Self::Unread(error.to_string())
    }
}

/// Rows between two times that the reading tells how far it is.
const TELL_EVERY: usize = 1_000;

/// Reads the prices of a file, whose length the caller has limited to [`FILE_MAX`]. What is wrong with its rows comes back
/// in `bad`, which is empty at first and keeps as much as its owner wants to tell. `tell` hears how many rows were read.
///
/// # Errors
/// See [`PriceFileFault`].
pub fn read_prices(
    file: impl Read,
    catalog: &Catalog,
    mut bad: BadRows,
    tell: &dyn Fn(usize),
) -> Result<(Vec<SheetPrice>, BadRows), PriceFileFault> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(file);
    let width = reader.headers()?.len();
    if !(3..=COLUMNS.len()).contains(&width) || reader.headers()?.iter().ne(COLUMNS[..width].iter().copied()) {
        return Err(PriceFileFault::Columns);
    }
    let mut prices = Vec::new();
    let mut lines: HashMap<(String, Product, Option<Tier>), u64> = HashMap::new();
    for (row, record) in reader.into_records().enumerate() {
        if row % TELL_EVERY == 0 {
            tell(row);
        }
        if prices.len() == PRICES_MAX {
            return Err(PriceFileFault::TooLong);
        }
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        match price(&record, width, catalog) {
            Ok(price) => {
                let first = *lines.entry((price.service.clone(), price.product, price.tier)).or_insert(line);
                if first == line {
                    prices.push(price);
                } else {
                    bad.add(line, format!("this price is on line {first} already"));
                }
            }
            Err(reason) => bad.add(line, reason),
        }
        // Rows are judged one by one, so what was found is in order.
        bad.settle();
    }
    if prices.is_empty() && bad.is_empty() { Err(PriceFileFault::Empty) } else { Ok((prices, bad)) }
}

/// All prices of a catalogue, in the form in which they are read back. Slugs and products hold no signs that a table would
/// act on.
#[must_use]
pub fn write_prices(catalog: &Catalog) -> String {
    let mut csv = format!("{}\r\n", COLUMNS.join(","));
    for service in &catalog.services {
        for product in Product::ALL {
            let common = service.prices.get(&product).map(|amount| ("", *amount));
            let of_tier = |tier: Tier| service.tier_prices.get(&(product, tier)).map(|amount| (tier.word(), *amount));
            for (tier, amount) in common.into_iter().chain(Tier::ALL.into_iter().filter_map(of_tier)) {
                let row = write!(csv, "{},{},{amount},{tier}\r\n", service.slug, product.word());
                row.expect("a text takes every write");
            }
        }
    }
    csv
}

fn price(record: &StringRecord, width: usize, catalog: &Catalog) -> Result<SheetPrice, String> {
    let field = |place: usize| record.get(place).unwrap_or("");
    if record.len() != width {
        return Err(format!("a row has {width} fields, this one has {}", record.len()));
    }
    let (slug, product, amount) = (field(0), field(1), field(2));
    let tier = match field(3) {
        "" => None,
        word => Some(Tier::from_word(word).ok_or("a tier is new, verified or business; empty is for all")?),
    };
    let service = catalog.by_slug(slug).ok_or_else(|| format!("there is no service `{slug}`"))?;
    let product = Product::from_word(product).ok_or("a product is short_term, rental_1day or rental_30day")?;
    Ok(SheetPrice { service: service.slug.clone(), product, tier, amount: amount_of(amount)? })
}

/// A price as it is written: dollars such as `0.60`, or `off` for none.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn amount_of(text: &str) -> Result<Option<Usd>, String> {
    if text == "off" {
        return Ok(None);
    }
    match Usd::parse(text) {
        Ok(amount) if amount > Usd::ZERO => Ok(Some(amount)),
        Ok(_) => Err("a price is more than nothing; `off` takes the product off sale".to_owned()),
        Err(error) => Err(format!("{error}; `off` takes the product off sale")),
    }
}

//! A CSV file of prices: `service,product,amount`.

use std::collections::HashMap;
use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::Catalog;
use super::edit::{NewPrice, PRICES_MAX};
use crate::bad_rows::BadRows;
use crate::money::Usd;
use crate::product::Product;

/// A file of prices is at most so many bytes: 15,000 of the longest rows there can be.
pub const FILE_MAX: u64 = 4 * 1024 * 1024;
/// The columns of a file of prices.
const COLUMNS: [&str; 3] = ["service", "product", "amount"];

/// Why a file is not one of prices: what follows its name in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceFileFault {
    /// It is no CSV, or not UTF-8.
    #[error("cannot be read: {0}")]
    Unread(String),
    /// Its header is another.
    #[error("must begin with the line service,product,amount")]
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

/// Reads the prices of a file, whose length the caller has limited to [`FILE_MAX`], and what is wrong with its rows.
///
/// # Errors
/// See [`PriceFileFault`].
pub fn read_prices(file: impl Read, catalog: &Catalog) -> Result<(Vec<NewPrice>, BadRows), PriceFileFault> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(file);
    if reader.headers()?.iter().ne(COLUMNS) {
        return Err(PriceFileFault::Columns);
    }
    let (mut prices, mut bad) = (Vec::new(), BadRows::default());
    let mut lines: HashMap<(String, Product), u64> = HashMap::new();
    for record in reader.into_records() {
        if prices.len() == PRICES_MAX {
            return Err(PriceFileFault::TooLong);
        }
        let record = record?;
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
    if prices.is_empty() && bad.is_empty() { Err(PriceFileFault::Empty) } else { Ok((prices, bad)) }
}

fn price(record: &StringRecord, catalog: &Catalog) -> Result<NewPrice, String> {
    let mut fields = record.iter();
    let (Some(slug), Some(product), Some(amount), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(format!("a row has 3 fields, this one has {}", record.len()));
    };
    let service = catalog.by_slug(slug).ok_or_else(|| format!("there is no service `{slug}`"))?;
    let product = Product::from_word(product).ok_or("a product is short_term, rental_1day or rental_30day")?;
    Ok(NewPrice { service: service.slug.clone(), product, amount: amount_of(amount)? })
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

//! The SQL of the catalogue.

use std::collections::HashMap;

use super::sheet::Form;
use super::{SERVICES_MAX, Service};
use crate::account::Tier;
use crate::db::{DbError, Row, Tx, pairs, word};
use crate::money::Usd;
use crate::product::Product;
use crate::values;

pub(super) fn services(tx: &mut Tx<'_>) -> Result<Vec<Service>, DbError> {
    let (mut prices, mut tier_prices) = (prices(tx)?, tier_prices(tx)?);
    let sql = "SELECT id, slug, name, code, category, enabled, any_text_counts, senders, texts
         FROM service
         ORDER BY slug
         LIMIT $1";
    let rows = tx.all(sql, values![SERVICES_MAX])?;
    let priced = |row: &Row| {
        let (common, tiers) = (prices.remove(&row.int(0)), tier_prices.remove(&row.int(0)));
        Service { tier_prices: tiers.unwrap_or_default(), ..service(row, common.unwrap_or_default()) }
    };
    Ok(rows.iter().map(priced).collect())
}

/// All prices, by service.
pub(super) fn prices(tx: &mut Tx<'_>) -> Result<HashMap<i64, HashMap<Product, Usd>>, DbError> {
    let mut prices: HashMap<i64, HashMap<Product, Usd>> = HashMap::new();
    for row in tx.all("SELECT service_id, product, amount FROM price", &[])? {
        prices.entry(row.int(0)).or_default().insert(row.product(1)?, Usd::from_micros(row.int(2)));
    }
    Ok(prices)
}

/// The prices for customers of one tier.
type TierPrices = HashMap<(Product, Tier), Usd>;

/// All prices for customers of one tier, by service.
pub(super) fn tier_prices(tx: &mut Tx<'_>) -> Result<HashMap<i64, TierPrices>, DbError> {
    let mut prices: HashMap<i64, TierPrices> = HashMap::new();
    for row in tx.all("SELECT service_id, product, tier, amount FROM tier_price", &[])? {
        let tier = word(Tier::from_word(row.text(2)), "a tier")?;
        prices.entry(row.int(0)).or_default().insert((row.product(1)?, tier), Usd::from_micros(row.int(3)));
    }
    Ok(prices)
}

/// A service in words for the audit log, by its slug, if it is there.
pub(super) fn in_words(tx: &mut Tx<'_>, slug: &str) -> Result<Option<String>, DbError> {
    let sql = "SELECT name, code, category, enabled, any_text_counts, senders, texts FROM service WHERE slug = $1";
    Ok(tx.one(sql, values![slug])?.map(|row| {
        let state = if row.flag(3) { "enabled" } else { "disabled" };
        let any = if row.flag(4) { ", any text counts" } else { "" };
        format!(
            "{state}, name {}, category {}, code {}{any}, senders {:?}, texts {:?}",
            row.text(0),
            row.text(2),
            row.opt_text(1).unwrap_or("none"),
            row.text(5),
            row.text(6)
        )
    }))
}

/// The ids of all services, by slug.
pub(super) fn ids(tx: &mut Tx<'_>) -> Result<HashMap<String, i64>, DbError> {
    let rows = tx.all("SELECT id, slug FROM service LIMIT $1", values![SERVICES_MAX])?;
    Ok(rows.iter().map(|row| (row.text(1).to_owned(), row.int(0))).collect())
}

fn service(row: &Row, prices: HashMap<Product, Usd>) -> Service {
    let lines = |column| row.text(column).lines().map(str::to_owned).collect();
    Service {
        id: row.int(0),
        slug: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        code: row.opt_text(3).map(str::to_owned),
        category: row.text(4).to_owned(),
        is_enabled: row.flag(5),
        any_text_counts: row.flag(6),
        senders: lines(7),
        texts: lines(8),
        prices,
        tier_prices: HashMap::new(),
    }
}

/// Makes a service or brings it up to date; tells its id.
pub(super) fn put(tx: &mut Tx<'_>, fresh_id: i64, new: &super::edit::NewService) -> Result<i64, DbError> {
    let sql = "INSERT INTO service (id, slug, name, code, category, enabled, any_text_counts, senders, texts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (slug)
         DO UPDATE SET name = $3, code = $4, category = $5, enabled = $6, any_text_counts = $7, senders = $8, texts = $9
         RETURNING id";
    let values = values![
        fresh_id,
        &new.slug,
        &new.name,
        new.code.clone(),
        &new.category,
        new.is_enabled,
        new.any_text_counts,
        new.senders.join("\n"),
        new.texts.join("\n")
    ];
    Ok(tx.one(sql, values)?.ok_or(DbError::Damaged("a service was not kept"))?.int(0))
}

/// Sets the prices of services in one form, for all or for one tier, or takes them away with `None`: two statements however
/// many there are, because whoever sells waits for them.
pub(super) fn set_prices(tx: &mut Tx<'_>, (product, tier): Form, prices: &[(i64, Option<Usd>)]) -> Result<(), DbError> {
    // No price is nothing, so that 0 is free to stand for none.
    let pairs = pairs(prices.iter().map(|(service, amount)| (*service, amount.map_or(0, Usd::micros))));
    match tier {
        None => {
            let set = "INSERT INTO price (service_id, product, amount)
                 SELECT p.a, CAST($2 AS TEXT), p.b FROM (json_pairs($1)) p WHERE p.b > 0
                 ON CONFLICT (service_id, product) DO UPDATE SET amount = excluded.amount";
            tx.queue(set, values![pairs.clone(), product])?;
            let take = "DELETE FROM price
                 WHERE product = $2 AND service_id IN (SELECT p.a FROM (json_pairs($1)) p WHERE p.b = 0)";
            tx.queue(take, values![pairs, product])
        }
        Some(tier) => {
            let set = "INSERT INTO tier_price (service_id, product, tier, amount)
                 SELECT p.a, CAST($2 AS TEXT), CAST($3 AS TEXT), p.b FROM (json_pairs($1)) p WHERE p.b > 0
                 ON CONFLICT (service_id, product, tier) DO UPDATE SET amount = excluded.amount";
            tx.queue(set, values![pairs.clone(), product, tier.word()])?;
            let take = "DELETE FROM tier_price
                 WHERE product = $2 AND tier = $3
                   AND service_id IN (SELECT p.a FROM (json_pairs($1)) p WHERE p.b = 0)";
            tx.queue(take, values![pairs, product, tier.word()])
        }
    }
}

/// Switches a service on or off; tells whether it was on, if it is there.
pub(super) fn set_enabled(tx: &mut Tx<'_>, slug: &str, is_enabled: bool) -> Result<Option<bool>, DbError> {
    let was = tx.one("SELECT enabled FROM service WHERE slug = $1 {for_update}", values![slug])?;
    tx.run("UPDATE service SET enabled = $2 WHERE slug = $1", values![slug, is_enabled])?;
    Ok(was.map(|row| row.flag(0)))
}

/// What all services are asked for by: their slugs and codes.
pub(super) fn names(tx: &mut Tx<'_>) -> Result<Vec<(String, Option<String>)>, DbError> {
    let rows = tx.all("SELECT slug, code FROM service ORDER BY slug", &[])?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.opt_text(1).map(str::to_owned))).collect())
}

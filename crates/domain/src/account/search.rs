//! Customers as the operator looks for them: by name, address, id or key, with how they stand and what they ordered.

use std::collections::BTreeSet;

use super::{Account, State, Tier, rows};
use crate::App;
use crate::db::{DbError, Tx, id_list, like};
use crate::order::{self, Lately};
use crate::{login, values};

/// Customers in one page, at most.
const PAGE_MAX: i64 = 100;
/// The letters of a key by which it is known.
const PREFIX_LEN: usize = 14;

/// Which customers are asked for; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// An id, or what the name or the address holds, or how a key begins.
    pub text: String,
    /// In this state.
    pub state: Option<State>,
    /// Trusted so far.
    pub tier: Option<Tier>,
}

impl CustomerFilter {
    fn fits(&self, account: &Account) -> bool {
        self.state.is_none_or(|state| state == account.state) && self.tier.is_none_or(|tier| tier == account.tier)
    }
}

/// A customer as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLine {
    /// The account.
    pub account: Account,
    /// The confirmed address, if somebody signs in to it.
    pub email: Option<String>,
    /// What was ordered within a day.
    pub lately: Lately,
}

/// The customers below an id that fit, newest first, at most `limit` and 100; with them the id to go on from, if there
/// may be more. A page may be short and still have a next one.
///
/// # Errors
/// What the database said.
pub async fn search(
    app: &App,
    filter: &CustomerFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<(Vec<CustomerLine>, Option<i64>), DbError> {
    let (filter, now, limit) = (filter.clone(), app.now_ms(), limit.clamp(1, PAGE_MAX));
    let look = move |tx: &mut Tx<'_>| {
        let (accounts, next) = page(tx, &filter, before.unwrap_or(i64::MAX), limit)?;
        let ids: Vec<i64> = accounts.iter().map(|account| account.id).collect();
        let mut emails = login::addresses(tx, &ids)?;
        let mut lines = Vec::with_capacity(accounts.len());
        for account in accounts {
            let lately = order::lately(tx, account.id, now)?;
            lines.push(CustomerLine { email: emails.remove(&account.id), lately, account });
        }
        Ok::<_, DbError>((lines, next))
    };
    app.db.read(look).await
}

fn page(
    tx: &mut Tx<'_>,
    filter: &CustomerFilter,
    before: i64,
    limit: i64,
) -> Result<(Vec<Account>, Option<i64>), DbError> {
    let text = filter.text.trim();
    if text.is_empty() {
        let accounts = newest(tx, filter, before, limit)?;
        let next = accounts.last().filter(|_| is_full(accounts.len(), limit)).map(|account| account.id);
        return Ok((accounts, next));
    }
    // Each room names its newest below the same id, so the newest of all of them together are the page, and who is
    // older than its last stands on the next one.
    let places = [named(tx, text, before, limit)?, login::accounts_like(tx, text, before, limit)?];
    let is_more = places.iter().any(|found| is_full(found.len(), limit));
    let mut ids: BTreeSet<i64> = places.into_iter().flatten().collect();
    ids.extend(of_key(tx, text)?.into_iter().chain(text.parse()).filter(|id| *id < before));
    let all = ids.len();
    let shown: Vec<i64> = ids.into_iter().rev().take(usize::try_from(limit).unwrap_or(0)).collect();
    let is_more = is_more || all > shown.len();
    let next = shown.last().copied().filter(|_| is_more);
    let mut accounts = of_ids(tx, &shown)?;
    accounts.retain(|account| filter.fits(account));
    accounts.sort_by_key(|account| std::cmp::Reverse(account.id));
    Ok((accounts, next))
}

fn is_full(count: usize, limit: i64) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= limit)
}

fn newest(tx: &mut Tx<'_>, filter: &CustomerFilter, before: i64, limit: i64) -> Result<Vec<Account>, DbError> {
    let sql = "SELECT id, name, state, tier, available, held, risk, created_ms
         FROM account
         WHERE id < $1 AND (state = $2 OR $2 = '') AND (tier = $3 OR $3 = '')
         ORDER BY id DESC
         LIMIT $4";
    let (state, tier) = (filter.state.map_or("", State::word), filter.tier.map_or("", Tier::word));
    tx.all(sql, values![before, state, tier, limit])?.iter().map(rows::account).collect()
}

fn named(tx: &mut Tx<'_>, text: &str, before: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id
         FROM account
         WHERE id < $1 AND LOWER(name{by_letter}) LIKE $2 ESCAPE '!'
         ORDER BY id DESC
         LIMIT $3";
    Ok(tx.all(sql, values![before, like(text), limit])?.iter().map(|row| row.int(0)).collect())
}

/// Whose key begins so; a whole key is found by its beginning, and never looked at further.
fn of_key(tx: &mut Tx<'_>, text: &str) -> Result<Vec<i64>, DbError> {
    let Some(prefix) = text.get(..PREFIX_LEN).filter(|_| text.starts_with("jn_")) else { return Ok(Vec::new()) };
    let rows = tx.all("SELECT DISTINCT account_id FROM api_key WHERE prefix = $1 LIMIT 10", values![prefix])?;
    Ok(rows.iter().map(|row| row.int(0)).collect())
}

fn of_ids(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<Account>, DbError> {
    let sql = "SELECT a.id, a.name, a.state, a.tier, a.available, a.held, a.risk, a.created_ms
         FROM (json_pairs($1)) p
         JOIN account a ON a.id = p.a";
    tx.all(sql, &[id_list(ids)])?.iter().map(rows::account).collect()
}

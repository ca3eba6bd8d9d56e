//! Partners as their operator sees them.

use std::collections::HashMap;

use super::{PARTNERS_MAX, rows, setting};
use crate::App;
use crate::db::{DbError, Row};
use crate::{account, values};

/// The fault of a partner whose settings do not open.
const UNOPENED: &str = "its settings do not open: set its address and push key again";

/// A partner as it is listed: never its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub slug: String,
    /// The account that it buys with, by its name.
    pub account: String,
    /// Where its SMS are pushed to; empty where its settings do not open.
    pub address: String,
    /// The networks that it calls from, with spaces between them; empty: from anywhere.
    pub networks: String,
    /// Whether it is sold to.
    pub is_active: bool,
    /// SMS that wait to be taken.
    pub waiting: i64,
    /// Since when the one waits that waits longest.
    pub waiting_since_ms: Option<i64>,
    /// SMS that it took within the last week.
    pub taken: i64,
    /// SMS that it refused, or that were given up, within the last week.
    pub lost: i64,
    /// How many of these were given up, and can be pushed again.
    pub given_up: i64,
    /// That its settings do not open; else what the newest try that failed met, among what is not taken yet or was lost
    /// within the last week.
    pub fault: Option<String>,
    /// Since when it exists.
    pub created_ms: i64,
}

/// What is in the outbox for one partner.
#[derive(Default)]
struct Outbox {
    waiting: i64,
    since_ms: Option<i64>,
    taken: i64,
    lost: i64,
    given_up: i64,
    fault: Option<String>,
}

/// All partners, by name, with what is in their outboxes.
///
/// # Errors
/// What the database said.
pub async fn list(app: &App) -> Result<Vec<Partner>, DbError> {
    let sql = "SELECT id, slug, account_id, settings, networks, state, created_ms
         FROM partner
         ORDER BY slug
         LIMIT $1";
    let partners = app.db.rows(sql, values![PARTNERS_MAX]).await?;
    let mut outboxes = outboxes(app).await?;
    let mut all = Vec::new();
    for row in &partners {
        let account = account::standing(app, row.int(2)).await?.ok_or(DbError::Damaged("a partner has no account"))?;
        let to = rows::open_if_whole(app, row.text(1), row.blob(3))?;
        let mut outbox = outboxes.remove(&row.int(0)).unwrap_or_default();
        if to.is_none() {
            outbox.fault = Some(UNOPENED.to_owned());
        }
        all.push(Partner {
            id: row.int(0),
            slug: row.text(1).to_owned(),
            account: account.name,
            address: to.as_ref().and_then(|to| to.get(setting::ADDRESS)).unwrap_or_default().to_owned(),
            networks: row.text(4).to_owned(),
            is_active: row.text(5) == "active",
            waiting: outbox.waiting,
            waiting_since_ms: outbox.since_ms,
            taken: outbox.taken,
            lost: outbox.lost,
            given_up: outbox.given_up,
            fault: outbox.fault,
            created_ms: row.int(6),
        });
    }
    Ok(all)
}

async fn outboxes(app: &App) -> Result<HashMap<i64, Outbox>, DbError> {
    let sql = "SELECT p.partner_id, p.state, COUNT(*), MIN(p.created_ms),
           (SELECT l.fault FROM push l
            WHERE l.partner_id = p.partner_id AND l.state <> 'taken' AND l.fault IS NOT NULL
            ORDER BY l.id DESC
            LIMIT 1)
         FROM push p
         GROUP BY p.partner_id, p.state
         ORDER BY p.partner_id
         LIMIT $1";
    let rows = app.db.rows(sql, values![PARTNERS_MAX * 4]).await?;
    let mut all: HashMap<i64, Outbox> = HashMap::new();
    for row in &rows {
        note(all.entry(row.int(0)).or_default(), row);
    }
    Ok(all)
}

fn note(outbox: &mut Outbox, row: &Row) {
    outbox.fault = row.opt_text(4).map(str::to_owned);
    match row.text(1) {
        "waiting" => {
            outbox.waiting = row.int(2);
            outbox.since_ms = row.opt_int(3);
        }
        "taken" => outbox.taken = row.int(2),
        "given_up" => {
            outbox.given_up = row.int(2);
            outbox.lost += row.int(2);
        }
        _ => outbox.lost += row.int(2),
    }
}

//! Finding numbers as an operator looks for them: by a part of the number and by what they are.

use super::list::{NumberLine, NumberState, line};
use crate::App;
use crate::db::{DbError, Tx, Val};
use crate::phone::Nanp;
use crate::values;

/// Numbers on one page, at most.
const PAGE_MAX: usize = 200;
/// Ids that one statement looks through.
const LOOK: i64 = 250_000;
/// Statements of one search: a search for something rare in a large house tells where it stopped.
const LOOKS_MAX: usize = 4;
/// Digits of a search that are looked at.
const DIGITS_MAX: usize = 15;

/// What numbers are looked for; what is not set does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A number, or digits that it holds, however they are written.
    pub digits: String,
    /// Whether it is sold.
    pub state: Option<NumberState>,
    /// The source that hears it.
    pub source: Option<i64>,
    /// Its area code.
    pub area_code: Option<u16>,
    /// The two letters of its state or territory.
    pub region: String,
    /// Who carries it, exactly.
    pub carrier: String,
    /// What kind of line it is.
    pub line_type: String,
    /// Only those whose SIM is not in the network.
    pub is_offline: bool,
}

/// A page of numbers, in the order in which they came.
#[derive(Clone)]
pub struct Found {
    /// The numbers.
    pub numbers: Vec<NumberLine>,
    /// The id to go on after; none, if these were the last.
    pub next: Option<i64>,
}

/// Writes a statement that looks through a span of ids along one index.
macro_rules! looks {
    ($lead:literal) => {
        concat!(
            "SELECT id, digits, region, carrier, line_type, source_id, supplier, contract, acquired_on, state, cost,
                    is_offline
             FROM number
             WHERE id > $1 AND id <= $2
               AND ($3 = '' OR digits LIKE $3)
               AND ($4 = '' OR state = $4)
               AND ($5 = 0 OR source_id = $5)
               AND ($6 = 0 OR area_code = $6)
               AND ($7 = '' OR region = $7)
               AND ($8 = '' OR carrier = $8)
               AND ($9 = '' OR line_type = $9)
               AND ($11 = 0 OR is_offline = 1)",
            $lead,
            " ORDER BY id LIMIT $10"
        )
    };
}

const BY_ID: &str = looks!("");
const BY_NUMBER: &str = looks!(" AND digits = $3");
const BY_AREA: &str = looks!(" AND area_code = $6");
const BY_SOURCE: &str = looks!(" AND source_id = $5");
const BY_REGION: &str = looks!(" AND region = $7");
const BY_STOP: &str = looks!(" AND state = $4 AND state <> 'active'");

impl Filter {
    /// Whether it lets every number through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The statement that goes along the index that leaves the fewest to look at.
    fn sql(&self) -> &'static str {
        if self.number().is_some() {
            return BY_NUMBER;
        }
        match self {
            Self { state: Some(NumberState::Paused | NumberState::Retired), .. } => BY_STOP,
            Self { area_code: Some(_), .. } => BY_AREA,
            Self { source: Some(_), .. } => BY_SOURCE,
            Self { region, .. } if !region.is_empty() => BY_REGION,
            Self { .. } => BY_ID,
        }
    }

    /// The whole number that was typed, if it is one.
    fn number(&self) -> Option<String> {
        Nanp::parse(&self.digits).ok().map(Nanp::digits)
    }

    /// What the digits must be like.
    fn like(&self) -> String {
        if let Some(number) = self.number() {
            return number;
        }
        let digits: String = self.digits.chars().filter(char::is_ascii_digit).take(DIGITS_MAX).collect();
        match (digits.is_empty(), self.digits.trim().is_empty()) {
            (true, true) => String::new(),
            // Something was typed that no number holds.
            (true, false) => "-".to_owned(),
            (false, _) => format!("%{digits}%"),
        }
    }

    /// The values of a statement that looks through the ids above `after` up to `until`.
    fn values(&self, after: i64, until: i64, limit: i64) -> Vec<Val> {
        values![
            after,
            until,
            self.like(),
            self.state.map_or("", NumberState::word),
            self.source.unwrap_or(0),
            self.area_code.map_or(0, i64::from),
            &self.region,
            &self.carrier,
            &self.line_type,
            limit,
            i64::from(self.is_offline)
        ]
        .to_vec()
    }
}

/// Numbers that fit, with ids above `after`: at most `limit` and 200. It looks through a million ids at
/// most; `next` then tells where it stopped, even if it found few or none.
///
/// # Errors
/// What the database said.
pub async fn search(app: &App, filter: &Filter, after: i64, limit: usize) -> Result<Found, DbError> {
    let (filter, limit) = (filter.clone(), limit.clamp(1, PAGE_MAX));
    app.db.read(move |tx: &mut Tx<'_>| find(tx, &filter, after, limit)).await
}

/// The page of numbers that fit after an id.
pub(super) fn find(tx: &mut Tx<'_>, filter: &Filter, after: i64, limit: usize) -> Result<Found, DbError> {
    let newest = tx.one("SELECT COALESCE(MAX(id), 0) FROM number", &[])?.map_or(0, |row| row.int(0));
    let mut found = Found { numbers: Vec::new(), next: None };
    let mut from = after.max(0);
    for _ in 0..LOOKS_MAX {
        if from >= newest {
            return Ok(found);
        }
        let until = if filter.number().is_some() { newest } else { from.saturating_add(LOOK) };
        // One more than is shown tells whether there are more.
        let wanted = i64::try_from(limit + 1 - found.numbers.len()).expect("a page is short");
        for row in tx.all(filter.sql(), &filter.values(from, until, wanted))? {
            found.numbers.push(line(&row)?);
        }
        if found.numbers.len() > limit {
            found.numbers.truncate(limit);
            found.next = found.numbers.last().map(|number| number.id);
            return Ok(found);
        }
        from = until;
    }
    found.next = (from < newest).then_some(from);
    Ok(found)
}

/// Who carries numbers of the house, as its newest numbers name them; at most 50.
///
/// # Errors
/// What the database said.
pub async fn carriers(app: &App) -> Result<Vec<String>, DbError> {
    let sql = "SELECT DISTINCT carrier
         FROM (SELECT carrier FROM number ORDER BY id DESC LIMIT 5000) newest
         WHERE carrier <> ''
         ORDER BY carrier
         LIMIT 50";
    Ok(app.db.rows(sql, &[]).await?.iter().map(|row| row.text(0).to_owned()).collect())
}

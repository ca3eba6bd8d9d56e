//! The audit log as it is read: newest first, by who did it, what it was, to what, and when.

use crate::App;
use crate::db::{DbError, Row, Tx, like};
use crate::values;

/// Deeds in one page, at most.
pub const DEEDS_MAX: i64 = 500;
/// Rows that one look passes, at most: a filter that fits little goes on from there with the next page.
const WINDOW: i64 = 20_000;

/// A deed as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedLine {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// Who did it.
    pub who: String,
    /// What it was, by a word: `account.credit`.
    pub deed: String,
    /// To what: an account's name, `number 7`.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// What it was before.
    pub before: Option<String>,
    /// What it is since.
    pub after: Option<String>,
}

/// Which deeds are asked for; what is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeedFilter {
    /// Exactly this person.
    pub who: String,
    /// What the deed's word begins with.
    pub deed: String,
    /// What the subject holds, in any case of letters.
    pub subject: String,
    /// Not before this.
    pub from_ms: Option<i64>,
    /// Before this.
    pub until_ms: Option<i64>,
}

/// The deeds below a place of the chain that fit, newest first, at most `limit` and [`DEEDS_MAX`]; with them the place
/// to go on from, if there may be more. A page may be short, or empty, and still have a next one.
///
/// # Errors
/// What the database said.
pub async fn deeds(
    app: &App,
    filter: &DeedFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<(Vec<DeedLine>, Option<i64>), DbError> {
    let limit = limit.clamp(1, DEEDS_MAX);
    let newest = app.db.row("SELECT MAX(seq) FROM audit", &[]).await?.and_then(|row| row.opt_int(0)).unwrap_or(0);
    let before = before.unwrap_or(i64::MAX).clamp(1, newest.saturating_add(1));
    let floor = (before - WINDOW).max(1);
    let sql = "SELECT seq, at_ms, who, deed, subject, reason, before, after
         FROM audit
         WHERE seq < $1 AND seq >= $2
           AND (who = $3 OR $3 = '')
           AND (substr(deed, 1, length($4)) = $4 OR $4 = '')
           AND (LOWER(subject{by_letter}) LIKE $5 ESCAPE '!')
           AND at_ms >= $6 AND at_ms < $7
         ORDER BY seq DESC
         LIMIT $8";
    let subject = like(&filter.subject);
    let (from_ms, until_ms) = (filter.from_ms.unwrap_or(i64::MIN), filter.until_ms.unwrap_or(i64::MAX));
    let values = values![before, floor, &filter.who, &filter.deed, subject, from_ms, until_ms, limit];
    let lines: Vec<DeedLine> = app.db.rows(sql, values).await?.iter().map(line).collect();
    let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == limit);
    let last = if is_full { lines.last().map_or(floor, |line| line.seq) } else { floor };
    Ok((lines, (last > 1).then_some(last)))
}

/// What was done to one thing, newest first.
pub(crate) fn of_subject(tx: &mut Tx<'_>, subject: &str, limit: i64) -> Result<Vec<DeedLine>, DbError> {
    let sql = "SELECT seq, at_ms, who, deed, subject, reason, before, after
         FROM audit
         WHERE subject = $1
         ORDER BY seq DESC
         LIMIT $2";
    Ok(tx.all(sql, values![subject, limit])?.iter().map(line).collect())
}

fn line(row: &Row) -> DeedLine {
    DeedLine {
        seq: row.int(0),
        at_ms: row.int(1),
        who: row.text(2).to_owned(),
        deed: row.text(3).to_owned(),
        subject: row.text(4).to_owned(),
        reason: row.text(5).to_owned(),
        before: row.opt_text(6).map(str::to_owned),
        after: row.opt_text(7).map(str::to_owned),
    }
}

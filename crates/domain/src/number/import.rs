//! Imports: many numbers at once, checked wholly before, sold only once all are in, resumed or undone by their id.

mod file;
mod whole;

use std::time::Duration;

use crate::App;
use crate::db::{DbError, Lane, Row, Tx};
use crate::money::Usd;
use crate::phone::{Nanp, state_of};
use crate::policy::audit::{self, Deed};
use crate::policy::author::Author;
use crate::{clock, ids, supply, values};

pub use file::{FileFault, NumberFile, Row as FileRow, fingerprint};
pub use whole::{FileRefusal, Imported, NumberFileImport, Progress, import_file};

/// Numbers loaded in one story, at most: what an order may have to wait behind.
pub const BATCH_MAX: usize = 250;
/// Numbers in one import, at most.
pub const ROWS_MAX: i64 = 20_000_000;
/// Imports on one page.
pub const IMPORTS_MAX: i64 = 50;
/// Numbers between two times that the database's log is made short again.
const LOG_EVERY: i64 = 2_000;
/// Between two batches the door to the database stands open for orders.
const DOOR_OPEN: Duration = Duration::from_millis(2);

/// A number to be imported.
#[derive(Clone, PartialEq, Eq)]
pub struct NewNumber {
    /// The number.
    pub number: Nanp,
    /// Who carries it.
    pub carrier: String,
    /// `mobile`, `landline`, `voip` or `unknown`.
    pub line_type: String,
    /// Who it is from.
    pub supplier: String,
    /// Under which contract.
    pub contract: String,
    /// Since when, `YYYY-MM-DD`.
    pub acquired_on: String,
    /// What one lease of it costs the house.
    pub cost: Usd,
}

impl NewNumber {
    /// What is wrong with it, in a sentence for the line it stands on.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let is_bad = |text: &str| text.chars().count() > 200 || text.chars().any(char::is_control);
        if self.supplier.trim().is_empty() || self.contract.trim().is_empty() {
            return Some(
                "supplier and contract must be filled in: a number without provenance is never sold".to_owned(),
            );
        }
        if [&self.carrier, &self.supplier, &self.contract].into_iter().any(|text| is_bad(text)) {
            return Some(
                "carrier, supplier and contract are at most 200 characters, without control characters".to_owned(),
            );
        }
        if !["mobile", "landline", "voip", "unknown"].contains(&self.line_type.as_str()) {
            return Some("line_type is mobile, landline, voip or unknown".to_owned());
        }
        if !clock::is_date(&self.acquired_on) {
            return Some("acquired_on is a day as YYYY-MM-DD".to_owned());
        }
        if state_of(self.number.area_code()).is_none() {
            return Some(format!("area code {} is not one of the USA", self.number.area_code()));
        }
        None
    }
}

/// An import under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: i64,
    /// The source that hears its numbers.
    pub source: i64,
    /// How many of its rows are in.
    pub done: i64,
    first_id: i64,
}

/// Why an import was not begun, loaded or undone.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefusal {
    /// There is no such source.
    #[error("there is no such source")]
    NoSource,
    /// The file has too many rows, or none.
    #[error("an import has 1 to 20000000 rows")]
    BadSize,
    /// There is no such import that is still loading.
    #[error("there is no such import that is still loading")]
    NoImport,
    /// One of the numbers came in by another way meanwhile; the import can be undone by its id.
    #[error("a number of this batch exists already")]
    Taken,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Which of some numbers (at most 500) the house has already, by their digits. What one import brought in, which is
/// being resumed, does not count.
///
/// # Errors
/// What the database said.
pub async fn known(app: &App, numbers: &[Nanp], resumed: Option<i64>) -> Result<Vec<String>, DbError> {
    let digits: Vec<String> = numbers.iter().map(|number| number.digits()).collect();
    let list = serde_json::to_string(&digits).map_err(|_| DbError::Damaged("digits make a list"))?;
    let sql = "SELECT digits FROM number WHERE digits IN (json_list($1)) AND import_id <> $2";
    // Ids of imports begin at 1.
    let rows = app.db.rows(sql, values![list, resumed.unwrap_or(0)]).await?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

/// What became of a file that may have been imported before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It is new to this source, or was undone.
    None,
    /// It broke off; [`begin`] takes it up.
    Loading(Import),
    /// All of it is in, under this id.
    Complete(i64),
}

/// Looks for an earlier import of the same file for the same source.
///
/// # Errors
/// See [`ImportRefusal`].
pub async fn earlier(app: &App, source: &str, file_hash: [u8; 32]) -> Result<Earlier, ImportRefusal> {
    let source = source.to_owned();
    let story = move |tx: &mut Tx<'_>| {
        let source = supply::id_of(tx, &source)?.ok_or(ImportRefusal::NoSource)?;
        let sql = "SELECT id, source_id, rows_done, first_id, state
             FROM number_import
             WHERE source_id = $1 AND file_hash = $2 AND state <> 'undone'
             ORDER BY id DESC
             LIMIT 1";
        Ok(match tx.one(sql, values![source, file_hash.as_slice()])? {
            None => Earlier::None,
            Some(row) if row.text(4) == "loading" => Earlier::Loading(import(&row)),
            Some(row) => Earlier::Complete(row.int(0)),
        })
    };
    app.db.read(story).await
}

fn import(row: &Row) -> Import {
    Import { id: row.int(0), source: row.int(1), done: row.int(2), first_id: row.int(3) }
}

/// Begins an import, or takes up one of the same file that broke off.
///
/// # Errors
/// See [`ImportRefusal`].
pub async fn begin(
    app: &App,
    source: &str,
    file_hash: [u8; 32],
    rows: i64,
    by: impl Into<Author>,
) -> Result<Import, ImportRefusal> {
    if !(1..=ROWS_MAX).contains(&rows) {
        return Err(ImportRefusal::BadSize);
    }
    let (now, source, by) = (app.now_ms(), source.to_owned(), by.into());
    let story = move |tx: &mut Tx<'_>| {
        let source_id = supply::id_of(tx, &source)?.ok_or(ImportRefusal::NoSource)?;
        let broken = "SELECT id, source_id, rows_done, first_id
             FROM number_import
             WHERE source_id = $1 AND file_hash = $2 AND state = 'loading'";
        if let Some(row) = tx.one(broken, values![source_id, file_hash.as_slice()])? {
            return Ok(import(&row));
        }
        let id = ids::take(tx, "number_import", 1)?;
        let first_id = ids::take(tx, "number", rows)?;
        let sql =
            "INSERT INTO number_import (id, source_id, file_hash, first_id, rows_total, rows_done, state, created_ms)
             VALUES ($1, $2, $3, $4, $5, 0, 'loading', $6)";
        tx.run(sql, values![id, source_id, file_hash.as_slice(), first_id, rows, now])?;
        let rows = rows.to_string();
        let (who, reason, after) = (by.who(), by.why(), Some(rows.as_str()));
        let deed = Deed { who, deed: "number.import", subject: &source, reason, before: None, after };
        audit::write(tx, now, &deed)?;
        Ok(Import { id, source: source_id, done: 0, first_id })
    };
    app.db.write(Lane::Work, story).await
}

/// Loads the next rows (at most 500) of an import, and leaves the door open for orders after them.
///
/// # Errors
/// See [`ImportRefusal`].
pub async fn load(app: &App, import: Import, batch: Vec<NewNumber>) -> Result<Import, ImportRefusal> {
    if batch.is_empty() || batch.len() > BATCH_MAX {
        return Err(ImportRefusal::BadSize);
    }
    let now = app.now_ms();
    let count = i64::try_from(batch.len()).map_err(|_| ImportRefusal::BadSize)?;
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE number_import
             SET rows_done = rows_done + $3
             WHERE id = $1 AND rows_done = $2 AND state = 'loading' AND rows_done + $3 <= rows_total";
        if tx.run(sql, values![import.id, import.done, count])? == 0 {
            return Err(ImportRefusal::NoImport);
        }
        for (id, new) in (import.first_id + import.done..).zip(&batch) {
            insert(tx, id, &import, new, now)?;
        }
        Ok(())
    };
    app.db.write(Lane::Work, story).await.map_err(|error| match error {
        ImportRefusal::Db(DbError::Constraint(_)) => ImportRefusal::Taken,
        other => other,
    })?;
    let done = import.done + count;
    if done / LOG_EVERY > import.done / LOG_EVERY {
        app.db.shorten_log().await?;
    }
    tokio::time::sleep(DOOR_OPEN).await;
    Ok(Import { done, ..import })
}

fn insert(tx: &mut Tx<'_>, id: i64, import: &Import, new: &NewNumber, now_ms: i64) -> Result<(), DbError> {
    let sql = "INSERT INTO number
           (id, digits, area_code, region, carrier, line_type, source_id, supplier, contract, acquired_on,
            state, import_id, cost, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', $11, $12, $13)";
    let area_code = new.number.area_code();
    let values = values![
        id,
        new.number.digits(),
        i64::from(area_code),
        state_of(area_code).unwrap_or(""),
        &new.carrier,
        &new.line_type,
        import.source,
        &new.supplier,
        &new.contract,
        &new.acquired_on,
        import.id,
        new.cost,
        now_ms
    ];
    tx.queue(sql, values)
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// It broke off, or is under way.
    Loading,
    /// All of it is in.
    Complete,
    /// It was taken back.
    Undone,
}

/// An import as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// Its id.
    pub id: i64,
    /// The source that hears its numbers.
    pub source: i64,
    /// How many numbers it has.
    pub rows: i64,
    /// How many of them are in.
    pub done: i64,
    /// How far it is.
    pub state: ImportState,
    /// When it began.
    pub created_ms: i64,
}

/// The imports before an id, newest first: at most [`IMPORTS_MAX`].
///
/// # Errors
/// What the database said.
pub async fn imports(app: &App, before: i64) -> Result<Vec<ImportLine>, DbError> {
    let sql = "SELECT id, source_id, rows_total, rows_done, state, created_ms
         FROM number_import
         WHERE id < $1
         ORDER BY id DESC
         LIMIT $2";
    let line = |row: &Row| ImportLine {
        id: row.int(0),
        source: row.int(1),
        rows: row.int(2),
        done: row.int(3),
        state: match row.text(4) {
            "loading" => ImportState::Loading,
            "complete" => ImportState::Complete,
            _ => ImportState::Undone,
        },
        created_ms: row.int(5),
    };
    Ok(app.db.rows(sql, values![before, IMPORTS_MAX]).await?.iter().map(line).collect())
}

/// Marks an import as complete: from now on its numbers are sold.
///
/// # Errors
/// See [`ImportRefusal`].
pub async fn complete(app: &App, import: Import) -> Result<(), ImportRefusal> {
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE number_import
             SET state = 'complete'
             WHERE id = $1 AND state = 'loading' AND rows_done = rows_total";
        if tx.run(sql, values![import.id])? == 0 { Err(ImportRefusal::NoImport) } else { Ok(()) }
    };
    app.db.write(Lane::Work, story).await
}

/// Takes back an import that is not complete: some of its numbers, up to 500, at each call. Tells how many; none: it
/// is undone.
///
/// # Errors
/// See [`ImportRefusal`].
pub async fn undo(app: &App, id: i64, by: impl Into<Author>) -> Result<u64, ImportRefusal> {
    let (now, by) = (app.now_ms(), by.into());
    let story = move |tx: &mut Tx<'_>| {
        let loading = "SELECT rows_done, rows_total FROM number_import WHERE id = $1 AND state = 'loading'";
        let Some(row) = tx.one(loading, values![id])? else { return Err(ImportRefusal::NoImport) };
        let sql = "DELETE FROM number
             WHERE id IN (SELECT id FROM number WHERE import_id = $1 ORDER BY id LIMIT $2)";
        let deleted = tx.run(sql, values![id, 500])?;
        if deleted == 0 {
            tx.run("UPDATE number_import SET state = 'undone' WHERE id = $1", values![id])?;
            let (subject, before) = (format!("import {id}"), format!("{} of {}", row.int(0), row.int(1)));
            let (who, reason) = (by.who(), by.why());
            let (before, after) = (Some(before.as_str()), Some("none"));
            let deed = Deed { who, deed: "number.undo", subject: &subject, reason, before, after };
            audit::write(tx, now, &deed)?;
        }
        Ok(deleted)
    };
    let deleted = app.db.write(Lane::Work, story).await?;
    tokio::time::sleep(DOOR_OPEN).await;
    Ok(deleted)
}

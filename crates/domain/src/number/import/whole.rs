//! A whole file of numbers: checked before anything is loaded, then loaded beside the running house, then sold.

use std::collections::HashSet;
use std::path::Path;

use super::file::{FileFault, NumberFile};
use super::{BATCH_MAX, Earlier, Import, ImportRefusal, NewNumber, ROWS_MAX, begin, complete, earlier, known, load};
use crate::App;
use crate::bad_rows::BadRows;
use crate::db::DbError;
use crate::phone::Nanp;
use crate::policy::author::Author;

/// Rows that are sorted together before they are loaded. Neighbours lie on the same pages of the database, so that a
/// sorted batch writes about a fifth of what a random one does; more would put too few area codes side by side.
const SHEAF: usize = 20_000;
/// Rows between two times that the check tells how far it is.
const TELL_EVERY: i64 = 1_000;

/// A file that is to be imported.
#[derive(Debug, Clone, Copy)]
pub struct NumberFileImport<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// The hash of its bytes, as [`super::file::fingerprint`] tells it.
    pub hash: [u8; 32],
    /// The source that hears its numbers.
    pub source: &'a str,
    /// Who imports it, and why if they say so.
    pub by: &'a Author,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many rows were checked.
    Checking(i64),
    /// So many of the rows are in.
    Loading {
        /// Rows that are in.
        done: i64,
        /// Rows of the file.
        of: i64,
    },
}

/// An import that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Its id.
    pub import: i64,
    /// Its numbers.
    pub rows: i64,
    /// How many of them were in before, because an earlier try had broken off.
    pub resumed_at: i64,
    /// How many are VoIP, which is never sold.
    pub voip: u64,
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum FileRefusal {
    /// It cannot be read as a file of numbers.
    #[error("the file {0}")]
    Unread(#[from] FileFault),
    /// It has too many rows.
    #[error("the file has more than {ROWS_MAX} rows: split it")]
    TooLong,
    /// It has no rows.
    #[error("the file has no numbers")]
    Empty,
    /// Some of its rows are bad, so that none was loaded.
    #[error("some rows are bad: nothing was imported")]
    Bad(BadRows),
    /// It was imported before.
    #[error("this file was imported already, completely, as import {0}")]
    Done(i64),
    /// It changed while it was read.
    #[error("the file changed while it was read")]
    Changed,
    /// The import itself was refused.
    #[error(transparent)]
    Import(#[from] ImportRefusal),
    /// It broke off: none of its numbers is sold; the same file goes on where it was, or the import is undone.
    #[error("{why}; import {id} broke off and none of its numbers is sold")]
    BrokeOff {
        /// The import.
        id: i64,
        /// What stopped it.
        why: Box<FileRefusal>,
    },
}

impl From<DbError> for FileRefusal {
    fn from(error: DbError) -> Self {
        Self::Import(error.into())
    }
}

/// Imports a file of numbers, all or nothing. The same file goes on where it broke off. What is wrong with its rows comes
/// back in `bad`, which is empty at first and keeps as much as its owner wants to tell.
///
/// # Errors
/// See [`FileRefusal`].
pub async fn import_file(
    app: &App,
    file: NumberFileImport<'_>,
    bad: BadRows,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Imported, FileRefusal> {
    let broken = match earlier(app, file.source, file.hash).await? {
        Earlier::None => None,
        Earlier::Loading(import) => Some(import),
        Earlier::Complete(id) => return Err(FileRefusal::Done(id)),
    };
    let (checked, bad) = check(app, file.path, broken, bad, tell).await?;
    if !bad.is_empty() {
        return Err(FileRefusal::Bad(bad));
    }
    let import = begin(app, file.source, file.hash, checked.rows, file.by.clone()).await?;
    let resumed_at = import.done;
    let broke_off = |why| FileRefusal::BrokeOff { id: import.id, why: Box::new(why) };
    load_all(app, &file, import, checked.rows, tell).await.map_err(broke_off)?;
    Ok(Imported { import: import.id, rows: checked.rows, resumed_at, voip: checked.voip })
}

/// A file that was read wholly.
struct Checked {
    rows: i64,
    voip: u64,
}

async fn check(
    app: &App,
    path: &Path,
    broken: Option<Import>,
    mut bad: BadRows,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(Checked, BadRows), FileRefusal> {
    let mut file = NumberFile::open(path)?;
    let mut checked = Checked { rows: 0, voip: 0 };
    let mut seen = Seen::default();
    let mut unasked: Vec<(u64, Nanp)> = Vec::with_capacity(BATCH_MAX);
    while let Some(row) = file.next()? {
        checked.rows += 1;
        if checked.rows > ROWS_MAX {
            return Err(FileRefusal::TooLong);
        }
        if checked.rows % TELL_EVERY == 0 {
            tell(Progress::Checking(checked.rows));
        }
        match row.number {
            Err(reason) => bad.add(row.line, reason),
            Ok(new) if !seen.is_new(&new.number) => bad.add(row.line, "this number is on an earlier line too"),
            Ok(new) => {
                checked.voip += u64::from(new.line_type == "voip");
                unasked.push((row.line, new.number));
            }
        }
        if unasked.len() == BATCH_MAX || bad.unsettled() >= BATCH_MAX {
            refuse_known(app, &mut unasked, broken, &mut bad).await?;
        }
    }
    refuse_known(app, &mut unasked, broken, &mut bad).await?;
    if checked.rows == 0 {
        return Err(FileRefusal::Empty);
    }
    Ok((checked, bad))
}

/// Refuses the numbers that the house has already; those that this load brought in before it broke off are its own.
async fn refuse_known(
    app: &App,
    unasked: &mut Vec<(u64, Nanp)>,
    broken: Option<Import>,
    bad: &mut BadRows,
) -> Result<(), FileRefusal> {
    let numbers: Vec<Nanp> = unasked.iter().map(|(_, number)| *number).collect();
    let known = known(app, &numbers, broken.map(|import| import.id)).await?;
    if !known.is_empty() {
        let known: HashSet<String> = known.into_iter().collect();
        for (line, number) in unasked.iter().filter(|(_, number)| known.contains(&number.digits())) {
            bad.add(*line, format!("the house has {} already", number.e164()));
        }
    }
    unasked.clear();
    bad.settle();
    Ok(())
}

/// Loads what was checked. The file is hashed once more on the way, because it may have changed since.
async fn load_all(
    app: &App,
    of: &NumberFileImport<'_>,
    mut import: Import,
    checked: i64,
    tell: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(), FileRefusal> {
    let mut file = NumberFile::open(of.path)?;
    let (mut rows, resumed_at) = (0_i64, import.done);
    loop {
        let mut sheaf: Vec<NewNumber> = Vec::with_capacity(SHEAF);
        while sheaf.len() < SHEAF
            && let Some(row) = file.next()?
        {
            sheaf.push(row.number.map_err(|_| FileRefusal::Changed)?);
        }
        if sheaf.is_empty() {
            break;
        }
        sheaf.sort_unstable_by_key(|new| new.number);
        // A load that broke off left at the same place of the same sheaf, because both follow from the file alone.
        let done = usize::try_from(resumed_at - rows).unwrap_or(0).min(sheaf.len());
        rows += i64::try_from(sheaf.len()).expect("a sheaf is small");
        for batch in sheaf[done..].chunks(BATCH_MAX) {
            import = load(app, import, batch.to_vec()).await?;
            tell(Progress::Loading { done: import.done, of: checked });
        }
    }
    if rows != checked || file.hash() != of.hash {
        return Err(FileRefusal::Changed);
    }
    Ok(complete(app, import).await?)
}

/// The numbers of a file that were read already, in about 5 bytes each: they lie in a span of 33 bits, so the upper
/// one chooses the set.
#[derive(Default)]
struct Seen([HashSet<u32>; 2]);

impl Seen {
    fn is_new(&mut self, number: &Nanp) -> bool {
        // Area codes begin with 2 to 9, so what is left after 2,000,000,000 is below 8,000,000,000.
        let place = number.national_number() - 2_000_000_000;
        let (upper, lower) = (place >> 32, place & u64::from(u32::MAX));
        let lower = u32::try_from(lower).expect("32 bits are left");
        self.0[usize::from(upper != 0)].insert(lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once_in_either_half() {
        let mut seen = Seen::default();
        for written in ["2012000000", "6295550100", "9895559999", "6294967296"] {
            let number = Nanp::parse(written).expect("a number");
            assert!(seen.is_new(&number), "{written}");
            assert!(!seen.is_new(&number), "{written}");
        }
    }
}

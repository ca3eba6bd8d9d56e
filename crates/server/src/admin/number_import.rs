//! `admin number import`: a file of numbers is checked wholly, then loaded beside the running house, then sold.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::number::import::{self, BATCH_MAX, Earlier, Import, NewNumber, ROWS_MAX};
use domain::phone::Nanp;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::bad_rows::BadRows;
use super::number_file::{NumberFile, fingerprint};
use super::{Answer, Desk, Refusal};

/// Rows that are sorted together before they are loaded. Neighbours lie on the same pages of the database, so that a
/// sorted batch writes about a fifth of what a random one does; more would put too few area codes side by side.
const SHEAF: usize = 20_000;
/// Rows between two movements of the progress bar.
const BAR_STEP: i64 = 1_000;

/// What is loaded, or which load is taken back.
#[derive(Args)]
pub(crate) struct ImportArgs {
    /// A CSV file with the columns number,carrier,line_type,supplier,contract,acquired_on,cost
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// The source that hears these numbers
    #[arg(long, required_unless_present = "undo")]
    source: Option<String>,
    /// Take back the load with this id, which is not complete
    #[arg(long, value_name = "ID", conflicts_with_all = ["file", "source"])]
    undo: Option<i64>,
}

pub(super) async fn run(desk: &Desk<'_>, args: ImportArgs) -> Result<Answer, Refusal> {
    match args {
        ImportArgs { undo: Some(id), .. } => undo(desk, id).await,
        ImportArgs { file: Some(file), source: Some(source), undo: None } => load_file(desk, &file, &source).await,
        ImportArgs { .. } => Err(Refusal::new("name a file and its --source, or an import to --undo")),
    }
}

async fn undo(desk: &Desk<'_>, id: i64) -> Result<Answer, Refusal> {
    let mut taken_back = 0_u64;
    loop {
        match import::undo(desk.app, id, desk.by()?).await? {
            0 => break,
            some => taken_back += some,
        }
    }
    let line = format!("import {id} is undone: {taken_back} numbers were taken back");
    Ok(Answer::line(line, json!({"import": id, "taken_back": taken_back})))
}

async fn load_file(desk: &Desk<'_>, path: &Path, source: &str) -> Result<Answer, Refusal> {
    let hash = fingerprint(path)?;
    let broken = match import::earlier(desk.app, source, hash).await? {
        Earlier::None => None,
        Earlier::Loading(import) => Some(import),
        Earlier::Complete(id) => {
            let sentence = format!("this file was imported already, completely, as import {id}");
            return Err(Refusal::new(sentence));
        }
    };
    let checked = check(desk, path, broken).await?;
    if !checked.bad.is_empty() {
        return Ok(checked.bad.into_answer(&path.display().to_string()));
    }
    let import = import::begin(desk.app, source, hash, checked.rows, desk.by()?).await?;
    let resumed_at = import.done;
    load(desk, path, import, &checked, hash).await.map_err(|stop| broke_off(&stop, import.id))?;
    let voip = match checked.voip {
        0 => String::new(),
        voip => format!("; {voip} of them are voip, which is never sold"),
    };
    let line = format!("import {} is complete: {} numbers{voip}", import.id, checked.rows);
    let json = json!({
        "import": import.id, "imported": checked.rows, "resumed_at": resumed_at, "voip": checked.voip,
    });
    Ok(Answer::line(line, json))
}

fn broke_off(stop: &Refusal, id: i64) -> Refusal {
    Refusal::new(format!(
        "{stop}; import {id} broke off, none of its numbers is sold: give the same command to go on, or take it back \
         with `jesusnumber admin number import --undo {id}`"
    ))
}

/// A file that was read wholly.
struct Checked {
    rows: i64,
    voip: u64,
    bad: BadRows,
}

async fn check(desk: &Desk<'_>, path: &Path, broken: Option<Import>) -> Result<Checked, Refusal> {
    let bar = bar("checking", None);
    let mut file = NumberFile::open(path)?;
    let mut checked = Checked { rows: 0, voip: 0, bad: BadRows::default() };
    let mut seen = Seen::default();
    let mut unasked: Vec<(u64, Nanp)> = Vec::with_capacity(BATCH_MAX);
    while let Some(row) = file.next()? {
        checked.rows += 1;
        if checked.rows > ROWS_MAX {
            return Err(Refusal::new(format!("{} has more than {ROWS_MAX} rows: split it", path.display())));
        }
        step(&bar, checked.rows);
        match row.number {
            Err(reason) => checked.bad.add(row.line, reason),
            Ok(new) if !seen.is_new(&new.number) => checked.bad.add(row.line, "this number is on an earlier line too"),
            Ok(new) => {
                checked.voip += u64::from(new.line_type == "voip");
                unasked.push((row.line, new.number));
            }
        }
        if unasked.len() == BATCH_MAX {
            refuse_known(desk, &mut unasked, broken, &mut checked.bad).await?;
        }
    }
    refuse_known(desk, &mut unasked, broken, &mut checked.bad).await?;
    bar.finish_and_clear();
    if checked.rows == 0 {
        return Err(Refusal::new(format!("{} has no numbers", path.display())));
    }
    Ok(checked)
}

/// Refuses the numbers that the house has already; those that this load brought in before it broke off are its own.
async fn refuse_known(
    desk: &Desk<'_>,
    unasked: &mut Vec<(u64, Nanp)>,
    broken: Option<Import>,
    bad: &mut BadRows,
) -> Result<(), Refusal> {
    let numbers: Vec<Nanp> = unasked.iter().map(|(_, number)| *number).collect();
    let known = import::known(desk.app, &numbers, broken.map(|import| import.id)).await?;
    if !known.is_empty() {
        let known: HashSet<String> = known.into_iter().collect();
        for (line, number) in unasked.iter().filter(|(_, number)| known.contains(&number.digits())) {
            bad.add(*line, format!("the house has {} already", number.e164()));
        }
    }
    unasked.clear();
    Ok(())
}

/// Loads what was checked. The file is hashed once more on the way, because it may have changed since.
async fn load(
    desk: &Desk<'_>,
    path: &Path,
    mut import: Import,
    checked: &Checked,
    hash: [u8; 32],
) -> Result<(), Refusal> {
    let changed = || Refusal::new(format!("{} changed while it was read", path.display()));
    let bar = bar("loading", u64::try_from(checked.rows).ok());
    let mut file = NumberFile::open(path)?;
    let (mut rows, resumed_at) = (0_i64, import.done);
    loop {
        let mut sheaf: Vec<NewNumber> = Vec::with_capacity(SHEAF);
        while sheaf.len() < SHEAF
            && let Some(row) = file.next()?
        {
            sheaf.push(row.number.map_err(|_| changed())?);
        }
        if sheaf.is_empty() {
            break;
        }
        sheaf.sort_unstable_by_key(|new| new.number);
        // A load that broke off left at the same place of the same sheaf, because both follow from the file alone.
        let done = usize::try_from(resumed_at - rows).unwrap_or(0).min(sheaf.len());
        rows += i64::try_from(sheaf.len()).expect("a sheaf is small");
        for batch in sheaf[done..].chunks(BATCH_MAX) {
            import = import::load(desk.app, import, batch.to_vec()).await?;
            bar.set_position(u64::try_from(import.done).unwrap_or(0));
        }
    }
    if rows != checked.rows || file.hash() != hash {
        return Err(changed());
    }
    import::complete(desk.app, import).await?;
    bar.finish_and_clear();
    Ok(())
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

/// A bar on stderr; it shows itself on a terminal only.
fn bar(deed: &'static str, rows: Option<u64>) -> ProgressBar {
    let (bar, shape) = match rows {
        Some(rows) => (ProgressBar::new(rows), "{prefix} {wide_bar} {human_pos}/{human_len} rows, {eta} left"),
        None => (ProgressBar::no_length(), "{prefix} {human_pos} rows, {per_sec}"),
    };
    let style = ProgressStyle::with_template(shape).expect("the template is well formed");
    bar.with_style(style).with_prefix(deed)
}

fn step(bar: &ProgressBar, rows: i64) {
    if rows % BAR_STEP == 0 {
        bar.set_position(u64::try_from(rows).unwrap_or(0));
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

//! `admin number import`: a file of numbers is checked wholly, then loaded beside the running house, then sold.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::number::import::{self, FileRefusal, Imported, NumberFileImport, Progress, fingerprint};
use domain::policy::author::Author;
use domain::policy::reason::Reason;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Answer, Desk, Refusal, bad_rows, words};

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
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Option<Reason>,
}

pub(super) async fn run(desk: &Desk<'_>, args: ImportArgs) -> Result<Answer, Refusal> {
    let by = desk.author(args.reason.clone())?;
    match args {
        ImportArgs { undo: Some(id), .. } => undo(desk, id, &by).await,
        ImportArgs { file: Some(file), source: Some(source), .. } => load_file(desk, &file, &source, &by).await,
        ImportArgs { .. } => Err(Refusal::new("name a file and its --source, or an import to --undo")),
    }
}

async fn undo(desk: &Desk<'_>, id: i64, by: &Author) -> Result<Answer, Refusal> {
    let mut taken_back = 0_u64;
    loop {
        match import::undo(desk.app, id, by.clone()).await? {
            0 => break,
            some => taken_back += some,
        }
    }
    let line = format!("import {id} is undone: {taken_back} numbers were taken back");
    Ok(Answer::line(line, json!({"import": id, "taken_back": taken_back})))
}

async fn load_file(desk: &Desk<'_>, path: &Path, source: &str, by: &Author) -> Result<Answer, Refusal> {
    let name = path.display().to_string();
    let named = |refusal: FileRefusal| Refusal::new(in_words(&refusal).replacen("the file", &name, 1));
    let hash = fingerprint(path).map_err(|fault| named(fault.into()))?;
    let (checking, loading) = (bar("checking", None), bar("loading", Some(0)));
    let tell = |progress| match progress {
        Progress::Checking(rows) => checking.set_position(u64::try_from(rows).unwrap_or(0)),
        Progress::Loading { done, of } => {
            checking.finish_and_clear();
            loading.set_length(u64::try_from(of).unwrap_or(0));
            loading.set_position(u64::try_from(done).unwrap_or(0));
        }
    };
    let file = NumberFileImport { path, hash, source, by };
    let done = import::import_file(desk.app, file, bad_rows::none()?, &tell).await;
    checking.finish_and_clear();
    loading.finish_and_clear();
    match done {
        Ok(done) => Ok(complete(&done)),
        Err(FileRefusal::Bad(bad)) => Ok(Answer::bad(bad, &name)),
        Err(refusal) => Err(named(refusal)),
    }
}

fn complete(done: &Imported) -> Answer {
    let voip = match done.voip {
        0 => String::new(),
        voip => format!("; {voip} of them are voip, which is never sold"),
    };
    let line = format!("import {} is complete: {} numbers{voip}", done.import, done.rows);
    let json = json!({
        "import": done.import, "imported": done.rows, "resumed_at": done.resumed_at, "voip": done.voip,
    });
    Answer::line(line, json)
}

/// A refusal with what can be done about it here.
fn in_words(refusal: &FileRefusal) -> String {
    match refusal {
        FileRefusal::BrokeOff { id, why } => format!(
            "{why}; import {id} broke off, none of its numbers is sold: give the same command to go on, or take it \
             back with `jesusnumber admin number import --undo {id}`"
        ),
        other => other.to_string(),
    }
}

/// A bar on stderr; it shows itself on a terminal only.
pub(super) fn bar(deed: &'static str, rows: Option<u64>) -> ProgressBar {
    let (bar, shape) = match rows {
        Some(rows) => (ProgressBar::new(rows), "{prefix} {wide_bar} {human_pos}/{human_len} rows, {eta} left"),
        None => (ProgressBar::no_length(), "{prefix} {human_pos} rows, {per_sec}"),
    };
    let style = ProgressStyle::with_template(shape).expect("the template is well formed");
    bar.with_style(style).with_prefix(deed)
}

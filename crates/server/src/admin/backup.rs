//! `admin backup` and `admin restore`: a copy of the database while the house runs, and back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::App;
use domain::clock::Clock;
use domain::db::{self, Db, DbOptions, DbUrl};
use domain::seal::Key;
use serde_json::json;

use super::{Answer, Refusal};
use crate::config;
use crate::house::StartError;

/// Where the copy goes.
#[derive(Args)]
pub(crate) struct BackupArgs {
    /// A file that does not exist yet
    file: PathBuf,
}

/// What is put back, and where.
#[derive(Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// A file that does not exist yet: the database of the house that will be started on it
    #[arg(long, value_name = "PATH")]
    pub(crate) to: PathBuf,
    /// The key file that the house had when the backup was made; else the one of the settings
    #[arg(long, value_name = "PATH")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Copies the database beside its place first, so that a copy that broke off never has the name of a whole one.
pub(super) async fn backup(database: &DbUrl, args: &BackupArgs) -> Result<Answer, Refusal> {
    let from = match database {
        DbUrl::Sqlite(path) => path,
        // The address may hold a password, so it is not repeated here.
        DbUrl::Postgres(_) => {
            return Err(Refusal::new(format!(
                "this house is on PostgreSQL, whose own tool copies it while it runs: pg_dump --format=custom \
                 --file={} DATABASE, with your `database` setting in the place of DATABASE",
                args.file.display()
            )));
        }
    };
    refuse_existing(&args.file)?;
    let partial = beside(&args.file, ".partial");
    reserve(&partial).map_err(|error| unwritten(&partial, &error))?;
    let copied = async {
        db::copy(from.clone(), partial.clone()).await.map_err(|error| uncopied(database, error))?;
        let schema = db::check_copy(partial.clone()).await?;
        refuse_existing(&args.file)?;
        move_into_place(&partial, &args.file).map_err(|error| unwritten(&args.file, &error))?;
        Ok::<i64, Refusal>(schema)
    };
    let schema = match copied.await {
        Ok(schema) => schema,
        Err(refusal) => {
            drop(fs::remove_file(&partial));
            return Err(refusal);
        }
    };
    let bytes = fs::metadata(&args.file)?.len();
    let line = format!(
        "copied the database into {} ({bytes} bytes, schema {schema}); the key file is not in it: keep a copy of that \
         elsewhere, because without it no text of this backup opens",
        args.file.display()
    );
    Ok(Answer::line(line, json!({"file": args.file, "bytes": bytes, "schema": schema, "has_key_file": false})))
}

/// Puts a backup where a house can be started on it. Whatever fails, nothing stays behind.
///
/// # Errors
/// A sentence: the backup is damaged, of a newer program, under another key, or its place is taken.
pub(crate) async fn restore(args: &RestoreArgs, key: &Key, clock: Clock) -> Result<Answer, Refusal> {
    for taken in ["", "-wal", "-shm"] {
        refuse_existing(&beside(&args.to, taken))?;
    }
    if beside(&args.file, "-wal").exists() {
        return Err(Refusal::new(format!(
            "{} is a database in use, not a backup: make one with `jesusnumber admin backup`",
            args.file.display()
        )));
    }
    let partial = beside(&args.to, ".partial");
    let mut target = reserve(&partial).map_err(|error| unwritten(&partial, &error))?;
    let schema = match copy_and_check(&args.file, &mut target, &partial).await {
        Ok(schema) => schema,
        Err(refusal) => {
            drop(fs::remove_file(&partial));
            return Err(refusal);
        }
    };
    move_into_place(&partial, &args.to).map_err(|error| unwritten(&args.to, &error))?;
    if let Err(error) = open(&args.to, key, clock).await {
        for file in ["", "-wal", "-shm"] {
            drop(fs::remove_file(beside(&args.to, file)));
        }
        return Err(Refusal::new(format!("{} was not restored: {error}", args.file.display())));
    }
    let line = format!(
        "restored {} (schema {schema}): set `database` to sqlite:{} and start the house",
        args.to.display(),
        args.to.display()
    );
    Ok(Answer::line(line, json!({"file": args.to, "schema": schema})))
}

async fn copy_and_check(from: &Path, target: &mut File, partial: &Path) -> Result<i64, Refusal> {
    let unread = |error: io::Error| Refusal::new(format!("{} cannot be read: {error}", from.display()));
    let mut source = File::open(from).map_err(unread)?;
    io::copy(&mut source, target).map_err(|error| unwritten(partial, &error))?;
    target.sync_all().map_err(|error| unwritten(partial, &error))?;
    let checked = db::check_copy(partial.to_owned()).await;
    checked.map_err(|error| Refusal::new(format!("{} is no sound backup: {error}", from.display())))
}

/// Opens the house that was restored, which a wrong key refuses, and closes it again.
async fn open(path: &Path, key: &Key, clock: Clock) -> Result<(), db::DbError> {
    let db = Db::open(&DbOptions::new(DbUrl::Sqlite(path.to_owned()))).await?;
    App::open(db, clock, key).await.map(drop)
}

fn uncopied(database: &DbUrl, error: db::DbError) -> Refusal {
    match error {
        db::DbError::NoHouse(why) => StartError::NoHouse(config::masked(&database.to_string()), why).into(),
        other => other.into(),
    }
}

fn refuse_existing(path: &Path) -> Result<(), Refusal> {
    if path.exists() {
        return Err(Refusal::new(format!("{} exists already, and nothing is overwritten", path.display())));
    }
    Ok(())
}

fn unwritten(path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(format!("{} cannot be written: {error}", path.display()))
}

/// Makes an empty file that its owner alone can read: what goes into it is a house's whole memory.
fn reserve(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn move_into_place(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The path with something after its name: `house.db-wal` of `house.db`.
fn beside(path: &Path, after: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(after);
    PathBuf::from(name)
}

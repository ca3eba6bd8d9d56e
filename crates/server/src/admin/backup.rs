//! `admin backup` and `admin restore`: a copy of the database while the house runs, and back.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use domain::App;
use domain::clock::Clock;
use domain::db::{self, Db, DbOptions, DbUrl, Holds};
use domain::seal::Key;
use serde_json::json;

use super::{Answer, Refusal, dump, words};
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
    /// Where the house will be started: a file that does not exist yet, or postgres://… of an empty database; else the
    /// `database` of the settings
    #[arg(long, value_name = "PLACE", value_parser = words::place)]
    pub(crate) to: Option<DbUrl>,
    /// The key file that the house had when the backup was made; else the one of the settings
    #[arg(long, value_name = "PATH")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Copies the database beside its place first, so that a copy that broke off never has the name of a whole one.
pub(super) async fn backup(database: &DbUrl, args: &BackupArgs) -> Result<Answer, Refusal> {
    refuse_existing(&args.file)?;
    let partial = beside(&args.file, ".partial");
    reserve(&partial).map_err(|error| unwritten(&partial, &error))?;
    let copied = async {
        let schema = match database {
            DbUrl::Sqlite(path) => copy_file(path, &partial).await.map_err(|error| uncopied(database, error))?,
            DbUrl::Postgres(url) => copy_server(url, &partial).await?,
        };
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

/// Copies an SQLite file and tells its schema.
async fn copy_file(from: &Path, to: &Path) -> Result<i64, db::DbError> {
    db::copy(from.to_owned(), to.to_owned()).await?;
    db::check_copy(to.to_owned()).await
}

/// Has PostgreSQL's own program copy a database, reads the whole copy again, and tells its schema.
async fn copy_server(url: &str, to: &Path) -> Result<i64, Refusal> {
    let database = DbUrl::Postgres(url.to_owned());
    let schema = match db::look(url).await? {
        Holds::House { schema } => schema,
        Holds::Nothing | Holds::Something => {
            return Err(uncopied(&database, db::DbError::NoHouse("there is no house in it")));
        }
    };
    dump::dump(url, &schema, to).await?;
    dump::check(to).await?;
    Ok(db::check_schema(&dump::look_into(to).await?.migrations)?)
}

/// Puts a backup where a house can be started on it. Whatever fails, nothing stays behind.
///
/// # Errors
/// A sentence: the backup is damaged, of a newer program, under another key, or its place is taken.
pub(crate) async fn restore(args: &RestoreArgs, to: &DbUrl, key: &Key, clock: Clock) -> Result<Answer, Refusal> {
    let file = args.file.display();
    let is_dump = dump::is_dump(&args.file).map_err(|error| unread(&args.file, &error))?;
    match (to, is_dump) {
        (DbUrl::Sqlite(path), false) => restore_file(&args.file, path, key, clock).await,
        (DbUrl::Postgres(url), true) => restore_server(&args.file, url, key, clock).await,
        (DbUrl::Sqlite(_), true) => Err(Refusal::new(format!(
            "{file} is a backup of a house on PostgreSQL: name an empty database there with --to postgres://USER@HOST/NAME"
        ))),
        (DbUrl::Postgres(_), false) => Err(Refusal::new(format!(
            "{file} is no backup of a house on PostgreSQL; one of SQLite goes into a file that does not exist yet: --to PATH"
        ))),
    }
}

async fn restore_file(file: &Path, to: &Path, key: &Key, clock: Clock) -> Result<Answer, Refusal> {
    for taken in ["", "-wal", "-shm"] {
        refuse_existing(&beside(to, taken))?;
    }
    if beside(file, "-wal").exists() {
        return Err(Refusal::new(format!(
            "{} is a database in use, not a backup: make one with `jesusnumber admin backup`",
            file.display()
        )));
    }
    let partial = beside(to, ".partial");
    let mut target = reserve(&partial).map_err(|error| unwritten(&partial, &error))?;
    let schema = match copy_and_check(file, &mut target, &partial).await {
        Ok(schema) => schema,
        Err(refusal) => {
            drop(fs::remove_file(&partial));
            return Err(refusal);
        }
    };
    move_into_place(&partial, to).map_err(|error| unwritten(to, &error))?;
    if let Err(error) = open(DbUrl::Sqlite(to.to_owned()), key, clock).await {
        for part in ["", "-wal", "-shm"] {
            drop(fs::remove_file(beside(to, part)));
        }
        return Err(Refusal::new(format!("{} was not restored: {error}", file.display())));
    }
    let place = to.display();
    let line = format!("restored {place} (schema {schema}): set `database` to sqlite:{place} and start the house");
    Ok(Answer::line(line, json!({"file": to, "schema": schema})))
}

/// The key is tried on what the backup says of itself, so that a wrong one leaves the database empty.
async fn restore_server(file: &Path, url: &str, key: &Key, clock: Clock) -> Result<Answer, Refusal> {
    let (name, database) = (file.display(), DbUrl::Postgres(url.to_owned()));
    let place = config::masked(url);
    let inside = dump::look_into(file).await?;
    let schema = db::check_schema(&inside.migrations);
    let schema = schema.map_err(|error| Refusal::new(format!("{name} is no sound backup: {error}")))?;
    if !domain::is_key_of(key, &inside.id_key) {
        return Err(Refusal::new(format!("{name} was not restored: the key file is not the one of this database")));
    }
    match db::look(url).await? {
        Holds::Nothing => {}
        Holds::Something | Holds::House { .. } => {
            return Err(Refusal::new(format!("{place} is not empty, and nothing is overwritten: make a new database")));
        }
    }
    dump::put_back(file, url).await?;
    let opened = open(database, key, clock).await;
    opened.map_err(|error| Refusal::new(format!("{name} is in {place} now and does not open: {error}")))?;
    let line = format!("restored {place} (schema {schema}): set `database` to it and start the house");
    Ok(Answer::line(line, json!({"database": place, "schema": schema})))
}

async fn copy_and_check(from: &Path, target: &mut File, partial: &Path) -> Result<i64, Refusal> {
    let mut source = File::open(from).map_err(|error| unread(from, &error))?;
    io::copy(&mut source, target).map_err(|error| unwritten(partial, &error))?;
    target.sync_all().map_err(|error| unwritten(partial, &error))?;
    let checked = db::check_copy(partial.to_owned()).await;
    checked.map_err(|error| Refusal::new(format!("{} is no sound backup: {error}", from.display())))
}

/// Opens the house that was restored, which a wrong key refuses, and closes it again.
async fn open(database: DbUrl, key: &Key, clock: Clock) -> Result<(), db::DbError> {
    let db = Db::open(&DbOptions::new(database)).await?;
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

fn unread(path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(format!("{} cannot be read: {error}", path.display()))
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

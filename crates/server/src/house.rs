//! Opening the house: its database and the master key that opens what is sealed in it.

mod key_file;

use std::path::{Path, PathBuf};

use domain::App;
use domain::db::{Access, Db, DbError, DbOptions};
use domain::seal::Key;

use crate::clock;
use crate::config::{self, Settings};

/// Connections to PostgreSQL of a command, which does one thing after another.
const BESIDE_POOL_SIZE: usize = 4;

/// Why the house did not open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The database did not open, or was made under another key.
    #[error("the database: {0}")]
    Db(#[from] DbError),
    /// There is no house to give a command to, and a command makes none.
    #[error(
        "no house is at {0}: {1}. Name the settings of your house with --config FILE or by the variable \
         JESUSNUMBER_CONFIG, or put them into {usual}; a new house is made by `jesusnumber serve`",
        usual = config::USUAL_FILE
    )]
    NoHouse(String, &'static str),
    /// The database has data, and the key that opens it is not there.
    #[error(
        "the key file {0} is missing, and the database has data that only this file opens: put the file back from \
         where you keep its copy, or name its place in `key_file`"
    )]
    KeyMissing(PathBuf),
    /// The key file is there, and is not one.
    #[error("the key file {0} must hold 32 bytes in base64 and nothing else")]
    KeyMalformed(PathBuf),
    /// The key file cannot be read or written.
    #[error("the key file {0}: {1}")]
    KeyFile(PathBuf, std::io::Error),
}

/// Opens the database, brings its schema up to date, reads the key file, and takes up the work under the machine's
/// clock. An empty database gets a fresh key file where none is.
///
/// # Errors
/// See [`StartError`].
pub(crate) async fn open(settings: &Settings) -> Result<App, StartError> {
    let mut options = DbOptions::new(settings.database.0.clone());
    options.pool_size = settings.pool_size;
    let db = Db::open(&options).await?;
    tracing::info!("the database is open");
    let path = &settings.key_file;
    let key = match key_file::read(path)? {
        Some(key) => key,
        None if domain::is_new(&db).await? => key_file::create(path)?,
        None => return Err(StartError::KeyMissing(path.clone())),
    };
    Ok(App::open(db, clock::machine(), &key).await?)
}

/// Opens the house for an operator's command, which may run beside a house at work and must not make it wait. What is
/// missing is not made: no database, no table, no key file.
///
/// # Errors
/// See [`StartError`].
pub(crate) async fn open_beside(settings: &Settings, access: Access) -> Result<App, StartError> {
    let url = &settings.database.0;
    let options = DbOptions { access, pool_size: BESIDE_POOL_SIZE, ..DbOptions::new(url.clone()) };
    let none = |why| StartError::NoHouse(config::masked(&url.to_string()), why);
    let db = Db::open(&options).await.map_err(|error| match error {
        DbError::NoHouse(why) => none(why),
        other => other.into(),
    })?;
    if domain::is_new(&db).await? {
        return Err(none("its first start was not finished"));
    }
    let key = key(&settings.key_file)?;
    Ok(App::open(db, clock::machine(), &key).await?)
}

/// The key in a file that must be there.
///
/// # Errors
/// See [`StartError`].
pub(crate) fn key(path: &Path) -> Result<Key, StartError> {
    key_file::read(path)?.ok_or_else(|| StartError::KeyMissing(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, Layers, Origin};

    fn settings(folder: &Path) -> Settings {
        let mut layers = Layers::defaults();
        let database = format!("sqlite:{}", folder.join("house.db").display());
        let key_file = folder.join("house.key").display().to_string();
        for (name, value) in [("database", database), ("key_file", key_file)] {
            layers.set(name, value.into(), Origin::Command).expect("known");
        }
        config::settle(layers).expect("in order").0
    }

    #[tokio::test]
    async fn an_empty_database_gets_a_key_and_keeps_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let settings = settings(folder.path());
        drop(open(&settings).await.expect("the first start"));
        let key = std::fs::read(&settings.key_file).expect("a key file");
        drop(open(&settings).await.expect("the second start"));
        assert_eq!(std::fs::read(&settings.key_file).expect("a key file"), key);
    }

    #[tokio::test]
    async fn a_database_with_data_is_not_opened_without_its_key() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let settings = settings(folder.path());
        drop(open(&settings).await.expect("the first start"));
        std::fs::remove_file(&settings.key_file).expect("removed");
        assert!(matches!(open(&settings).await, Err(StartError::KeyMissing(_))));
        assert!(!settings.key_file.exists());
    }

    #[tokio::test]
    async fn another_key_is_noticed_at_the_start() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let settings = settings(folder.path());
        drop(open(&settings).await.expect("the first start"));
        std::fs::remove_file(&settings.key_file).expect("removed");
        key_file::create(&settings.key_file).expect("another key");
        assert!(matches!(open(&settings).await, Err(StartError::Db(DbError::Damaged(_)))));
    }
}

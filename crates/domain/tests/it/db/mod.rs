//! The one door to the database.

mod access;
mod durability;
mod log;
mod story;
mod written_once;

use domain::db::{Db, DbError, Lane, Tx};
use domain::values;

pub(crate) const KEEP: &str = "INSERT INTO house (name, value) VALUES ($1, $2)";

/// A story that keeps one row by a name.
pub(crate) async fn keep(db: &Db, name: &'static str) -> Result<(), DbError> {
    db.write(Lane::Work, move |tx: &mut Tx<'_>| tx.run(KEEP, values![name, vec![1_u8]]).map(drop)).await
}

/// Whether a row of that name is kept.
pub(crate) async fn is_kept(db: &Db, name: &str) -> bool {
    db.row("SELECT 1 FROM house WHERE name = $1", values![name]).await.expect("read").is_some()
}

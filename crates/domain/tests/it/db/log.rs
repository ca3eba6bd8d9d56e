//! SQLite's log while nobody writes: it is moved into the file, and what another process writes is seen all the same.

use std::time::Duration;

use domain::db::{Db, DbUrl, EngineKind};
use rusqlite::Connection;

use super::{is_kept, keep};
use crate::house::House;

/// Bounds a test that would otherwise never end; time is not what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

fn another_process(house: &House) -> Connection {
    let DbUrl::Sqlite(path) = &house.options.url else { panic!("it is SQLite") };
    let connection = Connection::open(path).expect("it opens beside the house");
    connection.busy_timeout(PATIENCE).expect("a timeout");
    connection
}

/// Lets the house come to rest, with its whole log in the file.
async fn rest(beside: &Connection) {
    let is_moved = || {
        // It counts the pages of the log and those that were moved, and moves none itself.
        beside.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?))
    };
    let rested = async {
        while !is_moved().expect("it is told") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, rested).await.expect("an idle house moves its log into the file");
}

async fn write_beside(db: &Db, beside: &Connection, name: &str) {
    beside.execute("INSERT INTO house (name, value) VALUES (?1, x'01')", [name]).expect("another process writes");
    assert!(is_kept(db, name).await, "{name} is read as soon as it is written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_house_moves_its_log_and_reads_what_others_write_at_once() {
    let house = House::open(EngineKind::Sqlite).await;
    let (db, beside) = (&house.app.db, another_process(&house));
    keep(db, "ours").await.expect("kept");
    rest(&beside).await;
    assert!(is_kept(db, "ours").await);
    write_beside(db, &beside, "theirs").await;
    keep(db, "ours again").await.expect("kept");
    write_beside(db, &beside, "theirs again").await;
    rest(&beside).await;
    assert!(is_kept(db, "ours again").await && is_kept(db, "theirs again").await);
}

//! What a door does that may not make what is missing, or may not write at all.

use std::path::Path;

use domain::db::{self, Access, Db, DbError, DbOptions, DbUrl, EngineKind};

use super::{is_kept, keep};
use crate::house::House;
use crate::on_both;

async fn open(house: &House, access: Access) -> Result<Db, DbError> {
    Db::open(&DbOptions { access, ..house.options.clone() }).await
}

fn file(house: &House) -> &Path {
    let DbUrl::Sqlite(path) = &house.options.url else { panic!("it is on SQLite") };
    path
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

on_both!(a_door_that_only_reads_reads_and_keeps_nothing, async |house: House| {
    keep(&house.app.db, "one").await.expect("kept");
    let reading = open(&house, Access::Read).await.expect("the house is there");
    assert!(is_kept(&reading, "one").await);
    assert!(reading.read(|tx| tx.one("SELECT 1 FROM house LIMIT 1", &[])).await.expect("read").is_some());
    let refused = keep(&reading, "two").await.expect_err("nothing is written");
    assert!(matches!(refused, DbError::Engine(_)), "{refused:?}");
    assert!(!is_kept(&house.app.db, "two").await);
});

on_both!(a_command_beside_a_house_writes, async |house: House| {
    let beside = open(&house, Access::Join).await.expect("the house is there");
    keep(&beside, "one").await.expect("kept");
    assert!(is_kept(&house.app.db, "one").await);
});

on_both!(an_older_schema_is_left_as_it_is, async |house: House| {
    house.side("DELETE FROM migration WHERE version IN (16, 20)").await.expect("written");
    for access in [Access::Join, Access::Read] {
        let refused = open(&house, access).await.err();
        assert!(matches!(&refused, Some(DbError::Older { lacks: 2, .. })), "{refused:?}");
    }
    let sql = "SELECT COUNT(*) FROM migration WHERE version IN (16, 20)";
    assert_eq!(house.app.db.row(sql, &[]).await.expect("read").expect("a count").int(0), 0);
});

#[tokio::test]
async fn a_missing_file_is_not_made() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("house.db");
    for access in [Access::Join, Access::Read] {
        let options = DbOptions { access, ..DbOptions::new(DbUrl::Sqlite(path.clone())) };
        let refused = Db::open(&options).await.err();
        assert!(matches!(&refused, Some(DbError::NoHouse(why)) if *why == "there is no such file"), "{refused:?}");
    }
    assert!(db::copy(path, folder.path().join("copy.db")).await.is_err());
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_without_a_house_is_left_empty() {
    let house = House::open(EngineKind::Postgres).await;
    let DbUrl::Postgres(url) = &house.options.url else { panic!("it is PostgreSQL") };
    house.side("CREATE SCHEMA IF NOT EXISTS nobody_lives_here").await.expect("a schema");
    let (base, _) = url.split_once("search_path%3D").expect("it names its schema");
    let url = DbUrl::Postgres(format!("{base}search_path%3Dnobody_lives_here"));
    for access in [Access::Join, Access::Read] {
        let refused = Db::open(&DbOptions { access, ..DbOptions::new(url.clone()) }).await.err();
        assert!(matches!(&refused, Some(DbError::NoHouse(why)) if *why == "there is no house in it"), "{refused:?}");
    }
    let sql = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'nobody_lives_here'";
    assert_eq!(house.app.db.row(sql, &[]).await.expect("read").expect("a count").int(0), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_leaves_the_file_of_a_killed_house_to_the_byte() {
    let house = House::open(EngineKind::Sqlite).await;
    keep(&house.app.db, "one").await.expect("kept");
    // What a killed house leaves: the file, and a log that was not moved into it.
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("killed.db");
    let log = |path: &Path| path.with_extension("db-wal");
    std::fs::copy(file(&house), &path).expect("copied");
    std::fs::copy(log(file(&house)), log(&path)).expect("copied");
    let bytes = || (std::fs::read(&path).expect("read"), std::fs::read(log(&path)).expect("read"));
    let before = bytes();
    assert!(!before.1.is_empty(), "the log holds something");
    let options = DbOptions { access: Access::Read, ..DbOptions::new(DbUrl::Sqlite(path.clone())) };
    let reading = Db::open(&options).await.expect("the house is there");
    assert!(is_kept(&reading, "one").await);
    drop(reading);
    db::copy(path.clone(), folder.path().join("copy.db")).await.expect("a copy");
    assert!(bytes() == before, "nothing was moved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_house_is_copied_as_it_is() {
    let house = House::open(EngineKind::Sqlite).await;
    let before = "SELECT MAX(version) FROM migration WHERE version < (SELECT MAX(version) FROM migration)";
    let before = house.number_of(before).await;
    house.side("DELETE FROM migration WHERE version = (SELECT MAX(version) FROM migration)").await.expect("written");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let copy = folder.path().join("copy.db");
    db::copy(file(&house).to_owned(), copy.clone()).await.expect("a copy");
    assert_eq!(db::check_copy(copy).await.expect("whole"), before);
}

//! What the door refuses to open on, and what it keeps when it opens again.

use domain::db::{Db, DbError, DbOptions, DbUrl, Durability, EngineKind};

use super::{is_kept, keep};
use crate::house::House;
use crate::on_both;

on_both!(a_house_that_keeps_what_it_acknowledges_opens, async |house: House| {
    let options = DbOptions { durability: Durability::Checked, ..house.options.clone() };
    Db::open(&options).await.expect("the settings are sound");
});

#[tokio::test]
async fn sqlite_without_a_log_is_refused() {
    let options = DbOptions::new(DbUrl::Sqlite(":memory:".into()));
    let refused = Db::open(&options).await.err();
    assert!(matches!(&refused, Some(DbError::Engine(why)) if why.contains("journal_mode=memory")), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_answers_before_the_disk_has_it_is_refused() {
    let house = House::open(EngineKind::Postgres).await;
    let DbUrl::Postgres(url) = &house.options.url else { panic!("it is PostgreSQL") };
    let options = DbOptions::new(DbUrl::Postgres(format!("{url}%20-c%20synchronous_commit%3Doff")));
    let refused = Db::open(&options).await.err();
    assert!(matches!(&refused, Some(DbError::Engine(why)) if why.contains("synchronous_commit=off")), "{refused:?}");
}

on_both!(a_house_that_opens_again_keeps_its_rows, async |house: House| {
    keep(&house.app.db, "one").await.expect("kept");
    let again = Db::open(&house.options).await.expect("the migrations are done already");
    assert!(is_kept(&again, "one").await);
    assert_eq!(again.schema_version().await.expect("read"), house.app.db.schema_version().await.expect("read"));
});

/// The bytes of a page of a house's file.
async fn page_bytes(db: &Db) -> i64 {
    db.rows("SELECT page_size FROM pragma_page_size", &[]).await.expect("read")[0].int(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_was_made_with_larger_pages_keeps_them() {
    let new = House::open(EngineKind::Sqlite).await;
    assert_eq!(page_bytes(&new.app.db).await, 2_048);
    let DbUrl::Sqlite(path) = &new.options.url else { panic!("it is SQLite") };
    let path = path.with_file_name("older.db");
    let older = rusqlite::Connection::open(&path).expect("it opens");
    older
        .execute_batch("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE made (id INT)")
        .expect("made");
    drop(older);
    let older = Db::open(&DbOptions { url: DbUrl::Sqlite(path), ..new.options.clone() }).await.expect("it opens");
    keep(&older, "one").await.expect("kept");
    assert!(is_kept(&older, "one").await);
    assert_eq!(page_bytes(&older).await, 4_096);
}

/// All orders and leases with all that is known of them, as they lie.
async fn laid(house: &House) -> Vec<String> {
    let sql = "SELECT json_array(rowid, id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms,
             received_ms, again_ms)
         FROM orders
         UNION ALL
         SELECT json_array(rowid, order_id, account_id, number_id, service_id, product, start_ms, end_ms, messages, cost,
             keep_ms, hex(sealed_key))
         FROM lease";
    let rows = house.app.db.rows(sql, &[]).await.expect("read");
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_lay_by_their_ids_are_laid_by_time() {
    let house = House::stocked(House::open(EngineKind::Sqlite).await, 3).await;
    let anna = house.customer("anna", "10").await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        placed.push(house.order(anna, "instagram").await);
        house.pass_ms(1_000);
    }
    house.text(&placed[1].digits, "32665", "Instagram code 123456").await;
    let before = laid(&house).await;
    assert_eq!(before.len(), 6);
    house.side("UPDATE orders SET rowid = -rowid").await.expect("turned round");
    house.side("UPDATE lease SET rowid = -rowid").await.expect("turned round");
    house.side("DELETE FROM migration WHERE version = 25").await.expect("written");
    Db::open(&house.options).await.expect("the tables are laid anew");
    assert_eq!(laid(&house).await, before);
    house.text(&placed[2].digits, "32665", "Instagram code 123456").await;
    assert_eq!(house.money(anna).await, ("8.74".to_owned(), "0.42".to_owned()));
}

on_both!(a_schema_newer_than_the_program_is_refused, async |house: House| {
    house.side("INSERT INTO migration (version, at_ms) VALUES (99999, 0)").await.expect("written");
    let refused = Db::open(&house.options).await.err();
    assert!(matches!(&refused, Some(DbError::Engine(why)) if why.contains("start the newer program")), "{refused:?}");
});

on_both!(another_key_file_is_refused, async |house: House| {
    let db = Db::open(&house.options).await.expect("opened");
    let clock = domain::clock::Clock::new(|| 0);
    let other = domain::seal::Key::from_bytes([1; 32]);
    assert!(matches!(domain::App::open(db, clock, &other).await.err(), Some(DbError::Damaged(_))));
});

/// Opens a house on a PostgreSQL that says of one of its settings that it is off.
async fn open_with_off(setting: &str) -> Option<DbError> {
    let house = House::open(EngineKind::Postgres).await;
    // Each setting holds for a whole server, so the house is shown another one's answer: a function of its own schema
    // that it meets before the server's.
    let says_off = format!(
        "CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS $$
           SELECT CASE $1 WHEN '{setting}' THEN 'off' ELSE pg_catalog.current_setting($1) END
         $$"
    );
    house.side(&says_off).await.expect("a function");
    let DbUrl::Postgres(url) = &house.options.url else { panic!("it is PostgreSQL") };
    let options = DbOptions::new(DbUrl::Postgres(format!("{url}%2Cpg_catalog")));
    Db::open(&options).await.err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_may_forget_is_refused_by_the_name_of_the_setting() {
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let refused = open_with_off(setting).await;
        let names_it = |why: &str| why.contains(&format!("{setting}=off"));
        assert!(matches!(&refused, Some(DbError::Engine(why)) if names_it(why)), "{setting}: {refused:?}");
    }
    // Off by another name is not what is looked for: the rest of the answers are the server's own.
    assert!(open_with_off("jit").await.is_none());
}

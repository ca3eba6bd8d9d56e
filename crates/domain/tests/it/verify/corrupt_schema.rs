//! A schema that does not keep any more what the house relies on is told, by the name of what is missing.

use domain::db::EngineKind;

use super::{busy, findings};
use crate::house::House;
use crate::on_both;

/// What verify says of a house to whose schema something was done.
async fn told(house: House, on_sqlite: &str, on_postgres: &str) -> Vec<String> {
    let house = busy(house).await;
    let sql = match house.app.db.kind() {
        EngineKind::Sqlite => on_sqlite,
        EngineKind::Postgres => on_postgres,
    };
    house.side(sql).await.expect("whoever has the address can do it");
    let told = findings(&house).await;
    told.into_iter().map(|finding| format!("{} {}", finding.rule, finding.row)).collect()
}

on_both!(an_index_that_was_dropped, async |house: House| {
    let sql = "DROP INDEX transfer_resolves";
    assert_eq!(told(house, sql, sql).await, ["SCHEMA index transfer_resolves"]);
});

on_both!(an_index_that_is_not_unique_any_more, async |house: House| {
    let sql = "DROP INDEX message_ref; CREATE INDEX message_ref ON message (source_id, ref)";
    assert_eq!(told(house, sql, sql).await, ["SCHEMA index message_ref"]);
});

on_both!(an_index_of_fewer_rows, async |house: House| {
    let sql = "DROP INDEX transfer_resolves;
         CREATE UNIQUE INDEX transfer_resolves ON transfer (account_id, resolves) WHERE kind IN ('capture')";
    assert_eq!(told(house, sql, sql).await, ["SCHEMA index transfer_resolves"]);
});

on_both!(a_trigger_that_was_dropped, async |house: House| {
    let told = told(house, "DROP TRIGGER audit_is_kept", "DROP TRIGGER audit_is_kept ON audit").await;
    assert_eq!(told, ["SCHEMA trigger audit_is_kept"]);
});

on_both!(a_trigger_that_is_switched_off_or_does_nothing, async |house: House| {
    let on_sqlite = "DROP TRIGGER transfer_is_not_deleted;
         CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer WHEN 0
         BEGIN SELECT RAISE(ABORT, 'a transfer is never deleted: write another one'); END";
    let kind = house.app.db.kind();
    let told = told(house, on_sqlite, "ALTER TABLE transfer DISABLE TRIGGER transfer_is_append_only").await;
    let name = match kind {
        EngineKind::Sqlite => "transfer_is_not_deleted",
        EngineKind::Postgres => "transfer_is_append_only",
    };
    assert_eq!(told, [format!("SCHEMA trigger {name}")]);
});

on_both!(a_check_that_is_missing, async |house: House| {
    let on_sqlite = "PRAGMA writable_schema = ON;
         UPDATE sqlite_master SET sql = replace(sql, ' CHECK (price > 0)', '') WHERE name = 'orders';
         PRAGMA writable_schema = RESET";
    let told = told(house, on_sqlite, "ALTER TABLE orders DROP CONSTRAINT orders_price_check").await;
    assert_eq!(told, ["SCHEMA check of orders on price"]);
});

on_both!(a_key_that_is_missing, async |house: House| {
    let sql = "CREATE TABLE copy AS SELECT * FROM day_key; DROP TABLE day_key; ALTER TABLE copy RENAME TO day_key";
    assert_eq!(told(house, sql, sql).await, ["SCHEMA key of day_key on day"]);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_behind_a_trigger_that_does_nothing() {
    let sql = "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
           RETURN NEW;
         END
         $$";
    let told = told(House::open(EngineKind::Postgres).await, "", sql).await;
    assert_eq!(told, ["SCHEMA function append_only"]);
}

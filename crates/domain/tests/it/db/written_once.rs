//! What is written once: the schema lets nobody change, replace or empty it, whoever has the database's address.

use domain::db::EngineKind;
use domain::event;

use crate::house::House;
use crate::on_both;
use crate::verify::{busy, findings};

/// A transfer of Ann's, by the columns that it has and their values.
fn transfer(verb: &str, columns: &str, values: &str) -> String {
    format!(
        "{verb} transfer (account_id, amount, available_after, held_after, at_ms, {columns})
         VALUES (1, 10000, 0, 0, 0, {values})"
    )
}

/// SQLite takes away whatever stands where a replacement goes, by each of its keys, and tells no trigger against DELETE.
fn replacements() -> Vec<String> {
    let verb = "INSERT OR REPLACE INTO";
    let credit = "kind, debit, credit, reference, seq";
    let end = "kind, debit, credit, order_id, product, resolves, seq";
    vec![
        transfer(verb, credit, "'credit', 'funding', 'available', NULL, 1"),
        transfer(verb, credit, "'credit', 'funding', 'available', 'pay-1', 9999"),
        transfer(verb, &format!("{credit}, rowid"), "'credit', 'funding', 'available', NULL, 9999, 1"),
        transfer("REPLACE INTO", end, "'capture', 'held', 'revenue', 7, 'short_term', 2, 9999"),
        transfer(verb, end, "'release', 'held', 'available', 7, 'short_term', 2, 9999"),
        format!("{verb} event (account_id, seq, kind, at_ms) VALUES (1, 1, 'order.created', 0)"),
        format!("{verb} event (rowid, account_id, seq, kind, at_ms) VALUES (1, 1, 9999, 'order.created', 0)"),
        format!("{verb} audit (seq, at_ms, who, deed, subject, reason, hash) VALUES (1, 0, '', '', '', '', x'00')"),
        "UPDATE OR REPLACE transfer SET seq = 1 WHERE seq = 2".to_owned(),
    ]
}

/// PostgreSQL replaces by an update, and empties a table without looking at its rows.
fn upserts() -> Vec<String> {
    let credit = transfer("INSERT INTO", "kind, debit, credit, seq", "'credit', 'funding', 'available', 1");
    vec![
        format!("{credit} ON CONFLICT (account_id, seq) DO UPDATE SET amount = 20000"),
        "TRUNCATE transfer".to_owned(),
        "TRUNCATE event".to_owned(),
        "TRUNCATE audit".to_owned(),
    ]
}

on_both!(nobody_changes_replaces_or_empties_what_is_written_once, async |house: House| {
    let house = busy(house).await;
    let mut refused = match house.app.db.kind() {
        EngineKind::Sqlite => replacements(),
        EngineKind::Postgres => upserts(),
    };
    for table in ["transfer", "event", "audit"] {
        refused.push(format!("UPDATE {table} SET at_ms = 0"));
        refused.push(format!("DELETE FROM {table}"));
    }
    let credit = "INSERT INTO transfer
           (account_id, seq, kind, debit, credit, amount, reference, available_after, held_after, at_ms)
         SELECT id, ledger_seq + 1, 'credit', 'funding', 'available', 10000, 'pay-1', available + 10000, held, 0
         FROM account WHERE id = 1";
    house.side(credit).await.expect("a payment");
    let booked = "UPDATE account SET ledger_seq = ledger_seq + 1, available = available + 10000 WHERE id = 1";
    house.side(booked).await.expect("a payment");
    for statement in refused {
        let said = house.side(&statement).await.err();
        let is_refused =
            said.as_ref().is_some_and(|said| said.contains("never") || said.contains("only deleted with age"));
        assert!(is_refused, "{statement}: {said:?}");
    }
    assert_eq!(findings(&house).await, []);
});

on_both!(old_events_go_and_no_others, async |house: House| {
    let house = busy(house).await;
    house.side("UPDATE account SET event_floor = 2 WHERE id = 1").await.expect("two are given up");
    house.side("DELETE FROM event WHERE account_id = 1 AND seq <= 3").await.expect_err("the third is not");
    house.side("DELETE FROM event WHERE account_id = 1 AND seq <= 2").await.expect("they go");
    assert_eq!(event::feed(&house.app, 1, 2, 1).await.expect("read")[0].seq, 3);
    assert_eq!(findings(&house).await, []);
});

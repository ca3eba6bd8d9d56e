//! The drill: a copy of a house at work, opened elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::account::Caller;
use domain::db::{self, DbUrl, EngineKind, Holds};
use domain::seal::Key;
use domain::verify::verify;
use domain::{App, account, ledger, order};
use scratch::Database;

use super::house::{House, clock, key, open_app};
use crate::admin::backup::{RestoreArgs, restore};
use crate::admin::{Answer, Refusal};

fn kept(database: &Database) -> DbUrl {
    DbUrl::Postgres(database.url())
}

async fn put_back(house: &House, file: &str, to: &str, key: &Key) -> Result<Answer, Refusal> {
    put_back_to(house, file, DbUrl::Sqlite(house.path(to)), key).await
}

async fn put_back_to(house: &House, file: &str, to: DbUrl, key: &Key) -> Result<Answer, Refusal> {
    let args = RestoreArgs { file: house.path(file), to: None, key_file: None };
    restore(&args, &to, key, clock()).await
}

/// Orders until it is told to stop; how often. It ends before the numbers do.
async fn work(house: Arc<House>, caller: Caller, is_over: Arc<AtomicBool>) -> usize {
    let mut orders = 0;
    while orders < 2_000 && !is_over.load(Ordering::Relaxed) {
        house.order(caller).await;
        orders += 1;
    }
    orders
}

/// The balance is what the last transfer left, and the sum of all of them.
async fn assert_books_balance(app: &App, caller: Caller) {
    let balance = account::balance(app, caller.account).await.expect("a balance");
    let entries = ledger::statement(app, caller.account, None, 1).await.expect("a statement");
    assert_eq!((balance.available, balance.held), (entries[0].available, entries[0].held));
    let sql = "SELECT CAST(SUM(CASE 'available' WHEN credit THEN amount WHEN debit THEN -amount ELSE 0 END) AS BIGINT)
         FROM transfer
         WHERE account_id = $1";
    let sum = app.db.row(sql, domain::values![caller.account]).await.expect("a row").expect("a sum").int(0);
    assert_eq!(balance.available.micros(), sum);
}

/// The drill: a house at work, with money and messages, is copied, put back elsewhere, and sound.
async fn stands_elsewhere(house: House, to: DbUrl) {
    house.stock().await;
    let house = Arc::new(house);
    let rows: String = (0..2_100).map(|line| format!("1212555{line:04},mobile,Cards,C-1,2026-01-01\n")).collect();
    let more = house.file("more.csv", &format!("number,line_type,supplier,contract,acquired_on\n{rows}"));
    house.says(&format!("number import {more} --source rack")).await;
    let ann = house.customer("ann", "10000").await;
    let bob = house.customer("bob", "10").await;
    let placed = house.order(bob).await;
    house.text(&placed.digits, "Telegram code: 48291").await;
    let is_over = Arc::new(AtomicBool::new(false));
    let at_work = tokio::spawn(work(Arc::clone(&house), ann, Arc::clone(&is_over)));
    let told = house.json(&format!("backup {}", house.path("copy").display())).await;
    let schema = house.app.db.schema_version().await.expect("read");
    assert_eq!((&told["schema"], &told["has_key_file"]), (&schema.into(), &false.into()));
    is_over.store(true, Ordering::Relaxed);
    assert!(at_work.await.expect("no panic") > 0);

    put_back_to(&house, "copy", to.clone(), &key()).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    let app = open_app(&to, &key()).await.expect("it opens");
    assert_books_balance(&app, ann).await;
    assert_books_balance(&app, bob).await;
    assert_eq!(verify(&app, &|_| ()).await.expect("checked"), []);
    let (there, here) = (account::balance(&app, bob.account).await, account::balance(&house.app, bob.account).await);
    assert_eq!(there.expect("a balance"), here.expect("a balance"));
    let inbox = order::inbox(&app, bob.account, placed.order).await.expect("a read").expect("an inbox");
    assert_eq!(inbox.messages[0].code.as_deref(), Some("48291"), "the text opens under the key file");
    let again = put_back_to(&house, "copy", to, &key()).await.err().expect("refused").to_string();
    assert!(again.contains("nothing is overwritten"), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_house_at_work_stands_elsewhere_on_sqlite() {
    let house = House::open(EngineKind::Sqlite).await;
    let to = DbUrl::Sqlite(house.path("again.db"));
    stands_elsewhere(house, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_house_at_work_stands_elsewhere_on_postgres() {
    let (from, to) = (Database::new(), Database::new());
    stands_elsewhere(House::on(kept(&from)).await, kept(&to)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgres_is_refused_under_another_key_and_in_the_wrong_place() {
    let (from, to) = (Database::new(), Database::new());
    let house = House::on(kept(&from)).await;
    house.says(&format!("backup {}", house.path("copy").display())).await;
    let refused = put_back_to(&house, "copy", kept(&to), &Key::random()).await.err().expect("refused").to_string();
    assert!(refused.ends_with("the key file is not the one of this database"), "{refused}");
    let refused = put_back(&house, "copy", "again.db", &key()).await.err().expect("refused").to_string();
    assert!(refused.contains("--to postgres://"), "{refused}");
    house.file("notes.txt", "not a database");
    let refused = put_back_to(&house, "notes.txt", kept(&to), &key()).await.err().expect("refused").to_string();
    assert!(refused.contains("is no backup of a house on PostgreSQL"), "{refused}");
    let bytes = std::fs::read(house.path("copy")).expect("read");
    std::fs::write(house.path("half"), &bytes[..bytes.len() / 2]).expect("written");
    assert!(put_back_to(&house, "half", kept(&to), &key()).await.is_err());
    assert_eq!(db::look(&to.url()).await.expect("looked"), Holds::Nothing, "nothing was left behind");
}

#[tokio::test]
async fn a_backup_is_refused_under_another_key_and_leaves_nothing() {
    let house = House::stocked(EngineKind::Sqlite).await;
    house.says(&format!("backup {}", house.path("copy.db").display())).await;
    let refused = put_back(&house, "copy.db", "again.db", &Key::random()).await.err().expect("refused").to_string();
    assert!(refused.ends_with("the key file is not the one of this database"), "{refused}");
    for left in ["again.db", "again.db-wal", "again.db.partial"] {
        assert!(!house.path(left).exists(), "{left}");
    }
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let house = House::stocked(EngineKind::Sqlite).await;
    let file = house.file("copy.db", "precious");
    let refused = house.refuses(&format!("backup {file}")).await;
    assert_eq!(refused, format!("{file} exists already, and nothing is overwritten"));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "precious");
    house.says(&format!("backup {}", house.path("copy2.db").display())).await;
    let refused = put_back(&house, "copy2.db", "copy.db", &key()).await.err().expect("refused").to_string();
    assert_eq!(refused, format!("{file} exists already, and nothing is overwritten"));
}

#[tokio::test]
async fn a_damaged_backup_is_refused() {
    let house = House::stocked(EngineKind::Sqlite).await;
    let file = house.path("copy.db");
    house.says(&format!("backup {}", file.display())).await;
    let mut bytes = std::fs::read(&file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0xa5);
    std::fs::write(&file, bytes).expect("written");
    let refused = put_back(&house, "copy.db", "again.db", &key()).await.err().expect("refused").to_string();
    assert!(refused.contains("is no sound backup"), "{refused}");
    assert!(!house.path("again.db").exists());
}

#[tokio::test]
async fn a_database_in_use_and_any_other_file_are_no_backup() {
    let house = House::stocked(EngineKind::Sqlite).await;
    let refused = put_back(&house, "house.db", "again.db", &key()).await.err().expect("refused").to_string();
    assert!(refused.contains("is a database in use, not a backup"), "{refused}");
    house.file("notes.txt", "not a database");
    let refused = put_back(&house, "notes.txt", "again.db", &key()).await.err().expect("refused").to_string();
    assert!(refused.contains("is no sound backup"), "{refused}");
}

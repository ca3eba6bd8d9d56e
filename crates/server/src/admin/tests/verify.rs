//! Verify.

use domain::db::{DbUrl, EngineKind};

use super::house::House;
use super::on_both;

on_both!(a_house_whose_books_balance_says_so, async |house: House| {
    house.says("account create ann").await;
    house.says("credit add ann 25.00 --reason gift").await;
    assert_eq!(house.says("verify").await, "every invariant holds\n");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_breaks_an_invariant_is_named_and_fails_the_command() {
    let house = House::open(EngineKind::Postgres).await;
    house.says("account create ann").await;
    house.says("credit add ann 25.00 --reason gift").await;
    let DbUrl::Postgres(url) = &house.database else { panic!("it is on PostgreSQL") };
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    client.batch_execute("UPDATE account SET available = available + 10000").await.expect("changed");
    let (rows, sentence) = house.fails("verify").await;
    assert!(rows.to_string().contains(r#""rule":"L3""#), "{rows}");
    assert!(sentence.ends_with("break an invariant"), "{sentence}");
}

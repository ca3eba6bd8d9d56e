//! Two processes on one PostgreSQL never sell one number twice.

use domain::App;
use domain::account::Caller;
use domain::clock::MINUTE_MS;
use domain::db::EngineKind;
use domain::order::{self, SaleRefusal};
use domain::request::Failure;

use crate::house::{House, ask};

const ROUNDS: usize = 1_000;
const CALLERS: usize = 64;

/// Everybody wants the one number at once, half of them on each process; tells how many got it.
async fn round(nodes: &[App; 2], callers: &[Caller]) -> usize {
    let wants = callers.iter().enumerate().map(|(place, caller)| {
        let (app, caller) = (nodes[place % 2].clone(), *caller);
        tokio::spawn(async move { order::place(&app, caller, &ask("instagram"), None).await })
    });
    let mut sold = 0;
    for want in wants.collect::<Vec<_>>() {
        match want.await.expect("no panic") {
            Ok(_) => sold += 1,
            Err(Failure::Refused(SaleRefusal::NoNumbers)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    sold
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_that_64_want_on_two_processes_is_sold_once() {
    let house = House::stocked(House::open(EngineKind::Postgres).await, 1).await;
    let mut callers = Vec::new();
    for place in 0..CALLERS {
        callers.push(house.customer(&format!("customer {place}"), "5.00").await);
    }
    let nodes = [house.app.clone(), house.rival().await];
    for turn in 0..ROUNDS {
        assert_eq!(round(&nodes, &callers).await, 1, "round {turn}");
        house.pass_ms(20 * MINUTE_MS);
        assert_eq!(order::expire_due(&house.app).await.expect("expired"), 1);
        house.pass_ms(15 * MINUTE_MS);
    }
    while domain::number::erase_ended(&house.app).await.expect("erased") > 0 {}
    assert_eq!(crate::verify::findings(&house).await, []);
}

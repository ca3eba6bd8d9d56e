//! Figure 2: durable short-term orders over HTTP on SQLite, against the same statements through the driver alone.

use std::net::SocketAddr;
use std::time::Duration;

use crate::fixture::{Fixture, scratch};
use crate::load::{Answer, Reached, Turns, load, post};
use crate::program::{Program, build};
use crate::replay::Recording;

pub(crate) const CONNECTIONS: usize = 256;
/// How the story of an order begins: it takes the price from the account.
pub(crate) const STORY_BEGIN: &str = "UPDATE account";
/// Orders that the house has had before: in an empty one neighbours share pages, and each order would cost more than the
/// one before it until every row has a page of its own.
const PAST: usize = 200_000;
/// Orders that are written down and run again by the driver.
const RECORDED: usize = 120_000;

pub(crate) async fn run(time: Duration, numbers: usize) {
    let binary = build();
    let recording = Recording::default();
    println!("importing {numbers} numbers …");
    let house = Fixture::open(|options| options.tap = Some(recording.tap())).await;
    house.numbers(numbers).await;
    let customers = house.customers(CONNECTIONS).await;
    house.ordered(&customers, PAST).await;
    let copies = scratch();
    let copy = async |name: &str| {
        let path = copies.path().join(name);
        house.copy_to(&path).await;
        path
    };
    let (for_driver, for_many, for_one) = (copy("driver.db").await, copy("many.db").await, copy("one.db").await);
    recording.forget();
    house.ordered(&customers, RECORDED).await;
    let mut driver = recording.replay(&for_driver, STORY_BEGIN, 2 * Turns::COUNT);
    let keys: Vec<String> = customers.into_iter().map(|(_, key)| key).collect();
    for (what, database, keys) in [("many accounts", for_many, &keys[..]), ("one hot account", for_one, &keys[..1])] {
        let program = Program::start(&binary, copies.path(), &format!("sqlite:{}", database.display())).await;
        let mut turns = Turns::default();
        for _ in 0..Turns::COUNT {
            let limit = driver.turn();
            turns.add(limit, against(program.address, keys, time / Turns::COUNT).await.a_second());
        }
        turns.tell(what, 0.40);
    }
}

/// Orders with these keys.
pub(crate) async fn against(address: SocketAddr, keys: &[String], time: Duration) -> Reached {
    let requests: Vec<Vec<u8>> =
        keys.iter().map(|key| post("/api/v1/short-term/order/", key, r#"{"service":"instagram"}"#)).collect();
    let request = move |number: usize, _: u64| Some(requests[number % requests.len()].clone());
    load(address, CONNECTIONS, time, request, is_ok).await
}

pub(crate) fn is_ok(answer: &Answer) {
    assert!(answer.status == 200, "answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
}

//! Figures 5 and 6: how soon a waiting customer has the code, and how many pushes a second are captured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::order::{self, Ask};

use crate::door::median;
use crate::fixture::{Fixture, scratch};
use crate::load::{Connection, get, load, post};
use crate::orders::{self, is_ok};
use crate::program::{Program, build};
use crate::push::{push, text};
use crate::replay::Recording;

const CONNECTIONS: usize = 256;
/// Codes that are waited for one after the other.
const WAITS: usize = 500;

/// Figure 5.
pub(crate) async fn latency() {
    let binary = build();
    let house = Fixture::open(|_| ()).await;
    house.numbers(2 * WAITS).await;
    let (_, key) = house.customers(1).await.remove(0);
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let program = Program::start(&binary, house.folder.path(), &database).await;
    let (mut buyer, mut pusher) = (Connection::open(program.address).await, Connection::open(program.address).await);
    let mut waiter = Connection::open(program.address).await;
    let (mut commits, mut later) = (Vec::new(), Vec::new());
    for turn in 0..WAITS {
        let order = buyer.ask(&post("/api/v1/short-term/order/", &key, r#"{"service":"instagram"}"#)).await;
        is_ok(&order);
        let order: serde_json::Value = serde_json::from_slice(&order.body).expect("JSON");
        let (id, number) = (order["order_id"].as_str().expect("an id"), order["number"].as_str().expect("a number"));
        let request = get(&format!("/api/v1/short-term/sms/?order_id={id}&wait=30"), &key);
        let waiting = tokio::spawn(async move {
            let answer = waiter.ask(&request).await;
            (waiter, answer, Instant::now())
        });
        // The wait must have begun before the text comes.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let request = push(&format!("wait-{turn}"), number, &text(turn));
        let pushed = Instant::now();
        is_ok(&pusher.ask(&request).await);
        let acknowledged = Instant::now();
        let (back, answer, told) = waiting.await.expect("the wait ends");
        is_ok(&answer);
        waiter = back;
        commits.push((acknowledged - pushed).as_secs_f64() * 1e3);
        later.push(told.saturating_duration_since(pushed).as_secs_f64() * 1e3 - commits[turn]);
    }
    println!("push to acknowledgement  {:>8.2} ms median", median(&mut commits));
    println!("code told after that     {:>8.2} ms median (wanted: at most 2)", median(&mut later));
}

/// Figure 6.
pub(crate) async fn run(time: Duration, count: usize) {
    let binary = build();
    let recording = Recording::default();
    println!("importing {count} numbers and ordering them …");
    let house = Fixture::open(|options| options.tap = Some(recording.tap())).await;
    house.numbers(count + 20_000).await;
    let customers = house.customers(CONNECTIONS).await;
    let copies = scratch();
    let for_driver = copies.path().join("driver.db");
    house.app.db.copy_to(for_driver.clone()).await.expect("a copy");
    recording.forget();
    let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
    let buyers: Vec<_> = customers
        .iter()
        .map(|(caller, _)| {
            let (app, caller, ask) = (house.app.clone(), *caller, ask.clone());
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..count / CONNECTIONS {
                    numbers.push(order::place(&app, caller, &ask, None).await.expect("an order").digits);
                }
                numbers
            })
        })
        .collect();
    let mut numbers = Vec::with_capacity(buyers.len());
    for buyer in buyers {
        numbers.push(buyer.await.expect("no buyer panics"));
    }
    let limit = recording.replay(&for_driver, orders::STORY_BEGIN, 1).turn();
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let program = Program::start(&binary, house.folder.path(), &database).await;
    let numbers = Arc::new(numbers);
    let request = move |connection: usize, turn: u64| {
        let place = usize::try_from(turn).expect("few turns");
        let number = numbers[connection].get(place)?;
        Some(push(&format!("{connection}-{turn}"), number, &text(place)))
    };
    let reached = load(program.address, CONNECTIONS, time, request, is_ok).await.a_second();
    println!("orders by the driver alone {limit:>10.0}/s");
    println!("pushes with capture        {reached:>10.0}/s   ratio {:.2} (wanted: at least 0.50)", reached / limit);
}

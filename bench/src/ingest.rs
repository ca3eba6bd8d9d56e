//! Figures 5 and 6: how soon a waiting customer has the code, and how many pushes a second are captured.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::account::Caller;
use domain::message;

use crate::door::median;
use crate::fixture::{Fixture, scratch};
use crate::load::{Connection, Turns, get, load, post};
use crate::orders::{self, is_ok};
use crate::program::{Program, build};
use crate::push::{part, push, text};
use crate::replay::{Recording, Replay};

const CONNECTIONS: usize = 256;
/// Seconds of a turn at least, of which the first is not counted.
const TURN_MIN: Duration = Duration::from_secs(3);
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

/// Texts that are written down as they are kept, and kept again by the driver alone.
const RECORDED: usize = 51_200;
/// How the story of a text begins: with the question whether it was told before.
const STORY_BEGIN: &str = "SELECT 1 FROM message WHERE source_id";

/// Figure 6, with so many open orders. By turns: orders through the driver alone, which is figure 2's limit; texts through
/// the driver alone, which is what committing the same rows together can reach; and texts over HTTP.
pub(crate) async fn run(time: Duration, count: usize) {
    let time = time.max(TURN_MIN * Turns::COUNT);
    let binary = build();
    let recording = Recording::default();
    println!("importing {count} numbers and ordering them …");
    let house = Fixture::open(|options| options.tap = Some(recording.tap())).await;
    house.numbers(count + RECORDED + 20_000).await;
    let customers = house.customers(CONNECTIONS).await;
    // The driver, too, has a house with a past.
    let mut numbers = house.ordered(&customers, count / 2).await;
    let copies = scratch();
    let for_driver = copies.path().join("driver.db");
    house.copy_to(&for_driver).await;
    recording.forget();
    for (of_one, more) in numbers.iter_mut().zip(house.ordered(&customers, count / 2).await) {
        of_one.extend(more);
    }
    let mut driver = recording.replay(&for_driver, orders::STORY_BEGIN, Turns::COUNT);
    let mut same_rows = same_rows(&house, &customers, &recording, &copies.path().join("texts.db")).await;
    let captured = house.received();
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let program = Program::start(&binary, house.folder.path(), &database).await;
    let numbers = Arc::new(numbers);
    let share = numbers[0].len() / usize::try_from(Turns::COUNT).expect("few turns");
    let (mut turns, mut of_rows, mut answered) = (Turns::default(), Turns::default(), 0);
    for turn in 0..usize::try_from(Turns::COUNT).expect("few turns") {
        let numbers = Arc::clone(&numbers);
        let request = move |connection: usize, place: u64| {
            let place = usize::try_from(place).expect("few pushes");
            assert!(place < share, "the orders are used up: ask for more with --numbers");
            let place = turn * share + place;
            Some(push(&format!("{connection}-{place}"), &numbers[connection][place], &text(place)))
        };
        let (limit, limit_of_rows) = (driver.turn(), same_rows.turn());
        let reached = load(program.address, CONNECTIONS, time / Turns::COUNT, request, is_ok).await;
        answered += reached.total();
        turns.add(limit, reached.a_second());
        of_rows.add(limit_of_rows, reached.a_second());
    }
    // The last pushes of a turn are answered after their count was closed.
    let late = CONNECTIONS * usize::try_from(Turns::COUNT).expect("few turns");
    assert!((answered..=answered + late).contains(&(house.received() - captured)), "every push has captured its order");
    turns.tell("with capture", 0.50);
    of_rows.tell("the same rows", 0.60);
}

/// Keeps texts for open orders within this process, and has the driver ready to keep them again on a copy from before.
async fn same_rows(house: &Fixture, customers: &[(Caller, String)], recording: &Recording, copy: &Path) -> Replay {
    let numbers = house.ordered(customers, RECORDED).await;
    house.copy_to(copy).await;
    recording.forget();
    let senders: Vec<_> = numbers
        .into_iter()
        .enumerate()
        .map(|(sender, numbers)| {
            let app = house.app.clone();
            tokio::spawn(async move {
                for (place, number) in numbers.iter().enumerate() {
                    let part = part(sender * RECORDED + place, number);
                    message::receive(&app, 1, part).await.expect("the house keeps it");
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("no sender panics");
    }
    recording.replay(copy, STORY_BEGIN, Turns::COUNT)
}

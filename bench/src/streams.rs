//! 1,000 pages that stand open and live: what they cost in memory, and how soon a code reaches all that watch for it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use domain::login::{self, Chosen, Invitation, STATEMENT_VERSION, Visit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::door::median;
use crate::fixture::Fixture;
use crate::load::{Connection, post};
use crate::orders::is_ok;
use crate::program::{Program, build};
use crate::push::{push, text};

/// Accounts whose pages stand open.
const ACCOUNTS: usize = 50;
/// Open pages of each: as many as the house lets one account have.
const WATCHERS: usize = 20;
/// Codes that arrive, by turns for all accounts.
const CODES: usize = 200;
/// How long a hint may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A customer with open pages.
struct Customer {
    key: String,
    watchers: Vec<TcpStream>,
    /// The newest of what its pages have heard of.
    heard: u64,
}

pub(crate) async fn run() {
    let binary = build();
    let house = Fixture::open(|_| ()).await;
    house.numbers(2 * CODES).await;
    let mut customers = Vec::new();
    for (place, (_, key)) in house.customers(ACCOUNTS).await.into_iter().enumerate() {
        customers.push((key, sign_in(&house, place).await));
    }
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let program = Program::start(&binary, house.folder.path(), &database).await;
    let (mut buyer, mut pusher) = (Connection::open(program.address).await, Connection::open(program.address).await);
    let idle = program.resident_kib();
    let mut open = Vec::new();
    for (key, session) in customers {
        let mut watchers = Vec::new();
        for _ in 0..WATCHERS {
            watchers.push(watch(program.address, &session).await);
        }
        open.push(Customer { key, watchers, heard: 0 });
    }
    let grown = program.resident_kib() - idle;
    let streams = ACCOUNTS * WATCHERS;
    println!("{streams} open streams take   {:>8.1} MB more than none (wanted: under 60)", grown / 1_024.0);
    let mut last = Vec::new();
    for turn in 0..CODES {
        let customer = &mut open[turn % ACCOUNTS];
        let order = buyer.ask(&post("/api/v1/short-term/order/", &customer.key, r#"{"service":"instagram"}"#)).await;
        is_ok(&order);
        let order: serde_json::Value = serde_json::from_slice(&order.body).expect("JSON");
        // The order itself is news, too.
        hear(customer).await;
        let request = push(&format!("live-{turn}"), order["number"].as_str().expect("a number"), &text(turn));
        is_ok(&pusher.ask(&request).await);
        let acknowledged = Instant::now();
        hear(customer).await;
        last.push(acknowledged.elapsed().as_secs_f64() * 1e3);
    }
    let worst = last.iter().copied().fold(0.0, f64::max);
    println!(
        "a code reaches the last of {WATCHERS} watchers {:.2} ms (median) and {worst:.2} ms (at most) after its \
         acknowledgement (wanted: at most 100)",
        median(&mut last)
    );
}

/// Gives a customer a sign-in and tells the secret of a session.
async fn sign_in(house: &Fixture, place: usize) -> String {
    let base_url = "http://localhost".to_owned();
    let invitation = Invitation {
        account: format!("customer {place}"),
        email: format!("customer{place}@example.com"),
        base_url: base_url.clone(),
        by: "bench".into(),
    };
    let link = login::invite(&house.app, invitation).await.expect("a link");
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let visit = Visit { base_url, address, device: String::new(), known_by: None };
    let chosen = Chosen { link: &link, password: "a long password for a bench" };
    let entered = login::confirm_sign_up(&house.app, &visit, chosen, STATEMENT_VERSION).await;
    entered.unwrap_or_else(|refusal| panic!("{refusal}")).session.text().to_owned()
}

/// Opens a stream and reads its beginning.
async fn watch(address: std::net::SocketAddr, session: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the program listens");
    let request = format!("GET /live/ HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-session={session}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the program reads");
    let mut read = String::new();
    while !read.contains("retry: ") {
        timeout(PATIENCE, read_more(&mut stream, &mut read)).await.expect("a stream begins at once");
    }
    stream
}

/// Waits until every page of a customer has heard of news that it had not heard of.
async fn hear(customer: &mut Customer) {
    let mut newest = customer.heard;
    for watcher in &mut customer.watchers {
        newest = newest.max(timeout(PATIENCE, news(watcher, customer.heard)).await.expect("a hint comes in time"));
    }
    customer.heard = newest;
}

/// The number of the next news after `heard`.
async fn news(watcher: &mut TcpStream, heard: u64) -> u64 {
    let mut read = String::new();
    loop {
        let hints = read.lines().filter_map(|line| line.strip_prefix("data: ")?.parse().ok());
        if let Some(newest) = hints.max().filter(|newest| *newest > heard) {
            return newest;
        }
        read_more(watcher, &mut read).await;
    }
}

async fn read_more(stream: &mut TcpStream, read: &mut String) {
    let mut bytes = Vec::with_capacity(1_024);
    let count = stream.read_buf(&mut bytes).await.expect("the stream stands");
    assert!(count > 0, "the stream ended: {read}");
    read.push_str(&String::from_utf8_lossy(&bytes));
}

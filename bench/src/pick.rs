//! The pick: what an order costs with few fresh numbers, and with very many of which nearly all are used up, on either
//! engine.

use std::time::{Duration, Instant};

use domain::account::Caller;
use domain::clock::HOUR_MS;
use domain::db::DbUrl;
use domain::number;
use domain::order::{self, Ask};

use crate::door::median;
use crate::fixture::{Fixture, scratch};
use crate::pgbench::Server;

/// Orders placed and cancelled in one round; the clock then passes the numbers' pause.
const ROUND: usize = 500;

/// Share of the many numbers that are used up.
const USED_UP_PERCENT: i64 = 99;

pub(crate) async fn run(time: Duration, with_postgres: WithPostgres) {
    println!("on SQLite:");
    let (few, many) = (Fixture::open(|_| ()).await, Fixture::open(|_| ()).await);
    fill(&few, &many).await;
    use_up_on_sqlite(&many);
    measure(time, &few, &many).await;
    drop((few, many));
    match with_postgres {
        WithPostgres::No => {}
        WithPostgres::Yes => {
            println!("on PostgreSQL:");
            let server = Server::start();
            let (few, many) = (on_postgres(&server, "few").await, on_postgres(&server, "many").await);
            fill(&few, &many).await;
            use_up_on_postgres(&server).await;
            measure(time, &few, &many).await;
        }
    }
}

/// Whether PostgreSQL is measured too.
pub(crate) enum WithPostgres {
    No,
    Yes,
}

/// A house in a schema of its own.
async fn on_postgres(server: &Server, schema: &str) -> Fixture {
    server.tell(&format!("CREATE SCHEMA {schema}")).await;
    let mut options = server.options();
    options.url = DbUrl::Postgres(format!("{}?options=-c%20search_path%3D{schema}", server.url));
    Fixture::on(&options, scratch()).await
}

async fn fill(few: &Fixture, many: &Fixture) {
    few.numbers(1_000).await;
    println!("importing 1,000,000 numbers …");
    many.numbers(1_000_000).await;
}

async fn measure(time: Duration, few: &Fixture, many: &Fixture) {
    let (ann, bob) = (few.customers(1).await.remove(0).0, many.customers(1).await.remove(0).0);

    // The first order of a service on a new node walks past what is used up; later ones find their shelf filled.
    let begun = Instant::now();
    round(many, bob, 1).await;
    println!("first order of a node    {:>10.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    round(few, ann, ROUND).await;
    round(many, bob, ROUND).await;

    let (mut fresh, mut used) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while begun.elapsed() < time {
        fresh.push(round(few, ann, ROUND).await);
        used.push(round(many, bob, ROUND).await);
    }
    let (fresh, used) = (median(&mut fresh), median(&mut used));
    println!("1,000 numbers            {fresh:>10.1} µs an order");
    println!("1,000,000, 99 % used up  {used:>10.1} µs an order");
    println!("ratio                    {:>10.2}   (wanted: at most 1.5)", used / fresh);
}

/// Marks all but every hundredth number as delivered for the service, as years of selling would.
fn use_up_on_sqlite(house: &Fixture) {
    let path = house.folder.path().join("house.db");
    let connection = rusqlite::Connection::open(path).expect("the file opens");
    connection.busy_timeout(Duration::from_secs(60)).expect("it waits");
    let sql = "INSERT INTO number_use (number_id, service_id, free_ms, burnt, account_id)
         SELECT id, 1, 0, 1, 0 FROM number WHERE abs(random() % 100) < ?1";
    connection.execute(sql, [USED_UP_PERCENT]).expect("the numbers are used up");
}

async fn use_up_on_postgres(server: &Server) {
    let sql = format!(
        "INSERT INTO many.number_use (number_id, service_id, free_ms, burnt, account_id)
         SELECT id, 1, 0, 1, 0 FROM many.number WHERE random() * 100 < {USED_UP_PERCENT};
         ANALYZE"
    );
    server.tell(&sql).await;
}

/// Places orders one after the other, the shelf being refilled as the worker does, and tells the µs of one; cancels
/// them after.
async fn round(house: &Fixture, caller: Caller, orders: usize) -> f64 {
    let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
    let worker = tokio::spawn({
        let app = house.app.clone();
        async move {
            loop {
                number::refill_low(&app).await.expect("the shelf is filled");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
    let begun = Instant::now();
    let mut placed = Vec::with_capacity(orders);
    for _ in 0..orders {
        placed.push(order::place(&house.app, caller, &ask, None).await.expect("an order").order);
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6 / f64::from(u32::try_from(orders).expect("few orders"));
    worker.abort();
    for order in placed {
        order::cancel(&house.app, caller, order, None).await.expect("cancelled");
    }
    house.pass_ms(HOUR_MS);
    micros
}

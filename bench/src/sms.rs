//! Figure 4: reading an order, waiting and answered, against a bare handler (SQLite) or pgbench (PostgreSQL).

use std::time::Duration;

use domain::message;
use domain::order::{self, Ask};

use crate::bare::Bare;
use crate::fixture::{Fixture, scratch};
use crate::load::{Connection, Reached, Turns, get, load};
use crate::orders::is_ok;
use crate::pgbench::{self, Server};
use crate::program::{Program, build};
use crate::push;
use crate::replay::Recording;

const CONNECTIONS: usize = 256;
/// Orders of each kind that are read by turns.
const ORDERS: usize = 1_000;
/// Seconds of a turn at least, of which the first is not counted.
const TURN_MIN: Duration = Duration::from_secs(3);

/// The houses that can be read from.
pub(crate) enum On {
    Sqlite,
    Postgres,
}

pub(crate) async fn run(on: On, time: Duration) {
    let time = time.max(TURN_MIN * Turns::COUNT);
    let binary = build();
    let recording = Recording::default();
    let (server, folder) = (Server::start_if(matches!(on, On::Postgres)), scratch());
    let mut options = crate::fixture::sqlite(folder.path());
    if let Some(server) = &server {
        options = server.options();
    }
    options.tap = Some(recording.tap());
    let house = Fixture::on(&options, folder).await;
    house.numbers(2 * ORDERS).await;
    let (caller, key) = house.customers(1).await.remove(0);
    let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
    let mut ids = [Vec::new(), Vec::new()];
    for place in 0..2 * ORDERS {
        let placed = order::place(&house.app, caller, &ask, None).await.expect("an order");
        if place % 2 == 1 {
            let part = push::part(place, &placed.digits);
            message::receive(&house.app, 1, part).await.expect("kept");
        }
        ids[place % 2].push(placed.order);
    }
    let database = server.as_ref().map_or_else(
        || format!("sqlite:{}", house.folder.path().join("house.db").display()),
        |server| server.url.clone(),
    );
    let program = Program::start(&binary, house.folder.path(), &database).await;
    for (what, ids) in ["waiting", "answered"].into_iter().zip(ids) {
        let requests: Vec<Vec<u8>> =
            ids.iter().map(|id| get(&format!("/api/v1/short-term/sms/?order_id=ORD-{id}"), &key)).collect();
        let mut connection = Connection::open(program.address).await;
        is_ok(&connection.ask(&requests[0]).await);
        let bare = if server.is_none() { Some(Bare::start(&connection.last()).await) } else { None };
        recording.forget();
        domain::account::authenticate(&house.app, &key).await.expect("the key opens");
        order::inbox(&house.app, caller.account, ids[0]).await.expect("read");
        let mut turns = Turns::default();
        for _ in 0..Turns::COUNT {
            let limit = match &server {
                Some(server) => pgbench::reads(server, &recording, time / Turns::COUNT),
                None => {
                    let bare = bare.as_ref().expect("it was started");
                    against(bare.address, &requests, time / Turns::COUNT).await.a_second()
                }
            };
            turns.add(limit, against(program.address, &requests, time / Turns::COUNT).await.a_second());
        }
        turns.tell(what, 0.50);
    }
}

async fn against(address: std::net::SocketAddr, requests: &[Vec<u8>], time: Duration) -> Reached {
    let requests = requests.to_vec();
    let request = move |number: usize, turn: u64| {
        let turn = usize::try_from(turn).expect("few turns");
        Some(requests[(number * 31 + turn) % requests.len()].clone())
    };
    load(address, CONNECTIONS, time, request, is_ok).await
}

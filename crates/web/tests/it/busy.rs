//! More than the house can do at once: who comes then is told so, and nothing is lost.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::task::Poll;

use domain::account;
use domain::db::{Db, DbError, EngineKind, Lane, Tx};
use domain::values;
use tokio::task::JoinHandle;

use crate::http::request;
use crate::on_both;
use crate::world::World;

/// Stories that wait for their turn, at most, in any lane of any engine.
const WAITING_MAX: usize = 10_000;

/// A story that was started and waits to be told to go on.
type Held = (Sender<()>, JoinHandle<Result<(), DbError>>);

type Story = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;

/// A story that is held open: what lets it go, and what it says then.
type Held = (Sender<()>, JoinHandle<Result<(), DbError>>);

/// A lane in which nothing moves and nobody finds room any more.
struct Jam {
    first: Vec<Held>,
    waiting: Vec<Story>,
}

impl Jam {
    /// Holds whoever serves the lane inside a story, and lets others wait until there is no room.
    async fn make(db: &Db, lane: Lane) -> Self {
        // Of a pool of eight, two serve incoming SMS, and two the stories of one account.
        let servers = match db.kind() {
            EngineKind::Sqlite => 1,
            EngineKind::Postgres => 2,
        };
        let mut jam = Self { first: Vec::new(), waiting: Vec::new() };
        for _ in 0..servers {
            jam.first.push(hold(db, lane).await);
        }
        for place in 0..WAITING_MAX {
            let mut story = keep(db, lane, place);
            match poll_fn(|context| Poll::Ready(story.as_mut().poll(context))).await {
                Poll::Pending => jam.waiting.push(story),
                Poll::Ready(Err(DbError::Busy)) => return jam,
                Poll::Ready(other) => panic!("story {place} did not wait: {other:?}"),
            }
        }
        panic!("{WAITING_MAX} stories wait and there is still room");
    }

    /// Lets everything move again; tells how many stories had waited, all of which are kept.
    async fn clear(self) -> i64 {
        let count = self.waiting.len();
        for (go_on, held) in self.first {
            go_on.send(()).expect("it waits");
            held.await.expect("no panic").expect("kept");
        }
        for story in self.waiting {
            story.await.expect("kept");
        }
        i64::try_from(count).expect("a few thousand")
    }
}

/// A story that writes one row.
fn keep(db: &Db, lane: Lane, place: usize) -> Story {
    let (db, name) = (db.clone(), format!("waited {place}"));
    let story = move |tx: &mut Tx<'_>| {
        tx.run("INSERT INTO house (name, value) VALUES ($1, $2)", values![&name, vec![1_u8]]).map(drop)
    };
    Box::pin(async move { db.write(lane, story).await })
}

/// Starts a story that goes on when it is told to.
async fn hold(db: &Db, lane: Lane) -> Held {
    let (go_on, waits) = channel::<()>();
    let (started, is_started) = tokio::sync::oneshot::channel::<()>();
    let (waits, started) = (Mutex::new(waits), Mutex::new(Some(started)));
    let db = db.clone();
    let story = move |_: &mut Tx<'_>| {
        if let Some(started) = started.lock().expect("unpoisoned").take() {
            started.send(()).expect("somebody waits");
        }
        waits.lock().expect("unpoisoned").recv().map_err(|_| DbError::Conflict)
    };
    let held = tokio::spawn(async move { db.write(lane, story).await });
    is_started.await.expect("it started");
    (go_on, held)
}

async fn count(world: &World, sql: &'static str) -> i64 {
    world.app.db.row(sql, &[]).await.expect("read").expect("a count has a row").int(0)
}

const WAITED: &str = "SELECT COUNT(*) FROM house WHERE name LIKE 'waited %'";

on_both!(an_order_that_finds_no_room_is_told_to_come_again, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let (ann, bob) = (world.customer("ann", "5.00").await, world.customer("bob", "5.00").await);
    // The first order leaves candidates on the shelf and ids in stock, so that the next needs nothing but its story.
    world.order(&bob, "instagram").await;
    let caller = account::authenticate(&world.app, &ann).await.expect("it opens");
    let jam = Jam::make(&world.app.db, Lane::Account(caller.account)).await;
    let order = async || {
        let headers = ["Idempotency-Key: once"];
        world.post_with(&ann, "short-term/order/", r#"{"service":"instagram"}"#, &headers).await
    };
    let refused = order().await;
    assert_eq!(refused.refusal(), (500, "server_error".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    let waited = jam.clear().await;
    assert_eq!(count(world, WAITED).await, waited);
    let done = order().await;
    assert_eq!((done.status, done.json()["success"].as_bool()), (200, Some(true)), "{}", done.body);
    assert_eq!(count(world, "SELECT COUNT(*) FROM orders").await, 2);
});

on_both!(a_push_that_finds_no_room_is_not_acknowledged_and_its_repeat_is_one_message, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    let body = format!("{digits} 482910 is your Instagram code");
    let push = request("POST", "/ingest/wire/message-1", &[], body.as_bytes());
    let jam = Jam::make(&world.app.db, Lane::Ingest).await;
    let refused = world.send(&push).await;
    assert_eq!(refused.refusal(), (503, "server_error".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(count(world, "SELECT COUNT(*) FROM message").await, 0);
    let waited = jam.clear().await;
    assert_eq!(count(world, WAITED).await, waited);
    for _ in 0..2 {
        assert_eq!(world.send(&push).await.status, 200);
    }
    assert_eq!(count(world, "SELECT COUNT(*) FROM message").await, 1);
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.json();
    assert_eq!((sms["code"].as_str(), sms["messages"].as_array().map(Vec::len)), (Some("482910"), Some(1)));
});

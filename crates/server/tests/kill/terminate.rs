//! SIGTERM: what is in flight is answered, what was not read has no effect, and nobody waits for the end of a `wait=`.

use std::time::Duration;

use domain::db::EngineKind;

use crate::chapter::Chapter;
use crate::checker::Inboxes;
use crate::history::{Answer, Deed, Request};
use crate::house::{CREDITS, SERVICES};
use crate::sender::Sender;

/// SIGTERMs of one test.
const ROUNDS: usize = 3;
/// Requests or answers before each, at most.
const MOMENT_MAX: u64 = 160;
/// How long the program may take to end: much less than the wait that is open.
const END_MAX: Duration = Duration::from_secs(20);
/// The customer whom no client works for.
const WAITER: usize = CREDITS.len() - 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sigterm_answers_what_is_in_flight_on_sqlite() {
    terminated(EngineKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sigterm_answers_what_is_in_flight_on_postgres() {
    terminated(EngineKind::Postgres).await;
}

async fn terminated(engine: EngineKind) {
    let mut chapter = Chapter::begin(engine, crate::by(), 1, crate::seed()).await;
    for round in 1..=ROUNDS {
        let order = order(&chapter, round).await;
        let mut waiter = Sender::new(&chapter.shared, 0);
        let wait =
            tokio::spawn(
                async move { waiter.read(WAITER, &format!("short-term/sms/?order_id={order}&wait=60")).await },
            );
        let load = chapter.load();
        // By then the wait is open: so much was sent after it.
        chapter.moment(MOMENT_MAX).await;
        let status = chapter.nodes.remove(0).terminate(END_MAX).await;
        assert!(status.success(), "the program ended with {status}");
        load.end().await;
        chapter.shared.centre.is_left().await;
        let waited: Answer = wait.await.expect("it ran").expect("a wait is answered");
        assert!(waited.status == 200 && waited.body.contains(r#""status":"waiting""#), "{}", waited.body);
        let node = chapter.start(0).await;
        chapter.nodes.push(node);
        // Nobody was cut off in the middle of an answer, and what was not answered was not read either.
        chapter.checker.check(&chapter.house, Inboxes::New).await;
        assert_eq!(chapter.checker.record.torn, 0, "answers broke off in their middle");
        chapter.checker.settle().await;
        chapter.checker.check(&chapter.house, Inboxes::All).await;
    }
}

/// An order that gets no text.
async fn order(chapter: &Chapter, round: usize) -> String {
    let deed = Deed::Order { service: SERVICES[0].to_owned() };
    let request = Request { key: format!("waiter-{round}"), account: WAITER, deed };
    let answer = Sender::new(&chapter.shared, 0).ask(&request).await.expect("an answer");
    let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    body["order_id"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

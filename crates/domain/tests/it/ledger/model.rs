//! Random stories against a model of the ledger that fits on a page.

use domain::account::{self, Caller, NewCredit};
use domain::clock::MINUTE_MS;
use domain::db::EngineKind;
use domain::money::Usd;
use domain::order;
use domain::request::Failure;
use proptest::prelude::{Just, Strategy, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use crate::house::{House, ask, may, why};

#[derive(Debug, Clone)]
enum Deed {
    Credit(i32),
    Place,
    /// Of the orders so far, the one at this place, counted round.
    Cancel(usize),
    Receive(usize),
    Pass(i64),
    Expire,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (1..200_i32).prop_map(Deed::Credit),
        Just(Deed::Place),
        Just(Deed::Place),
        (0..8_usize).prop_map(Deed::Cancel),
        (0..8_usize).prop_map(Deed::Receive),
        (1..12_i64).prop_map(Deed::Pass),
        Just(Deed::Expire),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Waiting,
    Paid,
    Back,
}

/// What the house should hold, in cents.
#[derive(Default)]
struct Model {
    now_ms: i64,
    available: i32,
    held: i32,
    orders: Vec<(Kept, i64)>,
}

const PRICE: i32 = 42;

impl Model {
    fn end(&mut self, place: usize, how: Kept) {
        self.orders[place].0 = how;
        self.held -= PRICE;
        if how == Kept::Back {
            self.available += PRICE;
        }
    }

    fn is_open(&self, place: usize) -> bool {
        let (kept, end_ms) = self.orders[place];
        kept == Kept::Waiting && self.now_ms < end_ms
    }
}

struct Run {
    house: House,
    ann: Caller,
    model: Model,
    placed: Vec<order::Placed>,
}

impl Run {
    async fn act(&mut self, deed: &Deed) {
        let (app, ann) = (&self.house.app, self.ann);
        match deed {
            Deed::Credit(cents) => {
                let (amount, reason) = (Usd::from_cents(*cents), why("a gift"));
                let new = NewCredit { account: "ann".into(), amount, reason, reference: None, by: may("test") };
                account::credit(app, new).await.expect("credited");
                self.model.available += cents;
            }
            Deed::Place => match order::place(app, ann, &ask("instagram"), None).await {
                Ok(placed) => {
                    self.model.available -= PRICE;
                    self.model.held += PRICE;
                    self.model.orders.push((Kept::Waiting, self.model.now_ms + 20 * MINUTE_MS));
                    self.placed.push(placed);
                }
                Err(Failure::Refused(_)) => assert!(self.model.available < PRICE, "there are numbers for all"),
                Err(other) => panic!("{other:?}"),
            },
            Deed::Cancel(place) | Deed::Receive(place) if self.placed.is_empty() => assert!(*place < 8),
            Deed::Cancel(place) => {
                let place = place % self.placed.len();
                let cancelled = order::cancel(app, ann, self.placed[place].order, None).await;
                if self.model.is_open(place) {
                    cancelled.expect("it was open");
                    self.model.end(place, Kept::Back);
                }
            }
            Deed::Receive(place) => {
                let place = place % self.placed.len();
                self.house.text(&self.placed[place].digits, "32665", "482910 is your Instagram code.").await;
                if self.model.is_open(place) {
                    self.model.end(place, Kept::Paid);
                }
            }
            Deed::Pass(minutes) => {
                self.house.pass_ms(minutes * MINUTE_MS);
                self.model.now_ms += minutes * MINUTE_MS;
            }
            Deed::Expire => {
                order::expire_due(app).await.expect("expired");
                for place in 0..self.placed.len() {
                    let (kept, end_ms) = self.model.orders[place];
                    if kept == Kept::Waiting && end_ms <= self.model.now_ms {
                        self.model.end(place, Kept::Back);
                    }
                }
            }
        }
    }
}

async fn agrees(deeds: &[Deed]) {
    let house = House::stocked(House::open(EngineKind::Sqlite).await, 60).await;
    let ann = house.customer("ann", "2.00").await;
    let model = Model { available: 200, ..Model::default() };
    let mut run = Run { house, ann, model, placed: Vec::new() };
    for deed in deeds {
        run.act(deed).await;
        let dollars = |cents| Usd::from_cents(cents).to_string();
        let expected = (dollars(run.model.available), dollars(run.model.held));
        assert_eq!(run.house.money(ann).await, expected, "after {deed:?}");
    }
    order::expire_due(&run.house.app).await.expect("expired");
    assert_eq!(crate::verify::findings(&run.house).await, []);
}

/// On SQLite alone, because a case takes hundreds of commits and the money's rules are the same text on both engines.
#[test]
fn any_story_leaves_the_balances_that_a_simple_model_tells() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let stories = prop::collection::vec(deed(), 1..40);
    let ran = runner.run(&stories, |deeds| {
        runtime.block_on(agrees(&deeds));
        Ok(())
    });
    ran.expect("every story agrees");
}

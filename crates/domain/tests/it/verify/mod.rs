//! Every invariant is checked, and a sound house yields nothing.

mod clean;
mod corrupt_leases;
mod corrupt_messages;
mod corrupt_money;
mod corrupt_schema;
mod run;

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::db::EngineKind;
use domain::product::Product;
use domain::request::Once;
use domain::verify::{Finding, verify};
use domain::{message, order, rental};

use crate::house::{House, ask, may, part, why};

/// Corrupts a busy house by raw SQL on both engines, and looks whether the rule's id is told.
#[macro_export]
macro_rules! caught {
    ($name:ident, $rule:literal, [$($sql:expr),+ $(,)?]) => {
        mod $name {
            use domain::db::EngineKind;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $crate::verify::is_caught(EngineKind::Sqlite, $rule, &[$($sql),+]).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                $crate::verify::is_caught(EngineKind::Postgres, $rule, &[$($sql),+]).await;
            }
        }
    };
}

pub(crate) async fn is_caught(engine: EngineKind, rule: &str, statements: &[&str]) {
    let house = busy(House::open(engine).await).await;
    house.tamper(statements).await;
    let rules = rules(&house).await;
    assert!(rules.contains(&rule), "{rules:?}");
}

/// What does not hold in a house.
pub(crate) async fn findings(house: &House) -> Vec<Finding> {
    verify(&house.app, &|_| {}).await.expect("verified")
}

pub(crate) async fn rules(house: &House) -> Vec<&'static str> {
    findings(house).await.iter().map(|finding| finding.rule).collect()
}

/// A house in which every kind of thing has happened: Ann's orders are received, cancelled, expired and waiting; Bob
/// rents, cancels and renews; texts are delivered, quarantined, dropped and half here.
pub(crate) async fn busy(house: House) -> House {
    let house = House::stocked(house, 30).await;
    let (ann, bob) = (house.customer("ann", "50.00").await, house.customer("bob", "99.00").await);
    let expired = house.order(ann, "instagram").await;
    house.pass_ms(20 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    order::reuse(&house.app, ann, expired.order, None, None).await.expect("had again");
    house.pass_ms(20 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    let cancelled = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, cancelled.order, None).await.expect("cancelled");
    let received = house.order(ann, "whatsapp").await;
    house.text(&received.digits, "12345", "Your WhatsApp code: 739551").await;
    house.text(&received.digits, "12345", "Your WhatsApp code: 739552").await;
    house.text(&received.digits, "32665", "482910 is your Instagram code.").await;
    let quarantined = message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].id;
    message::drop_quarantined(&house.app, quarantined, &why("not ours"), &may("eve")).await.expect("dropped");
    house.text(&received.digits, "32665", "482911 is your Instagram code.").await;
    let rent = async |product| rental::rent(&house.app, bob, product, &ask("instagram"), None).await.expect("rented");
    let kept = rent(Product::Rental1Day).await;
    rental::renew(&house.app, bob, (Product::Rental1Day, kept.rental), None, None).await.expect("renewed");
    house.text(&kept.digits, "32665", "482912 is your Instagram code.").await;
    let regretted = rent(Product::Rental30Day).await;
    rental::cancel(&house.app, bob, Product::Rental30Day, regretted.rental, None).await.expect("cancelled");
    let once = Once { account: ann.account, route: "order", name: "one".into(), body_hash: [1; 32] };
    let waiting = order::place(&house.app, ann, &ask("instagram"), Some(once)).await.expect("an order");
    let mut half = part("half", &waiting.digits, "32665", "482 ");
    half.concat = domain::supply::Concat::new(domain::supply::ConcatKind::Ref8, 7, 2, 1);
    message::receive(&house.app, 1, half).await.expect("kept");
    house
}

/// Long enough that the days' keys and the leases' keys are due.
pub(crate) const AGES_MS: i64 = 10 * DAY_MS + HOUR_MS;

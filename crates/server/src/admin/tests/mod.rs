//! Operator commands as they are typed, on a house of either engine, with what they print.

mod backup;
mod catalogue;
mod house;
mod import;
mod money;
mod numbers;
mod operators;
mod partners;
mod purchases;
mod supply;
mod verify;

/// Runs a story on both engines: `on_both!(name, async |house: House| { … })` makes a test for each.
macro_rules! on_both {
    ($name:ident, $story:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let story = $story;
                story(House::open(domain::db::EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let story = $story;
                story(House::open(domain::db::EngineKind::Postgres).await).await;
            }
        }
    };
}
use on_both;

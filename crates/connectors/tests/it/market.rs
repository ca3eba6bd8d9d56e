//! A whole house that buys over the network from two others, of which the cheaper one misbehaves.

use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::account::{self, Caller, KeyLimits, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability};
use domain::money::Usd;
use domain::order::{self, Ask, Placed, SaleRefusal};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::purchase::{self, Houses, NewMapping};
use domain::request::{Failure, Once};
use domain::seal::Key;
use domain::supply::{self, NewSource};

use crate::handler_api::HOUSE;
use crate::handler_api::simulator::{Kind, Misdeed, Simulator};
use crate::peer::NOW_MS;
use crate::upstream::Says;

/// How long an order waits for both, instead of ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The house, a customer with money, and the two that it buys from.
struct World {
    app: App,
    ann: Caller,
    cheap: Simulator,
    dear: Simulator,
    _folder: tempfile::TempDir,
}

fn by<R: domain::policy::permit::Right>() -> Permit<R> {
    Permit::at_the_machine("test")
}

impl World {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut options = DbOptions::new(DbUrl::Sqlite(folder.path().join("house.db")));
        options.durability = Durability::Unchecked;
        let db = Db::open(&options).await.expect("the database opens");
        let app = App::open(db, Clock::new(|| NOW_MS), &Key::from_bytes([9; 32])).await.expect("the house opens");
        app.buy_from(Houses::new(Arc::new(connectors::registry()), PATIENCE, || 1));
        service(&app).await;
        let (cheap, dear) = (Simulator::open(Kind::Old).await, Simulator::open(Kind::Old).await);
        dear.state().price_cents = 49;
        for (slug, simulator) in [("cheap", &cheap), ("dear", &dear)] {
            source(&app, slug, simulator.server.port).await;
        }
        let ann = customer(&app).await;
        Self { app, ann, cheap, dear, _folder: folder }
    }

    /// An order, while the cheaper house does this to the question for a number.
    async fn order(&self, misdeed: Misdeed) -> Result<Placed, Failure<SaleRefusal>> {
        self.cheap.state().misdeeds.push_back(misdeed);
        let ask = Ask { service: "google".into(), max_price: None, area_code: None };
        let once = Once { account: self.ann.account, route: "order", name: "k".into(), body_hash: [1; 32] };
        order::place(&self.app, self.ann, &ask, Some(once)).await
    }

    /// The order is served by the dearer house, and the books are sound.
    async fn is_served_all_the_same(&self, misdeed: Misdeed, state: &str) {
        let placed = self.order(misdeed).await.expect("the other house serves the order");
        assert_eq!(placed.price, Usd::from_cents(60));
        assert_eq!(self.dear.state().activations.len(), 1);
        let lines = purchase::list(&self.app, false, None).await.expect("a list");
        let states: Vec<&str> = lines.iter().rev().map(|line| line.state.word()).collect();
        assert_eq!(states, [state, "bought"]);
        assert_eq!(domain::verify::verify(&self.app, &|_| {}).await.expect("looked"), Vec::new());
    }
}

async fn service(app: &App) {
    let new = NewService {
        slug: "google".into(),
        name: "Google".into(),
        code: None,
        category: "social".into(),
        is_enabled: true,
        any_text_counts: false,
        senders: Vec::new(),
        texts: vec!["google".into()],
    };
    edit::put_service(app, new, by()).await.expect("a service");
    let amount = Some(Usd::from_cents(60));
    let price = NewPrice { service: "google".into(), product: Product::ShortTerm, amount };
    edit::set_prices(app, vec![price], by()).await.expect("a price");
}

async fn source(app: &App, slug: &str, port: u16) {
    let settings = HOUSE.with(port, &[("allow_network", "127.0.0.1"), ("house", "other")]);
    let new = NewSource { slug: slug.into(), connector: "handler_api".into(), settings, by: by() };
    let source = supply::add_source(app, &connectors::registry(), new).await.expect("a source");
    let (product, code) = (Product::ShortTerm, "go".to_owned());
    let new = NewMapping { source: slug.into(), service: "google".into(), product, code, short_ok: true, by: by() };
    purchase::map(app, new).await.expect("mapped");
    purchase::round(app, source).await.expect("its list is read");
}

async fn customer(app: &App) -> Caller {
    let new = NewAccount { name: "ann".into(), tier: Tier::Business, by: "test".into() };
    account::create(app, new).await.expect("an account");
    let (amount, reason) = (Usd::from_cents(500), Reason::parse("a gift").expect("a reason"));
    let new = NewCredit { account: "ann".into(), amount, reason, reference: None, by: by() };
    account::credit(app, new).await.expect("a credit");
    let (expires_ms, limits) = (None, KeyLimits::default());
    let new = NewKey { account: "ann".into(), name: "test".into(), expires_ms, limits, by: "test".into() };
    let key = account::create_key(app, new).await.expect("a key");
    account::authenticate(app, &key).await.expect("it opens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_says_nothing_leaves_time_for_the_other() {
    World::open().await.is_served_all_the_same(Misdeed::Says(Says::Hangs), "in_doubt").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_pours_a_hundred_megabytes_is_not_listened_to() {
    World::open().await.is_served_all_the_same(Misdeed::Says(Says::Pours), "in_doubt").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_sells_and_hangs_up_leaves_it_in_doubt() {
    World::open().await.is_served_all_the_same(Misdeed::HangsUpAfter, "in_doubt").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_whose_number_is_none_serves_nobody() {
    for lie in
        ["ACCESS_NUMBER:7:441632960961", "ACCESS_NUMBER:7:12025550147999", "ACCESS_NUMBER:7:", "ACCESS_NUMBER::1"]
    {
        let world = World::open().await;
        let placed = world.order(Misdeed::Says(Says::ok(lie))).await.expect("the other house serves the order");
        assert_eq!((world.dear.state().activations.len(), placed.digits.len()), (1, 11), "{lie}");
        assert_eq!(domain::verify::verify(&world.app, &|_| {}).await.expect("looked"), Vec::new());
    }
}

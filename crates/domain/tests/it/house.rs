//! A small house to test with: on SQLite in a scratch folder or in a schema of its own on PostgreSQL, with a clock that
//! tests move.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::App;
use domain::account::{self, Caller, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability, EngineKind};
use domain::message::{self, Received};
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::order::{self, Ask, Placed};
use domain::phone::Nanp;
use domain::policy::permit::{Permit, Right};
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::request::Once;
use domain::seal::Key;
use domain::supply::{self, Heard, Line, NewSource, Part, Registry, Reply, Request, Setting, Settings, Supply};
use scratch::Schema;

/// When a test's clock starts: 2026-05-22T14:30:00Z, as on the published page.
pub(crate) const START_MS: i64 = 1_779_460_200_000;

/// Runs a story on both engines: `on_both!(name, async |house| { … })` makes a test for each.
#[macro_export]
macro_rules! on_both {
    ($name:ident, $story:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let story = $story;
                story($crate::house::House::open(domain::db::EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let story = $story;
                story($crate::house::House::open(domain::db::EngineKind::Postgres).await).await;
            }
        }
    };
}

/// A house under test.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) options: DbOptions,
    now_ms: Arc<AtomicI64>,
    folder: tempfile::TempDir,
    _schema: Option<Schema>,
}

impl House {
    /// An empty house.
    pub(crate) async fn open(engine: EngineKind) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (url, schema) = match engine {
            EngineKind::Sqlite => (DbUrl::Sqlite(folder.path().join("house.db")), None),
            EngineKind::Postgres => {
                let schema = Schema::new();
                (DbUrl::Postgres(schema.url()), Some(schema))
            }
        };
        let options = options(url);
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let app = open_app(&options, &now_ms).await;
        Self { app, options, now_ms, folder, _schema: schema }
    }

    /// A house with one source, two services with prices, and `count` numbers.
    pub(crate) async fn stocked(engine_house: Self, count: usize) -> Self {
        let house = engine_house;
        house.source("simulator").await;
        house.service("instagram", "social", &["instagram"]).await;
        house.service("whatsapp", "messaging", &["whatsapp"]).await;
        house.numbers("simulator", count).await;
        house
    }

    /// A second process on the same database, with the same clock.
    pub(crate) async fn rival(&self) -> App {
        self.rival_by(&self.options).await
    }

    /// A second process on the same database, which opens it in a way of its own.
    pub(crate) async fn rival_by(&self, options: &DbOptions) -> App {
        open_app(options, &self.now_ms).await
    }

    /// A house of its own whose SQLite file lies beside this one's.
    pub(crate) async fn neighbour(&self) -> App {
        let url = DbUrl::Sqlite(self.folder.path().join("neighbour.db"));
        open_app(&DbOptions { url, ..self.options.clone() }, &self.now_ms).await
    }

    /// The next process on the same database, once this one is gone.
    pub(crate) async fn next_life(self) -> Self {
        let Self { app, options, now_ms, folder, _schema } = self;
        drop(app);
        let app = open_app(&options, &now_ms).await;
        Self { app, options, now_ms, folder, _schema }
    }

    /// The time of the house.
    pub(crate) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock forward.
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) async fn source(&self, slug: &str) -> i64 {
        let settings = Settings::new(BTreeMap::new());
        let new = NewSource { slug: slug.into(), connector: "deaf".into(), settings, by: may("test") };
        supply::add_source(&self.app, &registry(), new).await.expect("a source")
    }

    pub(crate) async fn service(&self, slug: &str, category: &str, texts: &[&str]) -> i64 {
        let new = NewService {
            slug: slug.into(),
            name: slug.into(),
            code: None,
            category: category.into(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let id = edit::put_service(&self.app, new, may("test")).await.expect("a service");
        let price = |product, cents| NewPrice { service: slug.into(), product, amount: Some(Usd::from_cents(cents)) };
        let prices =
            vec![price(Product::ShortTerm, 42), price(Product::Rental1Day, 365), price(Product::Rental30Day, 1_999)];
        edit::set_prices(&self.app, prices, may("test")).await.expect("prices");
        id
    }

    /// Imports numbers 202-555-0100 and on, at most 100 an area code.
    pub(crate) async fn numbers(&self, source: &str, count: usize) -> Vec<String> {
        let areas = [202, 212, 310, 415, 617, 702, 732, 808, 907, 305];
        let digits = |place: usize| format!("1{}55501{:02}", areas[place / 100], place % 100);
        let all: Vec<String> = (0..count).map(digits).collect();
        self.import(source, &all).await;
        all
    }

    pub(crate) async fn import(&self, source: &str, digits: &[String]) {
        if digits.is_empty() {
            return;
        }
        let rows: Vec<NewNumber> = digits.iter().map(|digits| new_number(digits)).collect();
        let hash = rand::random();
        let count = i64::try_from(rows.len()).expect("few rows");
        let mut import = import::begin(&self.app, source, hash, count, may("test")).await.expect("an import");
        for batch in rows.chunks(import::BATCH_MAX) {
            import = import::load(&self.app, import, batch.to_vec()).await.expect("a batch");
        }
        import::complete(&self.app, import).await.expect("complete");
    }

    /// A customer of the business tier with some dollars.
    pub(crate) async fn customer(&self, name: &str, dollars: &str) -> Caller {
        self.customer_of(Tier::Business, name, dollars).await
    }

    pub(crate) async fn customer_of(&self, tier: Tier, name: &str, dollars: &str) -> Caller {
        let new = NewAccount { name: name.into(), tier, by: "test".into() };
        account::create(&self.app, new).await.expect("an account");
        let amount = Usd::parse(dollars).expect("dollars");
        if amount > Usd::ZERO {
            let (reason, by) = (why("a gift"), may("test"));
            let new = NewCredit { account: name.into(), amount, reason, reference: None, by };
            account::credit(&self.app, new).await.expect("a credit");
        }
        let key = self.key(name).await;
        account::authenticate(&self.app, &key).await.expect("the key opens")
    }

    pub(crate) async fn key(&self, account: &str) -> String {
        let new = NewKey {
            account: account.into(),
            name: "test".into(),
            expires_ms: None,
            limits: account::KeyLimits::default(),
            by: "test".into(),
        };
        account::create_key(&self.app, new).await.expect("a key")
    }

    pub(crate) async fn order(&self, caller: Caller, service: &str) -> Placed {
        order::place(&self.app, caller, &ask(service), None).await.expect("an order")
    }

    /// A text comes in on a number of the first source.
    pub(crate) async fn text(&self, digits: &str, sender: &str, text: &str) -> Received {
        self.text_at(1, digits, sender, text).await
    }

    pub(crate) async fn text_at(&self, source: i64, digits: &str, sender: &str, text: &str) -> Received {
        let part = part(&format!("{:032x}", rand::random::<u128>()), digits, sender, text);
        message::receive(&self.app, source, part).await.expect("the house keeps it")
    }

    /// What an account can spend and what is held, as dollars.
    pub(crate) async fn money(&self, caller: Caller) -> (String, String) {
        let balance = account::balance(&self.app, caller.account).await.expect("a balance");
        (balance.available.to_string(), balance.held.to_string())
    }
}

/// How tests open a database.
pub(crate) fn options(url: DbUrl) -> DbOptions {
    DbOptions { durability: Durability::Unchecked, pool_size: 8, ..DbOptions::new(url) }
}

/// Takes up work on a database, with a clock.
pub(crate) async fn open_app(options: &DbOptions, now_ms: &Arc<AtomicI64>) -> App {
    let db = Db::open(options).await.expect("the database opens");
    let now_ms = Arc::clone(now_ms);
    let clock = Clock::new(move || now_ms.load(Ordering::SeqCst));
    App::open(db, clock, &Key::from_bytes([9; 32])).await.expect("the house opens")
}

pub(crate) fn ask(service: &str) -> Ask {
    Ask { service: service.to_owned(), max_price: None, area_code: None }
}

/// A request that counts once for its name.
pub(crate) fn once(caller: Caller, name: &str, body: u8) -> Option<Once> {
    Some(Once { account: caller.account, route: "test", name: name.to_owned(), body_hash: [body; 32] })
}

pub(crate) fn part(reference: &str, digits: &str, sender: &str, text: &str) -> Part {
    Part {
        reference: reference.as_bytes().to_vec(),
        line: Line::of_number(digits.to_owned()),
        sender: sender.to_owned(),
        text: text.to_owned(),
        raw: text.as_bytes().to_vec(),
        sent_ms: None,
        concat: None,
        trouble: None,
    }
}

pub(crate) fn new_number(digits: &str) -> NewNumber {
    NewNumber {
        number: Nanp::parse(digits).expect("a number"),
        carrier: "T-Mobile".into(),
        line_type: "mobile".into(),
        supplier: "Own SIMs".into(),
        contract: "C-1".into(),
        acquired_on: "2026-01-01".into(),
        cost: Usd::ZERO,
    }
}

/// A registry with a connector that is never pushed to: tests hand parts over themselves.
pub(crate) fn registry() -> Registry {
    Registry::new(vec![Box::new(Deaf)])
}

struct Deaf;

impl Supply for Deaf {
    fn name(&self) -> &'static str {
        "deaf"
    }

    fn about(&self) -> &'static str {
        "hears nothing"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn hear(&self, _: &Settings, _: &Request, _: i64) -> Result<Heard, Reply> {
        Ok(Heard::new(Vec::new(), Reply::json(200, "{}")))
    }
}

/// A reason for the audit log.
pub(crate) fn why(text: &str) -> Reason {
    Reason::parse(text).expect("a reason")
}

/// A permit for whatever a verb asks one for.
pub(crate) fn may<R: Right>(who: &str) -> Permit<R> {
    Permit::at_the_machine(who)
}

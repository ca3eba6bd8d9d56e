//! A house that is served on the loopback, with a clock that tests move, and whose books are checked in the end.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::App;
use domain::account::{self, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability, EngineKind};
use domain::message::{self, Received};
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::phone::Nanp;
use domain::policy::permit::{Permit, Right};
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::seal::Key;
use domain::supply::{self, Heard, Line, NewSource, Part, Registry, Reply, Request, Setting, Settings, Supply};
use scratch::Schema;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::http::{self, Answer};

/// When a test's clock starts: 2026-05-22T14:30:00Z, as on the published page.
pub(crate) const START_MS: i64 = 1_779_460_200_000;

/// Runs a story on both engines: `on_both!(name, async |world: &World| { … })` makes a test for each.
#[macro_export]
macro_rules! on_both {
    ($name:ident, $story:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let world = World::open(domain::db::EngineKind::Sqlite).await;
                let story = $story;
                story(&world).await;
                world.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let world = World::open(domain::db::EngineKind::Postgres).await;
                let story = $story;
                story(&world).await;
                world.close().await;
            }
        }
    };
}

/// A house under test.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    now_ms: Arc<AtomicI64>,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<()>,
    _folder: Option<tempfile::TempDir>,
    _schema: Option<Schema>,
}

/// Settings under which nothing limits calls.
pub(crate) fn quiet() -> web::Settings {
    web::Settings {
        orders_per_minute_key: 0,
        reads_per_minute_key: 0,
        orders_per_minute_address: 0,
        reads_per_minute_address: 0,
        in_force: vec![web::SettingInForce {
            name: "base_url",
            about: "The address that <b>customers</b> use.",
            value: Some("\"http://localhost:8080\"".to_owned()),
            origin: "the command line".to_owned(),
        }],
        ..web::Settings::default()
    }
}

impl World {
    /// A house with a source, the three services of the published page, and no numbers. Nothing limits its calls.
    pub(crate) async fn open(engine: EngineKind) -> Self {
        Self::open_with(engine, quiet()).await
    }

    pub(crate) async fn open_with(engine: EngineKind, settings: web::Settings) -> Self {
        match engine {
            EngineKind::Sqlite => {
                let folder = tempfile::tempdir().expect("a scratch folder");
                let url = DbUrl::Sqlite(folder.path().join("house.db"));
                Self { _folder: Some(folder), ..Self::open_at(url, settings).await }
            }
            EngineKind::Postgres => {
                let schema = Schema::new();
                let url = DbUrl::Postgres(schema.url());
                Self { _schema: Some(schema), ..Self::open_at(url, settings).await }
            }
        }
    }

    pub(crate) async fn open_at(url: DbUrl, settings: web::Settings) -> Self {
        let mut options = DbOptions::new(url);
        options.durability = Durability::Unchecked;
        options.pool_size = 8;
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let clock = Arc::clone(&now_ms);
        let db = Db::open(&options).await.expect("the database opens");
        let clock = Clock::new(move || clock.load(Ordering::SeqCst));
        let app = App::open(db, clock, &Key::from_bytes([9; 32])).await.expect("the house opens");
        furnish(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        // A house that is told port 0 is told which one it got, for what holds by the house's own address only.
        let base_url = settings.base_url.replace("localhost:0", &format!("localhost:{}", address.port()));
        let settings = web::Settings { base_url, ..settings };
        let (stop, stopped) = oneshot::channel();
        let router = web::router(web::Web { app: app.clone(), registry: Arc::new(registry()), settings });
        let house = app.clone();
        let server = tokio::spawn(async move {
            let shutdown = async { stopped.await.unwrap_or(()) };
            web::serve(&house, listener, router, None, web::Connections::default(), shutdown).await;
        });
        Self { app, address, now_ms, stop, server, _folder: None, _schema: None }
    }

    /// Ends the server and checks the books: the end of every story.
    pub(crate) async fn close(self) {
        self.stop.send(()).expect("the server runs until now");
        self.server.await.expect("the server ends well");
        check_books(&self.app).await;
    }

    /// Moves the clock forward.
    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Imports numbers by their digits.
    pub(crate) async fn numbers(&self, digits: &[&str]) {
        let rows: Vec<NewNumber> = digits.iter().map(|digits| new_number(digits)).collect();
        let count = i64::try_from(rows.len()).expect("few rows");
        let mut import = import::begin(&self.app, "wire", rand::random(), count, may("test")).await.expect("an import");
        for batch in rows.chunks(import::BATCH_MAX) {
            import = import::load(&self.app, import, batch.to_vec()).await.expect("a batch");
        }
        import::complete(&self.app, import).await.expect("complete");
    }

    /// A customer of the business tier with some dollars; its key.
    pub(crate) async fn customer(&self, name: &str, dollars: &str) -> String {
        let new = NewAccount { name: name.into(), tier: Tier::Business, by: "test".into() };
        account::create(&self.app, new).await.expect("an account");
        let amount = Usd::parse(dollars).expect("dollars");
        if amount > Usd::ZERO {
            let (reason, by) = (why("a gift"), may("test"));
            let new = NewCredit { account: name.into(), amount, reason, reference: None, by };
            account::credit(&self.app, new).await.expect("a credit");
        }
        self.key(name).await
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

    pub(crate) async fn price(&self, service: &str, product: Product, cents: i32) {
        let price = NewPrice { service: service.into(), product, amount: Some(Usd::from_cents(cents)) };
        edit::set_prices(&self.app, vec![price], may("test")).await.expect("a price");
    }

    /// A text comes in.
    pub(crate) async fn text(&self, digits: &str, text: &str) -> Received {
        let part = part(&format!("{:032x}", rand::random::<u128>()), digits, text);
        message::receive(&self.app, 1, part).await.expect("the house keeps it")
    }

    /// Sends a request exactly as it is.
    pub(crate) async fn send(&self, request: &[u8]) -> Answer {
        http::send(self.address, request).await
    }

    pub(crate) async fn get(&self, key: &str, target: &str) -> Answer {
        let header = format!("Authorization: Bearer {key}");
        self.send(&http::request("GET", &format!("/api/v1/{target}"), &[&header], b"")).await
    }

    pub(crate) async fn post(&self, key: &str, target: &str, body: &str) -> Answer {
        self.post_with(key, target, body, &[]).await
    }

    pub(crate) async fn post_with(&self, key: &str, target: &str, body: &str, headers: &[&str]) -> Answer {
        let key = format!("Authorization: Bearer {key}");
        let headers = [&[key.as_str(), "Content-Type: application/json"], headers].concat();
        self.send(&http::request("POST", &format!("/api/v1/{target}"), &headers, body.as_bytes())).await
    }

    /// Orders for one code; the order's id and its number.
    pub(crate) async fn order(&self, key: &str, service: &str) -> (String, String) {
        let answer = self.post(key, "short-term/order/", &format!(r#"{{"service":"{service}"}}"#)).await;
        (answer.text("order_id"), answer.text("number"))
    }

    /// What an account can spend and what is held.
    pub(crate) async fn money(&self, key: &str) -> String {
        self.get(key, "balance/").await.body
    }
}

async fn furnish(app: &App) {
    let settings = Settings::new(BTreeMap::new());
    let new = NewSource { slug: "wire".into(), connector: "wire".into(), settings, by: may("test") };
    supply::add_source(app, &registry(), new).await.expect("a source");
    for (slug, name, category) in [
        ("instagram", "Instagram", "social"),
        ("whatsapp", "WhatsApp", "messaging"),
        ("telegram", "Telegram", "messaging"),
    ] {
        let new = NewService {
            slug: slug.into(),
            name: name.into(),
            code: None,
            category: category.into(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: vec![slug.to_owned()],
        };
        edit::put_service(app, new, may("test")).await.expect("a service");
        let price = |product, cents| NewPrice { service: slug.into(), product, amount: Some(Usd::from_cents(cents)) };
        let prices =
            vec![price(Product::ShortTerm, 42), price(Product::Rental1Day, 365), price(Product::Rental30Day, 1_999)];
        edit::set_prices(app, prices, may("test")).await.expect("prices");
    }
}

/// Balances are the sums of their transfers (L3), and no hold is open without an order that waits (L7).
async fn check_books(app: &App) {
    let unbalanced = "SELECT a.id
         FROM account a
         WHERE a.available <> (SELECT CAST(COALESCE(SUM(CASE WHEN t.credit = 'available' THEN t.amount
                                                             WHEN t.debit = 'available' THEN -t.amount
                                                             ELSE 0 END), 0) AS BIGINT)
                               FROM transfer t WHERE t.account_id = a.id)
            OR a.held <> (SELECT CAST(COALESCE(SUM(CASE WHEN t.credit = 'held' THEN t.amount
                                                        WHEN t.debit = 'held' THEN -t.amount
                                                        ELSE 0 END), 0) AS BIGINT)
                          FROM transfer t WHERE t.account_id = a.id)
         LIMIT 10";
    assert!(app.db.rows(unbalanced, &[]).await.expect("read").is_empty(), "a balance is not the sum of its transfers");
    let open = "SELECT h.account_id
         FROM transfer h
         WHERE h.kind = 'hold'
           AND NOT EXISTS (SELECT 1 FROM transfer e
                           WHERE e.account_id = h.account_id AND e.resolves = h.seq AND e.kind IN ('capture', 'release'))
           AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = h.order_id AND o.state = 'waiting')
         LIMIT 10";
    assert!(app.db.rows(open, &[]).await.expect("read").is_empty(), "a hold is open without an order that waits");
}

pub(crate) fn part(reference: &str, digits: &str, text: &str) -> Part {
    Part {
        reference: reference.as_bytes().to_vec(),
        line: Line::of_number(digits.to_owned()),
        sender: "32665".to_owned(),
        text: text.to_owned(),
        raw: text.as_bytes().to_vec(),
        sent_ms: None,
        concat: None,
        trouble: None,
    }
}

fn new_number(digits: &str) -> NewNumber {
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

fn registry() -> Registry {
    Registry::new(vec![Box::new(Wire)])
}

/// A connector whose requests are `number text` as plain bytes, with the reference as the path's tail. In
/// `number/length sendertext` the sender is named, and is so many bytes long.
struct Wire;

impl Supply for Wire {
    fn name(&self) -> &'static str {
        "wire"
    }

    fn about(&self) -> &'static str {
        "hears plain bytes"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn hear(&self, _: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        if request.tail == "locked/" && request.header("authorization").is_none() {
            let reply = Reply { challenge: Some("Basic realm=\"house\""), ..Reply::json(401, "{}") };
            return Ok(Heard::new(Vec::new(), reply));
        }
        let text = String::from_utf8_lossy(&request.body);
        let Some((line, text)) = text.split_once(' ') else {
            return Err(Reply::refusal(401, "unauthorized", "This is not ours."));
        };
        let (digits, length) = line.split_once('/').unwrap_or((line, ""));
        let (sender, text) = text.split_at(length.parse().unwrap_or(0));
        let reply = Reply::json(200, format!("{} {} {}", request.method, request.tail, request.query));
        let mut part = part(&request.tail, digits, text);
        if !sender.is_empty() {
            part.sender = sender.to_owned();
        }
        Ok(Heard::new(vec![part], reply))
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

//! Two houses on the network: one has idle numbers, the other asks for them by the partner protocol. The other is a
//! stand-in written from the protocol's pages, and then our own program.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectors::call::{Call, Caller as Phone};
use connectors::push::ToPartners;
use domain::App;
use domain::account::{self, Caller, KeyLimits, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::{Clock, HOUR_MS, SECOND_MS};
use domain::db::{Db, DbOptions, DbUrl, Durability, EngineKind};
use domain::message;
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::order::{self, Ask, State};
use domain::partner::{self, Changes, NewPartner};
use domain::phone::Nanp;
use domain::policy::permit::{Permit, Right};
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::purchase::{self, Houses, NewMapping};
use domain::seal::Key;
use domain::supply::{self, Line, NewSource, Part, Settings};
use scratch::Schema;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// When the clock starts: 2026-05-22T14:30:00Z.
const START_MS: i64 = 1_779_460_200_000;
/// How long a round of pushes is waited for: to its end.
const PATIENCE: Duration = Duration::from_secs(60);
/// The key that the buyer asks with, and the one that the farm pushes with.
const KEY: &str = "the-key-of-the-shop";
const PUSH_KEY: &str = "whatTheFarmPushesWith";
/// The number of the farm.
const NUMBER: &str = "12025550147";

fn by<R: Right>() -> Permit<R> {
    Permit::at_the_machine("test")
}

fn why() -> Reason {
    Reason::parse("a test").expect("a reason")
}

/// A house of ours that is served on the loopback, with a clock that the test moves.
struct House {
    app: App,
    port: u16,
    now_ms: Arc<AtomicI64>,
    _stop: oneshot::Sender<()>,
    _folder: tempfile::TempDir,
    _schema: Option<Schema>,
}

impl House {
    async fn open(engine: EngineKind) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (url, schema) = match engine {
            EngineKind::Sqlite => (DbUrl::Sqlite(folder.path().join("house.db")), None),
            EngineKind::Postgres => {
                let schema = Schema::new();
                (DbUrl::Postgres(schema.url()), Some(schema))
            }
        };
        let options = DbOptions { durability: Durability::Unchecked, pool_size: 6, ..DbOptions::new(url) };
        let now_ms = Arc::new(AtomicI64::new(START_MS));
        let seen = Arc::clone(&now_ms);
        let db = Db::open(&options).await.expect("the database opens");
        let app = App::open(db, Clock::new(move || seen.load(Ordering::SeqCst)), &Key::from_bytes([9; 32])).await;
        let app = app.expect("the house opens");
        let registry = Arc::new(connectors::registry());
        app.push_by(Box::new(ToPartners::default()), PATIENCE);
        app.buy_from(Houses::new(Arc::clone(&registry), Houses::PATIENCE, || 1));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let router = web::router(web::Web { app: app.clone(), registry, settings: web::Settings::default() });
        let (stop, stopped) = oneshot::channel();
        let house = app.clone();
        tokio::spawn(async move {
            let told = async { stopped.await.unwrap_or(()) };
            web::serve(&house, listener, router, None, web::Connections::default(), told).await;
        });
        Self { app, port, now_ms, _stop: stop, _folder: folder, _schema: schema }
    }

    fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// A service that is sold at a price.
    async fn service(&self, cents: i32) {
        let new = NewService {
            slug: "instagram".into(),
            name: "Instagram".into(),
            code: Some("ig".into()),
            category: "social".into(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: vec!["instagram".into()],
        };
        edit::put_service(&self.app, new, by()).await.expect("a service");
        let amount = Some(Usd::from_cents(cents));
        let price = NewPrice { service: "instagram".into(), product: Product::ShortTerm, amount };
        edit::set_prices(&self.app, vec![price], by()).await.expect("a price");
    }

    async fn customer(&self, name: &str) -> Caller {
        let new = NewAccount { name: name.into(), tier: Tier::Business, by: "test".into() };
        account::create(&self.app, new).await.expect("an account");
        let amount = Usd::from_cents(500);
        let new = NewCredit { account: name.into(), amount, reason: why(), reference: None, by: by() };
        account::credit(&self.app, new).await.expect("a credit");
        let (expires_ms, limits) = (None, KeyLimits::default());
        let new = NewKey { account: name.into(), name: "test".into(), expires_ms, limits, by: "test".into() };
        let key = account::create_key(&self.app, new).await.expect("a key");
        account::authenticate(&self.app, &key).await.expect("it opens")
    }

    /// A house with one idle number, and the partner `shop` whose SMS go to an address.
    async fn farm(engine: EngineKind, address: &str) -> (Self, Caller) {
        let farm = Self::open(engine).await;
        farm.service(42).await;
        let secret = ("secret".to_owned(), "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH".to_owned());
        let settings = Settings::new(BTreeMap::from([secret]));
        let new = NewSource { slug: "rack".into(), connector: "jesusnumber".into(), settings, by: by() };
        supply::add_source(&farm.app, &connectors::registry(), new).await.expect("a source");
        let number = NewNumber {
            number: Nanp::parse(NUMBER).expect("a number"),
            carrier: "T-Mobile".into(),
            line_type: "mobile".into(),
            supplier: "Own SIMs".into(),
            contract: "C-1".into(),
            acquired_on: "2026-01-01".into(),
            cost: Usd::ZERO,
        };
        let import = import::begin(&farm.app, "rack", [1; 32], 1, by()).await.expect("an import");
        let import = import::load(&farm.app, import, vec![number]).await.expect("a batch");
        import::complete(&farm.app, import).await.expect("complete");
        let shop = farm.customer("shop").await;
        let to = [("address", address), ("push_key", PUSH_KEY), ("allow_network", "127.0.0.1")];
        let to = to.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let new = NewPartner {
            slug: "shop".into(),
            account: "shop".into(),
            key: KEY.into(),
            networks: vec!["127.0.0.1".parse().expect("a network")],
            to: Settings::new(BTreeMap::from(to)),
            by: by(),
        };
        partner::add(&farm.app, new).await.expect("a partner");
        (farm, shop)
    }

    /// An SMS comes in on the farm's number.
    async fn text(&self, text: &str) {
        let part = Part {
            reference: rand::random::<[u8; 16]>().to_vec(),
            line: Line::of_number(NUMBER),
            sender: "Instagram".to_owned(),
            text: text.to_owned(),
            raw: text.as_bytes().to_vec(),
            sent_ms: None,
            concat: None,
            trouble: None,
        };
        message::receive(&self.app, 1, part).await.expect("the house keeps it");
    }

    async fn push(&self) -> usize {
        partner::push_due(&self.app).await.expect("tried")
    }

    async fn money(&self, caller: Caller) -> (String, String) {
        let balance = account::balance(&self.app, caller.account).await.expect("a balance");
        (balance.available.to_string(), balance.held.to_string())
    }

    /// The books are sound: the end of every story.
    async fn is_sound(&self) {
        assert_eq!(domain::verify::verify(&self.app, &|_| {}).await.expect("looked"), Vec::new());
    }
}

/// A house of others: it is told of SMS, and answers with these statuses first.
struct StandIn {
    port: u16,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl StandIn {
    async fn open(statuses: impl IntoIterator<Item = u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut statuses: VecDeque<u16> = statuses.into_iter().collect();
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let Some(told) = read(&mut stream).await else { continue };
                kept.lock().expect("whole").push(told);
                let status = statuses.pop_front().unwrap_or(200);
                let body = if status == 200 { r#"{"status":"SUCCESS"}"# } else { "out of order" };
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                drop(stream.get_mut().write_all(answer.as_bytes()).await);
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<Value> {
        self.heard.lock().expect("whole").clone()
    }

    /// What the farm answers to a question of this house.
    async fn asks(&self, farm: &House, action: &str, fields: Value) -> Value {
        let mut body = json!({"action": action, "key": KEY});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
        let site = format!("http://127.0.0.1:{}/api/partner", farm.port).parse().expect("an address");
        let phone = Phone::new(Some("127.0.0.1"), None).expect("a phone");
        let answer =
            phone.call(&site, &Call::post("/", "application/json", body.to_string())).await.expect("an answer");
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).expect("JSON")
    }
}

/// The body of a request.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            Some(_) => {}
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// Another house asks, takes a number, is out of order as its SMS comes, and gets it later.
async fn a_stand_in_buys(engine: EngineKind) {
    let other = StandIn::open([500, 503]).await;
    let (farm, shop) = House::farm(engine, &format!("http://127.0.0.1:{}/push/", other.port)).await;
    let told = other.asks(&farm, "GET_SERVICES", json!({})).await;
    assert_eq!(told["countryList"], json!([{"country": "usa", "operatorMap": {"any": {"ig": 1}}}]));
    let wish = json!({"country": "usa", "operator": "any", "service": "ig", "sum": 0.42});
    let sold = other.asks(&farm, "GET_NUMBER", wish.clone()).await;
    assert_eq!((&sold["status"], &sold["number"]), (&json!("SUCCESS"), &json!(12_025_550_147_i64)));
    assert_eq!(other.asks(&farm, "GET_NUMBER", wish).await, json!({"status": "NO_NUMBERS"}));
    farm.text("Instagram code 482910").await;
    for _ in 0..3 {
        assert_eq!(farm.push().await, 1);
        farm.pass_ms(10 * SECOND_MS);
    }
    assert_eq!(farm.push().await, 0);
    let heard = other.heard();
    let sms = json!({
        "action": "PUSH_SMS", "key": PUSH_KEY, "smsId": 1, "phone": NUMBER, "phoneFrom": "Instagram",
        "text": "Instagram code 482910",
    });
    assert_eq!(heard, [sms.clone(), sms.clone(), sms]);
    let finish = json!({"activationId": sold["activationId"], "status": 3});
    assert_eq!(other.asks(&farm, "FINISH_ACTIVATION", finish).await, json!({"status": "SUCCESS"}));
    assert_eq!(farm.money(shop).await, ("4.58".into(), "0.00".into()));
    farm.is_sound().await;
}

/// Our own program is the other house: it buys there whatever it has not itself.
async fn shop_of(engine: EngineKind) -> (House, House, Caller, Caller, i64) {
    let buyer = House::open(engine).await;
    let (farm, shop) = House::farm(engine, &format!("http://127.0.0.1:{}/ingest/farm/", buyer.port)).await;
    buyer.service(60).await;
    let address = format!("http://127.0.0.1:{}/api/partner/", farm.port);
    let settings = [
        ("address", address.as_str()),
        ("key", KEY),
        ("push_key", PUSH_KEY),
        ("price", "0.42"),
        ("allow_network", "127.0.0.1"),
    ];
    let settings = Settings::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let new = NewSource { slug: "farm".into(), connector: "partner".into(), settings, by: by() };
    let source = supply::add_source(&buyer.app, &connectors::registry(), new).await.expect("a source");
    let (product, code) = (Product::ShortTerm, "ig".to_owned());
    let new =
        NewMapping { source: "farm".into(), service: "instagram".into(), product, code, short_ok: true, by: by() };
    purchase::map(&buyer.app, new).await.expect("mapped");
    purchase::round(&buyer.app, source).await.expect("its list is read");
    let ann = buyer.customer("ann").await;
    (buyer, farm, ann, shop, source)
}

async fn order(buyer: &House, ann: Caller) -> i64 {
    let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
    let placed = order::place(&buyer.app, ann, &ask, None).await.expect("an order");
    assert_eq!((placed.digits.as_str(), placed.price), (NUMBER, Usd::from_cents(60)));
    placed.order
}

async fn code(buyer: &House, ann: Caller, order: i64) -> (State, Option<String>) {
    let inbox = order::inbox(&buyer.app, ann.account, order).await.expect("read").expect("an order");
    (inbox.state, inbox.messages.first().and_then(|message| message.code.clone()))
}

async fn our_own_house_buys(engine: EngineKind) {
    let (buyer, farm, ann, shop, source) = shop_of(engine).await;
    let id = order(&buyer, ann).await;
    assert_eq!((farm.money(shop).await.1, buyer.money(ann).await.1), ("0.42".into(), "0.60".into()));
    farm.text("Instagram code 482910").await;
    assert_eq!(farm.push().await, 1);
    assert_eq!(code(&buyer, ann, id).await, (State::Received, Some("482910".into())));
    // It is told as sold, which is what the farm was paid for.
    for _ in 0..3 {
        buyer.pass_ms(HOUR_MS);
        purchase::round(&buyer.app, source).await.expect("a round");
    }
    let bought = purchase::list(&buyer.app, false, None).await.expect("a list");
    assert_eq!(bought[0].state.word(), "done");
    assert_eq!(farm.money(shop).await, ("4.58".into(), "0.00".into()));
    assert_eq!(buyer.money(ann).await, ("4.40".into(), "0.00".into()));
    assert_eq!(partner::list(&farm.app).await.expect("listed")[0].taken, 1);
    farm.is_sound().await;
    buyer.is_sound().await;
}

async fn what_our_own_house_gives_up_is_free_again(engine: EngineKind) {
    let (buyer, farm, ann, shop, _) = shop_of(engine).await;
    let id = order(&buyer, ann).await;
    order::cancel(&buyer.app, ann, id, None).await.expect("cancelled");
    assert_eq!(farm.money(shop).await, ("5.00".into(), "0.00".into()));
    assert_eq!(buyer.money(ann).await, ("5.00".into(), "0.00".into()));
    farm.is_sound().await;
    buyer.is_sound().await;
}

/// The buyer cannot be reached for some minutes: its SMS waits at the farm, and is still in time.
async fn our_own_house_is_not_reached_for_a_while(engine: EngineKind) {
    let (buyer, farm, ann, _, _) = shop_of(engine).await;
    let id = order(&buyer, ann).await;
    let elsewhere = |port: u16| [("address".to_owned(), format!("http://127.0.0.1:{port}/ingest/farm/"))].into();
    let change = async |port| {
        let changes = Changes { to: elsewhere(port), ..Changes::default() };
        partner::change(&farm.app, "shop", changes, &why(), &by()).await.expect("changed");
    };
    // Nobody listens at port 1.
    change(1).await;
    farm.text("Instagram code 482910").await;
    for _ in 0..6 {
        farm.push().await;
        farm.pass_ms(30 * SECOND_MS);
        buyer.pass_ms(30 * SECOND_MS);
    }
    let waits = partner::list(&farm.app).await.expect("listed").remove(0);
    assert_eq!((waits.waiting, waits.fault.as_deref()), (1, Some("could not connect: connection refused")));
    assert_eq!(code(&buyer, ann, id).await, (State::Waiting, None));
    change(buyer.port).await;
    farm.pass_ms(60 * SECOND_MS);
    assert_eq!(farm.push().await, 1);
    assert_eq!(code(&buyer, ann, id).await, (State::Received, Some("482910".into())));
    farm.is_sound().await;
    buyer.is_sound().await;
}

/// Makes a test of a story for each engine.
macro_rules! on_both {
    ($story:ident, $sqlite:ident, $postgres:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sqlite() {
            $story(EngineKind::Sqlite).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $postgres() {
            $story(EngineKind::Postgres).await;
        }
    };
}

on_both!(a_stand_in_buys, a_stand_in_buys_on_sqlite, a_stand_in_buys_on_postgres);
on_both!(our_own_house_buys, our_own_house_buys_on_sqlite, our_own_house_buys_on_postgres);
on_both!(
    what_our_own_house_gives_up_is_free_again,
    what_our_own_house_gives_up_is_free_again_on_sqlite,
    what_our_own_house_gives_up_is_free_again_on_postgres
);
on_both!(
    our_own_house_is_not_reached_for_a_while,
    our_own_house_is_not_reached_for_a_while_on_sqlite,
    our_own_house_is_not_reached_for_a_while_on_postgres
);

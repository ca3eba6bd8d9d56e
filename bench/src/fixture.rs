//! A house to measure: durable, on the disk of the working folder, with numbers, prices and rich customers.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::App;
use domain::account::{self, Caller, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{self, Db, DbOptions, DbUrl};
use domain::login::{self, Chosen, Invitation, STATEMENT_VERSION, Visit};
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::order::{self, Ask};
use domain::phone::Nanp;
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::seal::Key;
use domain::supply::{self, NewSource, Settings};

/// The key of every house that is measured; nothing in them is secret.
pub(crate) const MASTER: [u8; 32] = [7; 32];
/// What pushes to the measured house are signed with.
pub(crate) const SIGNING_KEY: [u8; 32] = [5; 32];

fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(SIGNING_KEY))
}

/// The machine's time: what is prepared here is served by the program, which has the same clock.
#[expect(clippy::disallowed_methods, reason = "a measurement is a program of its own")]
pub(crate) fn machine_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("it is after 1970").as_millis()).expect("it is long before 292 million")
}

/// A house that is measured from within this process.
pub(crate) struct Fixture {
    pub(crate) app: App,
    pub(crate) folder: tempfile::TempDir,
    /// It stands still unless a measurement moves it.
    now_ms: Arc<AtomicI64>,
}

/// A scratch folder on the disk that holds the working folder: `/tmp` is often memory.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("bench-").tempdir_in(".").expect("the working folder can be written")
}

pub(crate) fn sqlite(folder: &Path) -> DbOptions {
    DbOptions::new(DbUrl::Sqlite(PathBuf::from(folder).join("house.db")))
}

impl Fixture {
    /// A house on SQLite with one source and one service.
    pub(crate) async fn open(change: impl FnOnce(&mut DbOptions)) -> Self {
        let folder = scratch();
        let mut options = sqlite(folder.path());
        change(&mut options);
        Self::on(&options, folder).await
    }

    /// A house on any database.
    pub(crate) async fn on(options: &DbOptions, folder: tempfile::TempDir) -> Self {
        let now_ms = Arc::new(AtomicI64::new(machine_ms()));
        let time = Arc::clone(&now_ms);
        let db = Db::open(options).await.expect("the database opens");
        let clock = Clock::new(move || time.load(Ordering::Relaxed));
        let app = App::open(db, clock, &Key::from_bytes(MASTER)).await.expect("the house opens");
        let house = Self { app, folder, now_ms };
        house.furnish().await;
        house
    }

    /// Copies the SQLite file, which the house goes on using.
    pub(crate) async fn copy_to(&self, path: &Path) {
        db::copy(self.folder.path().join("house.db"), path.to_owned()).await.expect("a copy");
    }

    async fn furnish(&self) {
        let new = NewSource {
            slug: "bench".into(),
            connector: "jesusnumber".into(),
            settings: Settings::new(BTreeMap::from([("secret".to_owned(), secret())])),
            by: Permit::at_the_machine("bench"),
        };
        supply::add_source(&self.app, &connectors::registry(), new).await.expect("a source");
        let service = NewService {
            slug: "instagram".into(),
            name: "Instagram".into(),
            code: None,
            category: "social".into(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: vec!["instagram".into()],
        };
        edit::put_service(&self.app, service, Permit::at_the_machine("bench")).await.expect("a service");
        let price =
            NewPrice { service: "instagram".into(), product: Product::ShortTerm, amount: Some(Usd::from_cents(42)) };
        edit::set_prices(&self.app, vec![price], Permit::at_the_machine("bench")).await.expect("a price");
    }

    /// Places `count` orders through the door, among these customers, and tells the numbers that each has.
    pub(crate) async fn ordered(&self, customers: &[(Caller, String)], count: usize) -> Vec<Vec<String>> {
        let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
        let share = count / customers.len();
        let buyers: Vec<_> = customers
            .iter()
            .map(|(caller, _)| {
                let (app, caller, ask) = (self.app.clone(), *caller, ask.clone());
                tokio::spawn(async move {
                    let mut numbers = Vec::with_capacity(share);
                    for _ in 0..share {
                        numbers.push(order::place(&app, caller, &ask, None).await.expect("an order").digits);
                    }
                    numbers
                })
            })
            .collect();
        let mut of_each = Vec::with_capacity(buyers.len());
        for buyer in buyers {
            of_each.push(buyer.await.expect("no buyer panics"));
        }
        of_each
    }

    /// How many orders have their code: a message that was only kept is not what is measured.
    pub(crate) fn received(&self) -> usize {
        let file = rusqlite::Connection::open(self.folder.path().join("house.db")).expect("the database opens");
        let count: i64 = file
            .query_row("SELECT COUNT(*) FROM orders WHERE state = 'received'", [], |row| row.get(0))
            .expect("a count");
        usize::try_from(count).expect("a count")
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Imports `count` numbers, from area code 201 on.
    pub(crate) async fn numbers(&self, count: usize) {
        self.numbers_of("bench", count).await;
    }

    /// The same, for a source of that slug.
    pub(crate) async fn numbers_of(&self, source: &str, count: usize) {
        let total = i64::try_from(count).expect("a count");
        let mut import = import::begin(&self.app, source, rand::random(), total, Permit::at_the_machine("bench"))
            .await
            .expect("an import");
        let mut all = every_number().take(count);
        loop {
            let batch: Vec<NewNumber> = all.by_ref().take(import::BATCH_MAX).collect();
            if batch.is_empty() {
                break;
            }
            import = import::load(&self.app, import, batch).await.expect("a batch");
        }
        import::complete(&self.app, import).await.expect("complete");
    }

    /// Makes an account whose person has chosen a password.
    pub(crate) async fn person(&self, email: &str) {
        let new = NewAccount { name: email.to_owned(), tier: Tier::New, by: "bench".into() };
        account::create(&self.app, new).await.expect("an account");
        let base_url = "http://localhost".to_owned();
        let (account, email) = (email.to_owned(), email.to_owned());
        let invitation = Invitation { account, email, base_url: base_url.clone(), by: "bench".into() };
        let link = login::invite(&self.app, invitation).await.expect("a link");
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let visit = Visit { base_url, address, device: "bench".into(), known_by: None };
        let chosen = Chosen { link: &link, password: "a long password for a bench" };
        login::confirm_sign_up(&self.app, &visit, chosen, STATEMENT_VERSION).await.expect("a sign-in");
    }

    /// Makes customers who can pay for everything.
    pub(crate) async fn customers(&self, count: usize) -> Vec<(Caller, String)> {
        let mut customers = Vec::with_capacity(count);
        for place in 0..count {
            let name = format!("customer {place}");
            let new = NewAccount { name: name.clone(), tier: Tier::Business, by: "bench".into() };
            account::create(&self.app, new).await.expect("an account");
            let amount = Usd::parse("9000000").expect("dollars");
            let (reason, by) = (Reason::parse("bench").expect("a reason"), Permit::at_the_machine("bench"));
            let credit = NewCredit { account: name.clone(), amount, reason, reference: None, by };
            account::credit(&self.app, credit).await.expect("a credit");
            let new = NewKey {
                account: name,
                name: "bench".into(),
                expires_ms: None,
                limits: account::KeyLimits::default(),
                by: "bench".into(),
            };
            let key = account::create_key(&self.app, new).await.expect("a key");
            customers.push((account::authenticate(&self.app, &key).await.expect("it opens"), key));
        }
        customers
    }
}

/// Numbers that could exist, an area code after the other.
fn every_number() -> impl Iterator<Item = NewNumber> {
    let areas = (201..990).filter(|area| domain::phone::state_of(*area).is_some());
    areas.flat_map(|area| (0..8_000).map(move |line| (area, line))).filter_map(|(area, line)| {
        let exchange = 220 + line / 1_000;
        let number = Nanp::parse(&format!("1{area}{exchange}{:04}", line % 1_000)).ok()?;
        Some(NewNumber {
            number,
            carrier: "Bench".into(),
            line_type: "mobile".into(),
            supplier: "Bench".into(),
            contract: "B-1".into(),
            acquired_on: "2026-01-01".into(),
            cost: Usd::ZERO,
        })
    })
}

//! The house before the program's first start, and the look of its operator at it afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::App;
use domain::account::{self, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, EngineKind};
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::phone::Nanp;
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::seal::Key;
use domain::supply::{self, NewSource, Settings};
use scratch::Schema;
use tempfile::TempDir;

use crate::program::Told;

/// What customers start with. One is poor, so that money refuses orders too; the last is left to the tests themselves.
pub(crate) const CREDITS: [&str; 5] = ["500.00", "500.00", "500.00", "12.00", "50.00"];
/// What is sold.
pub(crate) const SERVICES: [&str; 4] = ["instagram", "whatsapp", "telegram", "uber"];
/// The source that pushes texts.
pub(crate) const SOURCE: &str = "own";
/// The bytes that it signs with.
pub(crate) const SECRET: [u8; 32] = [7; 32];
/// Few enough that nodes meet at the same ones.
const NUMBERS: usize = 600;
const MASTER: [u8; 32] = [9; 32];

/// A house on a database of its own.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) keys: Vec<String>,
    app: App,
    database: String,
    key_file: PathBuf,
    _schema: Option<Schema>,
}

impl House {
    /// Sets a house up.
    pub(crate) async fn build(engine: EngineKind) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (database, schema) = match engine {
            EngineKind::Sqlite => (format!("sqlite:{}", folder.path().join("house.db").display()), None),
            EngineKind::Postgres => {
                let schema = Schema::new();
                (schema.url(), Some(schema))
            }
        };
        let key_file = folder.path().join("house.key");
        fs::write(&key_file, STANDARD.encode(MASTER)).expect("a key file");
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).expect("for its owner alone");
        let mut options = DbOptions::new(database.parse().expect("a database"));
        options.pool_size = 4;
        let db = Db::open(&options).await.expect("the database opens");
        let app = App::open(db, Clock::new(now_ms), &Key::from_bytes(MASTER)).await.expect("the house opens");
        stock(&app).await;
        let mut keys = Vec::new();
        for (place, dollars) in CREDITS.iter().enumerate() {
            keys.push(customer(&app, &format!("customer {place}"), dollars).await);
        }
        Self { folder, keys, app, database, key_file, _schema: schema }
    }

    /// What a node is told at its starts.
    pub(crate) fn told(&self, node: usize) -> Told {
        let log = self.folder.path().join(format!("node-{node}.log"));
        Told { database: self.database.clone(), key_file: self.key_file.clone(), log }
    }

    /// What does not hold in the database.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let findings = domain::verify::verify(&self.app, &|_| {}).await.expect("the database is read");
        findings.into_iter().map(|finding| format!("{}: {} {}", finding.rule, finding.row, finding.what)).collect()
    }
}

/// The time that the program has too.
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test reads the machine's clock, and texts are signed by it"
)]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("a time")
}

async fn stock(app: &App) {
    let secret = format!("whsec_{}", STANDARD.encode(SECRET));
    let settings = Settings::new(BTreeMap::from([("secret".to_owned(), secret)]));
    let new = NewSource {
        slug: SOURCE.into(),
        connector: "jesusnumber".into(),
        settings,
        by: Permit::at_the_machine("test"),
    };
    supply::add_source(app, &connectors::registry(), new).await.expect("a source");
    for slug in SERVICES {
        service(app, slug).await;
    }
    let rows: Vec<NewNumber> = (0..NUMBERS).map(number).collect();
    let count = i64::try_from(rows.len()).expect("few rows");
    let mut import =
        import::begin(app, SOURCE, rand::random(), count, Permit::at_the_machine("test")).await.expect("an import");
    for batch in rows.chunks(500) {
        import = import::load(app, import, batch.to_vec()).await.expect("a batch");
    }
    import::complete(app, import).await.expect("complete");
}

async fn service(app: &App, slug: &str) {
    let new = NewService {
        slug: slug.into(),
        name: slug.into(),
        code: None,
        category: "social".into(),
        is_enabled: true,
        any_text_counts: false,
        senders: Vec::new(),
        texts: vec![slug.into()],
    };
    edit::put_service(app, new, Permit::at_the_machine("test")).await.expect("a service");
    let price = |product, cents| NewPrice { service: slug.into(), product, amount: Some(Usd::from_cents(cents)) };
    let prices = vec![price(Product::ShortTerm, 42), price(Product::Rental1Day, 365)];
    edit::set_prices(app, prices, Permit::at_the_machine("test")).await.expect("prices");
}

fn number(place: usize) -> NewNumber {
    let area = [202, 212, 310, 415, 617, 702][place / 100];
    NewNumber {
        number: Nanp::parse(&format!("1{area}55501{:02}", place % 100)).expect("a number"),
        carrier: "T-Mobile".into(),
        line_type: "mobile".into(),
        supplier: "Own SIMs".into(),
        contract: "C-1".into(),
        acquired_on: "2026-01-01".into(),
        cost: Usd::ZERO,
    }
}

/// A customer with some dollars, and its key.
async fn customer(app: &App, name: &str, dollars: &str) -> String {
    let new = NewAccount { name: name.into(), tier: Tier::Business, by: "test".into() };
    account::create(app, new).await.expect("an account");
    let (amount, reason) = (Usd::parse(dollars).expect("dollars"), Reason::parse("a gift").expect("a reason"));
    let new = NewCredit { account: name.into(), amount, reason, reference: None, by: Permit::at_the_machine("test") };
    account::credit(app, new).await.expect("a credit");
    let new = NewKey {
        account: name.into(),
        name: "test".into(),
        expires_ms: None,
        limits: account::KeyLimits::default(),
        by: "test".into(),
    };
    account::create_key(app, new).await.expect("a key")
}

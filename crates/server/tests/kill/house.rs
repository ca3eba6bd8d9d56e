//! The house before the program's first start, and the look of its operator at it afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::App;
use domain::account::{self, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Access, Db, DbOptions, EngineKind};
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
/// The source that pushes texts over HTTP.
pub(crate) const SOURCE: &str = "own";
/// The source that is a message centre, and the connector that holds its wire.
const CENTRE: &str = "centre";
const SMPP: &str = "smpp";
/// The bytes that it signs with.
pub(crate) const SECRET: [u8; 32] = [7; 32];
/// Few enough that nodes meet at the same ones.
const NUMBERS: usize = 600;
/// The area codes of the numbers whose texts are pushed over HTTP, and of those whose texts the centre delivers.
const AREAS: [[u16; 3]; 2] = [[202, 212, 310], [415, 617, 702]];
/// Numbers of one source in a row, so that those of both are sold side by side.
const ROW: usize = 25;
const MASTER: [u8; 32] = [9; 32];

/// A house on a database of its own.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) keys: Vec<String>,
    app: App,
    /// The source that is the message centre.
    centre: i64,
    database: String,
    key_file: PathBuf,
    _schema: Option<Schema>,
}

impl House {
    /// Sets a house up that has a message centre at this address.
    pub(crate) async fn build(engine: EngineKind, centre: SocketAddr) -> Self {
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
        let app = open(&options).await;
        let centre = stock(&app, centre).await;
        let mut keys = Vec::new();
        for (place, dollars) in CREDITS.iter().enumerate() {
            keys.push(customer(&app, &format!("customer {place}"), dollars).await);
        }
        // From here on the tests look on as an operator's command does, and the file is the program's alone.
        drop(app);
        options.access = Access::Join;
        let app = open(&options).await;
        Self { folder, keys, app, centre, database, key_file, _schema: schema }
    }

    /// What a node is told at its starts.
    pub(crate) fn told(&self, node: usize) -> Told {
        let log = self.folder.path().join(format!("node-{node}.log"));
        Told { database: self.database.clone(), key_file: self.key_file.clone(), log }
    }

    /// A lone node on PostgreSQL was killed, and the silence passes after which its wire is anybody's.
    pub(crate) async fn silence(&self) {
        let clock = Clock::new(|| now_ms() + supply::SILENCE_MS);
        let later =
            App::open(self.app.db.clone(), clock, &Key::from_bytes(MASTER)).await.expect("the same house, later");
        let owned = supply::own(&later, self.centre, SMPP, "nobody").await.expect("the database answers");
        let owned = owned.expect("whoever had the wire is silent");
        supply::let_go(&later, &owned).await.expect("the wire is free");
    }

    /// What does not hold in the database.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let findings = domain::verify::verify(&self.app, &|_| {}).await.expect("the database is read");
        findings.into_iter().map(|finding| format!("{}: {} {}", finding.rule, finding.row, finding.what)).collect()
    }
}

/// Whether the texts of a number come from the message centre.
pub(crate) fn is_of_centre(number: &str) -> bool {
    let area = &Nanp::parse(number).expect("a number of the house").digits()[1..4];
    AREAS[1].iter().any(|of_centre| of_centre.to_string() == area)
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

async fn open(options: &DbOptions) -> App {
    let db = Db::open(options).await.expect("the database opens");
    App::open(db, Clock::new(now_ms), &Key::from_bytes(MASTER)).await.expect("the house opens")
}

/// Fills the house; the id of the source that is the message centre.
async fn stock(app: &App, centre: SocketAddr) -> i64 {
    let secret = format!("whsec_{}", STANDARD.encode(SECRET));
    source(app, SOURCE, "jesusnumber", &[("secret", &secret)]).await;
    let host = centre.to_string();
    // Asked every second, the centre says what it knows of our answers while the load is on.
    let settings = [
        ("hosts", host.as_str()),
        ("allow_network", "127.0.0.1"),
        ("system_id", "house"),
        ("password", "secret"),
        ("enquire_seconds", "1"),
    ];
    let centre = source(app, CENTRE, SMPP, &settings).await;
    for slug in SERVICES {
        service(app, slug).await;
    }
    for row in 0..NUMBERS / ROW / AREAS.len() {
        for (areas, slug) in AREAS.iter().zip([SOURCE, CENTRE]) {
            import(app, slug, (0..ROW).map(|place| number(areas, row * ROW + place)).collect()).await;
        }
    }
    centre
}

/// Adds a source; its id.
async fn source(app: &App, slug: &str, connector: &str, settings: &[(&str, &str)]) -> i64 {
    let settings: BTreeMap<String, String> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let new = NewSource {
        slug: slug.into(),
        connector: connector.into(),
        settings: Settings::new(settings),
        by: Permit::at_the_machine("test"),
    };
    supply::add_source(app, &connectors::registry(), new).await.expect("a source")
}

async fn import(app: &App, slug: &str, rows: Vec<NewNumber>) {
    let count = i64::try_from(rows.len()).expect("few rows");
    let import =
        import::begin(app, slug, rand::random(), count, Permit::at_the_machine("test")).await.expect("an import");
    let import = import::load(app, import, rows).await.expect("a batch");
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

fn number(areas: &[u16], place: usize) -> NewNumber {
    let area = areas[place / 100];
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

//! A house to serve: a phone with one SIM, one service, one customer. It is made beside the program, as `admin` would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::App;
use domain::account::{self, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::Clock;
use domain::db::{Access, Db, DbOptions, Row};
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::phone::Nanp;
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::seal::Key;
use domain::supply::{self, NewSource, Settings};
use scratch::Schema;

use crate::http::Client;
use crate::program::Program;

/// The device of the documented webhook.
pub(crate) const DEVICE: &str = "ffffffffceb0b1db0000018e937c815b";
/// The phone's signing key.
pub(crate) const SIGNING_KEY: &str = "a-long-signing-key";
/// The number of its first SIM.
pub(crate) const NUMBER: &str = "12025550147";

/// Which database a house lies in.
#[derive(Clone, Copy)]
pub(crate) enum Kept {
    Sqlite,
    Postgres,
}

impl Kept {
    /// A new database in a folder or on the server, and what holds the latter until the test ends.
    pub(crate) fn database(self, folder: &Path) -> (String, Option<Schema>) {
        match self {
            Self::Sqlite => (format!("sqlite:{}", folder.join("house.db").display()), None),
            Self::Postgres => {
                let schema = Schema::new();
                (schema.url(), Some(schema))
            }
        }
    }
}

/// A running house.
pub(crate) struct House {
    pub(crate) program: Program,
    pub(crate) client: Client,
    pub(crate) private: Client,
    folder: tempfile::TempDir,
    _schema: Option<Schema>,
}

/// The time of this machine, as the program under test reads it.
#[expect(clippy::disallowed_methods, reason = "the program under test has the machine's clock, so its peers do too")]
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the year 292277026")
}

impl House {
    /// Makes a house and serves it.
    pub(crate) fn serve(engine: Kept) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let place = |name: &str| -> PathBuf { folder.path().join(name) };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let (database, schema) = engine.database(folder.path());
        std::fs::write(place("house.key"), STANDARD.encode([7; 32])).expect("a key file");
        let key = runtime.block_on(make(&database));
        drop(runtime);
        let settings = format!(
            "database = '{database}'\nkey_file = '{}'\nlisten = '127.0.0.1:0'\nprivate_listen = '127.0.0.1:0'\n\
             log_format = 'json'\n",
            place("house.key").display()
        );
        std::fs::write(place("house.toml"), settings).expect("a settings file");
        Self::join(folder, schema, key)
    }

    /// A file in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Serves the same house from one more process.
    pub(crate) fn neighbour(&self) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        for name in ["house.toml", "house.key"] {
            std::fs::copy(self.folder.path().join(name), folder.path().join(name)).expect("copied");
        }
        Self::join(folder, None, self.client.key.clone())
    }

    fn join(folder: tempfile::TempDir, schema: Option<Schema>, key: String) -> Self {
        let settings = folder.path().join("house.toml");
        let program = Program::start(&["serve", "--config", settings.to_str().expect("text")]);
        let line = program.line_with("the house is open");
        let address = |name: &str| {
            let start = line.find(name).expect("the log tells the addresses") + name.len();
            line[start..].split('"').next().and_then(|address| address.parse().ok()).expect("an address")
        };
        let client = Client { address: address(r#""listen":""#), key: key.clone() };
        let private = Client { address: address(r#""private":""#), key };
        Self { program, client, private, folder, _schema: schema }
    }
}

/// A house that was opened once and rests: its settings lie in `house.toml` of the folder.
pub(crate) struct Resting {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) database: String,
    _schema: Option<Schema>,
}

impl Resting {
    /// A house without anything in it.
    pub(crate) fn new(engine: Kept) -> Self {
        let resting = Self::without_house(engine);
        std::fs::write(resting.path("house.key"), STANDARD.encode([7; 32])).expect("a key file");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let database = resting.database.parse().expect("an address");
            let db = Db::open(&DbOptions::new(database)).await.expect("it opens");
            App::open(db, Clock::new(now_ms), &Key::from_bytes([7; 32])).await.expect("it opens");
        });
        resting
    }

    /// Settings alone: no database, or an empty one, and no key file.
    pub(crate) fn without_house(engine: Kept) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (database, schema) = engine.database(folder.path());
        let key_file = folder.path().join("house.key");
        let settings = format!("database = '{database}'\nkey_file = '{}'\n", key_file.display());
        std::fs::write(folder.path().join("house.toml"), settings).expect("a settings file");
        Self { folder, database, _schema: schema }
    }

    /// A file in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of the files in its folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The number that a statement tells.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        self.row(sql).int(0)
    }

    /// The text that a statement tells.
    pub(crate) fn text(&self, sql: &'static str) -> String {
        self.row(sql).text(0).to_owned()
    }

    fn row(&self, sql: &'static str) -> Row {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let options =
                DbOptions { access: Access::Join, ..DbOptions::new(self.database.parse().expect("an address")) };
            let db = Db::open(&options).await.expect("it opens");
            db.row(sql, &[]).await.expect("read").expect("a row")
        })
    }

    /// Changes rows behind the house's back.
    pub(crate) fn change(&self, sql: &str) {
        match self.database.strip_prefix("sqlite:") {
            Some(path) => rusqlite::Connection::open(path).and_then(|file| file.execute_batch(sql)).expect("changed"),
            None => {
                let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let (client, connection) = tokio_postgres::connect(&self.database, tokio_postgres::NoTls)
                        .await
                        .expect("the server answers");
                    tokio::spawn(connection);
                    client.batch_execute(sql).await.expect("changed");
                });
            }
        }
    }
}

/// Fills a database and tells the customer's key.
async fn make(database: &str) -> String {
    let db = Db::open(&DbOptions::new(database.parse().expect("an address"))).await.expect("it opens");
    let app = App::open(db, Clock::new(now_ms), &Key::from_bytes([7; 32])).await.expect("it opens");
    let by = || "test".to_owned();
    let settings = Settings::new(BTreeMap::from([("signing_key".to_owned(), SIGNING_KEY.to_owned())]));
    let new = NewSource {
        slug: "phone".into(),
        connector: "sms-gateway-android".into(),
        settings,
        by: Permit::at_the_machine("test"),
    };
    supply::add_source(&app, &connectors::registry(), new).await.expect("a source");
    let new = NewService {
        slug: "google".into(),
        name: "Google".into(),
        code: None,
        category: "search".into(),
        is_enabled: true,
        any_text_counts: false,
        senders: vec!["22000".into()],
        texts: vec!["google".into()],
    };
    edit::put_service(&app, new, Permit::at_the_machine("test")).await.expect("a service");
    let amount = Some(Usd::from_cents(42));
    let price = NewPrice { service: "google".into(), product: Product::ShortTerm, amount };
    edit::set_prices(&app, vec![price], Permit::at_the_machine("test")).await.expect("a price");
    stock(&app).await;
    let new = NewAccount { name: "ann".into(), tier: Tier::Business, by: by() };
    account::create(&app, new).await.expect("an account");
    let amount = Usd::from_cents(500);
    let (reason, permit) = (Reason::parse("a gift").expect("a reason"), Permit::at_the_machine("test"));
    let new = NewCredit { account: "ann".into(), amount, reason, reference: None, by: permit };
    account::credit(&app, new).await.expect("a credit");
    let new = NewKey {
        account: "ann".into(),
        name: "test".into(),
        expires_ms: None,
        limits: account::KeyLimits::default(),
        by: by(),
    };
    account::create_key(&app, new).await.expect("a key")
}

async fn stock(app: &App) {
    let number = Nanp::parse(NUMBER).expect("a number");
    let new = NewNumber {
        number,
        carrier: "T-Mobile".into(),
        line_type: "mobile".into(),
        supplier: "Own SIMs".into(),
        contract: "C-1".into(),
        acquired_on: "2026-01-01".into(),
        cost: Usd::ZERO,
    };
    let import = import::begin(app, "phone", [1; 32], 1, Permit::at_the_machine("test")).await.expect("an import");
    let import = import::load(app, import, vec![new]).await.expect("a batch");
    import::complete(app, import).await.expect("complete");
    supply::map_sim(app, "phone", &format!("{DEVICE}/1"), &number, Permit::at_the_machine("test"))
        .await
        .expect("a SIM");
}

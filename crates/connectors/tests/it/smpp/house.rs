//! A small house that holds a wire: whatever comes in stays in quarantine, where a test can read all of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::App;
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability};
use domain::message;
use domain::money::Usd;
use domain::number::import::{self, NewNumber};
use domain::number::{self, LineState};
use domain::phone::Nanp;
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::seal::Key;
use domain::supply::{self, Inbox, NewSource, Settings};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

/// When the house's clock stands still: 2026-05-22T14:30:00Z.
const NOW_MS: i64 = 1_779_460_200_000;
/// Our number; what comes in on it joins.
pub(crate) const NUMBER: &str = "12025550147";
const PATIENCE: Duration = Duration::from_secs(60);

/// The house.
pub(crate) struct House {
    pub(crate) app: App,
    connector: &'static str,
    now_ms: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

/// A wire that is held.
pub(crate) struct Held {
    pub(crate) inbox: Inbox,
    owned: supply::Owned,
    close: watch::Sender<bool>,
    holding: JoinHandle<()>,
}

/// A message that nobody may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) reason: String,
    pub(crate) sender: String,
    pub(crate) text: String,
}

/// The settings of a source whose centre is on this machine, with some that differ.
pub(crate) fn settings(address: &str, more: &[(&str, &str)]) -> Settings {
    let mut all = BTreeMap::from([
        ("hosts", address),
        ("system_id", "house"),
        ("password", "swordfish"),
        ("allow_network", "127.0.0.1"),
    ]);
    all.extend(more.iter().copied());
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

impl House {
    /// A house with one source, a message centre, and one number.
    pub(crate) async fn open(address: &str) -> Self {
        Self::of("smpp", settings(address, &[])).await
    }

    /// A house with one source and one number.
    pub(crate) async fn of(connector: &'static str, settings: Settings) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut options = DbOptions::new(DbUrl::Sqlite(folder.path().join("house.db")));
        options.durability = Durability::Unchecked;
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = Arc::clone(&now_ms);
        let db = Db::open(&options).await.expect("it opens");
        let clock = Clock::new(move || clock.load(Ordering::SeqCst));
        let app = App::open(db, clock, &Key::from_bytes([9; 32])).await.expect("it opens");
        let new = NewSource {
            slug: "centre".to_owned(),
            connector: connector.to_owned(),
            settings,
            by: Permit::at_the_machine("test"),
        };
        supply::add_source(&app, &connectors::registry(), new).await.expect("added");
        let number = NewNumber {
            number: Nanp::parse(NUMBER).expect("a number"),
            carrier: "T-Mobile".to_owned(),
            line_type: "mobile".to_owned(),
            supplier: "Own SIMs".to_owned(),
            contract: "C-1".to_owned(),
            acquired_on: "2026-01-01".to_owned(),
            cost: Usd::ZERO,
        };
        let begun = import::begin(&app, "centre", [7; 32], 1, Permit::at_the_machine("test")).await.expect("an import");
        let loaded = import::load(&app, begun, vec![number]).await.expect("a number");
        import::complete(&app, loaded).await.expect("complete");
        Self { app, connector, now_ms, folder }
    }

    /// Says that a SIM is the house's number.
    pub(crate) async fn map(&self, sim: &str) {
        let number = Nanp::parse(NUMBER).expect("a number");
        supply::map_sim(&self.app, "centre", sim, &number, Permit::at_the_machine("test")).await.expect("mapped");
    }

    pub(crate) fn pass_ms(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Changes the database behind the house's back.
    pub(crate) fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.folder.path().join("house.db")).expect("it opens");
        connection.execute_batch(sql).expect("it is done");
    }

    /// Holds the source's wire.
    pub(crate) async fn hold(&self, settings: Settings) -> Held {
        let owned = supply::own(&self.app, 1, self.connector, "test").await.expect("looked").expect("free");
        let (close, closing) = watch::channel(false);
        let inbox = Inbox::new(self.app.clone(), owned.clone(), closing);
        let registry = connectors::registry();
        let connector = registry.get(self.connector).expect("it is there");
        let holding = tokio::spawn(connector.hold(settings, inbox.clone()));
        Held { inbox, owned, close, holding }
    }

    /// Everything that was kept, the oldest first.
    pub(crate) async fn kept(&self) -> Vec<Kept> {
        let lines = message::quarantined(&self.app, i64::MAX, 500).await.expect("listed");
        let mut all = Vec::new();
        for line in lines.iter().rev() {
            let (why, by) = (Reason::parse("a test").expect("a reason"), Permit::at_the_machine("test"));
            let (sender, text) = message::read_quarantined(&self.app, line.id, &why, &by).await.expect("read");
            all.push(Kept { reason: line.reason.clone(), sender, text });
        }
        all
    }

    /// The texts that were kept.
    pub(crate) async fn texts(&self) -> Vec<String> {
        self.kept().await.into_iter().map(|kept| kept.text).collect()
    }

    /// What was told of the number's SIM, if anything.
    pub(crate) async fn line(&self) -> Option<LineState> {
        let number = Nanp::parse(NUMBER).expect("a number");
        let shown = number::show(&self.app, &number).await.expect("looked").expect("it is there");
        number::line_state(&self.app, shown.id).await.expect("looked")
    }

    /// Whether the number's SIM was told to be in the network.
    pub(crate) async fn is_online(&self) -> bool {
        self.line().await.is_some_and(|line| line.is_online)
    }

    /// What last went wrong with the wire.
    pub(crate) async fn fault(&self) -> String {
        supply::write_heard(&self.app).await.expect("written");
        let health = supply::health(&self.app).await.expect("told").remove(&1).unwrap_or_default();
        health.fault.map(|(_, fault)| fault).unwrap_or_default()
    }
}

impl Held {
    /// Ends in order, and gives the wire back.
    pub(crate) async fn close(self, house: &House) {
        self.close.send_replace(true);
        timeout(PATIENCE, self.holding).await.expect("in time").expect("it ends well");
        supply::let_go(&house.app, &self.owned).await.expect("free");
    }

    /// Ends as a kill would: without a word.
    pub(crate) async fn kill(self, house: &House) {
        self.holding.abort();
        drop(self.holding.await);
        house.pass_ms(supply::SILENCE_MS);
    }
}

/// Waits until something holds, at most a minute, also where what is asked does not answer.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    // What is looked at is mostly read from the database, so it is not looked at without a pause.
    let mut looks = interval(Duration::from_millis(5));
    let comes = async {
        while !is_so().await {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, comes).await.expect("it comes to be");
}

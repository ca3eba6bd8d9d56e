//! A small house behind a connector: it keeps what comes, and its log can be read.

use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::App;
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::seal::Key;
use domain::supply::{self, Inbox, NewSource, Request, Settings};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::fmt::MakeWriter;

use crate::peer::{NOW_MS, Peer};

/// A house on SQLite with one source, and no numbers: all that comes is quarantined.
pub(crate) struct House {
    pub(crate) app: App,
    folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn with(peer: &Peer) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mut options = DbOptions::new(DbUrl::Sqlite(folder.path().join("house.db")));
        options.durability = Durability::Unchecked;
        let db = Db::open(&options).await.expect("the database opens");
        let now_ms = AtomicI64::new(NOW_MS);
        let clock = Clock::new(move || now_ms.load(Ordering::SeqCst));
        let app = App::open(db, clock, &Key::from_bytes([9; 32])).await.expect("the house opens");
        let settings = peer.settings(peer.secret);
        let new = NewSource {
            slug: "rack".into(),
            connector: peer.connector.into(),
            settings,
            by: Permit::at_the_machine("test"),
        };
        supply::add_source(&app, &connectors::registry(), new).await.expect("a source");
        Self { app, folder }
    }

    /// The status of the answer; `None` if it could not be kept, and so is not acknowledged.
    pub(crate) async fn push(&self, request: &Request) -> Option<u16> {
        supply::ingest(&self.app, &connectors::registry(), "rack", request).await.ok().map(|reply| reply.status)
    }

    /// Takes the place away where messages are kept.
    pub(crate) fn lose_messages(&self) {
        self.tamper("ALTER TABLE message RENAME TO lost");
    }

    /// Gives it back.
    pub(crate) fn find_messages(&self) {
        self.tamper("ALTER TABLE lost RENAME TO message");
    }

    fn tamper(&self, sql: &str) {
        let beside = rusqlite::Connection::open(self.folder.path().join("house.db")).expect("opens");
        beside.execute_batch(sql).expect("it is done");
    }

    /// Holds the source's wire, or asks the source, with these settings.
    pub(crate) async fn hold(&self, connector: &'static str, settings: Settings) -> Held {
        let owned = supply::own(&self.app, 1, connector, "test").await.expect("looked").expect("free");
        let (close, closing) = watch::channel(false);
        let inbox = Inbox::new(self.app.clone(), owned.clone(), closing);
        let holding = connectors::registry().get(connector).expect("it is there").hold(settings, inbox.clone());
        Held { inbox, owned, close, holding: tokio::spawn(holding) }
    }

    /// The texts that were kept, the oldest first.
    pub(crate) async fn texts(&self) -> Vec<String> {
        let lines = domain::message::quarantined(&self.app, i64::MAX, 500).await.expect("listed");
        let mut all = Vec::new();
        for line in lines.iter().rev() {
            let (why, by) = (Reason::parse("a test").expect("a reason"), Permit::at_the_machine("test"));
            let read = domain::message::read_quarantined(&self.app, line.id, &why, &by).await;
            all.push(read.expect("read").1);
        }
        all
    }

    /// What last went wrong with the wire.
    pub(crate) async fn fault(&self) -> String {
        supply::write_heard(&self.app).await.expect("written");
        let health = supply::health(&self.app).await.expect("told").remove(&1).unwrap_or_default();
        health.fault.map(|(_, fault)| fault).unwrap_or_default()
    }
}

/// A wire that is held.
pub(crate) struct Held {
    pub(crate) inbox: Inbox,
    owned: supply::Owned,
    close: watch::Sender<bool>,
    holding: JoinHandle<()>,
}

impl Held {
    /// Ends in order, and gives the wire back.
    pub(crate) async fn close(self, house: &House) {
        self.close.send_replace(true);
        self.holding.await.expect("it ends well");
        supply::let_go(&house.app, &self.owned).await.expect("free");
    }
}

/// Runs a story on a runtime of its own, on this thread.
pub(crate) fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(story);
}

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn listen(&self, story: impl FnOnce()) {
        let listener =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(self.clone()).finish();
        tracing::subscriber::with_default(listener, || {
            tracing::info!("listening");
            story();
        });
    }

    pub(crate) fn said(&self) -> String {
        let said = String::from_utf8_lossy(&self.0.lock().expect("whole")).into_owned();
        assert!(said.contains("listening"), "the log was heard");
        said
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

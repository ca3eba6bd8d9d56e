//! A small house behind a connector: it keeps what comes, and its log can be read.

use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::App;
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability};
use domain::seal::Key;
use domain::supply::{self, NewSource, Request};
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
        let new = NewSource { slug: "rack".into(), connector: peer.connector.into(), settings, by: "test".into() };
        supply::add_source(&app, &connectors::registry(), new).await.expect("a source");
        Self { app, folder }
    }

    /// The status of the answer; `None` if it could not be kept, and so is not acknowledged.
    pub(crate) async fn push(&self, request: &Request) -> Option<u16> {
        supply::ingest(&self.app, &connectors::registry(), "rack", request).await.ok().map(|reply| reply.status)
    }

    /// Takes the place away where messages are kept.
    pub(crate) fn lose_messages(&self) {
        let beside = rusqlite::Connection::open(self.folder.path().join("house.db")).expect("opens");
        beside.execute_batch("ALTER TABLE message RENAME TO lost").expect("renamed");
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

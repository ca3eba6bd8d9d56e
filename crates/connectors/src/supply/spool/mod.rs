//! Spools: folders into which a modem daemon writes a file for each SMS. They are swept, because an event can be missed
//! and a file cannot.
//!
//! A file that is the same in two sweeps is wholly written. It is kept, and only then taken away; so nothing is lost, and
//! the texts do not stay there.

mod folder;
pub(super) mod gammu;
pub(super) mod smstools;

use std::collections::HashSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::supply::{Inbox, Line, Link, Part, Setting, Settings};
use tokio::time::{sleep, timeout};

use self::folder::{FILE_MAX, Folder, Seen};
use super::telling::{BODY_MAX, fingerprint};

/// Bytes of the folder's path.
const PATH_MAX: usize = 1_024;
/// Seconds between two sweeps.
const SWEEP_MAX: u64 = 60;
/// How long a piece may take to be kept.
const KEEPING: Duration = Duration::from_secs(20);
/// Sweeps until a file that cannot be taken away is tried once more.
const AGAIN_SWEEPS: u32 = 30;

const FOLDER: Setting = Setting {
    name: "folder",
    label: "Folder",
    is_secret: false,
    is_optional: false,
    help: "the absolute path of the folder into which received SMS are written; they are taken out of it",
};

const SWEEP: Setting = Setting {
    name: "sweep_seconds",
    label: "Look every",
    is_secret: false,
    is_optional: true,
    help: "seconds, 1 to 60; 1 if nothing is said. A file is taken at the second look",
};

/// What is different about a kind of spool.
struct Kind {
    /// Whether a file of this name is an SMS.
    is_ours: fn(&str) -> bool,
    /// The pieces in a file. One that cannot be read is a piece too, with its bytes.
    read: fn(&Settings, &[u8]) -> Vec<Part>,
}

/// A spool as the operator described it.
struct Spool {
    folder: PathBuf,
    sweep: Duration,
}

impl Spool {
    fn of(settings: &Settings) -> Result<Self, String> {
        let folder = settings.get("folder").unwrap_or_default();
        let path = Path::new(folder);
        let is_plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        if !path.is_absolute() || !is_plain || folder.len() > PATH_MAX || folder.contains('\0') {
            return Err("`folder` must be an absolute path without `..`".to_owned());
        }
        let sweep = settings.get("sweep_seconds").unwrap_or("1").parse().ok();
        let sweep = sweep.filter(|seconds| (1..=SWEEP_MAX).contains(seconds));
        let sweep = sweep.ok_or_else(|| format!("`sweep_seconds` must be a number from 1 to {SWEEP_MAX}"))?;
        Ok(Self { folder: path.to_owned(), sweep: Duration::from_secs(sweep) })
    }
}

/// A spool that is swept.
struct Sweeper {
    spool: Spool,
    kind: Kind,
    settings: Settings,
    inbox: Inbox,
    /// What the last sweep saw.
    seen: HashSet<Seen>,
    /// What is kept and could not be taken away.
    kept: HashSet<Seen>,
    sweeps: u32,
    link: Option<Link>,
}

async fn hold(kind: Kind, settings: Settings, inbox: Inbox) {
    let spool = match Spool::of(&settings) {
        Ok(spool) => spool,
        Err(wrong) => {
            inbox.fault(&wrong);
            return inbox.closed().await;
        }
    };
    let (seen, kept) = (HashSet::new(), HashSet::new());
    let mut sweeper = Sweeper { spool, kind, settings, inbox: inbox.clone(), seen, kept, sweeps: 0, link: None };
    let sweeping = async {
        loop {
            match sweeper.sweep().await {
                Ok(()) if sweeper.link.is_none() => sweeper.link = Some(sweeper.inbox.link()),
                Ok(()) => {}
                Err(error) => {
                    sweeper.link = None;
                    sweeper.inbox.fault(&format!("the folder cannot be used: {}", error.kind()));
                }
            }
            sleep(sweeper.spool.sweep).await;
        }
    };
    tokio::select! {
        () = inbox.closed() => {}
        () = sweeping => {}
    }
}

impl Sweeper {
    async fn sweep(&mut self) -> io::Result<()> {
        let (path, is_ours) = (self.spool.folder.clone(), self.kind.is_ours);
        let (folder, listed) = blocking(move || {
            let folder = Folder::open(&path)?;
            let listed = folder.list(is_ours)?;
            Ok((Arc::new(folder), listed))
        })
        .await?;
        self.sweeps = self.sweeps.wrapping_add(1);
        let listed: HashSet<Seen> = listed.into_iter().collect();
        self.kept.retain(|seen| listed.contains(seen));
        let mut due = settled(&listed, &self.seen);
        self.seen = listed;
        let is_again = self.sweeps.is_multiple_of(AGAIN_SWEEPS);
        due.retain(|seen| is_again || !self.kept.contains(seen));
        if due.iter().any(|seen| seen.size > FILE_MAX) {
            self.inbox.fault(&format!("a file in the folder has more than {FILE_MAX} bytes; it is left there"));
        }
        due.retain(|seen| seen.size <= FILE_MAX);
        for seen in &due {
            if !self.take(&folder, seen).await {
                break;
            }
        }
        Ok(())
    }

    /// Keeps what is in a file and takes the file away. Whether the next one may be tried.
    async fn take(&mut self, folder: &Arc<Folder>, seen: &Seen) -> bool {
        if !self.kept.contains(seen) {
            let (open, file) = (folder.clone(), seen.clone());
            let Ok(read) = blocking(move || open.read(&file)).await else {
                self.inbox.fault("a file in the folder cannot be read; it is left there");
                return true;
            };
            // It changed meanwhile: the next sweep sees it anew.
            let Some(bytes) = read else { return true };
            for part in (self.kind.read)(&self.settings, &bytes) {
                let _pending = self.inbox.pending();
                if !matches!(timeout(KEEPING, self.inbox.receive(part)).await, Ok(Ok(_))) {
                    self.inbox.fault("a message could not be kept; its file stays");
                    return false;
                }
            }
        }
        let (open, file) = (folder.clone(), seen.clone());
        match blocking(move || open.take_away(&file)).await {
            Ok(_) => drop(self.kept.remove(seen)),
            Err(error) => {
                self.kept.insert(seen.clone());
                self.inbox.fault(&format!("a file that is kept cannot be taken away: {}", error.kind()));
            }
        }
        true
    }
}

/// The files that are as they were at the last sweep, the oldest first.
fn settled(now: &HashSet<Seen>, before: &HashSet<Seen>) -> Vec<Seen> {
    let mut settled: Vec<Seen> = now.intersection(before).cloned().collect();
    settled.sort_unstable();
    settled
}

/// Does what waits for the disk, on a thread that may wait.
async fn blocking<T: Send + 'static>(deed: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(deed).await.map_err(io::Error::other)?
}

/// A file that nobody can read, for the operator.
fn unreadable(line: Line, bytes: &[u8]) -> Part {
    Part {
        reference: fingerprint(&[b"unreadable", bytes]),
        line,
        sender: String::new(),
        text: String::new(),
        raw: bytes[..bytes.len().min(BODY_MAX)].to_vec(),
        sent_ms: None,
        concat: None,
        trouble: Some("unreadable"),
    }
}

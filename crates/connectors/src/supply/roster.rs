//! Which SIMs and modems a source has: a SIM is read by one port at a time, and the SIM that a modem had
//! last is remembered across restarts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::supply::Inbox;

/// Modems whose SIM is remembered; each takes at most 38 bytes of the wire's mark.
const MODEMS_MAX: usize = 100;

/// What is known of a source's SIMs and modems.
pub(super) struct Roster {
    known: Mutex<Known>,
    /// Held while the mark is written, so that an older one is never written over a newer.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// SIMs that a port reads now.
    held: BTreeSet<String>,
    /// The SIM that each modem had last.
    last: BTreeMap<String, String>,
}

/// A SIM that is read by this port alone, until it is dropped.
pub(super) struct Claim {
    roster: Arc<Roster>,
    sim: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.roster.known().held.remove(&self.sim);
    }
}

impl Roster {
    /// What the holder before us left.
    pub(super) fn from_mark(mark: &str) -> Self {
        let pairs = mark.split(' ').filter_map(|pair| pair.split_once('='));
        let last = pairs.map(|(modem, sim)| (modem.to_owned(), sim.to_owned())).take(MODEMS_MAX).collect();
        Self { known: Mutex::new(Known { held: BTreeSet::new(), last }), writing: tokio::sync::Mutex::default() }
    }

    /// Takes a SIM, unless another port reads it: modems on USB often have several.
    pub(super) fn claim(self: &Arc<Self>, sim: &str) -> Option<Claim> {
        let is_free = self.known().held.insert(sim.to_owned());
        is_free.then(|| Claim { roster: self.clone(), sim: sim.to_owned() })
    }

    /// Whether this is the SIM that the modem had when the house last read all that it keeps.
    pub(super) fn is_last(&self, modem: &str, sim: &str) -> bool {
        self.known().last.get(modem).is_some_and(|last| last == sim)
    }

    /// All that the modem keeps was read with this SIM in it. What cannot be written down is learned again.
    pub(super) async fn was_read(&self, modem: &str, sim: &str, inbox: &Inbox) {
        let _writing = self.writing.lock().await;
        let mark = {
            let mut known = self.known();
            if known.last.len() >= MODEMS_MAX && !known.last.contains_key(modem) {
                known.last.pop_first();
            }
            known.last.insert(modem.to_owned(), sim.to_owned());
            let pairs: Vec<String> = known.last.iter().map(|(modem, sim)| format!("{modem}={sim}")).collect();
            pairs.join(" ")
        };
        drop(inbox.set_mark(&mark).await);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The one import that a node runs at a time, and how the latest one stands.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::bad_rows::BadRows;
use domain::number::import::Imported;

/// How far an import is, or how it ended.
#[derive(Clone)]
pub(super) enum Stage {
    /// So many bytes of the file are here.
    Receiving(usize),
    /// So many of its rows were checked.
    Checking(i64),
    /// So many of its rows are in.
    Loading { done: i64, of: i64 },
    /// So many numbers were taken back.
    Undoing(u64),
    /// All of it is in.
    Done(Imported),
    /// Some rows are bad, so that none was loaded.
    Bad(Arc<BadRows>),
    /// It was refused, or broke off.
    Refused(String),
    /// The import was taken back, with so many numbers.
    Undone(i64, u64),
}

impl Stage {
    /// Whether it goes on.
    pub(super) fn is_running(&self) -> bool {
        match self {
            Self::Receiving(_) | Self::Checking(_) | Self::Loading { .. } | Self::Undoing(_) => true,
            Self::Done(_) | Self::Bad(_) | Self::Refused(_) | Self::Undone(..) => false,
        }
    }
}

/// The latest import of this node.
#[derive(Clone)]
pub(super) struct Latest {
    /// Who began it.
    pub(super) by: String,
    /// How far it is.
    pub(super) stage: Stage,
}

/// Where the one import is kept. It is forgotten when the program ends; what it loaded is not.
#[derive(Clone, Default)]
pub(crate) struct Imports(Arc<Mutex<Option<Latest>>>);

impl Imports {
    fn lock(&self) -> MutexGuard<'_, Option<Latest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The latest import.
    pub(super) fn latest(&self) -> Option<Latest> {
        self.lock().clone()
    }

    /// Takes the slot, if nothing runs in it.
    pub(super) fn take(&self, by: &str) -> Option<Slot> {
        let mut latest = self.lock();
        if latest.as_ref().is_some_and(|latest| latest.stage.is_running()) {
            return None;
        }
        *latest = Some(Latest { by: by.to_owned(), stage: Stage::Receiving(0) });
        Some(Slot(self.clone()))
    }
}

/// The right to be the one import. Whoever drops it without an end has left: then the slot is empty again.
pub(super) struct Slot(Imports);

impl Slot {
    /// Tells how far it is.
    pub(super) fn set(&self, stage: Stage) {
        if let Some(latest) = self.0.lock().as_mut() {
            latest.stage = stage;
        }
    }

    /// Ends it.
    pub(super) fn end(self, stage: Stage) {
        self.set(stage);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut latest = self.0.lock();
        if latest.as_ref().is_some_and(|latest| latest.stage.is_running()) {
            *latest = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_import_runs_at_a_time_and_who_leaves_makes_room() {
        let imports = Imports::default();
        let slot = imports.take("ann").expect("it is empty");
        assert!(imports.take("bob").is_none());
        drop(slot);
        assert!(imports.latest().is_none());
        imports.take("bob").expect("it is empty again").end(Stage::Refused("no".to_owned()));
        assert!(imports.latest().is_some_and(|latest| latest.by == "bob" && !latest.stage.is_running()));
        assert!(imports.take("ann").is_some());
    }
}

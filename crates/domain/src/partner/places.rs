//! How many SMS are on their way to each partner, and how many may be.

use std::collections::HashMap;
use std::sync::atomic::AtomicI64;
use std::sync::{Mutex, PoisonError};

use crate::App;

/// What waits for a partner comes in two shares, so that what is new waits behind nothing that failed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Share {
    /// What was never tried.
    Fresh,
    /// What was tried in vain.
    Again,
}

impl Share {
    pub(super) const ALL: [Self; 2] = [Self::Fresh, Self::Again];

    /// SMS of this share that are on their way to one partner at once, at most.
    fn most(self) -> usize {
        match self {
            Self::Fresh => 8,
            Self::Again => 4,
        }
    }
}

/// The pushes of this node that are under way.
#[derive(Default)]
pub(crate) struct Underway {
    /// How many, by partner and share.
    pushes: Mutex<HashMap<(i64, Share), usize>>,
    /// When it was last told how many wait.
    pub(super) told_ms: AtomicI64,
}

impl Underway {
    fn with<T>(&self, work: impl FnOnce(&mut HashMap<(i64, Share), usize>) -> T) -> T {
        work(&mut self.pushes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A place for one push, until this is dropped.
pub(super) struct Place {
    pub(super) app: App,
    of: (i64, Share),
}

impl Place {
    /// Takes all places that a partner has free for a share.
    pub(super) fn free(app: &App, partner: i64, share: Share) -> Vec<Self> {
        let of = (partner, share);
        let free = app.underway.with(|pushes| {
            let taken = pushes.entry(of).or_default();
            let free = share.most().saturating_sub(*taken);
            *taken += free;
            free
        });
        (0..free).map(|_| Self { app: app.clone(), of }).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.underway.with(|pushes| {
            if let Some(taken) = pushes.get_mut(&self.of) {
                *taken -= 1;
            }
        });
    }
}

//! Who changes how the house runs, and why, where they say so: what the audit log keeps of an edit that needs no reason.

use super::permit::{Permit, Run};
use super::reason::{BadReason, Reason};

/// Who changes something, by their permit. A permit alone is somebody who gives no reason.
#[derive(Debug, Clone)]
pub struct Author {
    by: Permit<Run>,
    reason: Option<Reason>,
}

impl Author {
    /// Somebody who may, with the reason that they give.
    #[must_use]
    pub fn new(by: Permit<Run>, reason: Option<Reason>) -> Self {
        Self { by, reason }
    }

    /// Somebody who may, with the reason that was typed: none, where nothing was.
    ///
    /// # Errors
    /// See [`BadReason`].
    pub fn typed(by: Permit<Run>, reason: &str) -> Result<Self, BadReason> {
        Ok(Self::new(by, Reason::parse_optional(reason)?))
    }

    /// The name for the audit log.
    pub(crate) fn who(&self) -> &str {
        &self.by.who
    }

    /// The reason for the audit log; nothing, where none was given.
    pub(crate) fn why(&self) -> &str {
        self.reason.as_ref().map_or("", Reason::text)
    }
}

impl From<Permit<Run>> for Author {
    fn from(by: Permit<Run>) -> Self {
        Self::new(by, None)
    }
}

impl From<&Permit<Run>> for Author {
    fn from(by: &Permit<Run>) -> Self {
        by.clone().into()
    }
}

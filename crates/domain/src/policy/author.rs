//! Who changes something, and why, where they say so: what the audit log keeps of an edit that needs no reason.

use super::reason::Reason;

/// Who changes something. A name alone is one who gives no reason.
#[derive(Debug, Clone)]
pub struct Author {
    pub(crate) who: String,
    reason: Option<Reason>,
}

impl Author {
    /// Somebody, with the reason that they give.
    #[must_use]
    pub fn new(who: &str, reason: Option<Reason>) -> Self {
        Self { who: who.to_owned(), reason }
    }

    /// The reason for the audit log; nothing, where none was given.
    pub(crate) fn why(&self) -> &str {
        self.reason.as_ref().map_or("", Reason::text)
    }
}

impl From<&str> for Author {
    fn from(who: &str) -> Self {
        Self::new(who, None)
    }
}

//! Why somebody with power does what not everybody may: in their own words, and never nothing.

/// Letters of a reason, at most.
pub const REASON_MAX: usize = 500;

/// What was typed is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reason is 1 to {REASON_MAX} characters")]
pub struct BadReason;

/// A reason that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// A reason as it was typed: without control characters and space around it, 1 to [`REASON_MAX`] letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().filter(|sign| !sign.is_control()).collect();
        let is_fine = !text.is_empty() && text.chars().count() <= REASON_MAX;
        is_fine.then_some(Self(text))
    }

    /// A reason that may be left out: none, where nothing was typed.
    ///
    /// # Errors
    /// See [`BadReason`].
    pub fn parse_optional(text: &str) -> Result<Option<Self>, BadReason> {
        if text.trim().is_empty() { Ok(None) } else { Self::parse(text).map(Some).ok_or(BadReason) }
    }

    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_never_nothing_and_never_endless() {
        assert_eq!(Reason::parse("  a ticket\u{7} ").expect("a reason").text(), "a ticket");
        assert_eq!(Reason::parse(" \n "), None);
        assert_eq!(Reason::parse(&"x".repeat(REASON_MAX + 1)), None);
    }

    #[test]
    fn where_a_reason_may_be_left_out_nothing_is_none() {
        assert_eq!(Reason::parse_optional(" \n "), Ok(None));
        assert_eq!(Reason::parse_optional("a ticket"), Ok(Reason::parse("a ticket")));
        assert_eq!(Reason::parse_optional(&"x".repeat(REASON_MAX + 1)), Err(BadReason));
    }
}

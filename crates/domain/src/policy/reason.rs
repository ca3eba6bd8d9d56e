//! Why somebody with power does what not everybody may: in their own words, and never nothing.

/// Letters of a reason, at most.
pub const REASON_MAX: usize = 500;

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
}

//! The acceptable-use statement that everybody accepts at sign-up, with its version.

/// The version of [`STATEMENT`]: whoever changes the words changes it, because it is kept with each acceptance.
pub const STATEMENT_VERSION: &str = "2026-11-24";

/// What a customer promises, a sentence each.
pub const STATEMENT: [&str; 6] = [
    "I use numbers to receive messages that are meant for me, for accounts that I may open.",
    "I do not use them to deceive people, to take over accounts, to get around a ban, or for spam.",
    "I do not use them for banks, payments, exchanges, government, health, carriers, emergency services or voting.",
    "I do not resell access to somebody whom I do not know, and I answer for what is done with my account.",
    "I know that a number is used by others before and after me, and that I must not keep an account's recovery on it.",
    "The house may stop an account that breaks this, and hand over what the law demands.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_have_another_version() {
        let hash = crc32fast::hash(STATEMENT.join("\n").as_bytes());
        assert_eq!((STATEMENT_VERSION, hash), ("2026-11-24", 2_135_880_110));
    }
}

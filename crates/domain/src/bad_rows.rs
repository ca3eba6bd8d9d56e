//! The bad rows of a file: each told by its line and what is wrong, up to a limit, and all of them counted.

/// Bad rows that are told; more are only counted.
const TOLD_MAX: usize = 1_000;

/// What is wrong with a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadRows {
    told: Vec<(u64, String)>,
    total: u64,
}

impl BadRows {
    /// Notes what is wrong with the row on a line.
    pub fn add(&mut self, line: u64, reason: impl Into<String>) {
        self.total += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push((line, reason.into()));
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many rows are bad.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The first thousand, each with its line, in the order of the file.
    #[must_use]
    pub fn told(&self) -> Vec<(u64, String)> {
        // What the database said came after what the file said.
        let mut told = self.told.clone();
        told.sort();
        told
    }

    /// How many there are, in a sentence about a file.
    #[must_use]
    pub fn sentence(&self, file: &str) -> String {
        let rest = self.total - self.told.len() as u64;
        let more =
            if rest > 0 { format!(" (the first {TOLD_MAX} are told, {rest} more are not)") } else { String::new() };
        let many = if self.total == 1 { "1 row is bad".to_owned() } else { format!("{} rows are bad", self.total) };
        format!("{many} in {file}{more}: nothing was imported")
    }
}

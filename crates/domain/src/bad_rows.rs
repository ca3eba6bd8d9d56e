//! The bad rows of a file: each told by its line and what is wrong, in the order of the file.
//!
//! A file may have millions of them, so memory holds the first thousand and those that are not in order yet, which its
//! reader keeps few. Who wants to tell all of them gives a file to keep them in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};

/// Bad rows that are held in memory to be told; all are counted.
pub const TOLD_MAX: usize = 1_000;
/// Letters of a reason. It may quote what stands in the file, which may be long.
const REASON_MAX: usize = 300;

/// What is wrong with a file.
#[derive(Debug, Default)]
pub struct BadRows {
    first: Vec<(u64, String)>,
    /// Those since the last [`BadRows::settle`], in the order in which they were found.
    unsettled: Vec<(u64, String)>,
    total: u64,
    kept: Option<Kept>,
}

/// The file that keeps all of them: a line each, the number of the row's line and the reason with a tab between.
#[derive(Debug)]
struct Kept {
    file: BufWriter<File>,
    /// Why it does not hold all of them.
    fault: Option<io::Error>,
}

impl BadRows {
    /// Keeps all of them in a file, which must be empty and open for reading and writing.
    #[must_use]
    pub fn kept_in(file: File) -> Self {
        Self { kept: Some(Kept { file: BufWriter::new(file), fault: None }), ..Self::default() }
    }

    /// Notes what is wrong with the row on a line.
    pub fn add(&mut self, line: u64, reason: impl AsRef<str>) {
        self.total += 1;
        let plain = reason.as_ref().chars().take(REASON_MAX).map(|sign| if sign.is_control() { ' ' } else { sign });
        self.unsettled.push((line, plain.collect()));
    }

    /// How many are held because an earlier line may still turn out to be bad.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.unsettled.len()
    }

    /// Everything up to here was looked at: what was found since the last time is put in order.
    pub fn settle(&mut self) {
        self.unsettled.sort_unstable_by_key(|(line, _)| *line);
        for (line, reason) in self.unsettled.drain(..) {
            if let Some(kept) = &mut self.kept {
                kept.add(line, &reason);
            }
            if self.first.len() < TOLD_MAX {
                self.first.push((line, reason));
            }
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

    /// The first thousand that are settled, each with its line.
    #[must_use]
    pub fn first(&self) -> &[(u64, String)] {
        &self.first
    }

    /// Tells all of them that are settled and kept: the first thousand, or each where they are kept in a file.
    ///
    /// # Errors
    /// The listener's own, or that of the file, which may be full.
    pub fn tell(&mut self, mut listener: impl FnMut(u64, &str) -> io::Result<()>) -> io::Result<()> {
        match &mut self.kept {
            Some(kept) => kept.tell(listener),
            None => self.first.iter().try_for_each(|(line, reason)| listener(*line, reason)),
        }
    }

    /// How many there are, in a sentence about a file.
    #[must_use]
    pub fn sentence(&self, file: &str) -> String {
        let rest = self.total.saturating_sub(TOLD_MAX as u64);
        let more = if rest > 0 && self.kept.is_none() {
            format!(" (the first {TOLD_MAX} are told, {rest} more are not)")
        } else {
            String::new()
        };
        let many = if self.total == 1 { "1 row is bad".to_owned() } else { format!("{} rows are bad", self.total) };
        format!("{many} in {file}{more}: nothing was imported")
    }
}

impl Kept {
    fn add(&mut self, line: u64, reason: &str) {
        if self.fault.is_none() {
            self.fault = writeln!(self.file, "{line}\t{reason}").err();
        }
    }

    fn tell(&mut self, mut listener: impl FnMut(u64, &str) -> io::Result<()>) -> io::Result<()> {
        self.file.flush()?;
        let mut file = self.file.get_ref();
        file.rewind()?;
        for row in BufReader::new(file).lines() {
            let row = row?;
            let (line, reason) = row.split_once('\t').unwrap_or(("", &row));
            listener(line.parse().unwrap_or(0), reason)?;
        }
        self.fault.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mut bad: BadRows, count: u64) -> BadRows {
        // The database's word on a row comes after that of later rows.
        for line in (1..=count).rev() {
            bad.add(line, format!("row\n{line}"));
        }
        bad.settle();
        bad
    }

    fn told(bad: &mut BadRows) -> Vec<(u64, String)> {
        let mut told = Vec::new();
        bad.tell(|line, reason| {
            told.push((line, reason.to_owned()));
            Ok(())
        })
        .expect("told");
        told
    }

    #[test]
    fn a_thousand_are_told_from_memory_and_the_rest_is_counted() {
        let mut bad = found(BadRows::default(), 1_234);
        assert_eq!((told(&mut bad).len(), bad.total()), (1_000, 1_234));
        assert_eq!(told(&mut bad)[0], (1, "row 1".to_owned()));
        let sentence = bad.sentence("a.csv");
        assert!(sentence.contains("(the first 1000 are told, 234 more are not)"), "{sentence}");
    }

    #[test]
    fn all_are_told_from_a_file_and_memory_holds_no_more() {
        let mut bad = found(BadRows::kept_in(tempfile::tempfile().expect("a file")), 5_000);
        for _ in 0..2 {
            let told = told(&mut bad);
            assert_eq!((told.len(), &told[4_999]), (5_000, &(5_000, "row 5000".to_owned())));
        }
        assert_eq!((bad.first().len(), bad.unsettled()), (1_000, 0));
        assert_eq!(bad.sentence("a.csv"), "5000 rows are bad in a.csv: nothing was imported");
    }
}

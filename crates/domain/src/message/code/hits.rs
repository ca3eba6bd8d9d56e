//! Where the words of `words` stand in a text.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::fold::{Folded, fold, is_unspaced};
use super::words::{self, Meaning};

/// A word of the tables found in the text.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) span: Range<usize>,
    pub(super) meaning: Meaning,
}

/// Finds the words, in order and without those that lie inside a longer one ("code" in "promo code").
pub(super) fn find(folded: &Folded) -> Vec<Hit> {
    let haystack = one_gap(folded.text());
    let mut hits = Vec::new();
    for found in TABLE.words.find_overlapping_iter(&haystack) {
        let word = &TABLE.ends[found.pattern().as_usize()];
        let span = found.start()..found.end();
        if word.fits(folded, &span) {
            hits.push(Hit { span, meaning: word.meaning });
        }
    }
    without_inner(hits)
}

/// The tables, ready to search.
struct Table {
    words: AhoCorasick,
    ends: Vec<Word>,
}

/// What must be so around a word for it to count.
struct Word {
    meaning: Meaning,
    is_whole_at_start: bool,
    is_whole_at_end: bool,
}

impl Word {
    fn fits(&self, folded: &Folded, span: &Range<usize>) -> bool {
        let may_begin = !self.is_whole_at_start || is_word_end(folded.chars_before(span.start).next());
        let may_end = !self.is_whole_at_end || is_word_end(folded.chars_from(span.end).next());
        may_begin && may_end
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut patterns = Vec::new();
    let mut ends = Vec::new();
    for (meaning, list) in words::lists() {
        for entry in list.split(", ") {
            let written = entry.trim_matches('*');
            let pattern = one_gap(&written.chars().filter_map(fold).collect::<String>());
            ends.push(Word {
                meaning,
                is_whole_at_start: !entry.starts_with('*') && pattern.chars().next().is_some_and(is_spaced_letter),
                is_whole_at_end: !entry.ends_with('*') && pattern.chars().next_back().is_some_and(is_spaced_letter),
            });
            patterns.push(pattern);
        }
    }
    let words = AhoCorasick::new(patterns).expect("the tables are far below the limits of an automaton");
    Table { words, ends }
});

fn is_word_end(neighbour: Option<char>) -> bool {
    neighbour.is_none_or(|letter| !is_spaced_letter(letter))
}

fn is_spaced_letter(letter: char) -> bool {
    letter.is_alphabetic() && !is_unspaced(letter)
}

/// "one-time", "one_time" and "one time" are one word to us. The length in bytes stays.
fn one_gap(folded: &str) -> String {
    folded.replace(['-', '_', '\n'], " ")
}

fn without_inner(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.span.start, usize::MAX - hit.span.end, hit.meaning));
    let mut covered = 0;
    hits.retain(|hit| {
        let is_outer = hit.span.end > covered;
        covered = covered.max(hit.span.end);
        is_outer
    });
    hits
}

//! How much the words of a text speak for a candidate.

use super::Reason;
use super::candidate::{Candidate, Shape, is_year};
use super::decoy;
use super::fold::Folded;
use super::hits::Hit;
use super::words::{self, Meaning};

/// A text with what was found in it.
pub(super) struct Scene<'text> {
    pub(super) folded: &'text Folded<'text>,
    pub(super) hits: &'text [Hit],
    /// Where sentences end, in order.
    breaks: Vec<usize>,
    /// Where numbers begin, in order.
    numbers: Vec<usize>,
    /// Those of the numbers that may be codes.
    rivals: Vec<usize>,
    has_small_letters: bool,
}

/// What lies between a word and a number.
pub(super) struct Gap {
    pub(super) chars: usize,
    pub(super) sentences: usize,
    pub(super) numbers: usize,
    rivals: usize,
}

impl<'text> Scene<'text> {
    pub(super) fn new(folded: &'text Folded, hits: &'text [Hit], candidates: &[Candidate]) -> Self {
        let numbers = candidates.iter().filter(|candidate| candidate.shape != Shape::Letters);
        let starts = numbers.clone().map(|number| number.span.start).collect();
        let mut scene = Self {
            folded,
            hits,
            breaks: breaks(folded.text()),
            numbers: starts,
            rivals: Vec::new(),
            has_small_letters: folded.has_raw(char::is_lowercase),
        };
        let rivals = numbers.filter(|number| !decoy::is_other_number(&scene, number));
        scene.rivals = rivals.map(|number| number.span.start).collect();
        scene
    }

    /// The words before a candidate, the nearest first.
    pub(super) fn hits_before(&self, candidate: &Candidate) -> impl Iterator<Item = &Hit> {
        let before = self.hits.partition_point(|hit| hit.span.end <= candidate.span.start);
        let from = before.saturating_sub(HITS_MAX);
        self.hits[from..before].iter().rev().filter(|hit| candidate.span.start - hit.span.end <= REACH)
    }

    /// The words after a candidate, the nearest first.
    pub(super) fn hits_after(&self, candidate: &Candidate) -> impl Iterator<Item = &Hit> {
        let after = self.hits.partition_point(|hit| hit.span.start < candidate.span.end);
        self.hits[after..].iter().take(HITS_MAX).filter(|hit| hit.span.start - candidate.span.end <= REACH)
    }

    /// What lies between two places, which are no further apart than words are looked for.
    pub(super) fn gap(&self, from: usize, to: usize) -> Gap {
        Gap {
            chars: self.folded.part(from..to).chars().count(),
            sentences: count_between(&self.breaks, from, to),
            numbers: count_between(&self.numbers, from, to),
            rivals: count_between(&self.rivals, from, to),
        }
    }

    /// Whether the number that ends at a place counts something: "4821 minutes".
    pub(super) fn is_counted(&self, end: usize) -> bool {
        let next = self.hits.partition_point(|hit| hit.span.start < end);
        self.hits.get(next).is_some_and(|hit| {
            hit.meaning == Meaning::Counted
                && hit.span.start - end <= COUNTED_REACH
                && matches!(self.folded.part(end..hit.span.start), "" | " " | "-" | " (")
        })
    }

    /// Whether a word for codes ends at a place: "code-4821".
    pub(super) fn is_keyword_end(&self, end: usize) -> bool {
        let next = self.hits.partition_point(|hit| hit.span.end < end);
        self.hits.get(next).is_some_and(|hit| hit.span.end == end && hit.meaning.names_code())
    }

    pub(super) fn is_upper(&self, candidate: &Candidate) -> bool {
        !self.folded.raw_part(&candidate.span).contains(char::is_lowercase)
    }

    /// Whether letters of a candidate are a word: "PIN4821", "15MINS". Currencies are too short to tell.
    fn holds_word(&self, candidate: &Candidate) -> bool {
        let next = self.hits.partition_point(|hit| hit.span.end <= candidate.span.start);
        let mut overlapping = self.hits[next..].iter().take_while(|hit| hit.span.start < candidate.span.end);
        overlapping.any(|hit| hit.meaning != Meaning::Currency)
    }

    fn is_same_sentence(&self, one: &Hit, other: &Hit) -> bool {
        let (from, to) = (one.span.end.min(other.span.end), one.span.start.max(other.span.start));
        from > to || count_between(&self.breaks, from, to) == 0
    }
}

fn count_between(places: &[usize], from: usize, to: usize) -> usize {
    places.partition_point(|&at| at < to) - places.partition_point(|&at| at < from)
}

/// What the best word says for a candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    pub(super) score: i32,
    is_phrase: bool,
    is_strong: bool,
    chars: usize,
    sentences: usize,
}

impl Evidence {
    pub(super) fn reason(self) -> Reason {
        if self.is_phrase { Reason::Phrase } else { Reason::NearKeyword }
    }

    pub(super) fn confidence(self) -> u8 {
        u8::try_from(self.score.clamp(0, 97)).expect("it is clamped to what a byte holds")
    }
}

/// Words looked at on each side, and how far away in bytes: both keep the search linear.
const HITS_MAX: usize = 8;
const REACH: usize = 600;
/// How far after a number the word for what it counts may stand, in bytes.
const COUNTED_REACH: usize = 2;

const STRONG: i32 = 90;
const PLAIN: i32 = 80;
const FAINT: i32 = 55;
const SENTENCE_COST: i32 = 15;
const RIVAL_COST: i32 = 20;
/// A word that follows says a little less than one that leads.
const AFTER_COST: i32 = 3;
const PHRASE_BONUS: i32 = 7;
const SCORE_MIN: i32 = 40;

/// Gathers what speaks for a candidate; none if it is too little, or if it is another kind of number.
pub(super) fn of(scene: &Scene, candidate: &Candidate) -> Option<Evidence> {
    if decoy::is_other_number(scene, candidate) || scene.holds_word(candidate) {
        return None;
    }
    let before = scene.hits_before(candidate).filter_map(|hit| weigh(scene, candidate, hit, Side::Before));
    let after = scene.hits_after(candidate).filter_map(|hit| weigh(scene, candidate, hit, Side::After));
    before
        .chain(after)
        .filter(|evidence| evidence.score >= SCORE_MIN && is_enough(scene, candidate, *evidence))
        .max_by_key(|evidence| evidence.score)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

fn weigh(scene: &Scene, candidate: &Candidate, hit: &Hit, side: Side) -> Option<Evidence> {
    let strength = match hit.meaning {
        Meaning::Strong => STRONG,
        Meaning::Plain if sells_in_sentence(scene, hit) => return None,
        Meaning::Plain => PLAIN,
        Meaning::Faint => FAINT,
        Meaning::Label | Meaning::Promotion | Meaning::Currency | Meaning::Counted => return None,
    };
    let (from, to) = match side {
        Side::Before => (hit.span.end, candidate.span.start),
        Side::After => (candidate.span.end, hit.span.start),
    };
    let gap = scene.gap(from, to);
    let is_phrase = hit.meaning.names_code() && is_joined(scene.folded.part(from..to), side);
    let score = strength
        - cost(gap.chars / 4, 1, 20)
        - cost(gap.sentences, SENTENCE_COST, 2)
        - cost(gap.rivals, RIVAL_COST, 2)
        - side_cost(scene, hit, side)
        + if is_phrase { PHRASE_BONUS } else { 0 };
    Some(Evidence {
        score,
        is_phrase,
        is_strong: hit.meaning == Meaning::Strong,
        chars: gap.chars,
        sentences: gap.sentences,
    })
}

fn side_cost(scene: &Scene, hit: &Hit, side: Side) -> i32 {
    match side {
        Side::Before => 0,
        Side::After if leads_a_number(scene, hit) => AFTER_COST + RIVAL_COST,
        Side::After => AFTER_COST,
    }
}

/// "4410: your code 482913": the word belongs to the number it leads.
fn leads_a_number(scene: &Scene, hit: &Hit) -> bool {
    let next = scene.rivals.partition_point(|&start| start < hit.span.end);
    scene.rivals.get(next).is_some_and(|&start| {
        start - hit.span.end <= REACH && is_joined(scene.folded.part(hit.span.end..start), Side::Before)
    })
}

fn cost(count: usize, each: i32, count_max: usize) -> i32 {
    i32::try_from(count.min(count_max)).expect("it is small") * each
}

/// "Use code 2024 for 20% off": next to an offer, "code" means a coupon.
fn sells_in_sentence(scene: &Scene, hit: &Hit) -> bool {
    let at = scene.hits.partition_point(|other| other.span.start < hit.span.start);
    let near = &scene.hits[at.saturating_sub(HITS_MAX)..scene.hits.len().min(at + HITS_MAX)];
    near.iter().any(|other| other.meaning == Meaning::Promotion && scene.is_same_sentence(hit, other))
}

/// Whether a phrase joins word and candidate: only signs and joining words before it ("code is: 4821"), or a joining
/// word right after it ("4821 is your Beacon code").
fn is_joined(between: &str, side: Side) -> bool {
    const BEFORE_CHARS_MAX: usize = 24;
    const AFTER_CHARS_MAX: usize = 40;
    let is_long = between.chars().nth(AFTER_CHARS_MAX).is_some();
    if is_long || between.contains(['.', '!', '?', ';', '。']) {
        return false;
    }
    match side {
        Side::Before => between.chars().nth(BEFORE_CHARS_MAX).is_none() && words_of(between).all(is_joining),
        Side::After => !between.contains(['\n', ',']) && words_of(between).next().is_none_or(is_joining),
    }
}

/// Whether something is said between, and it is only "is", "is your" and the like.
pub(super) fn has_only_joining_words(between: &str) -> bool {
    words_of(between).next().is_some() && words_of(between).all(is_joining)
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_joining(word: &str) -> bool {
    words::JOINING.split(' ').any(|joining| joining == word)
}

/// Whether evidence suffices for a shape: the less usual the shape, the closer the phrase must be.
fn is_enough(scene: &Scene, candidate: &Candidate, evidence: Evidence) -> bool {
    const NEAR_CHARS: usize = 30;
    const ENTER_CHARS: usize = 4;
    let text = scene.folded.part(candidate.span.clone());
    let is_upper = scene.is_upper(candidate);
    match candidate.shape {
        Shape::Digits if candidate.is_glued => evidence.is_phrase && evidence.chars == 0,
        Shape::Digits if candidate.length < 4 || candidate.length > 8 => evidence.is_phrase,
        // "Enter 2068 to verify": a year is not what one enters.
        Shape::Digits if is_year(text) => {
            evidence.is_phrase || evidence.sentences == 0 && evidence.chars <= ENTER_CHARS
        }
        Shape::Digits => true,
        Shape::Mixed if !is_upper => evidence.is_phrase,
        Shape::Mixed if is_coupon(text) => evidence.is_phrase && evidence.is_strong,
        Shape::Mixed => {
            evidence.is_phrase || evidence.is_strong && evidence.sentences == 0 && evidence.chars <= NEAR_CHARS
        }
        Shape::Letters => evidence.is_phrase && is_set_off(scene, candidate),
    }
}

/// "SAVE20", "SUMMER24": a word with a small number.
fn is_coupon(text: &str) -> bool {
    let word = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
    word.len() >= 4 && text.len() - word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether letters stand out as a code does: grouped, or in capitals at the end of a sentence that has small letters.
fn is_set_off(scene: &Scene, candidate: &Candidate) -> bool {
    let folded = scene.folded;
    let rest = candidate.span.end + folded.run(candidate.span.end, |byte| byte == b' ');
    let is_last = rest == folded.len() || matches!(folded.byte(rest), b'\n' | b'.' | b',' | b';');
    let text = folded.part(candidate.span.clone());
    let is_word = words::SHOUTED.split(' ').any(|word| word == text);
    let is_leading = candidate.span.start == 0 && folded.begins(rest, "is your ");
    scene.has_small_letters && !is_word && scene.is_upper(candidate) && (candidate.is_grouped || is_last || is_leading)
}

/// Where sentences end: at a stop that is no decimal point, and at a new line.
fn breaks(text: &str) -> Vec<usize> {
    let mut breaks = Vec::new();
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        let is_stop = match sign {
            '.' => signs.peek().is_none_or(|&(_, next)| !next.is_ascii_digit() && !next.is_ascii_punctuation()),
            '!' | '?' | '\n' | ';' | '。' | '।' | '۔' | '؟' | '؛' | '።' | '։' => true,
            _ => false,
        };
        if is_stop && breaks.last().is_none_or(|&last| last + 1 != at) {
            breaks.push(at);
        }
    }
    breaks
}

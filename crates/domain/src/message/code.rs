//! The code that a text brings, and the link to click where it brings none.
//!
//! The text is folded to one spelling, everything that cannot be a code is masked, and of the spans that are left
//! the one that the words speak for most is taken. Every step is linear in the length of the text.

mod candidate;
mod decoy;
mod evidence;
mod fold;
mod hits;
mod link;
mod mask;
mod origin;
mod words;

use std::ops::Range;

use candidate::{Candidate, Shape, is_year};
use evidence::{Evidence, Scene};
use fold::Folded;
use mask::Mask;

/// What a text holds for the person waiting for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The code, if there is one.
    pub code: Option<Code>,
    /// The byte span of a link that is there to be clicked for verification.
    pub link: Option<Range<usize>>,
}

/// A code found in a text. It has no `Debug`: what a text says must not get into a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The code as it is typed: ASCII digits and letters, without prefix, spaces and dashes.
    pub text: String,
    /// The bytes of the input it came from, prefix and separators included.
    pub span: Range<usize>,
    /// What spoke for it.
    pub reason: Reason,
    /// How sure the rule is, from 0 to 100.
    pub confidence: u8,
}

/// What spoke for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The last line binds it to a web origin.
    OriginBound,
    /// It carries the prefix of Google.
    Google,
    /// It is the whole text.
    Alone,
    /// A phrase joins it to a word for codes: "code is 4821", "4821 is your code".
    Phrase,
    /// A word for codes stands near it.
    NearKeyword,
    /// It is the only number beside a few words that speak for nothing else.
    Brief,
}

impl Reason {
    /// The name in answers to customers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OriginBound => "origin_bound",
            Self::Google => "google",
            Self::Alone => "alone",
            Self::Phrase => "phrase",
            Self::NearKeyword => "near_keyword",
            Self::Brief => "brief",
        }
    }
}

/// Finds the code in a text, and the link to click for verification.
///
/// Of two codes the one that the stronger and nearer word speaks for is taken, and of equal ones the first.
#[must_use]
pub fn code_in(text: &str) -> Found {
    found_in(&Folded::new(text))
}

fn found_in(folded: &Folded) -> Found {
    let hits = hits::find(folded);
    let links = link::find(folded);
    let mask = Mask::new(folded, &links);
    let candidates = unmasked_candidates(folded, &mask);
    let scene = Scene::new(folded, &hits, &candidates);
    let code = origin_bound(folded)
        .or_else(|| google(folded, &candidates))
        .or_else(|| alone(&scene, &candidates))
        .or_else(|| best(&scene, &candidates))
        .or_else(|| brief(&scene, &candidates));
    let link = link::for_verification(folded, &links, &hits, code.as_ref());
    Found { code, link }
}

const CONFIDENCE_ORIGIN_BOUND: u8 = 100;
const CONFIDENCE_GOOGLE: u8 = 98;
const CONFIDENCE_ALONE: u8 = 80;
const CONFIDENCE_BRIEF: u8 = 40;

fn unmasked_candidates(folded: &Folded, mask: &Mask) -> Vec<Candidate> {
    let mut candidates = candidate::find(folded);
    candidates.retain(|candidate| !mask.touches(&candidate.span) && candidate.text(folded).is_some());
    candidates
}

fn origin_bound(folded: &Folded) -> Option<Code> {
    let span = origin::code_span(folded)?;
    let text = candidate::typed(folded.raw_part(&span)).filter(|text| !text.is_empty())?;
    Some(Code { text, span: folded.raw_span(&span), reason: Reason::OriginBound, confidence: CONFIDENCE_ORIGIN_BOUND })
}

fn google(folded: &Folded, candidates: &[Candidate]) -> Option<Code> {
    let candidate = candidates.iter().find(|candidate| candidate.prefix(folded) == "g-")?;
    code(folded, candidate, Reason::Google, CONFIDENCE_GOOGLE)
}

fn alone(scene: &Scene, candidates: &[Candidate]) -> Option<Code> {
    let candidate = candidates.first()?;
    let text = scene.folded.text();
    let is_frame = |part: &str| part.bytes().all(|byte| b" \n.,:;!\"'()[]<>*#`".contains(&byte));
    let is_framed = is_frame(&text[..candidate.span.start]) && is_frame(&text[candidate.span.end..]);
    let is_code_like = match candidate.shape {
        Shape::Digits => (4..=8).contains(&candidate.length),
        Shape::Mixed => (5..=8).contains(&candidate.length) && scene.is_upper(candidate),
        Shape::Letters => false,
    };
    let is_code = is_framed && is_code_like && !decoy::is_other_number(scene, candidate);
    is_code.then(|| code(scene.folded, candidate, Reason::Alone, CONFIDENCE_ALONE))?
}

fn best(scene: &Scene, candidates: &[Candidate]) -> Option<Code> {
    let mut best: Option<(&Candidate, Evidence)> = None;
    for candidate in candidates {
        let Some(evidence) = evidence::of(scene, candidate) else {
            continue;
        };
        // Only a higher score displaces, so that of equal ones the first stays.
        if best.as_ref().is_none_or(|(_, other)| evidence.score > other.score) {
            best = Some((candidate, evidence));
        }
    }
    let (candidate, evidence) = best?;
    code(scene.folded, candidate, evidence.reason(), evidence.confidence())
}

/// A few words may stand beside a number that is taken for a code without any word for codes.
const BRIEF_WORDS_MAX: usize = 3;
const BRIEF_CHARS_MAX: usize = 40;

/// "Quill 55120": somebody waits for a code, and nothing says that it is something else.
fn brief(scene: &Scene, candidates: &[Candidate]) -> Option<Code> {
    let text = scene.folded.text();
    let mut numbers = candidates.iter().filter(|candidate| candidate.shape != Shape::Letters);
    let (candidate, none) = (numbers.next()?, numbers.next());
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.contains(char::is_alphabetic));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_brief = text.chars().count() <= BRIEF_CHARS_MAX && words.count() <= BRIEF_WORDS_MAX;
    let is_only_number = none.is_none() && digits == candidate.length;
    // Four digits are often a house or a bus, unless they are set apart: "Quill: 4821", "[Quill] 4821".
    let is_set_apart = matches!(text[..candidate.span.start].trim_end().as_bytes().last(), Some(b':' | b']'));
    let length_min = if is_set_apart && !is_year(&text[candidate.span.clone()]) { 4 } else { 5 };
    let is_code_like =
        candidate.shape == Shape::Digits && !candidate.is_glued && (length_min..=8).contains(&candidate.length);
    let is_code = is_brief
        && is_only_number
        && is_code_like
        && scene.hits.is_empty()
        && !decoy::is_other_number(scene, candidate);
    is_code.then(|| code(scene.folded, candidate, Reason::Brief, CONFIDENCE_BRIEF))?
}

fn code(folded: &Folded, candidate: &Candidate, reason: Reason, confidence: u8) -> Option<Code> {
    Some(Code { text: candidate.text(folded)?, span: folded.raw_span(&candidate.span), reason, confidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text is made of over and over: each one once made, or could make, some step look at much more than its own
    /// place.
    const HOSTILE: &[&str] = &[
        "7",
        "@",
        "a.",
        "1-",
        "12 ",
        "code ",
        "4821 % ",
        "$5 code ",
        "*** 4821 ***",
        "CODE: ABCDE ",
        "a@b www.c.de/4 ",
        "4410: your code is 482913. ",
        "order 4821 / +1 415 555 0199 @ 12:30 $5 ",
        "\u{9a8c}\u{8bc1}\u{7801}\u{662f}\u{0661}\u{0662}\u{0663}\u{0664} ",
    ];
    /// Bytes that may be looked at for each byte of a text.
    const READS_MAX: usize = 400;

    /// How many bytes are looked at to find the code in a text.
    fn reads(text: &str) -> usize {
        let folded = Folded::new(text);
        found_in(&folded);
        folded.read()
    }

    /// The work grows as the text does, a tenth more at most, from ten kilobytes to a length.
    fn is_linear(name: &str, length: usize, text_of: impl Fn(usize) -> String) {
        let (short, long) = (text_of(10_000), text_of(length));
        let (few, many) = (reads(&short), reads(&long));
        assert!(many / long.len() <= READS_MAX, "{name:?}: {many} bytes are looked at");
        assert!(many * short.len() * 10 <= few * long.len() * 11, "{name:?}: {few} bytes grow to {many}");
    }

    #[test]
    fn what_is_looked_at_grows_with_the_text_and_no_faster() {
        for unit in HOSTILE {
            is_linear(unit, 100_000, |length| unit.repeat(length / unit.len()));
        }
    }

    #[test]
    fn a_megabyte_of_everything_costs_a_hundred_times_ten_kilobytes() {
        let all = HOSTILE.concat();
        is_linear("all", 1_000_000, |length| all.repeat(length / all.len()));
    }

    #[test]
    fn a_long_gap_beside_many_numbers_is_not_crossed_for_each() {
        for sign in [" ", "*", ".", "x", "-"] {
            let half = |length: usize| sign.repeat(length / 2);
            is_linear(sign, 100_000, |length| format!("code {}{}", half(length), "$ 4821 ".repeat(length / 14)));
            is_linear(sign, 100_000, |length| {
                format!("{}{} 4821 code", "4821 $5 code ".repeat(length / 26), half(length))
            });
        }
    }
}

//! Spans that have the shape of a code.

use std::ops::Range;

use super::fold::{Folded, code_char};

/// What a candidate is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Digits,
    /// Digits and letters.
    Mixed,
    Letters,
}

/// A span that may be a code, by its shape alone.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Where it stands in the folded text, its prefix ("G-") included.
    pub(super) span: Range<usize>,
    /// Without the prefix.
    pub(super) body: Range<usize>,
    pub(super) shape: Shape,
    /// Letters and digits, separators not counted.
    pub(super) length: usize,
    pub(super) is_grouped: bool,
    /// Digits that letters touch: "code448120to".
    pub(super) is_glued: bool,
}

impl Candidate {
    pub(super) fn prefix<'text>(&self, folded: &'text Folded) -> &'text str {
        folded.part(self.span.start..self.body.start)
    }

    /// The code as it is typed: ASCII, without prefix and separators. None if a letter has no ASCII form.
    pub(super) fn text(&self, folded: &Folded) -> Option<String> {
        typed(folded.raw_part(&self.body))
    }
}

/// Raw characters as they are typed into a form; none if one of the letters is not ASCII.
pub(super) fn typed(raw: &str) -> Option<String> {
    let has_other_letter = raw.chars().any(|raw| raw.is_alphabetic() && code_char(raw).is_none());
    (!has_other_letter).then(|| raw.chars().filter_map(code_char).collect())
}

/// Finds all candidates, in the order of their beginnings.
pub(super) fn find(folded: &Folded) -> Vec<Candidate> {
    let runs = runs(folded);
    let mut found = Vec::new();
    let mut at = 0;
    while at < runs.len() {
        if let Some((candidate, runs_used)) = prefixed(folded, &runs[at..]).or_else(|| grouped(folded, &runs[at..])) {
            let is_mixed = candidate.shape == Shape::Mixed;
            found.push(candidate);
            // In "OTP-482913" the first group is a word, so the digits must be there for themselves too.
            if is_mixed {
                single(folded, &runs[at + 1], &mut found);
            }
            at += runs_used;
        } else {
            single(folded, &runs[at], &mut found);
            at += 1;
        }
    }
    found
}

/// Letters and digits that stand together.
struct Run {
    span: Range<usize>,
    digits: usize,
    /// Written without small letters: "A8D", "291".
    is_upper: bool,
}

impl Run {
    fn len(&self) -> usize {
        self.span.len()
    }

    fn is_code_part(&self) -> bool {
        self.is_upper || self.digits > 0
    }

    fn shape(&self) -> Shape {
        match self.digits {
            0 => Shape::Letters,
            digits if digits == self.len() => Shape::Digits,
            _ => Shape::Mixed,
        }
    }
}

/// A capital or two before the dash show whose code it is and are not typed: Google's "G-", Facebook's "FB-".
const PREFIX_LENGTH_MAX: usize = 2;

/// Letters and digits of a code; three and more than eight need a phrase right before them.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=10;

/// Group lengths people split a code into.
const DIGIT_GROUPS: &[&[usize]] = &[
    &[1, 1, 1, 1, 1, 1, 1, 1],
    &[1, 1, 1, 1, 1, 1],
    &[1, 1, 1, 1, 1],
    &[1, 1, 1, 1],
    &[2, 2, 2],
    &[3, 3, 3],
    &[3, 3],
    &[4, 4],
];
/// Two groups of letters and digits: "A8D-291", "ABCD-1234".
const MIXED_GROUP_LENGTHS: std::ops::RangeInclusive<usize> = 2..=6;
const MIXED_LENGTHS: std::ops::RangeInclusive<usize> = 5..=12;

fn runs(folded: &Folded) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        let length = folded.run(at, |byte| byte.is_ascii_alphanumeric());
        if length > 0 {
            let span = at..at + length;
            let digits = folded.part(span.clone()).bytes().filter(u8::is_ascii_digit).count();
            let is_upper = !folded.raw_part(&span).chars().any(char::is_lowercase);
            runs.push(Run { span, digits, is_upper });
        }
        at += length + 1;
    }
    runs
}

fn prefixed(folded: &Folded, runs: &[Run]) -> Option<(Candidate, usize)> {
    let [prefix, body, ..] = runs else {
        return None;
    };
    let is_prefix = prefix.shape() == Shape::Letters && prefix.len() <= PREFIX_LENGTH_MAX && prefix.is_upper;
    let is_joined = prefix.span.end + 1 == body.span.start && folded.byte(prefix.span.end) == b'-';
    let is_body = body.shape() == Shape::Digits && (4..=8).contains(&body.len());
    (is_prefix && is_joined && is_body).then(|| {
        let span = prefix.span.start..body.span.end;
        (
            Candidate {
                body: body.span.clone(),
                span,
                shape: Shape::Digits,
                length: body.len(),
                is_grouped: false,
                is_glued: false,
            },
            2,
        )
    })
}

fn grouped(folded: &Folded, runs: &[Run]) -> Option<(Candidate, usize)> {
    let first = runs.first()?;
    if touches_group(folded, first.span.start) || !first.is_code_part() {
        return None;
    }
    let joint = folded.byte(first.span.end);
    let chain = chain_length(folded, runs, joint);
    let only_digits = runs[..chain].iter().all(|run| run.shape() == Shape::Digits);
    let used = match joint {
        b' ' | b'-' if only_digits => DIGIT_GROUPS.iter().find(|groups| fits(&runs[..chain], groups))?.len(),
        b'-' if is_mixed_pair(&runs[..chain]) => 2,
        _ => return None,
    };
    let used_runs = &runs[..used];
    // Two years side by side, or a PIN and a year, are two numbers.
    let has_year =
        joint == b' ' && used_runs.iter().any(|run| run.len() == 4 && is_year(folded.part(run.span.clone())));
    let is_split_further = folded.byte(used_runs[used - 1].span.end) == b'-';
    if has_year || is_split_further {
        return None;
    }
    let span = first.span.start..used_runs[used - 1].span.end;
    let digits: usize = used_runs.iter().map(|run| run.digits).sum();
    let length: usize = used_runs.iter().map(Run::len).sum();
    let shape = match digits {
        0 => Shape::Letters,
        _ if digits == length => Shape::Digits,
        _ => Shape::Mixed,
    };
    Some((Candidate { body: span.clone(), span, shape, length, is_grouped: true, is_glued: false }, used))
}

/// The most groups a code has.
const CHAIN_MAX: usize = 8;

fn chain_length(folded: &Folded, runs: &[Run], joint: u8) -> usize {
    let joined = runs.windows(2).take(CHAIN_MAX).take_while(|pair| {
        let is_next = pair[0].span.end + 1 == pair[1].span.start && folded.byte(pair[0].span.end) == joint;
        let is_alike = pair[1].is_code_part() && (joint == b'-' || pair[1].shape() == Shape::Digits);
        is_next && is_alike
    });
    joined.count() + 1
}

fn fits(runs: &[Run], groups: &[usize]) -> bool {
    runs.len() >= groups.len() && runs.iter().zip(groups).all(|(run, &length)| run.len() == length)
}

fn is_mixed_pair(runs: &[Run]) -> bool {
    let length: usize = runs.iter().map(Run::len).sum();
    runs.len() == 2
        && MIXED_LENGTHS.contains(&length)
        && runs.iter().all(|run| MIXED_GROUP_LENGTHS.contains(&run.len()))
}

/// Whether something goes on before a place that makes it the middle of a longer number.
fn touches_group(folded: &Folded, start: usize) -> bool {
    let joint = folded.byte_before(start);
    joint == b'-' && folded.byte_before(start - 1).is_ascii_alphanumeric() || joint == b'+'
}

fn single(folded: &Folded, run: &Run, found: &mut Vec<Candidate>) {
    let whole = |shape| Candidate {
        span: run.span.clone(),
        body: run.span.clone(),
        shape,
        length: run.len(),
        is_grouped: false,
        is_glued: false,
    };
    match run.shape() {
        shape @ (Shape::Digits | Shape::Mixed) if LENGTHS.contains(&run.len()) => {
            found.push(whole(shape));
        }
        Shape::Letters if run.is_upper && (4..=8).contains(&run.len()) => {
            found.push(whole(Shape::Letters));
        }
        Shape::Digits | Shape::Mixed | Shape::Letters => {}
    }
    if run.shape() == Shape::Mixed {
        found.extend(digits_within(folded, run));
    }
}

/// "OTP482913" and "code448120to": the digits alone, when they stand in one piece.
fn digits_within(folded: &Folded, run: &Run) -> Option<Candidate> {
    let first = run.span.start + folded.run(run.span.start, |byte| !byte.is_ascii_digit());
    let span = first..first + run.digits;
    let is_one_piece = folded.run(first, |byte| byte.is_ascii_digit()) == run.digits;
    (is_one_piece && (4..=8).contains(&run.digits)).then(|| Candidate {
        body: span.clone(),
        span,
        shape: Shape::Digits,
        length: run.digits,
        is_grouped: false,
        is_glued: true,
    })
}

/// Whether four digits read as a year of our time.
pub(super) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

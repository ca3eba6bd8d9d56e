//! Numbers whose nearest neighbours show that they are something else: sums, tails of cards, counts, order numbers.

use super::candidate::Candidate;
use super::evidence::{self, Scene};
use super::hits::Hit;
use super::words::Meaning;

/// Whether what touches a number, or names it, makes it another kind of number than a code.
pub(super) fn is_other_number(scene: &Scene, candidate: &Candidate) -> bool {
    RULES.iter().any(|is_decoy| is_decoy(scene, candidate))
}

const RULES: &[fn(&Scene, &Candidate) -> bool] =
    &[is_sum_of_money, is_decimal, is_percentage, is_count, is_masked_tail, is_part_of_number, is_named_otherwise];

/// How far before its number a label may stand: "order number: 4821", "Bestellung Nr. 4821".
const LABEL_REACH_CHARS: usize = 20;

fn is_sum_of_money(scene: &Scene, candidate: &Candidate) -> bool {
    let folded = scene.folded;
    let is_before = scene.hits_before(candidate).next().is_some_and(|hit| {
        let gap = folded.part(hit.span.end..candidate.span.start);
        let is_near = hit.meaning == Meaning::Currency && matches!(gap, "" | " " | "." | ". " | ":" | ": ");
        // In "5 € 482913" the sign belongs to the five.
        let last = || folded.chars_before(hit.span.start).find(|sign| !sign.is_whitespace());
        is_near && !last().is_some_and(|last| last.is_ascii_digit())
    });
    let is_after = scene.hits_after(candidate).next().is_some_and(|hit| {
        let is_taken = folded.byte(hit.span.end).is_ascii_digit();
        let gap = folded.part(candidate.span.end..hit.span.start);
        hit.meaning == Meaning::Currency && matches!(gap, "" | " " | "-" | ".-") && !is_taken
    });
    is_before || is_after
}

/// "1234.56" and ",4821" of a longer number; but "4821,10 min" is a code and a time.
fn is_decimal(scene: &Scene, candidate: &Candidate) -> bool {
    let folded = scene.folded;
    let is_point = |byte: u8| matches!(byte, b'.' | b',');
    let (start, end) = (candidate.span.start, candidate.span.end);
    if is_point(folded.byte_before(start)) && start >= 2 && folded.byte(start - 2).is_ascii_digit() {
        return true;
    }
    let decimals = (end + 1..end + 5).take_while(|at| folded.byte(*at).is_ascii_digit()).count();
    let counted_end = end + 1 + decimals;
    is_point(folded.byte(end)) && (1..=2).contains(&decimals) && !scene.is_counted(counted_end)
}

fn is_percentage(scene: &Scene, candidate: &Candidate) -> bool {
    let next = scene.folded.chars_from(candidate.span.end).find(|sign| *sign != ' ');
    matches!(next, Some('%' | '٪')) || scene.folded.byte_before(candidate.span.start) == b'%'
}

fn is_count(scene: &Scene, candidate: &Candidate) -> bool {
    scene.is_counted(candidate.span.end)
}

/// "****4417", "xx4417", "...4417": what is left of a number that is hidden. Stars on both sides are bold type.
fn is_masked_tail(scene: &Scene, candidate: &Candidate) -> bool {
    let folded = scene.folded;
    let body = folded.part(candidate.span.clone());
    let before = || folded.chars_before(candidate.span.start);
    let stars = before().take_while(|sign| matches!(sign, '*' | '•' | '·' | '●')).count();
    let is_bold = folded.chars_from(candidate.span.end).take(stars).all(|sign| sign == '*');
    let is_cut = before().next() == Some('…') || before().take(2).eq(['.', '.']);
    let digits = body.trim_start_matches('x');
    let is_crossed_out =
        digits.len() < body.len() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_after_cross = candidate.is_glued && before().next() == Some('x');
    stars > 0 && !is_bold || is_cut || is_crossed_out || is_after_cross
}

/// "100-4821-77", "INV-20391", "482913/26", "+4821".
fn is_part_of_number(scene: &Scene, candidate: &Candidate) -> bool {
    let folded = scene.folded;
    let (start, end) = (candidate.span.start, candidate.span.end);
    let is_joint = |byte: u8| matches!(byte, b'-' | b'/' | b'_');
    let goes_on = is_joint(folded.byte(end)) && folded.byte(end + 1).is_ascii_digit();
    let is_begun = is_joint(folded.byte_before(start))
        && folded.byte_before(start - 1).is_ascii_alphanumeric()
        && !scene.is_keyword_end(start - 1);
    goes_on || is_begun || folded.byte_before(start) == b'+' || folded.byte(end) == b'@'
}

/// The word that names the number is a label of another kind: no word for codes and no number stands between.
fn is_named_otherwise(scene: &Scene, candidate: &Candidate) -> bool {
    let mut names =
        scene.hits_before(candidate).filter(|hit| !matches!(hit.meaning, Meaning::Currency | Meaning::Counted));
    let Some(name) = names.next() else {
        return false;
    };
    let gap = scene.gap(name.span.end, candidate.span.start);
    // "Dear customer, 4821 is your code": a comma parts a name from what follows.
    let is_parted = scene.folded.part(name.span.end..candidate.span.start).contains(',');
    let is_near = gap.chars <= LABEL_REACH_CHARS && gap.sentences == 0 && gap.numbers == 0;
    let is_bound = is_near && !is_parted;
    match name.meaning {
        Meaning::Promotion => is_bound,
        Meaning::Label => is_bound && !is_said_of_code(scene, candidate, name, names),
        Meaning::Strong | Meaning::Plain | Meaning::Faint | Meaning::Currency | Meaning::Counted => false,
    }
}

/// "The code to verify your phone is: 4821": an earlier word of the sentence is what the colon or "is" refers to.
fn is_said_of_code<'hits>(
    scene: &Scene,
    candidate: &Candidate,
    label: &Hit,
    mut earlier: impl Iterator<Item = &'hits Hit>,
) -> bool {
    let between = scene.folded.part(label.span.end..candidate.span.start);
    let refers_back = between.contains(':') || evidence::has_only_joining_words(between);
    refers_back
        && earlier.any(|hit| {
            let gap = scene.gap(hit.span.end, candidate.span.start);
            hit.meaning.names_code() && gap.sentences == 0 && gap.numbers == 0
        })
}

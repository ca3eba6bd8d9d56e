//! Shapes that are never a code, whatever stands around them: links, addresses, phone numbers, dates, times, hashes.

use std::ops::Range;

use super::fold::Folded;
use super::link;

/// The bytes of a folded text that no code may touch.
pub(super) struct Mask {
    is_covered: Vec<bool>,
}

impl Mask {
    pub(super) fn new(folded: &Folded, links: &[Range<usize>]) -> Self {
        let mut mask = Self { is_covered: vec![false; folded.len()] };
        for link in links {
            mask.cover(link);
        }
        mask.cover_mail_addresses(folded);
        mask.cover_app_hash(folded);
        mask.cover_chains(folded);
        mask.cover_phone_numbers(folded);
        mask
    }

    pub(super) fn touches(&self, span: &Range<usize>) -> bool {
        self.is_covered[span.clone()].contains(&true)
    }

    fn cover(&mut self, span: &Range<usize>) {
        self.is_covered[span.clone()].fill(true);
    }

    fn cover_mail_addresses(&mut self, folded: &Folded) {
        let is_part = |byte: u8| link::is_domain_byte(byte) || matches!(byte, b'_' | b'+');
        let mut done = 0;
        for (at, _) in folded.text().match_indices('@') {
            let before = folded.run_before(done..at, is_part);
            let after = folded.run(at + 1, is_part);
            if before > 0 && after > 0 {
                self.cover(&(at - before..at + 1 + after));
            }
            done = at + 1;
        }
    }

    /// Android's SMS Retriever: the eleven characters at the end name the app.
    fn cover_app_hash(&mut self, folded: &Folded) {
        let text = folded.text().trim_end();
        let start = text.rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let last = &text.as_bytes()[start..];
        let is_hash_byte = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if last.len() == APP_HASH_LENGTH && last.iter().all(is_hash_byte) {
            self.cover(&(start..text.len()));
        }
    }

    /// Dates, times, versions and addresses of machines: groups of digits without a space between.
    fn cover_chains(&mut self, folded: &Folded) {
        let mut at = 0;
        while let Some(start) = next_digit(folded, at) {
            let chain = Chain::read(folded, start, |folded, end| {
                usize::from(matches!(folded.byte(end), b'.' | b'-' | b'/' | b':'))
            });
            if chain.is_date() || chain.is_time() || chain.is_dotted() {
                self.cover(&chain.span());
            }
            at = chain.span().end;
        }
    }

    fn cover_phone_numbers(&mut self, folded: &Folded) {
        let mut at = 0;
        while let Some(start) = next_digit(folded, at) {
            let chain = PhoneChain::read(folded, start);
            if chain.is_phone_number() {
                self.cover(&chain.groups.span());
                at = chain.groups.span().end;
            } else {
                at = chain.groups.groups[0].end;
            }
        }
    }
}

const APP_HASH_LENGTH: usize = 11;

/// No number people write has more groups; the bound keeps a hostile text linear.
const GROUPS_MAX: usize = 8;

/// Groups of digits with separators between them.
struct Chain<'text> {
    groups: Vec<Range<usize>>,
    folded: &'text Folded<'text>,
}

impl<'text> Chain<'text> {
    /// Reads groups from a first digit on; `separator` gives the length of the one at a place, none being zero.
    fn read(folded: &'text Folded<'text>, start: usize, separator: impl Fn(&Folded, usize) -> usize) -> Self {
        let mut groups = vec![digits_from(folded, start)];
        let mut end = groups[0].end;
        while groups.len() < GROUPS_MAX {
            let next = end + separator(folded, end);
            if next == end || !folded.byte(next).is_ascii_digit() {
                break;
            }
            let group = digits_from(folded, next);
            end = group.end;
            groups.push(group);
        }
        Self { groups, folded }
    }

    fn span(&self) -> Range<usize> {
        self.groups[0].start..self.groups[self.groups.len() - 1].end
    }

    fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(ExactSizeIterator::len).collect()
    }

    fn value(&self, group: usize) -> usize {
        let digits = self.groups[group].clone().take(4).map(|at| self.folded.byte(at));
        digits.fold(0, |value, digit| value * 10 + usize::from(digit - b'0'))
    }

    fn has_separator(&self, separator: u8) -> bool {
        self.groups.iter().any(|group| group.end < self.span().end && self.folded.byte(group.end) == separator)
    }

    fn is_date(&self) -> bool {
        let is_day_and_month = |one: usize, two: usize| {
            let (low, high) = (self.value(one).min(self.value(two)), self.value(one).max(self.value(two)));
            (1..=12).contains(&low) && (1..=31).contains(&high)
        };
        match self.lengths()[..] {
            [1 | 2, 1 | 2, 2 | 4] => is_day_and_month(0, 1),
            [4, 1 | 2, 1 | 2] => is_day_and_month(1, 2),
            [1 | 2, 4] | [4, 1 | 2] => self.has_separator(b'/'),
            _ => false,
        }
    }

    fn is_time(&self) -> bool {
        self.has_separator(b':') && self.groups[0].len() <= 2 && self.groups[1].len() == 2
    }

    /// Versions ("4.8.2913"), addresses ("192.168.1.1") and sums with points between the thousands.
    fn is_dotted(&self) -> bool {
        self.groups.len() >= 3 && self.has_separator(b'.') && !self.has_separator(b'-')
    }
}

/// Groups of digits as phone numbers have them.
struct PhoneChain<'text> {
    groups: Chain<'text>,
    has_plus: bool,
    has_bracket: bool,
    is_glued: bool,
}

impl<'text> PhoneChain<'text> {
    fn read(folded: &'text Folded<'text>, start: usize) -> Self {
        let mut groups = Chain::read(folded, start, phone_separator);
        let before = folded.byte_before(start);
        groups.end_where_a_number_is_complete(before == b'+');
        let has_bracket = before == b'(' && folded.byte(groups.groups[0].end) == b')' || groups.has_separator(b'(');
        Self { groups, has_plus: before == b'+', has_bracket, is_glued: before.is_ascii_alphanumeric() }
    }

    fn is_phone_number(&self) -> bool {
        let lengths = self.groups.lengths();
        let digits: usize = lengths.iter().sum();
        if self.has_plus {
            return digits >= 7;
        }
        if self.is_glued || lengths[0] > 4 {
            return false;
        }
        let begins_with_zero = self.groups.folded.byte(self.groups.span().start) == b'0';
        match lengths[..] {
            [_] => false,
            [3, 4] => true,
            // Codes of nine come like this; where it is a phone number, a label says so.
            [3, 3, 3] => begins_with_zero,
            [_, _] => self.has_bracket && digits >= 7 || begins_with_zero && digits >= 8,
            [2, 2, 2, 2] => true,
            _ => digits >= 9,
        }
    }
}

impl Chain<'_> {
    /// "+1 415 555 0199 482913" is a phone number and a code: a number that has its ten digits, or seven before a
    /// long group, is complete.
    fn end_where_a_number_is_complete(&mut self, has_plus: bool) {
        let lengths = self.lengths();
        let is_card = !has_plus && lengths.iter().all(|&length| length == 4);
        let mut digits = lengths[0];
        for (group, &length) in lengths.iter().enumerate().skip(1) {
            let is_complete = digits >= 10 || digits >= 7 && length >= 5;
            if is_complete && !is_card {
                self.groups.truncate(group);
                return;
            }
            digits += length;
        }
    }
}

/// The length of what may part two groups of a phone number at a place.
fn phone_separator(folded: &Folded, at: usize) -> usize {
    match (folded.byte(at), folded.byte(at + 1)) {
        (b')', b' ' | b'-') | (b' ', b'(') => 2,
        (b' ' | b'-' | b'.' | b'/' | b'(' | b')', next) if next.is_ascii_digit() => 1,
        _ => 0,
    }
}

fn next_digit(folded: &Folded, from: usize) -> Option<usize> {
    let at = from + folded.run(from, |byte| !byte.is_ascii_digit());
    (at < folded.len()).then_some(at)
}

fn digits_from(folded: &Folded, start: usize) -> Range<usize> {
    start..start + folded.run(start, |byte| byte.is_ascii_digit())
}

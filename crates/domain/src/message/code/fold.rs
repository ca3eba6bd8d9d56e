//! One spelling for all: small letters without accents, ASCII digits, plain spaces and dashes, and the way back.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// A text in the one spelling the rules read, which remembers where each of its bytes came from.
///
/// The rules read it through its functions alone, and those count what they hand out: that the work grows with the text
/// and no faster is checked by that count.
pub(super) struct Folded<'text> {
    raw: &'text str,
    text: String,
    /// Where the raw character of each folded byte begins.
    starts: Vec<usize>,
    /// Bytes that were handed out.
    read: Cell<usize>,
}

impl<'text> Folded<'text> {
    pub(super) fn new(raw: &'text str) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut starts = Vec::with_capacity(raw.len());
        for (start, raw_char) in raw.char_indices() {
            if let Some(folded) = fold(raw_char) {
                text.push(folded);
                starts.resize(text.len(), start);
            }
        }
        Self { raw, text, starts, read: Cell::new(0) }
    }

    fn count(&self, bytes: usize) {
        self.read.set(self.read.get().saturating_add(bytes));
    }

    /// How many bytes were handed out so far.
    #[cfg(test)]
    pub(super) fn read(&self) -> usize {
        self.read.get()
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        self.part(0..self.len())
    }

    pub(super) fn part(&self, span: Range<usize>) -> &str {
        self.count(span.len());
        &self.text[span]
    }

    /// The byte at a place, or a space beyond the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.count(1);
        self.text.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// How many bytes from a place on are of a kind.
    pub(super) fn run(&self, from: usize, is_of: impl Fn(u8) -> bool) -> usize {
        let length = self.text.as_bytes()[from..].iter().take_while(|byte| is_of(**byte)).count();
        self.count(length + 1);
        length
    }

    /// How many bytes at the end of a span are of a kind.
    pub(super) fn run_before(&self, span: Range<usize>, is_of: impl Fn(u8) -> bool) -> usize {
        let length = self.text.as_bytes()[span].iter().rev().take_while(|byte| is_of(**byte)).count();
        self.count(length + 1);
        length
    }

    /// Whether a word begins at a place, which may lie within a character.
    pub(super) fn begins(&self, at: usize, word: &str) -> bool {
        self.count(word.len());
        self.text.as_bytes()[at..].starts_with(word.as_bytes())
    }

    /// The characters from a place on.
    pub(super) fn chars_from(&self, at: usize) -> impl Iterator<Item = char> {
        self.text[at..].chars().inspect(|sign| self.count(sign.len_utf8()))
    }

    /// The characters before a place, the nearest first.
    pub(super) fn chars_before(&self, at: usize) -> impl Iterator<Item = char> {
        self.text[..at].chars().rev().inspect(|sign| self.count(sign.len_utf8()))
    }

    /// The next place at which a character begins, or this one.
    pub(super) fn boundary_from(&self, at: usize) -> usize {
        self.text.ceil_char_boundary(at)
    }

    /// The byte before a place, or a space before the beginning.
    pub(super) fn byte_before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |before| self.byte(before))
    }

    /// The raw characters that a folded span came from, as a byte span of the raw text.
    pub(super) fn raw_span(&self, span: &Range<usize>) -> Range<usize> {
        if span.is_empty() {
            return 0..0;
        }
        let last = self.starts[span.end - 1];
        let last_length = self.raw[last..].chars().next().map_or(0, char::len_utf8);
        self.starts[span.start]..last + last_length
    }

    pub(super) fn raw_part(&self, span: &Range<usize>) -> &'text str {
        let raw = &self.raw[self.raw_span(span)];
        self.count(raw.len());
        raw
    }

    /// Whether any raw character is of a kind.
    pub(super) fn has_raw(&self, is_of: impl Fn(char) -> bool) -> bool {
        self.count(self.raw.len());
        self.raw.contains(is_of)
    }
}

/// Folds one character; none where it leaves no trace, as an accent or a mark of direction does.
pub(super) fn fold(raw: char) -> Option<char> {
    if raw.is_ascii() {
        return Some(match raw {
            '\t' | '\r' => ' ',
            _ => raw.to_ascii_lowercase(),
        });
    }
    if is_unseen(raw) {
        return None;
    }
    if let Some(digit) = ascii_digit(raw) {
        return Some(digit);
    }
    Some(match raw {
        '\u{2028}' | '\u{2029}' => '\n',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2bb}' => '\'',
        _ if raw.is_whitespace() => ' ',
        _ => {
            let small = full_width_ascii(raw).unwrap_or(raw).to_lowercase().next().unwrap_or(raw);
            BASES.get(&small).copied().unwrap_or(small)
        }
    })
}

/// The ASCII digit that a decimal digit of any script stands for.
pub(super) fn ascii_digit(raw: char) -> Option<char> {
    if raw.is_ascii_digit() {
        return Some(raw);
    }
    let next = ZEROS.partition_point(|&zero| zero <= raw);
    let zero = *ZEROS.get(next.checked_sub(1)?)?;
    char::from_digit(u32::from(raw) - u32::from(zero), 10)
}

/// The letter or digit that a raw character gives to a code.
pub(super) fn code_char(raw: char) -> Option<char> {
    let plain = full_width_ascii(raw).unwrap_or(raw);
    ascii_digit(plain).or_else(|| plain.is_ascii_alphabetic().then_some(plain))
}

/// Whether a script is written without spaces, so that a word may begin and end anywhere.
pub(super) fn is_unspaced(folded: char) -> bool {
    matches!(folded,
        '\u{0e00}'..='\u{0eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The zeros of the decimal digits (general category Nd) of the scripts in use, in order.
const ZEROS: &[char] = &[
    '\u{0660}',
    '\u{06f0}',
    '\u{07c0}',
    '\u{0966}',
    '\u{09e6}',
    '\u{0a66}',
    '\u{0ae6}',
    '\u{0b66}',
    '\u{0be6}',
    '\u{0c66}',
    '\u{0ce6}',
    '\u{0d66}',
    '\u{0de6}',
    '\u{0e50}',
    '\u{0ed0}',
    '\u{0f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{ff10}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
];

fn full_width_ascii(raw: char) -> Option<char> {
    match raw {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(raw) - 0xfee0),
        _ => None,
    }
}

/// Marks without a place of their own: accents, vowel points, joiners, directions, the frame of a keycap.
fn is_unseen(raw: char) -> bool {
    matches!(raw,
        '\u{00ad}'
        | '\u{0300}'..='\u{036f}'
        | '\u{0591}'..='\u{05bd}' | '\u{05bf}' | '\u{05c1}' | '\u{05c2}' | '\u{05c4}' | '\u{05c5}' | '\u{05c7}'
        | '\u{061c}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Letters that many write without their mark, by the letter that is left. All are small.
const MARKED: &[(char, &str)] = &[
    ('a', "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ('c', "çćĉċč"),
    ('d', "ďđð"),
    ('e', "èéêëēĕėęěẹẻẽếềểễệə"),
    ('g', "ĝğġģ"),
    ('h', "ĥħ"),
    ('i', "ìíîïĩīĭįıǐỉị"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "ĺļľłŀ"),
    ('n', "ñńņňŋ"),
    ('o', "òóôõöøōŏőơǒọỏốồổỗộớờởỡợ"),
    ('r', "ŕŗř"),
    ('s', "śŝşšșß"),
    ('t', "ţťŧț"),
    ('u', "ùúûüũūŭůűųưǔụủứừửữự"),
    ('w', "ŵ"),
    ('y', "ýÿŷỳỵỷỹ"),
    ('z', "źżž"),
    ('α', "ά"),
    ('ε', "έ"),
    ('η', "ή"),
    ('ι', "ίϊΐ"),
    ('ο', "ό"),
    ('υ', "ύϋΰ"),
    ('ω', "ώ"),
    ('σ', "ς"),
    ('е', "ё"),
    ('ا', "أإآٱ"),
    ('ي', "ىیئ"),
    ('ك', "ک"),
    ('ه', "ةہ"),
    ('و', "ؤ"),
];

static BASES: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pairs = MARKED.iter().flat_map(|&(base, marked)| marked.chars().map(move |letter| (letter, base)));
    pairs.collect()
});

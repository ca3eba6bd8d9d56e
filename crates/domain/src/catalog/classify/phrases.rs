//! Finds phrases in a text, and tells what each place in the text is worth.

#[cfg(test)]
mod tests;

use aho_corasick::AhoCorasick;

/// Whoever names himself does so earlier than this; the rest is not looked at.
const TEXT_CHARS_MAX: usize = 4096;

/// How many words beside a phrase are looked at for a word such as "code".
const NEIGHBOURS_MAX: usize = 5;

/// Fewer digits are part of a name.
const CODE_DIGITS_MIN: usize = 3;

/// How many bytes before and after a phrase are looked at, so that the work stays linear.
const NEAR_BYTES_MAX: usize = 120;

/// Words that may stand before a brand which speaks of itself: "Your verification code for ..".
const FILLERS: &[&str] = &[
    "a",
    "access",
    "account",
    "activation",
    "alert",
    "app",
    "as",
    "authentication",
    "below",
    "by",
    "code",
    "complete",
    "confirm",
    "confirmation",
    "customer",
    "enter",
    "following",
    "for",
    "free",
    "freemsg",
    "from",
    "g",
    "https",
    "in",
    "into",
    "is",
    "it",
    "log",
    "logging",
    "login",
    "message",
    "msg",
    "my",
    "new",
    "number",
    "on",
    "one",
    "one-time",
    "otp",
    "passcode",
    "password",
    "phone",
    "pin",
    "please",
    "requested",
    "reset",
    "s",
    "secure",
    "security",
    "set",
    "sign",
    "sign-in",
    "sign-up",
    "signing",
    "sms",
    "temporary",
    "the",
    "this",
    "time",
    "to",
    "two-factor",
    "up",
    "use",
    "validation",
    "verification",
    "verify",
    "verifying",
    "www",
    "you",
    "your",
];

/// Greetings may be followed by the name of a person.
const GREETINGS: &[&str] = &["dear", "hello", "hey", "hi", "welcome"];

/// Words that part a signature from what was said.
const THANKS: &[&str] = &["cheers", "regards", "thanks"];

/// Words that say what a text of a service is for.
const CODE_WORDS: &[&str] = &["code", "codes", "otp", "passcode", "pin"];

/// The same in scripts that write without blanks.
const CODE_SIGNS: &[&str] = &["验证码", "驗證碼", "認証", "인증"];

/// Words that may stand between a brand and the word "code" after it.
const BEFORE_CODE: &[&str] = &[
    "access",
    "account",
    "activation",
    "authentication",
    "confirmation",
    "login",
    "one",
    "one-time",
    "phone",
    "registration",
    "s",
    "security",
    "sign",
    "in",
    "signin",
    "signup",
    "single-use",
    "sms",
    "temporary",
    "time",
    "up",
    "verification",
    "verify",
];

/// Words that may stand between the word "code" and a brand after it.
const AFTER_CODE: &[&str] = &["account", "for", "from", "is", "the", "your"];

/// Where a phrase stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing but filler before it: the text speaks as this brand.
    Lead,
    /// The last word, after a dash, a new line or thanks.
    SignOff,
    /// Beside a word such as "code": "Lyft verification code", "code for Lyft".
    ByCode,
    /// Anywhere else, such as in a hint or a link.
    Mention,
}

/// One phrase in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whose phrase it is: the number it was given with.
    pub(crate) owner: usize,
    /// Where it stands.
    pub(crate) place: Place,
}

/// A set of phrases with their owners, searched for all at once.
pub(crate) struct Phrases {
    machine: AhoCorasick,
    entries: Vec<Entry>,
}

struct Entry {
    owner: usize,
    at_start: bool,
}

/// Where in a text one phrase was seen, in bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    owner: usize,
}

impl Phrases {
    /// Phrases with their owners. One that begins with `^` counts at the very start of a text only.
    pub(crate) fn new<'a>(phrases: impl IntoIterator<Item = (usize, &'a str)>) -> Phrases {
        let mut entries = Vec::new();
        let mut words = Vec::new();
        for (owner, phrase) in phrases {
            let (at_start, phrase) = match phrase.trim().strip_prefix('^') {
                Some(rest) => (true, rest),
                None => (false, phrase),
            };
            let phrase = tidy(phrase);
            // An empty phrase would be found everywhere.
            if phrase.is_empty() {
                continue;
            }
            words.push(phrase);
            entries.push(Entry { owner, at_start });
        }
        let machine = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&words)
            .expect("a catalogue is far below the limits of the automaton");
        Phrases { machine, entries }
    }

    /// Every phrase that stands in the text as whole words and not inside a longer one.
    pub(crate) fn find(&self, text: &str) -> Vec<Found> {
        let text = tidy(text);
        let start = text.find(char::is_alphanumeric).unwrap_or(0);
        let mut spans = Vec::new();
        for found in self.machine.find_overlapping_iter(&text) {
            let entry = &self.entries[found.pattern().as_usize()];
            if entry.at_start && found.start() != start {
                continue;
            }
            let (start, end) = (found.start(), found.end());
            if is_whole(&text, start, end) {
                let owner = entry.owner;
                spans.push(Span { start, end, owner });
            }
        }
        let head = head_end(&text);
        let longest = without_inner(spans);
        let found = longest.into_iter().map(|span| Found { owner: span.owner, place: place_of(&text, span, head) });
        found.collect()
    }
}

/// One blank for many, plain forms for full-width signs, nothing for invisible ones.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for c in text.trim().chars().take(TEXT_CHARS_MAX) {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {}
            '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            '\n' | '\r' => {
                let kept = tidied.trim_end_matches([' ', '\n']).len();
                tidied.truncate(kept);
                tidied.push('\n');
            }
            c if c.is_whitespace() => {
                if !tidied.ends_with([' ', '\n']) {
                    tidied.push(' ');
                }
            }
            '’' => tidied.push('\''),
            '\u{ff01}'..='\u{ff5e}' => {
                let plain = char::from_u32(u32::from(c) - 0xfee0);
                tidied.push(plain.expect("full-width signs lie beside ASCII"));
            }
            c => tidied.push(c),
        }
    }
    tidied
}

/// Scripts that write without blanks, where every sign is a boundary.
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' | '\u{0e00}'..='\u{0e7f}')
}

fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_cjk(c)
}

/// Whether the bytes from start to end are whole words.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let inside = &text[start..end];
    let cut_before = text[..start].ends_with(is_word) && inside.starts_with(is_word);
    let cut_after = text[end..].starts_with(is_word) && inside.ends_with(is_word);
    !cut_before && !cut_after
}

/// Drops "google" where "google voice" stands.
fn without_inner(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    let mut widest = (0, 0);
    for span in spans {
        // Sorted by start, so a span that ends no later lies inside the widest one so far.
        if span.end > widest.1 {
            widest = (span.start, span.end);
        } else if (span.start, span.end) != widest {
            continue;
        }
        kept.push(span);
    }
    kept
}

fn place_of(text: &str, span: Span, head: usize) -> Place {
    if span.start <= head {
        return Place::Lead;
    }
    let near = text.ceil_char_boundary(span.start.saturating_sub(NEAR_BYTES_MAX));
    let before = &text[near..span.start];
    let inside = &text[span.start..span.end];
    let after = &text[span.end..];
    if after.len() <= NEAR_BYTES_MAX && is_sign_off(before, after) {
        return Place::SignOff;
    }
    let after = &after[..after.floor_char_boundary(NEAR_BYTES_MAX)];
    match has_code(inside) || code_after(after) || code_before(before) {
        true => Place::ByCode,
        false => Place::Mention,
    }
}

/// A word with the bytes it covers.
struct Word<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// The words of a text. A dash inside a word belongs to it, as in "one-time".
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(char::is_alphanumeric)?;
        let is_signs = text[start..].starts_with(is_cjk);
        let in_word = |c: char| match is_signs {
            true => is_cjk(c),
            false => is_word(c) || c == '-',
        };
        let length = text[start..].find(|c| !in_word(c));
        let end = length.map_or(text.len(), |length| start + length);
        from = end;
        let text = text[start..end].trim_end_matches('-');
        Some(Word { start, end, text })
    })
}

/// Where the part ends that may stand before the name of whoever speaks: greeting, code, filler.
fn head_end(text: &str) -> usize {
    let mut greeted = false;
    let mut has_spoken = false;
    let mut from = 0;
    for word in words(text) {
        let gap = &text[from..word.start];
        // A second sentence is about others too, but an origin line names the sender.
        if has_spoken && ends_sentence(gap) && !gap.ends_with('@') {
            return from;
        }
        let is_greeting = is_one_of(GREETINGS, word.text);
        let is_name = greeted && text[word.end..].starts_with([',', '!']);
        if !is_greeting && !is_name && !is_code(word.text) {
            if !is_one_of(FILLERS, word.text) {
                return word.start;
            }
            has_spoken = true;
        }
        greeted = is_greeting;
        from = word.end;
    }
    text.len()
}

/// A dot without a blank is part of an address.
fn ends_sentence(gap: &str) -> bool {
    gap.contains(['?', '\n']) || gap.contains(". ")
}

/// Three digits at least, so that "7-Eleven" is a name.
fn is_code(word: &str) -> bool {
    word.chars().filter(char::is_ascii_digit).count() >= CODE_DIGITS_MIN
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The phrase ends the text, and something parts it from the sentence before.
fn is_sign_off(before: &str, after: &str) -> bool {
    // Only a retriever hash or an origin line may follow, and they stand in lines of their own.
    let (line, rest) = after.split_once('\n').unwrap_or((after, ""));
    let ends = !line.contains(char::is_alphanumeric) && rest.split_whitespace().count() <= 2;
    let before = before.trim_end_matches(' ').trim_end_matches("the");
    let before = before.trim_end_matches(' ');
    let parted = before.ends_with(['-', '–', '—', '~', '\n']);
    let thanked = words(before).last().is_some_and(|word| is_one_of(THANKS, word.text));
    ends && (parted || thanked)
}

/// The phrase itself says that it is about a code, as "steam guard code" does.
fn has_code(phrase: &str) -> bool {
    words(phrase).any(|word| is_one_of(CODE_WORDS, word.text))
}

fn code_after(text: &str) -> bool {
    let text = text.trim_start();
    if CODE_SIGNS.iter().any(|signs| text.starts_with(signs)) {
        return true;
    }
    let mut from = 0;
    for word in words(text).take(NEIGHBOURS_MAX) {
        if is_broken(&text[from..word.start]) {
            return false;
        }
        if is_one_of(CODE_WORDS, word.text) {
            return true;
        }
        if !is_one_of(BEFORE_CODE, word.text) {
            return false;
        }
        from = word.end;
    }
    false
}

fn code_before(text: &str) -> bool {
    let words: Vec<Word<'_>> = words(text).collect();
    let mut until = text.len();
    for word in words.iter().rev().take(NEIGHBOURS_MAX) {
        if is_broken(&text[word.end..until]) {
            return false;
        }
        if is_one_of(CODE_WORDS, word.text) {
            return true;
        }
        if !is_one_of(AFTER_CODE, word.text) {
            return false;
        }
        until = word.start;
    }
    false
}

/// A full stop, a comma or a new line ends what belongs together.
fn is_broken(gap: &str) -> bool {
    gap.contains(['.', ',', ':', ';', '!', '?', '\n'])
}

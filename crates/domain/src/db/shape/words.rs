//! The words of SQL: what is left of an expression that two engines spell in two ways.

use std::collections::BTreeSet;

/// Words of the language that one engine writes and the other does not, or that say nothing by themselves.
const LANGUAGE: [&str; 13] =
    ["all", "and", "any", "array", "asc", "between", "btree", "in", "is", "not", "null", "or", "using"];

/// A statement without its comments, with single spaces.
pub(super) fn plain(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The names and values of an expression, each once: `x BETWEEN 0 AND 9` and `((x >= 0) AND (x <= 9))` have the same.
/// Types that PostgreSQL casts to are left out, and a number is one in quotes too.
pub(super) fn words(sql: &str) -> BTreeSet<String> {
    let (text, mut words) = (plain(sql), BTreeSet::new());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let end = rest[1..].find('\'').map_or(rest.len(), |place| place + 2);
            let value = rest[..end].trim_matches('\'');
            let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            words.insert(if is_number { value.to_owned() } else { rest[..end].to_owned() });
            end
        } else if let Some(cast) = rest.strip_prefix("::") {
            2 + word_length(cast)
        } else if is_of_word(first) {
            let length = word_length(rest);
            words.insert(rest[..length].to_lowercase());
            length
        } else {
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    words.retain(|word| !LANGUAGE.contains(&word.as_str()));
    words
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|letter| !is_of_word(letter)).unwrap_or(text.len())
}

/// The words in one line.
pub(super) fn joined(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Those of the words that name something, for people.
pub(super) fn columns(words: &BTreeSet<String>) -> String {
    let is_name = |word: &&String| word.starts_with(|first: char| first.is_alphabetic() || first == '_');
    words.iter().filter(is_name).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What stands in the brackets after each CHECK of a statement.
pub(super) fn checks(sql: &str) -> Vec<String> {
    let text = plain(sql);
    text.split("CHECK (").skip(1).map(|rest| in_brackets(rest).to_owned()).collect()
}

/// A text up to the bracket that closes one opened before it. No value in a CHECK of the house holds a bracket.
fn in_brackets(text: &str) -> &str {
    let mut depth = 1;
    for (place, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..place];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_an_expression_have_the_same_words() {
        for (ours, theirs) in [
            ("keep_ms BETWEEN 0 AND 604800000", "((keep_ms >= 0) AND (keep_ms <= '604800000'::bigint))"),
            ("state IN ('a', 'b')", "(state = ANY (ARRAY['a'::text, 'b'::text]))"),
            ("state NOT IN ('a')", "(state <> ALL (ARRAY['a'::text]))"),
            ("supplier <> ''", "(supplier <> ''::text)"),
            ("(a IS NULL) = (b IS NOT NULL)", "((a IS NULL) = (b IS NOT NULL))"),
        ] {
            assert_eq!(words(ours), words(theirs), "{ours}");
        }
        assert_ne!(words("price > 0"), words("price > 0 OR 1 = 1"));
    }

    #[test]
    fn checks_are_found_with_all_their_brackets_and_no_comment() {
        let table = "CREATE TABLE t (\n  a TEXT CHECK (length(a) = 10), -- CHECK (not this)\n  CHECK ((a) = (b))\n)";
        assert_eq!(checks(table), ["length(a) = 10", "(a) = (b)"]);
        assert_eq!(checks("CHECK ((price > 0)) NOT VALID"), ["(price > 0)"]);
    }
}

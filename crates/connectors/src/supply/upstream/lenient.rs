//! Reading what houses write: numbers as texts, texts as numbers, lists of one as one, and sentences that are free.

use domain::clock;
use domain::money::Usd;
use serde_json::Value;

/// Characters of a house's sentence that an operator is shown.
const SENTENCE_MAX: usize = 120;
/// Digits in a row that a sentence may show: more could be a number or a code.
const DIGITS_MAX: usize = 3;
/// Bytes of a message, and of what it came in.
const MESSAGE_MAX: usize = 64 * 1024;
/// Characters of an id.
const ID_MAX: usize = 100;
/// Decimals of a dollar that are kept.
const DECIMALS: usize = 6;

/// A field as text, where it is a text that is not empty, or a number.
pub(in crate::supply) fn text(object: &Value, name: &str) -> Option<String> {
    written(object.get(name)?)
}

fn written(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A field that is a whole number, however it is written.
pub(in crate::supply) fn whole(object: &Value, name: &str) -> Option<i64> {
    number(object.get(name)?)
}

/// A whole number, however it is written.
pub(in crate::supply) fn number(value: &Value) -> Option<i64> {
    let text = written(value)?;
    let whole = text
        .split_once('.')
        .map_or(text.as_str(), |(whole, rest)| if rest.trim_matches('0').is_empty() { whole } else { "" });
    whole.parse().ok()
}

/// An id that may be kept.
pub(in crate::supply) fn id(object: &Value, name: &str) -> Option<String> {
    text(object, name).filter(|id| is_id(id))
}

/// Whether something can be an id: short, and of plain characters.
pub(in crate::supply) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Which way an amount is rounded that is finer than a micro-dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::supply) enum Rounding {
    /// What we pay.
    Up,
    /// What we have.
    Down,
}

/// Dollars from their digits, however fine; never through a float. `$` and a sign are no digits.
pub(in crate::supply) fn usd(written: &str, rounding: Rounding) -> Option<Usd> {
    let (whole, fraction) = written.trim().split_once('.').unwrap_or((written.trim(), ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) || whole.len() + fraction.len() == 0 || whole.len() > 7 {
        return None;
    }
    let (kept, rest) = fraction.split_at(fraction.len().min(DECIMALS));
    let is_more = rest.bytes().any(|digit| digit != b'0') && rounding == Rounding::Up;
    let micros: i64 = format!("0{whole}{kept:0<DECIMALS$}").parse().ok()?;
    Some(Usd::from_micros(micros + i64::from(is_more)))
}

/// The dollars of a field.
pub(in crate::supply) fn amount(object: &Value, name: &str, rounding: Rounding) -> Option<Usd> {
    usd(&text(object, name)?, rounding)
}

/// Dollars as houses read them: without what is finer than a cent where there is nothing finer.
pub(in crate::supply) fn dollars(amount: Usd) -> String {
    let micros = amount.micros().max(0);
    let fraction = format!("{:0DECIMALS$}", micros % 1_000_000);
    let fine = fraction.trim_end_matches('0').len().max(2);
    format!("{}.{}", micros / 1_000_000, &fraction[..fine])
}

/// A time in UTC as houses write it: `2026-06-06 12:00:00`, with a `T`, a `Z` or an offset.
pub(in crate::supply) fn utc(written: &str) -> Option<i64> {
    let written = written.trim().replacen(' ', "T", 1);
    clock::parse_rfc3339(&written).or_else(|| clock::parse_rfc3339(&format!("{written}Z")))
}

/// A house's sentence as an operator may see it: short, on one line, and nothing in it that could be a number, a code
/// or a name to sign in with.
pub(in crate::supply) fn sentence(words: &str, secrets: &[&str]) -> String {
    let mut words = words.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        words = words.replace(secret, "…");
    }
    let (mut shown, mut digits) = (String::new(), 0);
    for letter in words.chars().take(SENTENCE_MAX) {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        match digits {
            _ if letter.is_control() => shown.push(' '),
            0..=DIGITS_MAX => shown.push(letter),
            // Those that were shown before it was too many.
            4 => {
                shown.truncate(shown.len() - DIGITS_MAX);
                shown.push('…');
            }
            _ => {}
        }
    }
    shown
}

/// A text, or what there is room for of it.
pub(in crate::supply) fn message(text: &str) -> String {
    let mut end = text.len().min(MESSAGE_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The bytes that a message came in, or what there is room for of them.
pub(in crate::supply) fn raw(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(MESSAGE_MAX)].to_vec()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_texts_and_texts_are_numbers() {
        let object =
            json!({"a": 7, "b": " 7 ", "c": "7.00", "d": 7.5, "e": null, "f": "", "g": [7], "h": 9_000_000_000_i64});
        assert_eq!(["a", "b", "c", "d"].map(|name| whole(&object, name)), [Some(7), Some(7), Some(7), None]);
        assert_eq!(["e", "f", "g", "z"].map(|name| text(&object, name)), [None, None, None, None]);
        assert_eq!(id(&object, "h"), Some("9000000000".into()));
        assert!(!is_id("a b") && !is_id(&"a".repeat(101)) && !is_id("é") && !is_id(""));
    }

    #[test]
    fn dollars_are_read_from_their_digits() {
        let micros = |text| usd(text, Rounding::Up).map(Usd::micros);
        assert_eq!(
            ["50.00", "0.5", "0.3067", ".5", "3", "3."].map(micros),
            [50_000_000, 500_000, 306_700, 500_000, 3_000_000, 3_000_000].map(Some)
        );
        assert_eq!(["", ".", "-1", "1e3", "$1", "1,5", "12345678", "NaN"].map(micros), [None; 8]);
        assert_eq!(micros("0.12345601"), Some(123_457));
        assert_eq!(usd("0.12345699", Rounding::Down).map(Usd::micros), Some(123_456));
        let object = json!({"text": "0.30", "number": 0.3067, "whole": 4});
        let read = |name| amount(&object, name, Rounding::Up).map(Usd::micros);
        assert_eq!(["text", "number", "whole"].map(read), [Some(300_000), Some(306_700), Some(4_000_000)]);
    }

    #[test]
    fn dollars_are_written_with_two_decimals_or_more() {
        let written = |micros| dollars(Usd::from_micros(micros));
        assert_eq!(
            [500_000, 306_700, 4_000_000, 1, 12_340_000].map(written),
            ["0.50", "0.3067", "4.00", "0.000001", "12.34"]
        );
    }

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        let at = Some(1_779_460_200_000);
        for written in
            ["2026-05-22 14:30:00", "2026-05-22T14:30:00Z", "2026-05-22 10:30:00-04:00", " 2026-05-22T14:30:00 "]
        {
            assert_eq!(utc(written), at, "{written}");
        }
        assert_eq!(utc("soon"), None);
    }

    #[test]
    fn a_sentence_shows_no_number_no_code_and_no_secret() {
        let shown =
            sentence("No SMS for +12025550147 (me@a.example/geheim)\ncode 123, 4567", &["me@a.example", "geheim"]);
        assert_eq!(shown, "No SMS for +… (…/…) code 123, …");
        assert_eq!(sentence(&"é".repeat(500), &[""]).chars().count(), 120);
    }

    #[test]
    fn a_message_is_cut_between_characters() {
        assert_eq!(message(&"é".repeat(40_000)).len(), 64 * 1024);
        assert_eq!(message(&format!("a{}", "é".repeat(40_000))).len(), 64 * 1024 - 1);
        assert_eq!(raw(&[0; 70_000]).len(), 64 * 1024);
    }
}

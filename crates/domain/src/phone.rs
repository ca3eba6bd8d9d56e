//! A US number, the state behind its area code, and who a text says it comes from.

use std::fmt;
use std::sync::LazyLock;

/// Longer than any way of writing eleven digits that a person would use.
const WRITTEN_LEN_MAX: usize = 32;

/// A valid number of the North American plan, such as 1 202 555 0147.
///
/// Its `Debug` shows the area code alone, since a full number never reaches a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nanp(u64);

/// Why a text is not a number of the North American plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NanpError {
    /// It holds something other than digits and the usual separators.
    Characters,
    /// It is not ten digits, or eleven that start with 1.
    Length,
    /// No area code looks like this.
    AreaCode,
    /// No exchange, the three digits after the area code, looks like this.
    Exchange,
}

impl fmt::Display for NanpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NanpError::Characters => "a US number is digits, with blanks, dots, dashes and brackets between them",
            NanpError::Length => "a US number has ten digits, or eleven that start with 1",
            NanpError::AreaCode => "an area code starts with 2 to 9 and does not end in 11",
            NanpError::Exchange => "the three digits after the area code start with 2 to 9 and do not end in 11",
        })
    }
}

impl std::error::Error for NanpError {}

impl Nanp {
    /// Reads the ways people and machines write a US number:
    /// `12025550147`, `+12025550147`, `2025550147`, `(202) 555-0147`, `202-555-0147`.
    ///
    /// # Errors
    /// [`NanpError`] says in a sentence what is wrong.
    pub fn parse(written: &str) -> Result<Nanp, NanpError> {
        let written = written.trim();
        if written.len() > WRITTEN_LEN_MAX {
            return Err(NanpError::Length);
        }
        let (has_plus, rest) = match written.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        let digits = bare_digits(rest).ok_or(NanpError::Characters)?;
        let national = match (digits.len(), digits.strip_prefix('1')) {
            (11, Some(national)) => national,
            // A plus says that the country comes first, and 20x is Egypt.
            (10, _) if !has_plus => digits.as_str(),
            _ => return Err(NanpError::Length),
        };
        if !is_code(&national[..3]) {
            return Err(NanpError::AreaCode);
        }
        if !is_code(&national[3..6]) {
            return Err(NanpError::Exchange);
        }
        let national = national.parse::<u64>().map_err(|_| NanpError::Characters)?;
        Ok(Nanp(10_000_000_000 + national))
    }

    /// The eleven digits, as every interface of the house shows them: `12025550147`.
    #[must_use]
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// The international form: `+12025550147`.
    #[must_use]
    pub fn e164(self) -> String {
        format!("+{}", self.0)
    }

    /// The form people read: `(202) 555-0147`.
    #[must_use]
    pub fn national(self) -> String {
        let digits = self.digits();
        format!("({}) {}-{}", &digits[1..4], &digits[4..7], &digits[7..])
    }

    /// The ten digits without the country's, as a number: 2_025_550_147.
    #[must_use]
    pub fn national_number(self) -> u64 {
        self.0 % 10_000_000_000
    }

    /// The area code: 202.
    #[must_use]
    pub fn area_code(self) -> u16 {
        u16::try_from(self.0 / 10_000_000 % 1000).expect("three digits fit")
    }

    /// The state or territory of the area code; none outside the USA.
    #[must_use]
    pub fn state(self) -> Option<&'static str> {
        state_of(self.area_code())
    }
}

impl fmt::Debug for Nanp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nanp({})", self.area_code())
    }
}

/// The digits of a number without its separators; none if anything else is in it.
fn bare_digits(written: &str) -> Option<String> {
    let mut digits = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// Area codes and exchanges have one shape: [2-9], then two digits that are not 11.
fn is_code(three: &str) -> bool {
    !three.starts_with(['0', '1']) && !three.ends_with("11")
}

/// Area codes with their states, sorted by code as in the file.
static AREA_CODES: LazyLock<Vec<(u16, &'static str)>> = LazyLock::new(|| {
    include_str!("../data/area-codes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (code, state) = line.split_once('\t').expect("two columns are shipped");
            (code.parse().expect("an area code is shipped"), state)
        })
        .collect()
});

/// The two letters of the state or territory an area code belongs to.
///
/// Codes of Canada, the Caribbean, toll-free and non-geographic ones have none.
#[must_use]
pub fn state_of(area_code: u16) -> Option<&'static str> {
    let found = AREA_CODES.binary_search_by_key(&area_code, |(code, _)| *code);
    found.ok().map(|place| AREA_CODES[place].1)
}

/// What kind of sender a text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SenderKind {
    /// A name such as `WhatsApp`, or nothing at all.
    Alphanumeric,
    /// A code of three to eight digits that only works inside a country.
    ShortCode,
    /// A phone number.
    Phone,
}

/// The sender of a text, as it came and in the form that is compared.
///
/// An empty sender is legal. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sender {
    raw: String,
    kind: SenderKind,
    normal: String,
}

impl Sender {
    /// Tells what kind of sender this is; the type of number that a wire claims is not trusted.
    #[must_use]
    pub fn new(raw: &str) -> Sender {
        let trimmed = raw.trim();
        let (has_plus, rest) = match trimmed.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (kind, normal) = match bare_digits(rest) {
            Some(digits) if !digits.is_empty() => numeric(digits, has_plus),
            _ => (SenderKind::Alphanumeric, trimmed.to_owned()),
        };
        Sender { raw: raw.to_owned(), kind, normal }
    }

    /// The sender exactly as it came.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// What kind of sender it is.
    #[must_use]
    pub fn kind(&self) -> SenderKind {
        self.kind
    }

    /// The form to show and to keep: `+12025550147`, `32665`, `WhatsApp`.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The form to compare: small letters, and US numbers without `+1`.
    #[must_use]
    pub fn key(&self) -> String {
        match self.kind {
            SenderKind::Alphanumeric => self.normal.to_lowercase(),
            SenderKind::ShortCode => self.normal.clone(),
            SenderKind::Phone => {
                let bare = self.normal.strip_prefix("+1").unwrap_or(&self.normal);
                bare.to_owned()
            }
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sender({:?})", self.kind)
    }
}

/// What kind of sender this is.
#[must_use]
pub fn sender_kind(raw: &str) -> SenderKind {
    Sender::new(raw).kind
}

fn numeric(digits: String, has_plus: bool) -> (SenderKind, String) {
    let starts_with_one = digits.starts_with('1');
    match (digits.len(), has_plus) {
        // Shorter than any number of any country, so the plus was put there by a gateway.
        (..8, _) | (8, false) => (SenderKind::ShortCode, digits),
        (8..=15, true) => (SenderKind::Phone, format!("+{digits}")),
        (10, false) => (SenderKind::Phone, format!("+1{digits}")),
        (11, false) if starts_with_one => (SenderKind::Phone, format!("+{digits}")),
        // Without a plus nobody knows the country: the digits stay as they came.
        (9.., _) => (SenderKind::Phone, digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    fn parsed(written: &str) -> String {
        Nanp::parse(written).expect("a valid number").digits()
    }

    #[test]
    fn eleven_digits_are_a_number() {
        assert_eq!(parsed("12025550147"), "12025550147");
    }

    #[test]
    fn a_plus_may_come_first() {
        assert_eq!(parsed("+12025550147"), "12025550147");
    }

    #[test]
    fn ten_digits_are_a_number() {
        assert_eq!(parsed("2025550147"), "12025550147");
    }

    #[test]
    fn brackets_and_dashes_are_skipped() {
        assert_eq!(parsed("(202) 555-0147"), "12025550147");
        assert_eq!(parsed("202-555-0147"), "12025550147");
        assert_eq!(parsed("+1 202.555.0147"), "12025550147");
    }

    #[test]
    fn a_number_is_shown_in_three_forms() {
        let number = Nanp::parse("2025550147").expect("a valid number");
        assert_eq!(number.digits(), "12025550147");
        assert_eq!(number.e164(), "+12025550147");
        assert_eq!(number.national(), "(202) 555-0147");
        assert_eq!(number.national_number(), 2_025_550_147);
        assert_eq!(number.area_code(), 202);
        assert_eq!(number.state(), Some("DC"));
    }

    #[test]
    fn debug_shows_the_area_code_alone() {
        let number = Nanp::parse("2025550147").expect("a valid number");
        assert_eq!(format!("{number:?}"), "Nanp(202)");
    }

    #[test]
    fn an_area_code_does_not_start_with_one_or_zero() {
        assert_eq!(Nanp::parse("1025550147"), Err(NanpError::AreaCode));
        assert_eq!(Nanp::parse("0025550147"), Err(NanpError::AreaCode));
    }

    #[test]
    fn an_area_code_does_not_end_in_eleven() {
        assert_eq!(Nanp::parse("4115550147"), Err(NanpError::AreaCode));
    }

    #[test]
    fn an_exchange_does_not_start_with_one_or_zero() {
        assert_eq!(Nanp::parse("2020550147"), Err(NanpError::Exchange));
        assert_eq!(Nanp::parse("2021550147"), Err(NanpError::Exchange));
    }

    #[test]
    fn an_exchange_does_not_end_in_eleven() {
        assert_eq!(Nanp::parse("2029110147"), Err(NanpError::Exchange));
    }

    #[test]
    fn a_wrong_count_of_digits_is_refused() {
        assert_eq!(Nanp::parse(""), Err(NanpError::Length));
        assert_eq!(Nanp::parse("202555014"), Err(NanpError::Length));
        assert_eq!(Nanp::parse("22025550147"), Err(NanpError::Length));
        assert_eq!(Nanp::parse("120255501477"), Err(NanpError::Length));
    }

    #[test]
    fn ten_digits_after_a_plus_are_another_country() {
        assert_eq!(Nanp::parse("+2025550147"), Err(NanpError::Length));
    }

    #[test]
    fn letters_and_foreign_digits_are_refused() {
        assert_eq!(Nanp::parse("1202555014x"), Err(NanpError::Characters));
        assert_eq!(Nanp::parse("٢٠٢٥٥٥٠١٤٧"), Err(NanpError::Characters));
        assert_eq!(Nanp::parse("1+2025550147"), Err(NanpError::Characters));
    }

    #[test]
    fn an_overlay_belongs_to_its_state() {
        assert_eq!(state_of(917), Some("NY"));
        assert_eq!(state_of(983), Some("CO"));
        assert_eq!(state_of(679), Some("MI"));
    }

    #[test]
    fn territories_have_their_letters() {
        assert_eq!(state_of(787), Some("PR"));
        assert_eq!(state_of(671), Some("GU"));
    }

    #[test]
    fn canada_and_the_caribbean_have_no_state() {
        assert_eq!(state_of(416), None);
        assert_eq!(state_of(876), None);
        assert_eq!(state_of(809), None);
    }

    #[test]
    fn toll_free_and_premium_codes_have_no_state() {
        for code in [800, 833, 844, 855, 866, 877, 888, 900, 500] {
            assert_eq!(state_of(code), None, "{code}");
        }
    }

    #[test]
    fn all_states_have_an_area_code_and_the_file_is_sorted() {
        let states: std::collections::BTreeSet<_> = AREA_CODES.iter().map(|(_, s)| *s).collect();
        assert_eq!(states.len(), 50 + 1 + 5);
        assert!(AREA_CODES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(AREA_CODES.iter().all(|(c, _)| is_code(&c.to_string())));
    }

    fn told(raw: &str) -> (SenderKind, String) {
        let sender = Sender::new(raw);
        (sender.kind(), sender.normal().to_owned())
    }

    #[test]
    fn a_letter_makes_a_sender_alphanumeric() {
        let expected = (SenderKind::Alphanumeric, "WhatsApp".to_owned());
        assert_eq!(told(" WhatsApp "), expected);
        assert_eq!(sender_kind("2FA"), SenderKind::Alphanumeric);
    }

    #[test]
    fn three_to_eight_digits_are_a_short_code_without_a_plus() {
        assert_eq!(told("32665"), (SenderKind::ShortCode, "32665".to_owned()));
        assert_eq!(told("+32665"), (SenderKind::ShortCode, "32665".to_owned()));
        assert_eq!(told("729"), (SenderKind::ShortCode, "729".to_owned()));
        assert_eq!(sender_kind("12345678"), SenderKind::ShortCode);
    }

    #[test]
    fn ten_digits_get_the_country() {
        let expected = (SenderKind::Phone, "+12025550147".to_owned());
        assert_eq!(told("2025550147"), expected);
        assert_eq!(told("(202) 555-0147"), expected);
    }

    #[test]
    fn eleven_digits_from_one_get_a_plus() {
        let expected = (SenderKind::Phone, "+12025550147".to_owned());
        assert_eq!(told("12025550147"), expected);
    }

    #[test]
    fn a_foreign_number_keeps_its_plus() {
        let expected = (SenderKind::Phone, "+442071234567".to_owned());
        assert_eq!(told("+44 20 7123 4567"), expected);
        assert_eq!(told("+2025550147").1, "+2025550147");
    }

    #[test]
    fn a_foreign_number_without_a_plus_stays_as_it_came() {
        let expected = (SenderKind::Phone, "442071234567".to_owned());
        assert_eq!(told("442071234567"), expected);
    }

    #[test]
    fn an_empty_sender_is_legal() {
        assert_eq!(told(""), (SenderKind::Alphanumeric, String::new()));
    }

    #[test]
    fn the_raw_sender_is_kept_and_debug_hides_it() {
        let sender = Sender::new(" 202-555-0147");
        assert_eq!(sender.raw(), " 202-555-0147");
        assert_eq!(format!("{sender:?}"), "Sender(Phone)");
    }

    #[test]
    fn keys_of_one_sender_are_equal() {
        assert_eq!(Sender::new("+12025550147").key(), "2025550147");
        assert_eq!(Sender::new("2025550147").key(), "2025550147");
        assert_eq!(Sender::new("WHATSAPP").key(), "whatsapp");
    }

    proptest! {
        #[test]
        fn every_form_reads_back(number in 2_000_000_000_u64..=9_999_999_999) {
            if let Ok(read) = Nanp::parse(&number.to_string()) {
                prop_assert_eq!(Nanp::parse(&read.digits()), Ok(read));
                prop_assert_eq!(Nanp::parse(&read.e164()), Ok(read));
                prop_assert_eq!(Nanp::parse(&read.national()), Ok(read));
            }
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in any::<String>()) {
            let _ = Nanp::parse(&text);
            let sender = Sender::new(&text);
            prop_assert!(sender.raw() == text);
        }

        #[test]
        fn a_normal_sender_stays_the_same(text in "[+0-9A-Za-z -]{0,16}") {
            let once = Sender::new(&text);
            let twice = Sender::new(once.normal());
            prop_assert_eq!(once.normal(), twice.normal());
        }
    }
}

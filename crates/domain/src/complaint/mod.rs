//! What a customer says went wrong with an order or rental, and what was answered.

mod answer;
mod forget;
mod letter;
mod list;
mod report;
mod rows;

pub use answer::{ANSWER_MAX, Answer, AnswerRefusal, Answered, answer};
pub(crate) use forget::forget_of;
pub use forget::forget_old;
pub use list::{Line, Record, Which, about, all, counts, is_of, of_account, show};
pub use report::{NewComplaint, ReportRefusal, WORDS_MAX, report};

use crate::money::Usd;
use crate::product::Product;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The service did not take the number.
    BadNumber,
    /// No code came.
    NoCode,
    /// What came was not for this order.
    WrongText,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BadNumber, Self::NoCode, Self::WrongText];

    /// Its word in the database and in forms.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::BadNumber => "bad_number",
            Self::NoCode => "no_code",
            Self::WrongText => "wrong_text",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What it is for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BadNumber => "The number was not accepted",
            Self::NoCode => "No code came",
            Self::WrongText => "A wrong text came",
        }
    }
}

/// How far a complaint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered yet.
    Open,
    /// It was answered.
    Answered,
}

impl State {
    /// Its word in the database and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Answered].into_iter().find(|state| state.word() == word)
    }
}

/// A complaint. It holds what a customer wrote, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: i64,
    /// What kind of order it is about.
    pub product: Product,
    /// The order or rental.
    pub order: i64,
    /// The number that it had.
    pub number: i64,
    /// The service that it was for.
    pub service: i64,
    /// What went wrong.
    pub kind: Kind,
    /// In the customer's words; empty if there were none, or once they are erased with age.
    pub words: String,
    /// How far it is.
    pub state: State,
    /// What was answered, once it was; empty once it is erased with age.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When.
    pub answered_ms: Option<i64>,
    /// What came back with the answer.
    pub refunded: Usd,
    /// When it was made.
    pub created_ms: i64,
}

/// A text of a person as it is kept: without control characters but line ends, and without space around it. `None` if it
/// is too long.
fn tidy(text: &str, most: usize) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text: String = text.trim().chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect();
    (text.chars().count() <= most).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_lines_and_nothing_that_a_terminal_obeys() {
        assert_eq!(tidy(" a\r\nb\u{1b}[31m\t ", 10).as_deref(), Some("a\nb[31m"));
        assert_eq!(tidy("äöü", 3).as_deref(), Some("äöü"));
        assert_eq!(tidy("äöüx", 3), None);
    }
}

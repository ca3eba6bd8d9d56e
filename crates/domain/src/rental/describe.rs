//! What a customer calls a rental of theirs, and notes of it.

use super::rows;
use crate::App;
use crate::db::{DbError, Lane};
use crate::product::Product;

/// Characters of a label.
pub const LABEL_MAX: usize = 60;
/// Characters of a note.
pub const NOTE_MAX: usize = 2_000;

/// Why a rental is not described so.
#[derive(Debug, thiserror::Error)]
pub enum DescribeRefusal {
    /// There is no such rental of this account.
    #[error("there is no such rental")]
    NotFound,
    /// The label or the note is too long, or holds control characters.
    #[error("a label has at most 60 characters in one line, and a note at most 2,000")]
    TooLong,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes down a label and a note for a rental. Both are the customer's words and are shown to nobody else.
///
/// # Errors
/// See [`DescribeRefusal`].
pub async fn describe(
    app: &App,
    account: i64,
    rental: (Product, i64),
    label: &str,
    note: &str,
) -> Result<(), DescribeRefusal> {
    // Browsers end the lines of a text area with both signs.
    let (label, note) = (label.trim().to_owned(), note.trim().replace("\r\n", "\n"));
    let is_label = label.chars().count() <= LABEL_MAX && !label.chars().any(char::is_control);
    let is_note = note.chars().count() <= NOTE_MAX && !note.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    if !is_label || !is_note {
        return Err(DescribeRefusal::TooLong);
    }
    let story = move |tx: &mut crate::db::Tx<'_>| {
        if rows::describe(tx, account, rental, &label, &note)? { Ok(()) } else { Err(DescribeRefusal::NotFound) }
    };
    app.db.write(Lane::Account(account), story).await
}

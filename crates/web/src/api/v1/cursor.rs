//! Places in a list, as short texts that mean nothing to their reader.

use super::refusal::Refusal;

/// Which list a place is of: a place of one list is none in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Orders,
    Rentals,
    Statement,
}

impl List {
    fn mark(self) -> char {
        match self {
            Self::Orders => 'o',
            Self::Rentals => 'r',
            Self::Statement => 's',
        }
    }
}

/// Writes the place after a line, by its time and id.
pub(super) fn write(list: List, (at_ms, id): (i64, i64)) -> String {
    format!("{}{at_ms:x}-{id:x}", list.mark())
}

/// Reads what [`write`] wrote, and nothing else.
pub(super) fn read(list: List, text: &str) -> Result<(i64, i64), Refusal> {
    let place = || {
        let (at_ms, id) = text.strip_prefix(list.mark())?.split_once('-')?;
        Some((i64::from_str_radix(at_ms, 16).ok()?, i64::from_str_radix(id, 16).ok()?))
    };
    let place = place().filter(|place| write(list, *place) == text && place.0 >= 0 && place.1 >= 0);
    place.ok_or_else(|| Refusal::invalid(Some("cursor"), "`cursor` is the `next_cursor` of an earlier answer."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let text = write(List::Orders, (1_779_460_200_000, 123_456));
        assert_eq!(read(List::Orders, &text), Ok((1_779_460_200_000, 123_456)));
        assert!(read(List::Statement, &text).is_err());
        for text in ["", "o", "o1", "o-1-1", "o1--1", "o01-1", "oA-1", "o1-1 ", "o+1-1", "offffffffffffffffff-1"] {
            assert!(read(List::Orders, text).is_err(), "{text}");
        }
    }
}

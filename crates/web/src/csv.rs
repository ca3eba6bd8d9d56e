//! Tables for spreadsheets, whose cells may hold what others wrote.

use std::io;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt, stream};

/// The sign by which spreadsheets know UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// The last line of a table that had no room for all.
pub(crate) const CUT: &str = "\"This file ends here and is not whole: ask for it in parts, by days.\"\r\n";

/// A table that is sent page by page: its first line, and what follows.
pub(crate) fn body(head: &str, pages: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    let head = stream::iter([Ok(Bytes::from([MARK, head].concat()))]);
    // Whoever packs it asks once more behind its end, which not every stream bears.
    Body::from_stream(head.chain(pages).fuse())
}

/// A line of a table.
pub(crate) fn line<const CELLS: usize>(cells: [String; CELLS]) -> String {
    let mut text = cells.map(|cell| harmless(&cell)).join(",");
    text.push_str("\r\n");
    text
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_row() {
        assert_eq!(harmless("instagram"), "instagram");
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
        ] {
            assert_eq!(harmless(cell), safe);
        }
        assert_eq!(line(["a".to_owned(), "=b".to_owned()]), "a,'=b\r\n");
    }
}

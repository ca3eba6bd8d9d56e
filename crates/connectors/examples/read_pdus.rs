//! Reads SMS-DELIVER PDUs in hexadecimal, one a line, and writes what they say as JSON, one a line: to hold the decoder
//! against others (`tests/compare_pdus.py`).

use std::io::{self, BufRead, Write};

use connectors::sms::deliver;
use serde_json::json;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let digits: Option<Vec<u8>> =
            line.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let bytes: Vec<u8> = digits.unwrap_or_default().chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        let read = match deliver(&bytes) {
            Ok(read) => json!({
                "sender": read.sender.value,
                "text": read.text,
                "sent_ms": read.sent_ms,
                "part": read.concat.map(|concat| [concat.reference, u32::from(concat.total), u32::from(concat.seq)]),
            }),
            Err(error) => json!({"error": error.to_string()}),
        };
        writeln!(out, "{read}")?;
    }
    Ok(())
}

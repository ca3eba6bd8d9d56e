//! `jesusnumber extract`: JSON lines with texts in, JSON lines with codes out.

use std::io::{self, BufRead, Write};

use domain::message::code::code_in;
use serde::{Deserialize, Serialize};

/// A longer line is no text of an SMS, and is not kept in memory.
const LINE_BYTES_MAX: usize = 2_000_000;

/// Answers each line `{"text":…}` with `{"code":…,"reason":…,"confidence":…}`, and a bad one with `{"error":…}`.
///
/// # Errors
///
/// If the input cannot be read or the output cannot be written. A bad line is no error of the whole.
pub(crate) fn run(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut number = 0_u64;
    loop {
        number += 1;
        let answer = match read_line(&mut input)? {
            Line::End => return output.flush(),
            Line::TooLong => Err(LineError::TooLong),
            Line::Whole(bytes) => text_in(&bytes).map(|text| Answer::to(&text)),
        };
        match answer {
            Ok(answer) => serde_json::to_writer(&mut output, &answer)?,
            Err(error) => serde_json::to_writer(&mut output, &Refusal { error: format!("line {number}: {error}") })?,
        }
        output.write_all(b"\n")?;
    }
}

#[derive(Deserialize)]
struct Question {
    text: String,
}

#[derive(Serialize)]
struct Answer {
    code: Option<String>,
    reason: Option<&'static str>,
    confidence: u8,
}

impl Answer {
    fn to(text: &str) -> Self {
        match code_in(text).code {
            Some(code) => Self { code: Some(code.text), reason: Some(code.reason.name()), confidence: code.confidence },
            None => Self { code: None, reason: None, confidence: 0 },
        }
    }
}

#[derive(Serialize)]
struct Refusal {
    error: String,
}

/// The words are fixed, so that no part of a text gets into them.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    #[error("not UTF-8")]
    NotUtf8,
    #[error("not JSON")]
    NotJson,
    #[error("no string named text")]
    NoText,
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

/// Reads to the next newline, and drops a line that is too long while reading it.
fn read_line(input: &mut impl BufRead) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut is_begun = false;
    let mut is_too_long = false;
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let newline = buffer.iter().position(|&byte| byte == b'\n');
        let part = &buffer[..newline.unwrap_or(buffer.len())];
        let is_last = newline.is_some() || buffer.is_empty();
        is_begun |= newline.is_some() || !part.is_empty();
        is_too_long |= line.len() + part.len() > LINE_BYTES_MAX;
        if is_too_long {
            line = Vec::new();
        } else {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(newline.is_some());
        input.consume(used);
        if is_last {
            return Ok(match (is_begun, is_too_long) {
                (false, _) => Line::End,
                (true, true) => Line::TooLong,
                (true, false) => Line::Whole(line),
            });
        }
    }
}

fn text_in(line: &[u8]) -> Result<String, LineError> {
    let line = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    let question: Question = serde_json::from_str(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => LineError::NoText,
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            LineError::NotJson
        }
    })?;
    Ok(question.text)
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES_MAX, run};

    fn answers(input: &[u8]) -> String {
        let mut output = Vec::new();
        run(input, &mut output).expect("memory can be read and written");
        String::from_utf8(output).expect("the answers are JSON")
    }

    #[test]
    fn each_line_is_answered_with_its_code() {
        let input = "{\"text\":\"482913\"}\n{\"text\":\"Your code is 4821\"}\n";
        assert_eq!(
            answers(input.as_bytes()),
            "{\"code\":\"482913\",\"reason\":\"alone\",\"confidence\":80}\n\
             {\"code\":\"4821\",\"reason\":\"phrase\",\"confidence\":86}\n"
        );
    }

    #[test]
    fn a_text_without_a_code_is_answered_with_nulls() {
        assert_eq!(answers(b"{\"text\":\"Hello\"}\n"), "{\"code\":null,\"reason\":null,\"confidence\":0}\n");
    }

    #[test]
    fn a_last_line_without_a_newline_is_answered_too() {
        assert_eq!(answers(b"{\"text\":\"\"}"), "{\"code\":null,\"reason\":null,\"confidence\":0}\n");
    }

    #[test]
    fn no_lines_have_no_answers() {
        assert_eq!(answers(b""), "");
    }

    #[test]
    fn a_line_that_is_not_json_is_named_and_the_next_is_answered() {
        assert_eq!(
            answers(b"{\"text\":\n{\"text\":\"\"}\n"),
            "{\"error\":\"line 1: not JSON\"}\n{\"code\":null,\"reason\":null,\"confidence\":0}\n"
        );
    }

    #[test]
    fn an_empty_line_is_not_json() {
        assert_eq!(answers(b"\n"), "{\"error\":\"line 1: not JSON\"}\n");
    }

    #[test]
    fn a_line_without_a_text_is_named() {
        assert_eq!(answers(b"{\"code\":1}\n"), "{\"error\":\"line 1: no string named text\"}\n");
    }

    #[test]
    fn a_text_that_is_no_string_is_named_but_not_repeated() {
        assert_eq!(answers(b"{\"text\":482913}\n"), "{\"error\":\"line 1: no string named text\"}\n");
    }

    #[test]
    fn bad_utf_8_is_named() {
        assert_eq!(answers(b"{\"text\":\"\xff\"}\n"), "{\"error\":\"line 1: not UTF-8\"}\n");
    }

    #[test]
    fn a_line_that_is_too_long_is_named_and_the_next_is_answered() {
        let mut input = vec![b'x'; LINE_BYTES_MAX + 1];
        input.extend_from_slice(b"\n{\"text\":\"\"}\n");
        assert_eq!(
            answers(&input),
            "{\"error\":\"line 1: longer than 2000000 bytes\"}\n\
             {\"code\":null,\"reason\":null,\"confidence\":0}\n"
        );
    }
}

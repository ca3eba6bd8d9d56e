//! The last line of an origin-bound text: `@example.com #747723`.

use std::ops::Range;

use super::fold::Folded;

/// Finds the code that a text binds to a web origin.
///
/// "The last line of the message ... consists of the scope and the code" (WICG, Origin-bound one-time codes):
/// `@host #code`, after which may follow `@embedded.host` or Apple's older `%embedded.host`.
pub(super) fn code_span(folded: &Folded) -> Option<Range<usize>> {
    let text = folded.text().trim_end();
    let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[line_start..];
    let at_sign = line.match_indices('@').map(|(at, _)| at).find(|&at| is_scope_start(line, at))?;
    let (host, rest) = line[at_sign + 1..].split_once(" #")?;
    let code = rest.split(' ').next()?;
    let is_host = host.contains('.') && host.bytes().all(super::link::is_domain_byte);
    let is_code =
        CODE_LENGTHS.contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let start = line_start + at_sign + 1 + host.len() + " #".len();
    (is_host && is_code).then(|| start..start + code.len())
}

/// The specification sets no bound; no service sends less than three or more than sixteen signs.
const CODE_LENGTHS: std::ops::RangeInclusive<usize> = 3..=16;

fn is_scope_start(line: &str, at: usize) -> bool {
    at == 0 || line[..at].ends_with(' ')
}

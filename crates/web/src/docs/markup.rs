//! Plain text to HTML: sentences with `code` in them, JSON with its parts marked, paths that may wrap.

const CODE_TAGS: [&str; 2] = ["<code>", "</code>"];

/// A sentence; what stands between backticks becomes code.
pub fn sentence(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            html.push_str(CODE_TAGS[(index + 1) % 2]);
        }
        escape_into(&mut html, part);
    }
    html
}

/// Text as it stands.
pub fn plain(text: &str) -> String {
    let mut html = String::new();
    escape_into(&mut html, text);
    html
}

/// A path; it may wrap before each part of its query, and nowhere else.
pub fn path(text: &str) -> String {
    let parts = plain(text).replace('?', "</span><wbr><span>?").replace("&amp;", "</span><wbr><span>&amp;");
    format!("<span>{parts}</span>")
}

/// JSON as it stands, its keys, strings and other values in spans.
pub fn json(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let class = match first {
            '"' if after.trim_start().starts_with(':') => "k",
            '"' => "s",
            _ if is_word(first) => "v",
            _ => "",
        };
        span_into(&mut html, class, token);
        rest = after;
    }
    html
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '+')
}

/// The length of the JSON string at the start of `text`, with both its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn span_into(html: &mut String, class: &str, token: &str) {
    if class.is_empty() {
        escape_into(html, token);
        return;
    }
    html.push_str("<span class=\"");
    html.push_str(class);
    html.push_str("\">");
    escape_into(html, token);
    html.push_str("</span>");
}

fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            _ => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_angles_are_escaped() {
        assert_eq!(sentence("a `b<c` d"), "a <code>b&lt;c</code> d");
    }

    #[test]
    fn keys_strings_and_values_are_told_apart() {
        assert_eq!(
            json(r#"{"a": "b\"<", "c": -0.42}"#),
            r#"{<span class="k">"a"</span>: <span class="s">"b\"&lt;"</span>, <span class="k">"c"</span>: <span class="v">-0.42</span>}"#
        );
    }

    #[test]
    fn broken_json_is_still_shown_whole() {
        assert_eq!(json("\"a"), "<span class=\"s\">\"a</span>");
    }

    #[test]
    fn a_path_may_wrap_at_its_query() {
        assert_eq!(path("/a/?b=1&c=2"), "<span>/a/</span><wbr><span>?b=1</span><wbr><span>&amp;c=2</span>");
    }
}

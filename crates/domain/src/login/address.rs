//! Addresses of mail, as far as a house must know them: one spelling for one mailbox.

/// Bytes of an address, at most (RFC 5321, 4.5.3.1.3, without its angle brackets).
const LENGTH_MAX: usize = 254;
/// Bytes before the `@`, at most (RFC 5321, 4.5.3.1.1).
const LOCAL_MAX: usize = 64;

/// An address in the one spelling by which it is kept: trimmed, in lower case. `None` for what a mail cannot be sent
/// to without quoting, and for what could break a header.
pub(super) fn normal(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (local, domain) = text.split_once('@')?;
    let is_dotted = |part: &str| part.split('.').all(|piece| !piece.is_empty());
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_fine = text.len() <= LENGTH_MAX
        && local.len() <= LOCAL_MAX
        && is_dotted(local)
        && is_dotted(domain)
        && local.bytes().all(is_local)
        && domain.bytes().all(is_domain)
        && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'));
    is_fine.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        assert_eq!(normal(" Ann@Example.ORG ").as_deref(), Some("ann@example.org"));
        assert_eq!(normal("a.b+c@mail.example").as_deref(), Some("a.b+c@mail.example"));
    }

    #[test]
    fn what_could_break_a_header_is_no_address() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a@b@c",
            "ann@exa mple.org",
            "ann\r\nbcc:x@example.org",
            "ann@-example.org",
            "ann@example..org",
            "\"ann\"@example.org",
            "änn@example.org",
            &long,
        ] {
            assert_eq!(normal(text), None, "{text}");
        }
    }
}

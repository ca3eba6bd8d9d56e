//! Where another house is reached.

use std::str::FromStr;

use http::Uri;

/// Bytes of an address, at most.
const ADDRESS_MAX: usize = 1_024;

/// A house's base address, such as `https://house.example/stubs`. It may name a secret path, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Site {
    pub(super) is_encrypted: bool,
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// With a leading slash and no trailing one; empty for the root.
    path: String,
}

impl Site {
    /// The path and query of something below the base. `below` begins with a slash, or with a question mark where the
    /// base itself is asked.
    pub(super) fn target(&self, below: &str) -> String {
        let slash = if self.path.is_empty() && !below.starts_with('/') { "/" } else { "" };
        format!("{}{slash}{below}", self.path)
    }

    /// What stands in the header `host`.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == port(self.is_encrypted) { host } else { format!("{host}:{}", self.port) }
    }

    /// Where a redirection leads, and what is asked for there: a whole address, or a path of this site.
    pub(super) fn redirected(&self, location: &str) -> Option<(Self, String)> {
        if location.len() > ADDRESS_MAX {
            return None;
        }
        let uri: Uri = location.split('#').next()?.parse().ok()?;
        let target = uri.path_and_query()?.as_str().to_owned();
        let site = if uri.scheme().is_some() { Self::of(&uri)? } else { self.clone() };
        let is_weaker = self.is_encrypted && !site.is_encrypted;
        // Two slashes name another host by the rules of URLs; nobody who means well redirects like that.
        (!is_weaker && target.starts_with('/') && !target.starts_with("//"))
            .then_some((Self { path: String::new(), ..site }, target))
    }

    /// Whether the same server answers there.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        (self.is_encrypted, &self.host, self.port) == (other.is_encrypted, &other.host, other.port)
    }

    fn of(uri: &Uri) -> Option<Self> {
        let is_encrypted = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        // A name and password would stand before the host, so that it does not begin with it.
        let port = match authority.as_str().strip_prefix(authority.host())? {
            "" => port(is_encrypted),
            rest => rest.strip_prefix(':')?.parse().ok()?,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || port == 0 {
            return None;
        }
        Some(Self { is_encrypted, host, port, path: uri.path().trim_end_matches('/').to_owned() })
    }
}

fn port(is_encrypted: bool) -> u16 {
    if is_encrypted { 443 } else { 80 }
}

impl FromStr for Site {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let uri: Option<Uri> = text.parse().ok().filter(|_| text.len() <= ADDRESS_MAX && !text.contains(['?', '#']));
        let site = uri.and_then(|uri| Self::of(&uri));
        site.ok_or_else(|| {
            "must be an address such as https://house.example/api, without name, password or query".into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Site {
        text.parse().unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
    }

    fn asked(text: &str, below: &str) -> (String, String) {
        (site(text).authority(), site(text).target(below))
    }

    #[test]
    fn what_is_asked_for_lies_below_the_base() {
        let told = |authority: &str, target: &str| (authority.to_owned(), target.to_owned());
        assert_eq!(asked("https://a.example", "/x?y=1"), told("a.example", "/x?y=1"));
        assert_eq!(asked("https://a.example/", "?y=1"), told("a.example", "/?y=1"));
        assert_eq!(asked("http://a.example:8080/b/", "/x"), told("a.example:8080", "/b/x"));
        assert_eq!(asked("http://a.example:80/b.php", "?y=1"), told("a.example", "/b.php?y=1"));
        assert_eq!(asked("https://[2606:4700::1111]:444/", "/x"), told("[2606:4700::1111]:444", "/x"));
    }

    #[test]
    fn what_is_no_base_address_is_refused() {
        let long = format!("https://a.example/{}", "a".repeat(ADDRESS_MAX));
        let others =
            ["", "a.example", "ftp://a.example", "https://", "https://me:secret@a.example", "https://a.example?x"];
        let odd = ["https://a.example/#x", "https://a.example:0", "https://a.example:99999", "https://a b", &long];
        for text in others.iter().chain(&odd) {
            assert!(text.parse::<Site>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_redirection_leads_to_a_path_or_to_another_site_but_not_out_of_tls() {
        let here = site("https://a.example/b");
        let led = |location: &str| here.redirected(location).map(|(site, target)| (site.authority(), target));
        assert_eq!(led("/x?y"), Some(("a.example".into(), "/x?y".into())));
        assert_eq!(led("https://c.example:444/x#y"), Some(("c.example:444".into(), "/x".into())));
        for location in ["http://a.example/x", "x", "", "//", "ftp://a.example/", "https://me@a.example/"] {
            assert_eq!(led(location), None, "{location}");
        }
    }
}

//! Signing in at a gateway by HTTP Digest (RFC 7616), or by Basic (RFC 7617) where the gateway wants that.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// Bytes of a challenge that is read.
const CHALLENGE_MAX: usize = 4 * 1024;

/// What is asked for, and by whom.
pub(super) struct Asking<'a> {
    pub(super) method: &'a str,
    /// The path and query, as they are sent.
    pub(super) target: &'a str,
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    /// Whether the connection is encrypted: only then the password itself is told.
    pub(super) is_encrypted: bool,
}

/// What stands in `authorization` after a challenge; `None` for one that cannot or may not be answered.
pub(super) fn authorization(challenge: &str, asking: &Asking<'_>) -> Option<String> {
    if challenge.len() > CHALLENGE_MAX {
        return None;
    }
    let (scheme, rest) = challenge.trim().split_once(' ').unwrap_or((challenge.trim(), ""));
    if scheme.eq_ignore_ascii_case("digest") {
        return answer(rest, asking, &fresh()?);
    }
    (scheme.eq_ignore_ascii_case("basic") && asking.is_encrypted)
        .then(|| format!("Basic {}", STANDARD.encode(format!("{}:{}", asking.user, asking.password))))
}

/// A word of chance.
fn fresh() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

fn answer(challenge: &str, asking: &Asking<'_>, fresh: &str) -> Option<String> {
    let told = parameters(challenge);
    let of = |name: &str| told.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let (realm, nonce) = (of("realm")?, of("nonce")?);
    let algorithm = of("algorithm").map_or("MD5", String::as_str);
    let is_session = algorithm.to_ascii_lowercase().ends_with("-sess");
    let hash: fn(&str) -> String = match algorithm.to_ascii_lowercase().trim_end_matches("-sess") {
        "md5" => |text| hex(&Md5::digest(text)),
        "sha-256" => |text| hex(&Sha256::digest(text)),
        _ => return None,
    };
    let is_counted = match of("qop") {
        Some(kinds) => kinds.split(',').any(|kind| kind.trim().eq_ignore_ascii_case("auth")).then_some(true)?,
        None => false,
    };
    let who = hash(&format!("{}:{realm}:{}", asking.user, asking.password));
    let who = if is_session { hash(&format!("{who}:{nonce}:{fresh}")) } else { who };
    let what = hash(&format!("{}:{}", asking.method, asking.target));
    let proof = if is_counted {
        hash(&format!("{who}:{nonce}:00000001:{fresh}:auth:{what}"))
    } else {
        hash(&format!("{who}:{nonce}:{what}"))
    };
    let quoted = [asking.user, realm, nonce, asking.target];
    if quoted.iter().any(|text| text.contains(['"', '\\'])) {
        return None;
    }
    let [user, realm, nonce, target] = quoted;
    let mut header = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", algorithm={algorithm}, response=\"{proof}\""
    );
    if is_counted {
        header.push_str(&format!(", qop=auth, nc=00000001, cnonce=\"{fresh}\""));
    } else if is_session {
        header.push_str(&format!(", cnonce=\"{fresh}\""));
    }
    if let Some(opaque) = of("opaque").filter(|opaque| !opaque.contains(['"', '\\'])) {
        header.push_str(&format!(", opaque=\"{opaque}\""));
    }
    Some(header)
}

/// `name=value, name="value", …`.
fn parameters(mut rest: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_owned();
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        all.push((name, value.trim().to_owned()));
        rest = left;
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616, section 3.9.1.
    const MUFASA: Asking<'_> = Asking {
        method: "GET",
        target: "/dir/index.html",
        user: "Mufasa",
        password: "Circle of Life",
        is_encrypted: false,
    };
    const FRESH: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

    fn response(challenge: &str) -> String {
        let header = answer(challenge, &MUFASA, FRESH).expect("an answer");
        let (_, rest) = header.split_once("response=\"").expect("a response");
        rest.split_once('"').expect("its end").0.to_owned()
    }

    #[test]
    fn the_examples_of_the_standard_are_answered() {
        let of = |algorithm: &str| {
            format!(
                "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        assert_eq!(response(&of("MD5")), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(response(&of("SHA-256")), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    /// The example of RFC 2069 as it was corrected, which has no `qop`.
    #[test]
    fn the_older_way_is_answered() {
        let asking = Asking { password: "CircleOfLife", ..MUFASA };
        let challenge = "realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let header = answer(challenge, &asking, FRESH).expect("an answer");
        assert!(
            header.contains("response=\"1949323746fe6a43ef61f9606e7febea\"") && !header.contains("qop"),
            "{header}"
        );
    }

    #[test]
    fn the_password_itself_is_told_only_where_nobody_listens() {
        let open = "Basic realm=\"gateway\"";
        assert_eq!(authorization(open, &MUFASA), None);
        let hidden = Asking { is_encrypted: true, ..MUFASA };
        assert_eq!(authorization(open, &hidden).as_deref(), Some("Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"));
    }

    #[test]
    fn what_is_no_challenge_is_not_answered() {
        let odd = [
            "",
            "Digest",
            "Bearer x",
            "Digest realm=\"a\"",
            "Digest nonce=\"a\"",
            "Digest realm=\"a\", nonce=\"b\", algorithm=ROT13",
            "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"",
            "Digest realm=\"a, nonce=b",
            "Digest ====",
        ];
        for challenge in odd {
            assert_eq!(authorization(challenge, &MUFASA), None, "{challenge}");
        }
        let long = format!("Digest realm=\"{}\", nonce=\"b\"", "a".repeat(CHALLENGE_MAX));
        assert_eq!(authorization(&long, &MUFASA), None);
    }
}

//! Passwords: which are good enough, and what is kept of them.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// Characters of a password that stands alone, at least.
pub const LENGTH_ALONE_MIN: usize = 15;
/// Characters of a password beside a second factor, at least.
pub const LENGTH_WITH_SECOND_MIN: usize = 8;
/// Bytes of a password, at most.
pub const LENGTH_MAX: usize = 1_024;

/// Memory of one hash in KiB, and its rounds.
const MEMORY_KIB: u32 = 19 * 1_024;
const ROUNDS: u32 = 2;

/// The hash that is checked where there is none, so that both take equally long. Nobody knows its password.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$q1dPvYl2Xz3b4Wk8m0N7cA$5Yk0s1l0q3eGmJxv8mA3Qy2wVb7hXo9dR4tKc6uZfLE";

/// What everybody tries first, as far as it is long enough; matched without case, spaces and what is repeated.
const COMMON: [&str; 22] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "passwort",
    "qwertyuiop",
    "qwertyui",
    "asdfghjkl",
    "1qaz2wsx",
    "1q2w3e4r",
    "iloveyou",
    "letmein",
    "welcome",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "correcthorsebatterystaple",
    "jesusnumber",
    "changeme",
    "administrator",
];
/// Rows of keys and of signs: whoever walks along one chooses only where to begin.
const ROWS: [&[u8]; 3] = [b"012345678901", b"abcdefghijklmnopqrstuvwxyz", b"qwertyuiopasdfghjklzxcvbnm"];
/// Different signs that must be left of a password, at least.
const SIGNS_MIN: usize = 4;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// It has too few characters.
    #[error(
        "a password has at least {LENGTH_ALONE_MIN} characters, or {LENGTH_WITH_SECOND_MIN} beside a second factor"
    )]
    Short,
    /// It has too many bytes.
    #[error("a password has at most {LENGTH_MAX} bytes")]
    Long,
    /// It is one of those that everybody tries first.
    #[error("this password is one of those that are tried first")]
    Common,
}

/// What is wrong with a new password, for somebody with or without a second factor.
pub(super) fn fault(password: &str, has_second: bool) -> Option<PasswordFault> {
    let least = if has_second { LENGTH_WITH_SECOND_MIN } else { LENGTH_ALONE_MIN };
    if password.len() > LENGTH_MAX {
        Some(PasswordFault::Long)
    } else if password.chars().count() < least {
        Some(PasswordFault::Short)
    } else {
        is_common(password).then_some(PasswordFault::Common)
    }
}

/// Whether little is left of a password once common words, walks along a row and repetitions are taken away.
fn is_common(password: &str) -> bool {
    let mut rest: String = password.to_lowercase().split_whitespace().collect();
    for word in COMMON {
        rest = rest.replace(word, "");
    }
    let bytes = rest.as_bytes();
    let chosen = bytes.iter().enumerate().filter(|(place, byte)| *place == 0 || !follows(bytes[place - 1], **byte));
    let signs: std::collections::BTreeSet<u8> = chosen.map(|(_, byte)| *byte).collect();
    signs.len() < SIGNS_MIN
}

/// Whether a sign repeats the one before it or stands next to it in a row.
fn follows(before: u8, sign: u8) -> bool {
    let are_next = |row: &[u8]| row.windows(2).any(|pair| pair == [before, sign] || pair == [sign, before]);
    before == sign || ROWS.into_iter().any(are_next)
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, ROUNDS, 1, None).expect("the parameters are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What is kept of a password: its Argon2id hash with a salt, in PHC form.
pub(super) fn hash(password: &str) -> String {
    let hash = argon2().hash_password(password.as_bytes());
    hash.expect("a password of a bounded length is hashed").to_string()
}

/// Whether a password is the one of a hash; without one the same work is done for nothing.
pub(super) fn fits(password: &str, hash: Option<&str>) -> bool {
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODYS));
    // A password above the limit was never taken, and must not be worked on.
    let password = if password.len() > LENGTH_MAX { "" } else { password };
    let is_right = parsed.is_ok_and(|parsed| argon2().verify_password(password.as_bytes(), &parsed).is_ok());
    is_right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_characters_alone_or_eight_with_a_second_factor() {
        assert_eq!(fault("plover-tin-harbo", false), None);
        assert_eq!(fault("plover-tin-har", false), Some(PasswordFault::Short));
        assert_eq!(fault("plv-tn-h", true), None);
        assert_eq!(fault("plv-tn-", true), Some(PasswordFault::Short));
        assert_eq!(fault("ääöüßéèêëñçåøæœ", false), None);
        assert_eq!(fault(&"aäbcdefghijk".repeat(100), false), Some(PasswordFault::Long));
    }

    #[test]
    fn what_is_tried_first_is_refused_however_it_is_stretched() {
        for common in [
            "passwordpassword",
            "Password Password 123456",
            "qwertyuiop123456789",
            "aaaaaaaaaaaaaaaaaaaa",
            "1234567890123456",
            "correct horse battery staple",
            "abcabcabcabcabcabc",
        ] {
            assert_eq!(fault(common, false), Some(PasswordFault::Common), "{common}");
        }
    }

    #[test]
    fn a_hash_fits_its_password_alone_and_is_as_costly_as_written() {
        let kept = hash("plover-tin-harbour");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("plover-tin-harbour", Some(&kept)));
        assert!(!fits("plover-tin-harbous", Some(&kept)));
        assert!(!fits("plover-tin-harbour", None));
    }

    #[test]
    fn nobodys_hash_costs_what_everybodys_does() {
        assert!(PasswordHash::new(NOBODYS).is_ok());
        let costs = |text: &str| text.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(costs(NOBODYS), costs(&hash("plover-tin-harbour")));
        assert_eq!(NOBODYS.len(), hash("plover-tin-harbour").len());
    }
}

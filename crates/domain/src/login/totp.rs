//! Codes that change every half minute (RFC 6238), and the codes that stand in for a lost generator.

use totp_rs::{Builder, Totp};

use crate::clock::SECOND_MS;

/// Bytes of a generator's secret, as many as its hash has.
const SECRET_LEN: usize = 20;
/// What generators list the house under.
const ISSUER: &str = "jesusnumber";
/// Letters of a recovery code: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
/// Letters of each half of a recovery code: 50 bits of chance in all.
const HALF: usize = 5;

/// The secret of a code generator that is being set up. It is shown to its person alone, so it has no `Debug`.
#[derive(Clone)]
pub struct Offer {
    /// The secret in base 32, to be typed in.
    pub secret: String,
    /// The same as an address that generators read from a QR code.
    pub uri: String,
}

/// A fresh secret.
pub(super) fn new_secret() -> Vec<u8> {
    rand::random::<[u8; SECRET_LEN]>().to_vec()
}

fn generator(secret: &[u8]) -> Totp {
    let builder = Builder::new().with_secret(secret.to_vec().into_boxed_slice());
    builder.build().expect("six digits, half a minute and 20 bytes are within the standard")
}

/// What a person needs to set a generator up.
pub(super) fn offer(secret: &[u8], name: &str) -> Offer {
    let secret = generator(secret).secret().to_base32();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(byte);
    let encode = |byte: u8| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let name: String = name.bytes().map(encode).collect();
    Offer { uri: format!("otpauth://totp/{ISSUER}:{name}?secret={secret}&issuer={ISSUER}"), secret }
}

/// The step that a code belongs to, if it is a code of now, of half a minute ago, or of half a minute hence.
pub(super) fn step_of(secret: &[u8], code: &str, now_ms: i64) -> Option<i64> {
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let now_s = u64::try_from(now_ms / SECOND_MS).ok()?;
    generator(secret).check(&code, now_s).and_then(|step| i64::try_from(step).ok())
}

/// A fresh recovery code: `k3x9q-7wd2m`.
pub(super) fn new_recovery() -> String {
    let half = || (0..HALF).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect::<String>();
    format!("{}-{}", half(), half())
}

/// A recovery code in the one spelling by which it is known; `None` for what cannot be one.
pub(super) fn normal_recovery(text: &str) -> Option<String> {
    let letters: String = text.chars().filter(|sign| sign.is_ascii_alphanumeric()).collect();
    (letters.len() == 2 * HALF).then(|| letters.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and the codes of RFC 6238, appendix B, cut to six digits.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn the_codes_of_the_standard_are_read() {
        assert_eq!(step_of(RFC, "287082", 59_000), Some(1));
        assert_eq!(step_of(RFC, "081 804", 1_111_111_109_000), Some(37_037_036));
        assert_eq!(step_of(RFC, "287083", 59_000), None);
    }

    #[test]
    fn a_code_is_good_for_half_a_minute_around_its_own() {
        assert_eq!(step_of(RFC, "287082", 0), Some(1));
        assert_eq!(step_of(RFC, "287082", 89_999), Some(1));
        assert_eq!(step_of(RFC, "287082", 90_000), None);
    }

    #[test]
    fn an_offer_names_the_house_and_the_person() {
        let offer = offer(RFC, "ann+x@example.org");
        assert_eq!(offer.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri =
            "otpauth://totp/jesusnumber:ann%2Bx@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=jesusnumber";
        assert_eq!(offer.uri, uri);
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let code = new_recovery();
        let typed = code.to_uppercase().replace('-', " ");
        assert_eq!(normal_recovery(&typed), Some(code.replace('-', "")));
        assert_eq!(normal_recovery("287082"), None);
    }
}

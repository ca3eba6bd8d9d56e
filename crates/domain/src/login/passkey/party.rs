//! As whom the house asks for passkeys: by the name and the origin that its public address has.

use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use super::PasskeyRefusal;

/// The name under which authenticators list the house.
const HOUSE: &str = "jesusnumber";

/// Whether browsers keep passkeys for a house at this address: it needs a name, and https unless it is this machine.
#[must_use]
pub fn may_have_passkeys(base_url: &str) -> bool {
    place(base_url).is_some()
}

/// Whoever checks passkeys of the house at this address. A passkey of another name or origin does not fit.
pub(super) fn party(base_url: &str) -> Result<Webauthn, PasskeyRefusal> {
    let (name, origin) = place(base_url).ok_or(PasskeyRefusal::Nameless)?;
    let builder = WebauthnBuilder::new(&name, &origin).map_err(|_| PasskeyRefusal::Nameless)?;
    builder.rp_name(HOUSE).build().map_err(|_| PasskeyRefusal::Nameless)
}

fn place(base_url: &str) -> Option<(String, Url)> {
    let url = Url::parse(base_url).ok()?;
    let name = url.domain()?.to_owned();
    let is_here = name == "localhost" || name.ends_with(".localhost");
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    is_safe.then_some((name, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_https() {
        for base in ["https://sms.example.com", "https://sms.example.com:8443", "http://localhost:8080"] {
            assert!(may_have_passkeys(base), "{base}");
        }
        for base in
            ["http://sms.example.com", "https://192.0.2.7", "https://[2001:db8::1]:8443", "http://127.0.0.1", ""]
        {
            assert!(!may_have_passkeys(base), "{base}");
        }
    }
}

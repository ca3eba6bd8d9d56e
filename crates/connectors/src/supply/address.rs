//! The address that a sender signs: the public one, which a proxy hides from us, so the operator tells it.

use domain::supply::{Request, Setting, Settings};

/// The setting that holds it.
pub(super) const ADDRESS: Setting = Setting {
    name: "address",
    label: "Public address of the webhook",
    is_secret: false,
    is_optional: false,
    help: "exactly as it stands at the sender, such as https://your.house/ingest/SOURCE/; it is part of what is signed",
};

/// Checks the setting.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let address = settings.get("address").unwrap_or_default();
    if address.starts_with("https://") && !address.contains(['?', '#', ' ']) {
        return Ok(());
    }
    Err("`address` must begin with https:// and have no query".to_owned())
}

/// The address with the query that came, as it was signed.
pub(super) fn signed(settings: &Settings, request: &Request) -> String {
    let address = settings.get("address").unwrap_or_default();
    if request.query.is_empty() { address.to_owned() } else { format!("{address}?{}", request.query) }
}

/// The fields of a form as they are signed: sorted, each name with its value behind it.
pub(super) fn sorted(fields: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut fields: Vec<&(String, Vec<u8>)> = fields.iter().collect();
    fields.sort();
    fields.into_iter().flat_map(|(name, value)| name.bytes().chain(value.iter().copied())).collect()
}

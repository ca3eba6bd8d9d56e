//! What connectors to houses upstream have in common: where the house is, how it is called, and what a call without a
//! readable answer means.

pub(super) mod lenient;

use std::sync::{Mutex, PoisonError};

use domain::supply::{Answer, Fault, NotBought, Setting, Settings, Trouble};

use crate::call::{self, Call, CallError, Caller, Site};

/// Callers that are kept, each with the TLS sessions of its house.
const CALLERS_MAX: usize = 32;

/// The setting that opens private networks.
pub(super) const ALLOW_NETWORK: Setting = Setting {
    name: "allow_network",
    label: "Networks that may be called",
    is_secret: false,
    is_optional: true,
    help: "such as 10.0.0.0/8, with spaces between them: where it may be although it is private, or called by http://",
};

/// The setting that holds certificates.
pub(super) const CA: Setting = Setting {
    name: "ca",
    label: "Certificates",
    is_secret: false,
    is_optional: true,
    help: "certificates in PEM that are trusted beside the public ones",
};

/// The address of the setting `address`, or another where none is given.
///
/// # Errors
/// A sentence that says what it should be.
pub(super) fn site(settings: &Settings, other: Option<&str>) -> Result<Site, String> {
    let written = settings.get("address").or(other).unwrap_or_default();
    written.parse().map_err(|wrong| format!("`address` {wrong}"))
}

/// Where a house is called, and by whom.
pub(crate) struct Reach {
    site: Site,
    caller: Caller,
}

impl Reach {
    /// Asks, and gives back whatever was answered.
    pub(crate) async fn ask(&self, call: &Call) -> Result<call::Answer, CallError> {
        self.caller.call(&self.site, call).await
    }
}

/// Callers by the settings that they were made of, so that the calls of one source share what TLS remembers.
#[derive(Default)]
pub(crate) struct Callers(Mutex<Vec<(Made, Caller)>>);

/// `allow_network` and `ca`.
type Made = (Option<String>, Option<String>);

impl Callers {
    /// Where the house is that these settings name.
    ///
    /// # Errors
    /// A sentence that says which setting is wrong.
    pub(crate) fn reach(&self, settings: &Settings, other: Option<&str>) -> Result<Reach, String> {
        let made = (settings.get("allow_network").map(str::to_owned), settings.get("ca").map(str::to_owned));
        let site = site(settings, other)?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, caller)) = all.iter().find(|(known, _)| *known == made) {
            return Ok(Reach { site, caller: caller.clone() });
        }
        let caller = Caller::new(made.0.as_deref(), made.1.as_deref())?;
        if all.len() == CALLERS_MAX {
            all.remove(0);
        }
        all.push((made, caller.clone()));
        Ok(Reach { site, caller })
    }
}

/// What a status says by itself of a call that may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The house answered; the body says the rest.
    Answered,
    /// It was refused, so nothing happened; the body may say why.
    Refused,
    /// It was too much at once, so nothing happened.
    Throttled,
    /// Whatever the body says, it may have happened.
    Unknown,
}

/// The verdict of a status. 4xx is the caller's fault, so what was asked for was not done; those that tell of time and
/// of clashes are taken out of that, and what leads elsewhere may do so after the deed.
pub(super) fn verdict(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Answered,
        429 => Verdict::Throttled,
        408 | 409 | 425 | 499 => Verdict::Unknown,
        400..=498 => Verdict::Refused,
        _ => Verdict::Unknown,
    }
}

/// What was met, in the words of a status.
pub(super) fn status_trouble(answer: &call::Answer) -> Trouble {
    let retry_after_ms = answer.retry_after_s().map(|seconds| seconds * 1_000);
    Trouble { says: format!("the house answered with status {}", answer.status), retry_after_ms }
}

/// A call without an answer.
pub(super) fn fault(error: CallError) -> Fault {
    let trouble = Trouble::new(format!("the house: {error}"));
    match error {
        CallError::NotSent(_) => Fault::NotDone(trouble),
        CallError::Unknown(_) => Fault::Unknown(trouble),
    }
}

/// A wish without an answer.
pub(super) fn no_answer(error: CallError) -> Answer {
    match fault(error) {
        Fault::NotDone(trouble) => Answer::NotBought(NotBought::Unreachable(trouble)),
        Fault::Unknown(trouble) => Answer::Unknown(trouble),
    }
}

/// Settings that stopped being right; nothing was sent.
pub(super) fn bad_settings(wrong: String) -> Fault {
    Fault::NotDone(Trouble::new(wrong))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_house_refused_is_certain() {
        for status in [400, 401, 402, 403, 404, 422] {
            assert_eq!(verdict(status), Verdict::Refused, "{status}");
        }
        for status in [100, 301, 302, 408, 409, 499, 500, 502, 503, 504, 522] {
            assert_eq!(verdict(status), Verdict::Unknown, "{status}");
        }
        assert_eq!(
            (verdict(200), verdict(204), verdict(429)),
            (Verdict::Answered, Verdict::Answered, Verdict::Throttled)
        );
    }
}

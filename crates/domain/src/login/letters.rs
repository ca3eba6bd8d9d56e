//! The words of the mails about signing in.

use super::{Secret, Visit};
use crate::mail::Letter;

/// The page that each kind of link leads to.
fn url(visit: &Visit, page: &str, secret: &Secret) -> String {
    format!("{}/{page}/?token={}", visit.base_url, secret.text())
}

/// To somebody who wants an account: the link that confirms the address.
pub(super) fn sign_up(visit: &Visit, to: &str, secret: &Secret) -> Letter {
    let url = url(visit, "sign-up/confirm", secret);
    letter(
        to,
        "sign_up",
        "Confirm your address",
        format!(
            "Somebody, probably you, wants an account with this address at {}.\n\n\
             Open this link within a day to choose a password:\n{url}\n\n\
             If it was not you, do nothing: there is no account until the link is used.\n",
            visit.base_url
        ),
    )
}

/// To somebody whose address was used to sign up, and who has an account.
pub(super) fn known_already(visit: &Visit, to: &str) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "known_already",
        "You have an account already",
        format!(
            "Somebody, probably you, wanted an account with this address at {base}. You have one already.\n\n\
             Sign in: {base}/sign-in/\nForgot your password: {base}/reset/\n\n\
             If it was not you, there is nothing to do: nobody was told that you have an account.\n"
        ),
    )
}

/// To somebody who signed in with a browser that was never seen before.
pub(super) fn new_device(visit: &Visit, to: &str, at_ms: i64) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "new_device",
        "Signed in with a new browser",
        format!(
            "Your account at {base} was signed in to with a browser that was not seen before:\n\n  \
             {} from {}, {}\n\n\
             If it was you, there is nothing to do. If not, choose another password at once ({base}/reset/), which ends \
             every session.\n",
            visit.device,
            visit.address,
            crate::clock::rfc3339(at_ms)
        ),
    )
}

fn letter(to: &str, kind: &'static str, subject: &str, body: String) -> Letter {
    Letter { to: to.to_owned(), kind, subject: subject.to_owned(), body }
}

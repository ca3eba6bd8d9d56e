//! The words of the mails about signing in.

use super::{Secret, Visit};
use crate::mail::Letter;

/// The page that each kind of link leads to.
fn url(visit: &Visit, page: &str, secret: &Secret) -> String {
    format!("{}/{page}/?token={}", visit.base_url, secret.text())
}

/// To somebody whose account an operator made: the link that gives it a sign-in.
pub(super) fn invite(base: &str, to: &str, url: &str) -> Letter {
    letter(
        to,
        "invite",
        "Sign in to your account",
        format!(
            "There is an account for you at {base}.\n\n\
             Open this link within a day to choose a password and sign in with this address:\n{url}\n\n\
             If you expect none, do nothing: the address gets no sign-in until the link is used.\n"
        ),
    )
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

/// To somebody who forgot the password: the link to choose another.
pub(super) fn reset(visit: &Visit, to: &str, secret: &Secret) -> Letter {
    let url = url(visit, "reset/choose", secret);
    letter(
        to,
        "reset",
        "Choose another password",
        format!(
            "Somebody, probably you, wants another password for your account at {}.\n\n\
             Open this link within an hour to choose it:\n{url}\n\n\
             If it was not you, do nothing: your password stays as it is.\n",
            visit.base_url
        ),
    )
}

/// To an address for which another password was asked, and which has no account.
pub(super) fn no_account(visit: &Visit, to: &str) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "no_account",
        "There is no account with this address",
        format!(
            "Somebody, probably you, wants another password for an account with this address at {base}. There is none.\n\n\
             If you have an account, it has another address: ask with that one at {base}/reset/\n\
             Want one: {base}/sign-up/\n\n\
             If it was not you, there is nothing to do: nobody was told whether you have an account.\n"
        ),
    )
}

/// To somebody whose password was changed, and who has some passkeys besides.
pub(super) fn password_changed(visit: &Visit, to: &str, passkeys: i64) -> Letter {
    let base = &visit.base_url;
    let left = match passkeys {
        0 => String::new(),
        _ => format!(
            "Passkeys open your account as before ({passkeys}): look whether all of them are yours at \
             {base}/account/passkeys/\n\n"
        ),
    };
    letter(
        to,
        "password_changed",
        "Your password was changed",
        format!(
            "The password of your account at {base} was changed, and every other session was ended.\n\n{left}\
             If it was not you, choose another one at once: {base}/reset/\n"
        ),
    )
}

/// To a new address: the link that confirms it.
pub(super) fn confirm_email(visit: &Visit, to: &str, secret: &Secret) -> Letter {
    let url = url(visit, "account/email/confirm", secret);
    letter(
        to,
        "email_confirm",
        "Confirm your new address",
        format!(
            "Somebody, probably you, wants to use this address for an account at {}.\n\n\
             Open this link within a day to confirm it:\n{url}\n\n\
             If it was not you, do nothing: nothing changes until the link is used.\n",
            visit.base_url
        ),
    )
}

/// To the old address: that another one was asked for.
pub(super) fn email_asked(visit: &Visit, to: &str) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "email_asked",
        "Another address for your account was asked for",
        format!(
            "Your account at {base} is to get another address, once that one is confirmed.\n\n\
             If it was not you, choose another password at once, which undoes it: {base}/reset/\n"
        ),
    )
}

/// To both addresses: that the change is done.
pub(super) fn email_changed(visit: &Visit, to: &str) -> Letter {
    letter(
        to,
        "email_changed",
        "The address of your account was changed",
        format!(
            "The address of your account at {} was changed. You sign in with the new one from now on.\n\n\
             If it was not you, write to the people who run the house: the old address no longer opens it.\n",
            visit.base_url
        ),
    )
}

/// To somebody whose second factor was set up or taken away.
pub(super) fn second_changed(visit: &Visit, to: &str, is_on: bool) -> Letter {
    let (base, word) = (&visit.base_url, if is_on { "on" } else { "off" });
    letter(
        to,
        "second_factor",
        "Your second factor was changed",
        format!(
            "The second factor of your account at {base} is {word} now.\n\n\
             If it was not you, choose another password at once: {base}/reset/\n"
        ),
    )
}

/// To somebody who signs in with another passkey, too, from now on.
pub(super) fn passkey_added(visit: &Visit, to: &str, name: &str) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "passkey",
        "A passkey was added to your account",
        format!(
            "The passkey \"{name}\" opens your account at {base} from now on, without the password and without a code.\n\n\
             If it was not you, choose another password at once ({base}/reset/), then sign in and remove the passkey: \
             {base}/account/passkeys/\n"
        ),
    )
}

/// To somebody one of whose passkeys was removed.
pub(super) fn passkey_removed(visit: &Visit, to: &str, name: &str) -> Letter {
    let base = &visit.base_url;
    letter(
        to,
        "passkey",
        "A passkey was removed from your account",
        format!(
            "The passkey \"{name}\" no longer opens your account at {base}.\n\n\
             If it was not you, choose another password at once: {base}/reset/\n"
        ),
    )
}

/// To somebody whose second factor was taken away by the people who run the house.
pub(super) fn second_removed(base: &str, to: &str, must_choose: bool) -> Letter {
    let password = if must_choose {
        format!("Your password was short and went with it: choose another one at {base}/reset/\n\n")
    } else {
        String::new()
    };
    letter(
        to,
        "second_factor",
        "Your second factor was taken away",
        format!(
            "The people who run {base} took the second factor and the passkeys of your account away, and ended every \
             session. You sign in with your password alone now.\n\n{password}\
             If you did not ask for it, write to them, and choose another password at once: {base}/reset/\n"
        ),
    )
}

fn letter(to: &str, kind: &'static str, subject: &str, body: String) -> Letter {
    Letter { to: to.to_owned(), kind, subject: subject.to_owned(), body, end_ms: None }
}

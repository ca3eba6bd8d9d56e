//! What `jesusnumber config` prints: every setting in force, from where, and what it is for.

use std::fmt::Write;

use toml::Value;

use super::{KNOWN, Layers};

/// Every setting in force as a TOML file that could be used again, except that passwords are masked.
#[must_use]
pub(crate) fn show(layers: &Layers) -> String {
    let mut out = String::new();
    for known in KNOWN {
        let about = wrapped(known.about);
        let line = match layers.value(known.name) {
            Some(value) => format!("{} = {}  # from {}", known.name, masked_value(value), layers.origin(known.name)),
            None => format!("# {} is not set", known.name),
        };
        writeln!(out, "{about}{line}\n").expect("a text takes every write");
    }
    out.truncate(out.trim_end().len());
    out
}

/// Every setting in force as the console shows it, except that passwords are masked.
#[must_use]
pub(crate) fn in_force(layers: &Layers) -> Vec<web::SettingInForce> {
    let shown = |known: &super::Known| web::SettingInForce {
        name: known.name,
        about: known.about.trim(),
        value: layers.value(known.name).map(|value| masked_value(value).to_string()),
        origin: layers.origin(known.name).to_string(),
    };
    KNOWN.iter().map(shown).collect()
}

/// A setting's sentences as comment lines of at most 100 characters.
fn wrapped(about: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in about.split_whitespace() {
        let last = lines.last_mut().expect("there is a line");
        if last.len() + 1 + word.len() > 100 {
            lines.push(format!("# {word}"));
        } else {
            last.push(' ');
            last.push_str(word);
        }
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn masked_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked(text)),
        other => other.clone(),
    }
}

/// An address without its password: `postgres://house:***@db/house`.
#[must_use]
pub(crate) fn masked(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    // The last `@` before the path ends the password, which may hold another one.
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let end = rest[..end].rfind('@').or_else(|| rest.rfind('@')).unwrap_or(0);
    let (user, host) = rest.split_at(end);
    let user = match user.split_once(':') {
        Some((name, _)) => format!("{name}:***"),
        None => user.to_owned(),
    };
    format!("{scheme}://{user}{}", without_password_parameter(host))
}

fn without_password_parameter(rest: &str) -> String {
    let Some((path, query)) = rest.split_once('?') else { return rest.to_owned() };
    let mask = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.eq_ignore_ascii_case("password") => format!("{name}=***"),
        _ => pair.to_owned(),
    };
    let pairs: Vec<String> = query.split('&').map(mask).collect();
    format!("{path}?{}", pairs.join("&"))
}

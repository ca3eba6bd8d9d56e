//! Settings: what the program is told before it starts, from a TOML file, `JESUSNUMBER_*` and defaults, in that order
//! of weakness: the environment wins over the file and the file over the defaults.

mod layers;
mod show;

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use domain::db::DbUrl;
use domain::policy::kept::Kept;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use layers::FILE_VARIABLE;
pub(crate) use layers::{Layers, Origin};
pub(crate) use show::{in_force, masked, show};

use crate::postman::{self, Secrecy};
use crate::watch;

/// A setting as it is documented.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// Its name in the file; `JESUSNUMBER_` and the name in capitals in the environment.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
    /// Its default as a TOML value; empty: it is not set.
    pub(crate) default: &'static str,
}

/// Writes the one struct of settings and its documentation from the same words.
macro_rules! settings {
    ($($(#[doc = $about:literal])+ $name:ident: $type:ty = $default:literal,)*) => {
        /// What the program is told before it starts. It may hold a password, so it has no `Debug`.
        pub(crate) struct Settings {
            $($(#[doc = $about])+ pub(crate) $name: $type,)*
        }

        /// Every setting there is.
        pub(crate) const KNOWN: &[Known] =
            &[$(Known { name: stringify!($name), about: concat!($($about),+), default: $default }),*];

        impl Settings {
            fn read(layers: &Layers) -> Result<Self, ConfigError> {
                Ok(Self { $($name: layers.take(stringify!($name))?,)* })
            }
        }
    };
}

settings! {
    /// Where the house keeps its rows: `sqlite:PATH` or `postgres://user:password@host/name`.
    database: Written<DbUrl> = "'sqlite:jesusnumber.db'",
    /// The file with the master key, which opens every sealed text; it is made at the first start of an empty
    /// database. Keep a copy of it apart from the backups of the database.
    key_file: PathBuf = "'jesusnumber.key'",
    /// Connections to PostgreSQL for this node's transactions, 4 to 512; SQLite has one writer and ignores it.
    pool_size: usize = "16",
    /// Where customers and suppliers reach the house.
    listen: SocketAddr = "'127.0.0.1:8080'",
    /// Where only the operator reaches `/metrics` and the detailed `/readyz`; never open it to the internet.
    private_listen: SocketAddr = "'127.0.0.1:9090'",
    /// The address that customers use, as the documentation page shows it.
    base_url: String = "'http://localhost:8080'",
    /// A PEM file with the certificate chain, if the program itself is to speak https on `listen`.
    tls_cert: Option<PathBuf> = "",
    /// A PEM file with the certificate's private key.
    tls_key: Option<PathBuf> = "",
    /// Proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`.
    trusted_proxies: Vec<Written<web::Network>> = "[]",
    /// Connections that are open at once on `listen`; further ones wait.
    connections_max: usize = "10000",
    /// Calls of one key that sell something, a minute; 0 is no limit, here and below.
    orders_per_minute_key: u32 = "60",
    /// All other calls of one key, a minute.
    reads_per_minute_key: u32 = "600",
    /// Calls from one address that sell something, a minute.
    orders_per_minute_address: u32 = "300",
    /// All other calls from one address, a minute.
    reads_per_minute_address: u32 = "3000",
    /// The mail server that takes the house's mails; without one they wait in the outbox for the operator.
    smtp_host: Option<String> = "",
    /// Its port: usually 587 for `starttls` and 465 for `tls`.
    smtp_port: u16 = "587",
    /// How the connection is kept from eavesdroppers: `starttls`, `tls`, or `none` for a server nearby.
    smtp_encryption: Secrecy = "'starttls'",
    /// The name to sign in to the mail server with.
    smtp_user: Option<String> = "",
    /// A file with the password to it.
    smtp_password_file: Option<PathBuf> = "",
    /// A PEM certificate that the mail server is trusted by, beside the public ones.
    smtp_ca: Option<PathBuf> = "",
    /// Whom mails are from: `Our house <noreply@example.com>`.
    mail_from: Option<String> = "",
    /// Mailboxes of operators that are told what is wrong with the house; without one the console alone shows it.
    alert_to: Vec<String> = "[]",
    /// Operators are told when fewer numbers than this are left to sell for a service; 0 is never.
    stock_low: i64 = "20",
    /// Days that orders and rentals are kept after their end, with their numbers and the traces of their messages, and
    /// that events are; 40 to 3650. Texts go within a week, the ledger stays.
    records_days: i64 = "90",
    /// Days that the audit log keeps what people with power did, 90 to 3650.
    audit_days: i64 = "400",
    /// How customers add funds, as the page says it; an empty line parts paragraphs.
    funds_text: String = "''",
    /// Seconds that requests in flight get to end after a SIGTERM, 1 to 600.
    shutdown_seconds: u64 = "25",
    /// How the log is written: `plain` for people, `json` for programs.
    log_format: LogFormat = "'plain'",
    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter such as `info,domain=debug`.
    log_level: String = "'info'",
}

/// What is written as a text and means something else, such as the address of a database.
#[derive(Clone)]
pub(crate) struct Written<T>(pub(crate) T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// One line for people.
    Plain,
    /// One JSON object a line.
    Json,
}

/// Why the program cannot start with what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("the settings file {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file is not TOML. The place is told, the text is not: it may hold a password.
    #[error("the settings file {0} is not TOML at line {1}: {2}")]
    Malformed(PathBuf, usize, String),
    /// There is no such setting.
    #[error("{origin} has `{name}`, which is no setting{}; `jesusnumber config` lists them all",
        nearest.map_or(String::new(), |nearest| format!(" (did you mean `{nearest}`?)")))]
    Unknown {
        /// Where it was written.
        origin: Origin,
        /// What was written.
        name: String,
        /// The setting that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A value is of the wrong type or out of range.
    #[error("`{name}` from {origin} is wrong: {problem}")]
    Bad {
        /// Which setting.
        name: &'static str,
        /// Where its value came from.
        origin: Origin,
        /// What is wrong with it.
        problem: String,
    },
}

/// Where the settings are if nobody says where: what an operator types stays short on the machine of a house.
pub(crate) const USUAL_FILE: &str = "/etc/jesusnumber/jesusnumber.toml";

/// Reads the settings: defaults, then the file, then the environment. The file is the one that is named, else the one
/// that `JESUSNUMBER_CONFIG` names, else [`USUAL_FILE`] if it exists, else none.
///
/// # Errors
/// See [`ConfigError`].
pub(crate) fn load(named: Option<&Path>) -> Result<(Settings, Layers), ConfigError> {
    let by_variable = std::env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    let file = match named.map(Path::to_owned).or(by_variable) {
        Some(file) => Some(file),
        None => usual(Path::new(USUAL_FILE))?,
    };
    let mut layers = Layers::defaults();
    if let Some(file) = file {
        layers.add_file(&file)?;
    }
    layers.add_environment(std::env::vars_os())?;
    settle(layers)
}

/// The file if it exists. One that cannot be looked at is not taken for a missing one: another house would be opened.
fn usual(file: &Path) -> Result<Option<PathBuf>, ConfigError> {
    match file.try_exists() {
        Ok(exists) => Ok(exists.then(|| file.to_owned())),
        Err(error) => Err(ConfigError::Unreadable(file.to_owned(), error)),
    }
}

/// The name by which the system knows who started the program, if it tells one. With sudo that is root, which says nothing
/// of who it was. Where the system has no name for the user, as in a container, the variables of a login are asked.
pub(crate) fn user_name() -> Option<String> {
    let variable = |variable| std::env::var_os(variable)?.into_string().ok().filter(|name| !name.is_empty());
    let system = || whoami::username().ok().filter(|name| !name.is_empty());
    variable("SUDO_USER").or_else(system).or_else(|| variable("USER")).or_else(|| variable("LOGNAME"))
}

/// Makes settings of layers and checks that they fit together.
///
/// # Errors
/// See [`ConfigError`].
pub(crate) fn settle(layers: Layers) -> Result<(Settings, Layers), ConfigError> {
    let settings = Settings::read(&layers)?;
    check(&settings, &layers)?;
    Ok((settings, layers))
}

fn check(settings: &Settings, layers: &Layers) -> Result<(), ConfigError> {
    let bad = |name: &'static str, problem: &str| {
        let origin = layers.origin(name);
        Err(ConfigError::Bad { name, origin, problem: problem.to_owned() })
    };
    if !(4..=512).contains(&settings.pool_size) {
        return bad("pool_size", "it is 4 to 512");
    }
    if settings.tls_cert.is_some() != settings.tls_key.is_some() {
        return bad("tls_cert", "`tls_cert` and `tls_key` belong together: set both or neither");
    }
    if !settings.base_url.starts_with("https://") && !settings.base_url.starts_with("http://") {
        return bad("base_url", "it begins with https:// or http://");
    }
    if !(1..=1_000_000).contains(&settings.connections_max) {
        return bad("connections_max", "it is 1 to 1000000");
    }
    if let Some((name, problem)) = postman::fault(settings).or_else(|| watch::fault(settings)) {
        return bad(name, problem);
    }
    if !(0..=1_000_000).contains(&settings.stock_low) {
        return bad("stock_low", "it is 0 to 1000000");
    }
    if !Kept::RECORDS_DAYS.contains(&settings.records_days) {
        return bad("records_days", "it is 40 to 3650");
    }
    if !Kept::AUDIT_DAYS.contains(&settings.audit_days) {
        return bad("audit_days", "it is 90 to 3650");
    }
    if !(1..=600).contains(&settings.shutdown_seconds) {
        return bad("shutdown_seconds", "it is 1 to 600");
    }
    Ok(())
}

#[cfg(test)]
mod tests;

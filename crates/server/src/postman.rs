//! Who carries mails, by the settings.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use connectors::mail::{BadSmtp, Encryption, PATIENCE, Sign, Smtp, SmtpSettings};
use serde::Deserialize;

use crate::config::Settings;

/// How the connection to the mail server is kept from eavesdroppers, as a setting says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Secrecy {
    /// It begins in the clear and must turn to TLS.
    Starttls,
    /// It is TLS from the first byte.
    Tls,
    /// It is in the clear.
    None,
}

/// Why mails cannot be sent with the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostmanError {
    /// A file is not there.
    #[error("the file {0} cannot be read: {1}")]
    File(PathBuf, io::Error),
    /// The mail server's settings do not fit.
    #[error(transparent)]
    Smtp(#[from] BadSmtp),
}

/// The postman of the settings; `None` where no mail server is named, so that mails stay in the outbox.
pub(crate) fn postman(settings: &Settings) -> Result<Option<Smtp>, PostmanError> {
    let (Some(host), Some(from)) = (&settings.smtp_host, &settings.mail_from) else { return Ok(None) };
    let read = |path: &Path| fs::read(path).map_err(|error| PostmanError::File(path.to_owned(), error));
    let sign = match (&settings.smtp_user, &settings.smtp_password_file) {
        (Some(user), Some(path)) => {
            let password = String::from_utf8_lossy(&read(path)?).trim_end_matches(['\r', '\n']).to_owned();
            Some(Sign { user: user.clone(), password })
        }
        (Some(_) | None, None) | (None, Some(_)) => None,
    };
    let smtp = SmtpSettings {
        host: host.clone(),
        port: settings.smtp_port,
        encryption: match settings.smtp_encryption {
            Secrecy::Starttls => Encryption::Starttls,
            Secrecy::Tls => Encryption::Tls,
            Secrecy::None => Encryption::None,
        },
        ca_pem: settings.smtp_ca.as_deref().map(read).transpose()?,
        sign,
        from: from.clone(),
        base_url: settings.base_url.trim_end_matches('/').to_owned(),
        patience: PATIENCE,
    };
    Ok(Some(Smtp::new(smtp)?))
}

/// What is wrong with the settings of mails, if something is: the setting and a sentence.
pub(crate) fn fault(settings: &Settings) -> Option<(&'static str, &'static str)> {
    let is_near = settings
        .smtp_host
        .as_deref()
        .is_some_and(|host| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()));
    if settings.smtp_host.is_some() != settings.mail_from.is_some() {
        Some(("smtp_host", "`smtp_host` and `mail_from` belong together: set both or neither"))
    } else if settings.smtp_user.is_some() != settings.smtp_password_file.is_some() {
        Some(("smtp_user", "`smtp_user` and `smtp_password_file` belong together: set both or neither"))
    } else if settings.smtp_encryption == Secrecy::None && settings.smtp_user.is_some() && !is_near {
        Some(("smtp_encryption", "a password goes in the clear to this machine alone: use starttls or tls"))
    } else {
        None
    }
}

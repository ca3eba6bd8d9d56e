//! Mails by SMTP (RFC 5321), one connection each: a house sends few.

use std::time::{Duration, UNIX_EPOCH};

use domain::mail::{Carried, Envelope, Postman, Undelivered};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncTransport, Tokio1Executor};
use tokio::time::timeout;

/// How long one mail may take, the connection with it.
pub const PATIENCE: Duration = Duration::from_secs(25);

/// What a server says of a mailbox that there is none (RFC 3463, 3.2), and so final. Every other refusal may be the
/// fault of our own settings, such as a sender or a network that it does not want, and is tried again.
const NO_MAILBOX: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// How a connection is kept from eavesdroppers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// It begins in the clear and must turn to TLS before anything is said: usually port 587.
    Starttls,
    /// It is TLS from the first byte: usually port 465.
    Tls,
    /// It is in the clear: for a server on the same machine or the same private network.
    None,
}

/// With which name and password the server is signed in to. It has no `Debug`.
#[derive(Clone)]
pub struct Sign {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Where mails are handed over. It may hold a password, so it has no `Debug`.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from eavesdroppers.
    pub encryption: Encryption,
    /// A PEM certificate that is trusted beside the public ones.
    pub ca_pem: Option<Vec<u8>>,
    /// With what the server is signed in to, if it asks.
    pub sign: Option<Sign>,
    /// Whom mails are from: `Our house <noreply@example.com>`.
    pub from: String,
    /// Where the house is reached, for the foot of each mail.
    pub base_url: String,
    /// How long one mail may take; [`PATIENCE`] but for tests.
    pub patience: Duration,
}

/// Why mails cannot be sent with these settings.
#[derive(Debug, thiserror::Error)]
pub enum BadSmtp {
    /// The sender is no address.
    #[error("`{0}` is no address that mails can be from, such as `Our house <noreply@example.com>`")]
    From(String),
    /// The certificate is none, or the server's name is no name.
    #[error("TLS cannot be spoken: {0}")]
    Tls(lettre::transport::smtp::Error),
}

/// A mail server that takes our mails.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    base_url: String,
    patience: Duration,
}

impl Smtp {
    /// Gets ready. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// See [`BadSmtp`].
    pub fn new(settings: SmtpSettings) -> Result<Self, BadSmtp> {
        let from: Mailbox = settings.from.parse().map_err(|_| BadSmtp::From(settings.from.clone()))?;
        let tls = tls(&settings).map_err(BadSmtp::Tls)?;
        let name = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host)
            .port(settings.port)
            .tls(tls)
            .hello_name(name)
            .timeout(Some(settings.patience));
        if let Some(Sign { user, password }) = settings.sign {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from, base_url: settings.base_url, patience: settings.patience })
    }

    async fn hand_over(&self, mail: &Envelope) -> Result<(), Undelivered> {
        let message = self.message(mail)?;
        match timeout(self.patience, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                let words = error.to_string();
                let is_final = error.is_permanent() && words.split_whitespace().any(|word| NO_MAILBOX.contains(&word));
                Err(if is_final { Undelivered::Refused(words) } else { Undelivered::Later(words) })
            }
            Err(_) => Err(Undelivered::Later("the mail server took too long".to_owned())),
        }
    }

    fn message(&self, mail: &Envelope) -> Result<Message, Undelivered> {
        let to: Mailbox = mail.to.parse().map_err(|_| Undelivered::Refused("this is no mailbox".to_owned()))?;
        let created = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.created_ms).unwrap_or(0));
        // The same at every try, so that a mailbox knows a repeat.
        let id = format!("<{}.{}@{}>", mail.id, mail.created_ms, self.from.email.domain());
        let body = format!("{}\n-- \n{}\n", mail.body, self.base_url);
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .date(created)
            .message_id(Some(id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| Undelivered::Refused(error.to_string()))
    }
}

impl Postman for Smtp {
    fn carry<'a>(&'a self, mail: &'a Envelope) -> Carried<'a> {
        Box::pin(self.hand_over(mail))
    }
}

fn tls(settings: &SmtpSettings) -> Result<Tls, lettre::transport::smtp::Error> {
    if settings.encryption == Encryption::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca_pem {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
    }
    let parameters = parameters.build_rustls()?;
    Ok(match settings.encryption {
        Encryption::Starttls => Tls::Required(parameters),
        Encryption::Tls | Encryption::None => Tls::Wrapper(parameters),
    })
}

/// "Auto-Submitted: auto-generated" (RFC 3834, 5): absence notes are not sent to us.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

//! The wires that mails leave by.

mod smtp;

pub use smtp::{BadSmtp, Encryption, PATIENCE, Sign, Smtp, SmtpSettings};

//! Mails by SMTP, against a server that does as it is told.

use std::time::Duration;

use connectors::mail::{BadSmtp, Encryption, PATIENCE, Sign, Smtp, SmtpSettings};
use domain::mail::{Envelope, Postman, Undelivered};

use crate::mail_server::{MailServer, Manner, pair};

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        encryption: Encryption::None,
        ca_pem: None,
        sign: None,
        from: "Our house <noreply@house.example>".to_owned(),
        base_url: "https://house.example".to_owned(),
        patience: PATIENCE,
    }
}

fn mail(to: &str) -> Envelope {
    Envelope {
        id: 7,
        to: to.to_owned(),
        subject: "Confirm your address – now".to_owned(),
        body: "Open this link:\nhttps://house.example/sign-up/confirm/?token=abc\n.\nThat is all, Jörg.\n".to_owned(),
        created_ms: 1_779_460_200_000,
    }
}

async fn carry(settings: SmtpSettings, to: &str) -> Result<(), Undelivered> {
    Smtp::new(settings).expect("settings in order").carry(&mail(to)).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = MailServer::open(Manner::Takes).await;
    assert_eq!(carry(settings(server.port), "ann@example.org").await, Ok(()));
    let said = server.said();
    let has = |line: &str| assert!(said.iter().any(|said| said == line), "no `{line}` in {said:#?}");
    has("EHLO house.example");
    has("MAIL FROM:<noreply@house.example>");
    has("RCPT TO:<ann@example.org>");
    has("From: \"Our house\" <noreply@house.example>");
    has("To: ann@example.org");
    has("Date: Fri, 22 May 2026 14:30:00 +0000");
    has("Message-ID: <7.1779460200000@house.example>");
    has("Auto-Submitted: auto-generated");
    has("Content-Type: text/plain; charset=utf-8");
    has("https://house.example");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_final_and_one_that_is_full_is_not_yet() {
    let server = MailServer::open(Manner::Recipient("550 5.1.1 no such mailbox")).await;
    let refused = carry(settings(server.port), "nobody@example.org").await;
    assert!(matches!(&refused, Err(Undelivered::Refused(words)) if words.contains("no such mailbox")), "{refused:?}");
    let ours = ["550 5.7.1 relaying denied", "553 5.1.8 this sender is not yours", "550 no enhanced code"];
    for word in [["452 4.2.2 mailbox full", "451 4.7.1 greylisted"].as_slice(), &ours].concat() {
        let server = MailServer::open(Manner::Recipient(word)).await;
        let later = carry(settings(server.port), "ann@example.org").await;
        assert!(matches!(&later, Err(Undelivered::Later(_))), "{later:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_midway_has_not_taken_it() {
    let server = MailServer::open(Manner::HangsUp).await;
    let later = carry(settings(server.port), "ann@example.org").await;
    assert!(matches!(&later, Err(Undelivered::Later(_))), "{later:?}");
}

#[tokio::test]
async fn a_server_that_is_away_or_silent_is_not_waited_for() {
    let server = MailServer::open(Manner::Silent).await;
    let patience = Duration::from_millis(50);
    let later = carry(SmtpSettings { patience, ..settings(server.port) }, "ann@example.org").await;
    assert!(matches!(&later, Err(Undelivered::Later(_))), "{later:?}");
    // Nobody listens on port 1.
    let later = carry(settings(1), "ann@example.org").await;
    assert!(matches!(&later, Err(Undelivered::Later(_))), "{later:?}");
}

#[tokio::test]
async fn nothing_is_said_before_tls_and_only_to_who_can_show_to_be_the_server() {
    let server = MailServer::open(Manner::Starttls).await;
    let starttls = SmtpSettings { encryption: Encryption::Starttls, ..settings(server.port) };
    let stranger = carry(starttls.clone(), "ann@example.org").await;
    assert!(matches!(&stranger, Err(Undelivered::Later(_))), "{stranger:?}");
    assert!(!server.said().iter().any(|line| line.contains("ann@example.org")), "{:?}", server.said());
    let ca_pem = Some(std::fs::read(pair("cert.pem")).expect("a certificate"));
    assert_eq!(carry(SmtpSettings { ca_pem, ..starttls }, "ann@example.org").await, Ok(()));
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_wanted() {
    let server = MailServer::open(Manner::Takes).await;
    let starttls = SmtpSettings { encryption: Encryption::Starttls, ..settings(server.port) };
    let later = carry(starttls, "ann@example.org").await;
    assert!(matches!(&later, Err(Undelivered::Later(_))), "{later:?}");
    assert!(!server.said().iter().any(|line| line.contains("ann@example.org")), "{:?}", server.said());
}

#[tokio::test]
async fn a_wrong_password_is_our_own_fault_and_not_the_mailbox_s() {
    let server = MailServer::open(Manner::WrongPassword).await;
    let sign = Some(Sign { user: "house".to_owned(), password: "hunter2".to_owned() });
    let later = carry(SmtpSettings { sign, ..settings(server.port) }, "ann@example.org").await;
    assert!(matches!(&later, Err(Undelivered::Later(words)) if !words.contains("hunter2")), "{later:?}");
}

#[test]
fn a_sender_that_is_no_address_is_told_at_once() {
    let from = "our house".to_owned();
    assert!(matches!(Smtp::new(SmtpSettings { from, ..settings(25) }), Err(BadSmtp::From(_))));
}

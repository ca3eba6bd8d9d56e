//! `admin mail`: the outbox.

use clap::Subcommand;
use domain::clock::rfc3339;
use domain::mail::{self, MailLine};
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// What can be done with mails.
#[derive(Subcommand)]
pub(crate) enum MailCommand {
    /// List mails, newest first, without what they say
    #[command(after_help = "Example: jesusnumber admin mail list --limit 20")]
    List {
        /// Only those below this id
        #[arg(long, value_name = "ID", default_value_t = i64::MAX)]
        before: i64,
        /// At most so many, up to 500
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=500))]
        limit: i64,
    },
    /// Print what a mail says, which may hold a link that lets its reader in; the reading is audited
    #[command(after_help = "Example: jesusnumber admin mail show 12 --reason 'no mail server yet'")]
    Show {
        /// The mail's id
        id: i64,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: MailCommand) -> Result<Answer, Refusal> {
    match command {
        MailCommand::List { before, limit } => {
            let mails = mail::outbox(desk.app, before, limit).await?;
            let columns = &["id", "created_at", "state", "kind", "to", "subject", "fault"];
            Ok(Answer::list(columns, mails.iter().map(told).collect()))
        }
        MailCommand::Show { id, reason } => {
            let text = mail::read(desk.app, id, &reason, &desk.permit()?).await?;
            Ok(Answer::line(text.clone(), json!({"id": id, "text": text})))
        }
    }
}

fn told(mail: &MailLine) -> Value {
    json!({
        "id": mail.id,
        "created_at": rfc3339(mail.created_ms),
        "state": mail.state.word(),
        "kind": mail.kind,
        "to": mail.to,
        "subject": mail.subject,
        "tries": mail.tries,
        "fault": mail.fault,
        "sent_at": mail.sent_ms.map(rfc3339),
    })
}

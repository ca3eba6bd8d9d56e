//! `admin quarantine`: messages that nobody got.

use clap::{Args, Subcommand};
use domain::clock::rfc3339;
use domain::message::{self, QuarantineLine};
use domain::policy::reason::Reason;
use domain::{number, supply};
use serde_json::json;

use super::{Answer, Desk, Refusal, refund, words};

/// What can be done with quarantined messages.
#[derive(Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what is in quarantine, newest first, without the texts
    #[command(after_help = "Example: jesusnumber admin quarantine list --limit 20")]
    List {
        /// Only what came before this moment: 2026-05-22 or 2026-05-22T14:30:00Z
        #[arg(long, value_parser = words::moment, value_name = "TIME")]
        before: Option<i64>,
        /// At most so many, up to 500
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=500))]
        limit: i64,
    },
    /// Read one message; the reading is written into the audit log
    #[command(after_help = "Example: jesusnumber admin quarantine read 4711 --reason 'customer asked, ticket 12'")]
    Read(MessageArgs),
    /// Give a message to the order it was meant for, which must have had the number when it came
    #[command(after_help = "Example: jesusnumber admin quarantine release 4711 ORD-123456 --reason 'ticket 12'")]
    Release {
        /// The message's id
        id: i64,
        /// The order or rental as its customer sees it
        #[arg(value_parser = words::order)]
        order: words::OrderName,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
    /// Drop a message: nobody will get it, and its text is erased
    #[command(after_help = "Example: jesusnumber admin quarantine drop 4711 --reason 'advertising'")]
    Drop(MessageArgs),
}

/// Which message and why.
#[derive(Args)]
pub(crate) struct MessageArgs {
    /// The message's id
    id: i64,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: QuarantineCommand) -> Result<Answer, Refusal> {
    match command {
        QuarantineCommand::List { before, limit } => list(desk, before, limit).await,
        QuarantineCommand::Read(MessageArgs { id, reason }) => {
            let (sender, text) = message::read_quarantined(desk.app, id, &reason, &desk.permit()?).await?;
            Ok(Answer::record(json!({"id": id, "sender": sender, "text": text})))
        }
        QuarantineCommand::Release { id, order, reason } => {
            refund::find(desk, order).await?;
            message::release(desk.app, id, order.id, &reason, &desk.permit()?).await?;
            let json = json!({"id": id, "order_id": order.to_string()});
            Ok(Answer::line(format!("message {id} was given to {order}"), json))
        }
        QuarantineCommand::Drop(MessageArgs { id, reason }) => {
            message::drop_quarantined(desk.app, id, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("message {id} was dropped"), json!({"id": id, "dropped": true})))
        }
    }
}

async fn list(desk: &Desk<'_>, before: Option<i64>, limit: i64) -> Result<Answer, Refusal> {
    let lines = message::quarantined(desk.app, before.unwrap_or(i64::MAX), limit).await?;
    let sources = supply::sources(desk.app).await?;
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let QuarantineLine { id, source, number, reason, received_ms } = line;
        let digits = match number {
            Some(number) => number::of_id(desk.app, number).await?.map(|number| number.digits),
            None => None,
        };
        let source = sources.iter().find(|known| known.id == source).map(|known| known.slug.as_str());
        let received_at = rfc3339(received_ms);
        rows.push(json!({
            "id": id, "received_at": received_at, "source": source, "number": digits, "reason": reason,
        }));
    }
    Ok(Answer::list(&["id", "received_at", "source", "number", "reason"], rows))
}

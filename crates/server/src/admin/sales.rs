//! `admin sales`: the stop for all sales.

use clap::{Args, Subcommand};
use domain::policy::reason::Reason;
use domain::policy::stop;
use serde_json::json;

use super::{Answer, Desk, Refusal, words};

/// What can be done with all sales at once.
#[derive(Subcommand)]
pub(crate) enum SalesCommand {
    /// Sell nothing more for now; what is sold already goes on receiving
    #[command(after_help = "Example: jesusnumber admin sales pause --reason 'supplier is down'")]
    Pause(SalesArgs),
    /// Sell again
    #[command(after_help = "Example: jesusnumber admin sales resume --reason 'supplier is back'")]
    Resume(SalesArgs),
}

/// Why.
#[derive(Args)]
pub(crate) struct SalesArgs {
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: SalesCommand) -> Result<Answer, Refusal> {
    let (is_paused, reason) = match command {
        SalesCommand::Pause(args) => (true, args.reason),
        SalesCommand::Resume(args) => (false, args.reason),
    };
    stop::pause_sales(desk.app, is_paused, &reason, &desk.permit()?).await?;
    let line = if is_paused { "sales are paused" } else { "sales go on" };
    Ok(Answer::line(line, json!({"sales_are_paused": is_paused})))
}

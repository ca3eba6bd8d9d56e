//! `admin purchase`: what was bought and renewed of other houses, what a person must settle, and whether the money goes together.

use clap::{Args, Subcommand};
use domain::clock::{DAY_MS, rfc3339};
use domain::ids;
use domain::policy::reason::Reason;
use domain::purchase::{self, DAYS_MAX, Day, Difference, Line, Verdict};
use serde_json::json;

use super::{Answer, Desk, Refusal, words};

/// What can be done with purchases.
#[derive(Subcommand)]
pub(crate) enum PurchaseCommand {
    /// List those that are in doubt or not taken back yet, or all
    #[command(after_help = "Example: jesusnumber admin purchase list")]
    List {
        /// The finished ones too
        #[arg(long)]
        all: bool,
        /// Those before this one, for the next page
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
    },
    /// Settle one that no worker could find out, after you looked or asked at the house
    #[command(
        after_help = "Example: jesusnumber admin purchase settle 7 --not-bought --reason 'their support says so'"
    )]
    Settle(SettleArgs),
    /// What each house charged and gave back by day, against what customers paid and got back
    #[command(after_help = "Example: jesusnumber admin purchase report --from 2026-05-01 --json")]
    Report {
        /// The first day, in UTC; else today
        #[arg(long, value_parser = words::moment)]
        from: Option<i64>,
        /// The day after the last; else all until now
        #[arg(long, value_parser = words::moment)]
        until: Option<i64>,
    },
}

/// Which purchase, what was found out, and why.
#[derive(Args)]
pub(crate) struct SettleArgs {
    /// The purchase or renewal
    id: i64,
    /// Nothing was bought or renewed: the customer's price comes back
    #[arg(long, group = "verdict")]
    not_bought: bool,
    /// It was bought, and the house has it under this id: it is looked at there, and serves its order if that waits
    #[arg(long, value_name = "THEIR_ID", group = "verdict")]
    bought: Option<String>,
    /// With --bought: the number, where the house does not tell it of that id
    #[arg(long, requires = "bought")]
    number: Option<String>,
    /// It is a renewal and was done: the rental runs on and its customer pays, if it is not over
    #[arg(long, group = "verdict")]
    renewed: bool,
    /// It was paid for and is of no use: the loss is the house's, and the customer's price comes back
    #[arg(long, group = "verdict")]
    lost: bool,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: PurchaseCommand) -> Result<Answer, Refusal> {
    match command {
        PurchaseCommand::List { all, before } => Ok(list(purchase::list(desk.app, !all, before).await?)),
        PurchaseCommand::Settle(args) => settle(desk, args).await,
        PurchaseCommand::Report { from, until } => {
            let now = desk.app.now_ms();
            let from = from.unwrap_or(now).div_euclid(DAY_MS) * DAY_MS;
            let until = until.unwrap_or(now + 1);
            if until <= from || until - from > DAYS_MAX * DAY_MS {
                return Err(Refusal::new(format!("a report covers 1 to {DAYS_MAX} days")));
            }
            Ok(report(purchase::report(desk.app, from, until).await?))
        }
    }
}

fn list(lines: Vec<Line>) -> Answer {
    let row = |line: Line| {
        json!({
            "id": line.id,
            "what": line.what(),
            "order": ids::shown(line.order.0, line.order.1),
            "source": line.source,
            "code": line.code,
            "state": line.state.word(),
            "asked": line.asked.to_string(),
            "charged": line.charged.to_string(),
            "refunded": line.refunded.to_string(),
            "their_id": line.their_id,
            "reason": line.reason,
            "at": rfc3339(line.created_ms),
            "must_be_settled": line.is_overdue,
        })
    };
    let columns = &["id", "what", "order", "source", "state", "charged", "refunded", "at", "must_be_settled", "reason"];
    Answer::list(columns, lines.into_iter().map(row).collect())
}

async fn settle(desk: &Desk<'_>, args: SettleArgs) -> Result<Answer, Refusal> {
    let SettleArgs { id, not_bought, bought, number, renewed, lost, reason } = args;
    let verdict = match (not_bought, bought, renewed, lost) {
        (true, None, false, false) => Verdict::NotBought,
        (false, Some(id), false, false) => Verdict::Bought { id, number },
        (false, None, true, false) => Verdict::Renewed,
        (false, None, false, true) => Verdict::Lost,
        _ => return Err(Refusal::new("say one of --not-bought, --bought THEIR_ID, --renewed and --lost")),
    };
    let state = purchase::settle(desk.app, id, verdict, &reason, &desk.permit()?).await?;
    let what = purchase::one(desk.app, id).await?.map_or("purchase", |line| line.what());
    Ok(Answer::line(format!("{what} {id} is {}", state.word()), json!({"id": id, "state": state.word()})))
}

fn report(days: Vec<Day>) -> Answer {
    let difference = |one: &Difference| {
        json!({
            "purchase": one.purchase,
            "order": ids::shown(one.order.0, one.order.1),
            "what": one.what,
            "paid": one.paid.to_string(),
            "earned": one.earned.to_string(),
        })
    };
    let row = |day: Day| {
        json!({
            "day": day.day,
            "source": day.source,
            "asked": day.asked,
            "bought": day.bought,
            "renewed": day.renewed,
            "charged": day.charged.to_string(),
            "refunded": day.refunded.to_string(),
            "captured": day.captured.to_string(),
            "released": day.released.to_string(),
            "spent_besides": day.spent_besides.to_string(),
            "added_besides": day.added_besides.to_string(),
            "difference_count": day.difference_count,
            "differences": day.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    };
    let columns = &[
        "day",
        "source",
        "asked",
        "bought",
        "renewed",
        "charged",
        "refunded",
        "captured",
        "released",
        "spent_besides",
        "added_besides",
        "difference_count",
        "differences",
    ];
    Answer::list(columns, days.into_iter().map(row).collect())
}

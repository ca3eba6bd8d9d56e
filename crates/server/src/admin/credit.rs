//! `admin credit`: money that the operator adds or takes back, and the statement.

use clap::{Args, Subcommand};
use domain::account::{self, NewCredit};
use domain::clock::rfc3339;
use domain::ids;
use domain::ledger::{self, Entry, STATEMENT_MAX};
use domain::money::Usd;
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// What can be done with money.
#[derive(Subcommand)]
pub(crate) enum CreditCommand {
    /// Add money to a balance
    #[command(
        after_help = "Example: jesusnumber admin credit add ann 25.00 --reason 'bank transfer' --reference bank-4711"
    )]
    Add(AmountArgs),
    /// Take back money that can still be spent
    #[command(after_help = "Example: jesusnumber admin credit take ann 5.00 --reason 'booked twice'")]
    Take(AmountArgs),
    /// Show every movement of an account's money, newest first
    #[command(after_help = "Example: jesusnumber admin credit statement ann --limit 20")]
    Statement {
        /// The account's name
        account: String,
        /// Only what is older than this entry
        #[arg(long, value_name = "SEQ")]
        before: Option<i64>,
        /// At most so many, up to 200
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=STATEMENT_MAX))]
        limit: i64,
    },
}

/// Whose money, how much and why.
#[derive(Args)]
pub(crate) struct AmountArgs {
    /// The account's name
    account: String,
    /// Dollars, such as 25.00
    #[arg(value_parser = words::usd)]
    amount: Usd,
    /// What it is for, in your words
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
    /// The outside event behind it, such as a payment's id: it counts once
    #[arg(long)]
    reference: Option<String>,
}

pub(super) async fn run(desk: &Desk<'_>, command: CreditCommand) -> Result<Answer, Refusal> {
    match command {
        CreditCommand::Add(args) => {
            let (account, amount) = (args.account.clone(), args.amount);
            let available = account::credit(desk.app, new_credit(desk, args)?).await?;
            Ok(booked(&account, amount, available, "added to"))
        }
        CreditCommand::Take(args) => {
            let (account, amount) = (args.account.clone(), args.amount);
            let available = account::debit(desk.app, new_credit(desk, args)?).await?;
            Ok(booked(&account, amount, available, "taken from"))
        }
        CreditCommand::Statement { account, before, limit } => {
            let account = super::account::get(desk, &account).await?;
            let entries = ledger::statement(desk.app, account.id, before, limit).await?;
            let columns = &["seq", "at", "kind", "amount", "available", "held", "order_id"];
            Ok(Answer::list(columns, entries.iter().map(told).collect()))
        }
    }
}

fn new_credit(desk: &Desk<'_>, args: AmountArgs) -> Result<NewCredit, Refusal> {
    let AmountArgs { account, amount, reason, reference } = args;
    Ok(NewCredit { account, amount, reason, reference, by: desk.permit()? })
}

fn booked(account: &str, amount: Usd, available: Usd, deed: &str) -> Answer {
    let line = format!("{amount} {deed} {account}, who can spend {available} now");
    let json = json!({"account": account, "amount": amount.to_string(), "available": available.to_string()});
    Answer::line(line, json)
}

fn told(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": rfc3339(entry.at_ms),
        "kind": entry.kind.word(),
        "amount": entry.signed_amount().to_string(),
        "available": entry.available.to_string(),
        "held": entry.held.to_string(),
        "order_id": entry.order.map(|(product, id)| ids::shown(product, id)),
    })
}

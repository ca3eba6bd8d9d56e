//! `admin number`: numbers in stock.

use std::collections::HashMap;

use clap::{Args, Subcommand};
use domain::clock::rfc3339;
use domain::number::{self, NumberLine, NumberState};
use domain::phone::Nanp;
use domain::policy::reason::Reason;
use domain::supply;
use serde_json::{Value, json};

use super::number_import::{self, ImportArgs};
use super::{Answer, Desk, Refusal, words};

/// What can be done with numbers.
#[derive(Subcommand)]
pub(crate) enum NumberCommand {
    /// List numbers in the order in which they came
    #[command(after_help = "Example: jesusnumber admin number list --after 5000 --limit 1000")]
    List {
        /// Go on after this id
        #[arg(long, value_name = "ID", default_value_t = 0)]
        after: i64,
        /// At most so many, up to 1000
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Show one number
    #[command(after_help = "Example: jesusnumber admin number show '(202) 555-0147'")]
    Show {
        /// The number
        #[arg(value_parser = words::number)]
        number: Nanp,
    },
    /// Stop selling a number for now; what comes in is still delivered
    #[command(after_help = "Example: jesusnumber admin number pause 12025550147 --reason 'SIM is being swapped'")]
    Pause(StateArgs),
    /// Sell a paused number again
    #[command(after_help = "Example: jesusnumber admin number resume 12025550147 --reason 'new SIM is in'")]
    Resume(StateArgs),
    /// Never sell a number again; what comes in is still delivered while its leases run
    #[command(after_help = "Example: jesusnumber admin number retire 12025550147 --reason 'given back to the carrier'")]
    Retire(StateArgs),
    /// Load numbers from a CSV file, all or nothing; or take back a load that broke off
    ///
    /// The columns are number,carrier,line_type,supplier,contract,acquired_on,cost. The whole file is checked before
    /// anything is loaded, and no number is sold before all are in. If the load breaks off, the same command goes on.
    #[command(after_help = "Example: jesusnumber admin number import stock.csv --source rack-1")]
    Import(ImportArgs),
}

/// Which number changes and why.
#[derive(Args)]
pub(crate) struct StateArgs {
    /// The number
    #[arg(value_parser = words::number)]
    number: Nanp,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: NumberCommand) -> Result<Answer, Refusal> {
    match command {
        NumberCommand::List { after, limit } => {
            let sources = source_names(desk).await?;
            let numbers = number::list(desk.app, after, limit).await?;
            let columns = &["id", "number", "region", "carrier", "line_type", "source", "state", "cost"];
            Ok(Answer::list(columns, numbers.iter().map(|number| told(number, &sources)).collect()))
        }
        NumberCommand::Show { number } => {
            let sources = source_names(desk).await?;
            let found = number::show(desk.app, &number).await?;
            let found = found.ok_or_else(|| Refusal::new(format!("the house has no number {}", number.e164())))?;
            let mut record = told(&found, &sources);
            if let Some(line) = number::line_state(desk.app, found.id).await? {
                let (since, seen) = (rfc3339(line.since_ms), rfc3339(line.seen_ms));
                record["sim"] = json!(if line.is_online { "in the network" } else { "not in the network, not sold" });
                record["sim_since"] = json!(since);
                record["sim_seen"] = json!(seen);
                record["sim_port"] = json!(line.port);
                record["sim_signal"] = json!(line.signal);
            }
            Ok(Answer::record(record))
        }
        NumberCommand::Pause(args) => set_state(desk, &args, NumberState::Paused).await,
        NumberCommand::Resume(args) => set_state(desk, &args, NumberState::Active).await,
        NumberCommand::Retire(args) => set_state(desk, &args, NumberState::Retired).await,
        NumberCommand::Import(args) => number_import::run(desk, args).await,
    }
}

async fn set_state(desk: &Desk<'_>, args: &StateArgs, state: NumberState) -> Result<Answer, Refusal> {
    number::set_state(desk.app, &args.number, state, &args.reason, &desk.permit()?).await?;
    let line = format!("{} is {}", args.number.e164(), state.word());
    Ok(Answer::line(line, json!({"number": args.number.digits(), "state": state.word()})))
}

async fn source_names(desk: &Desk<'_>) -> Result<HashMap<i64, String>, Refusal> {
    let sources = supply::sources(desk.app).await?;
    Ok(sources.into_iter().map(|source| (source.id, source.slug)).collect())
}

fn told(number: &NumberLine, sources: &HashMap<i64, String>) -> Value {
    json!({
        "id": number.id,
        "number": number.digits,
        "region": number.region,
        "carrier": number.carrier,
        "line_type": number.line_type,
        "source": sources.get(&number.source),
        "supplier": number.supplier,
        "contract": number.contract,
        "acquired_on": number.acquired_on,
        "state": number.state.word(),
        "cost": number.cost.to_string(),
    })
}

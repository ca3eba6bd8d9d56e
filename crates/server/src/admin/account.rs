//! `admin account`: customers.

use clap::{Args, Subcommand};
use domain::account::{self, Account, NewAccount, RETENTION_HOURS, State, Tier};
use domain::clock::rfc3339;
use domain::login::{self, Invitation, Removal};
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::account_limits::{self, LimitsArgs};
use super::{Answer, Desk, Refusal, words};

/// What can be done with accounts.
#[derive(Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account
    #[command(after_help = "Example: jesusnumber admin account create ann --tier business")]
    Create {
        /// Its name: 1 to 200 characters, used once
        name: String,
        /// How far it is trusted: new, verified or business (no velocity limits)
        #[arg(long, value_parser = words::tier, default_value = "business")]
        tier: Tier,
    },
    /// List accounts in the order in which they were made
    #[command(after_help = "Example: jesusnumber admin account list --after 500")]
    List {
        /// Go on after this id
        #[arg(long, value_name = "ID", default_value_t = 0)]
        after: i64,
        /// At most so many, up to 500
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=500))]
        limit: i64,
    },
    /// Show one account with its balance
    #[command(after_help = "Example: jesusnumber admin account show ann")]
    Show {
        /// Its name
        name: String,
    },
    /// Print a link, good once and for a day, with which an account's person chooses a password; it is mailed too
    #[command(after_help = "Example: jesusnumber admin account login ann --email ann@example.org")]
    Login {
        /// Its name
        name: String,
        /// The address to sign in with, which no other account has
        #[arg(long, value_name = "ADDRESS")]
        email: String,
    },
    /// What its person signs in with beside the password
    #[command(
        subcommand,
        after_help = "Example: jesusnumber admin account second-factor remove ann --reason 'called back, knew the last orders'"
    )]
    SecondFactor(SecondFactorCommand),
    /// Stop an account: its keys are refused at once, its running orders still receive
    #[command(after_help = "Example: jesusnumber admin account suspend ann --reason 'chargeback 4711'")]
    Suspend(StateArgs),
    /// Let a suspended or frozen account go on
    #[command(after_help = "Example: jesusnumber admin account resume ann --reason 'chargeback withdrawn'")]
    Resume(StateArgs),
    /// Limits of one account in place of its tier's; without any it shows them
    #[command(
        after_help = "Example: jesusnumber admin account limits ann --open 20 --day-spend 500.00 --reason 'asked, pays well'"
    )]
    Limits(LimitsArgs),
    /// Change for how many hours after its end the texts of an order or rental are kept, of those that begin from now on
    #[command(after_help = "Example: jesusnumber admin account retention ann 1 --reason 'asked for less'")]
    Retention {
        /// Its name
        name: String,
        /// Hours: 24 unless it was changed, and a week at most
        #[arg(value_parser = clap::value_parser!(i64).range(RETENTION_HOURS))]
        hours: i64,
        /// Why; it goes into the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
    /// Change how far an account is trusted
    #[command(after_help = "Example: jesusnumber admin account tier ann verified --reason 'paid five times'")]
    Tier {
        /// Its name
        name: String,
        /// new, verified or business
        #[arg(value_parser = words::tier)]
        tier: Tier,
        /// Why; it goes into the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
}

/// What can be done with a customer's second factor.
#[derive(Subcommand)]
pub(crate) enum SecondFactorCommand {
    /// Take it away from somebody who lost generator and recovery codes, end their sessions, and tell them by mail
    #[command(
        after_help = "Example: jesusnumber admin account second-factor remove ann --reason 'called back, knew the last orders'"
    )]
    Remove(StateArgs),
}

/// Whose state changes and why.
#[derive(Args)]
pub(crate) struct StateArgs {
    /// Its name
    name: String,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: AccountCommand) -> Result<Answer, Refusal> {
    match command {
        AccountCommand::Create { name, tier } => {
            let id =
                account::create(desk.app, NewAccount { name: name.clone(), tier, by: desk.by()?.to_owned() }).await?;
            let line = format!("made account {name} ({})", tier.word());
            Ok(Answer::line(line, json!({"id": id, "name": name, "tier": tier})))
        }
        AccountCommand::List { after, limit } => {
            let accounts = account::list(desk.app, after, limit).await?;
            let columns = &["id", "name", "state", "tier", "available", "held", "risk"];
            Ok(Answer::list(columns, accounts.iter().map(told).collect()))
        }
        AccountCommand::Show { name } => Ok(Answer::record(told(&get(desk, &name).await?))),
        AccountCommand::Login { name, email } => {
            let invitation = Invitation {
                account: name.clone(),
                email: email.clone(),
                base_url: desk.base_url.to_owned(),
                by: desk.by()?.to_owned(),
            };
            let url = invitation.url(&login::invite(desk.app, invitation.clone()).await?);
            // Alone on its line, so that a script can take it as it is.
            Ok(Answer::line(url.clone(), json!({"name": name, "email": email, "link": url})))
        }
        AccountCommand::SecondFactor(SecondFactorCommand::Remove(StateArgs { name, reason })) => {
            let (base_url, by) = (desk.base_url.to_owned(), desk.permit()?);
            login::remove_second_for(desk.app, Removal { account: name.clone(), reason, base_url, by }).await?;
            let line = format!("account {name} signs in with the password alone");
            Ok(Answer::line(line, json!({"name": name, "second_factor": false})))
        }
        AccountCommand::Suspend(args) => set_state(desk, args, State::Suspended).await,
        AccountCommand::Resume(args) => set_state(desk, args, State::Active).await,
        AccountCommand::Limits(args) => account_limits::run(desk, args).await,
        AccountCommand::Retention { name, hours, reason } => {
            account::set_retention(desk.app, &name, hours, &reason, &desk.permit()?).await?;
            let line = format!("texts of account {name} are kept for {hours} hours");
            Ok(Answer::line(line, json!({"name": name, "retention_hours": hours})))
        }
        AccountCommand::Tier { name, tier, reason } => {
            account::set_tier(desk.app, &name, tier, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("account {name} is {}", tier.word()), json!({"name": name, "tier": tier})))
        }
    }
}

async fn set_state(desk: &Desk<'_>, args: StateArgs, state: State) -> Result<Answer, Refusal> {
    account::set_state(desk.app, &args.name, state, &args.reason, &desk.permit()?).await?;
    let line = format!("account {} is {}", args.name, state.word());
    Ok(Answer::line(line, json!({"name": args.name, "state": state})))
}

/// An account that must exist.
pub(super) async fn get(desk: &Desk<'_>, name: &str) -> Result<Account, Refusal> {
    account::find(desk.app, name).await?.ok_or_else(|| Refusal::new(format!("there is no account `{name}`")))
}

fn told(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "state": account.state,
        "tier": account.tier,
        "available": account.available.to_string(),
        "held": account.held.to_string(),
        "risk": account.risk,
        "created_at": rfc3339(account.created_ms),
    })
}

//! Operator commands, `jesusnumber admin …`: each reads its arguments, calls one verb of the house, and answers.

mod account;
mod account_limits;
mod answer;
mod backup;
mod bad_rows;
mod credit;
mod dump;
mod execute;
mod key;
mod mail;
mod number;
mod number_import;
mod offer;
mod operator;
mod partner;
mod price;
mod purchase;
mod quarantine;
mod refund;
mod sales;
mod service;
mod source;
#[cfg(test)]
mod tests;
mod verify;
mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::App;
use domain::db::DbUrl;
use domain::policy::author::Author;
use domain::policy::permit::{Permit, Right};
use domain::policy::reason::Reason;
use domain::supply::Registry;

use answer::{Answer, Refusal};
use backup::{backup, restore};
pub(crate) use execute::execute;
pub(crate) use operator::set_up_url;

/// An operator command with what stands beside it. It may hold secrets, so it has no `Debug`.
#[derive(Args)]
pub(crate) struct Admin {
    /// The settings file; else the one that JESUSNUMBER_CONFIG names, else /etc/jesusnumber/jesusnumber.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Answer with one JSON value on stdout, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who does it, for the audit log; else the name of the system's user
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// What is to be done.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What an operator can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Customers: make, list, suspend, and how far they are trusted
    #[command(subcommand, after_help = "Example: jesusnumber admin account create ann --tier business")]
    Account(account::AccountCommand),
    /// Keys by which customers call: make, list, revoke
    #[command(subcommand, after_help = "Example: jesusnumber admin key create ann --name laptop")]
    Key(key::KeyCommand),
    /// Money on a balance: add, take back, and the statement
    #[command(subcommand, after_help = "Example: jesusnumber admin credit add ann 25.00 --reason 'bank transfer'")]
    Credit(credit::CreditCommand),
    /// Give captured money back to its customer
    #[command(after_help = "Example: jesusnumber admin refund ORD-123456 0.42 --reason 'the code came too late'")]
    Refund(refund::RefundArgs),
    /// What is sold: list, add or change, switch on and off, load the shipped catalogue
    #[command(subcommand, after_help = "Example: jesusnumber admin service seed")]
    Service(service::ServiceCommand),
    /// What it costs: list, set, import from a file
    #[command(subcommand, after_help = "Example: jesusnumber admin price set telegram short_term 0.60")]
    Price(price::PriceCommand),
    /// Numbers in stock: list, show, pause, retire, import from a file
    #[command(subcommand, after_help = "Example: jesusnumber admin number import stock.csv --source rack-1")]
    Number(number::NumberCommand),
    /// Where SMS come from: connectors, sources, and which SIM is which number
    #[command(subcommand, after_help = "Example: jesusnumber admin source connectors")]
    Source(source::SourceCommand),
    /// What other houses sell as which of your services: list, ask, map
    #[command(subcommand, after_help = "Example: jesusnumber admin offer theirs upstream-1")]
    Offer(offer::OfferCommand),
    /// What was bought from other houses: list, settle what is in doubt, report
    #[command(subcommand, after_help = "Example: jesusnumber admin purchase report --json")]
    Purchase(purchase::PurchaseCommand),
    /// Houses that ask for your idle numbers: make, change, pause, list
    #[command(subcommand, after_help = "Example: jesusnumber admin partner list")]
    Partner(partner::PartnerCommand),
    /// All sales at once: pause and resume; receiving goes on
    #[command(subcommand, after_help = "Example: jesusnumber admin sales pause --reason 'supplier is down'")]
    Sales(sales::SalesCommand),
    /// Messages that nobody got: list, read, give to an order, drop
    #[command(subcommand, after_help = "Example: jesusnumber admin quarantine list")]
    Quarantine(quarantine::QuarantineCommand),
    /// People who run the house: make, recover, stop, list
    #[command(subcommand, after_help = "Example: jesusnumber admin operator create olga --role owner")]
    Operator(operator::OperatorCommand),
    /// Mails that the house wants to send: list, show
    #[command(subcommand, after_help = "Example: jesusnumber admin mail list")]
    Mail(mail::MailCommand),
    /// Check every invariant on the live database, reading only, and name the rows that break one
    #[command(after_help = "Example: jesusnumber admin verify --json")]
    Verify,
    /// Copy the database into a new file while the house runs; on PostgreSQL by its own pg_dump
    ///
    /// The key file is not in the copy: back it up apart, because without it no text and no id opens.
    #[command(after_help = "Example: jesusnumber admin backup /backups/house-2026-05-22.db")]
    Backup(backup::BackupArgs),
    /// Put a backup where a house can be started on it, after checking it and that the key file opens it
    #[command(after_help = "Examples:
  jesusnumber admin restore /backups/house-2026-05-22.db --to /var/lib/jesusnumber/house.db
  jesusnumber admin restore /backups/house-2026-05-22.dump --to postgres://jesusnumber@db.internal/jesusnumber2")]
    Restore(backup::RestoreArgs),
}

/// What a command works with.
pub(crate) struct Desk<'a> {
    /// The house.
    pub(crate) app: &'a App,
    /// The connectors of this program.
    pub(crate) registry: &'a Registry,
    /// Where the house keeps its rows.
    pub(crate) database: &'a DbUrl,
    /// Where people reach the house's pages, without a slash at its end.
    pub(crate) base_url: &'a str,
    /// Who gives the command, as far as it is known.
    pub(crate) given_by: Option<&'a str>,
}

impl Desk<'_> {
    /// Who gives the command, for the audit log: a command that only reads does not ask.
    ///
    /// # Errors
    /// Nobody is known, or not by a name.
    fn by(&self) -> Result<&str, Refusal> {
        let by =
            self.given_by.ok_or_else(|| Refusal::new("the system does not tell who you are: say it with --by NAME"))?;
        if by.trim().is_empty() || by.chars().count() > 100 || by.chars().any(char::is_control) {
            return Err(Refusal::new("--by is a name of 1 to 100 characters for the audit log"));
        }
        Ok(by)
    }

    /// A permit for verbs that ask for one: whoever may start the program here has every power.
    ///
    /// # Errors
    /// As [`Desk::by`].
    fn permit<R: Right>(&self) -> Result<Permit<R>, Refusal> {
        Ok(Permit::at_the_machine(self.by()?))
    }

    /// Who gives the command, and why if they say so.
    ///
    /// # Errors
    /// As [`Desk::by`].
    fn author(&self, reason: Option<Reason>) -> Result<Author, Refusal> {
        Ok(Author::new(self.permit()?, reason))
    }
}

/// Does what a command says. Nothing is asked back.
///
/// # Errors
/// A sentence for the operator; then nothing happened, or it says what did.
pub(crate) async fn run(desk: &Desk<'_>, command: Command) -> Result<Answer, Refusal> {
    match command {
        Command::Account(command) => account::run(desk, command).await,
        Command::Key(command) => key::run(desk, command).await,
        Command::Credit(command) => credit::run(desk, command).await,
        Command::Refund(args) => refund::run(desk, args).await,
        Command::Service(command) => service::run(desk, command).await,
        Command::Price(command) => price::run(desk, command).await,
        Command::Number(command) => number::run(desk, command).await,
        Command::Source(command) => source::run(desk, command).await,
        Command::Offer(command) => offer::run(desk, command).await,
        Command::Purchase(command) => purchase::run(desk, command).await,
        Command::Partner(command) => partner::run(desk, command).await,
        Command::Sales(command) => sales::run(desk, command).await,
        Command::Quarantine(command) => quarantine::run(desk, command).await,
        Command::Operator(command) => operator::run(desk, command).await,
        Command::Mail(command) => mail::run(desk, command).await,
        Command::Verify => verify::run(desk).await,
        Command::Backup(args) => backup(desk.database, &args).await,
        Command::Restore(_) => Err(Refusal::new("restore works on files alone, without an open house")),
    }
}

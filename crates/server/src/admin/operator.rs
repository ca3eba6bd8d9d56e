//! `admin operator`: people who run the house.

use clap::{Args, Subcommand};
use domain::login::{self, NewOperator, OperatorLine, Role, Secret};
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// What can be done with operators.
#[derive(Subcommand)]
pub(crate) enum OperatorCommand {
    /// Make an operator and print the link, good once and for a day, that sets password and second factor
    #[command(after_help = "Example: jesusnumber admin operator create olga --role owner")]
    Create {
        /// The name to sign in with, as the audit log will have it
        name: String,
        /// owner, operator, support or auditor
        #[arg(long, value_parser = words::role)]
        role: Role,
    },
    /// End an operator's sessions and print another link, for a lost password or a lost second factor
    #[command(after_help = "Example: jesusnumber admin operator recover olga --reason 'lost her phone'")]
    Recover(DeedArgs),
    /// Stop an operator: refused on the next request
    #[command(after_help = "Example: jesusnumber admin operator stop olga --reason 'left us'")]
    Stop(DeedArgs),
    /// Let a stopped operator sign in again
    #[command(after_help = "Example: jesusnumber admin operator resume olga --reason 'is back'")]
    Resume(DeedArgs),
    /// Give an operator another role, from the next request on
    #[command(
        after_help = "Example: jesusnumber admin operator role olga support --reason 'answers customers from now on'"
    )]
    Role {
        /// The name
        name: String,
        /// owner, operator, support or auditor
        #[arg(value_parser = words::role)]
        role: Role,
        /// Why, for the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
    /// List the operators by name
    #[command(after_help = "Example: jesusnumber admin operator list")]
    List,
}

/// Whom a deed is done to, and why.
#[derive(Args)]
pub(crate) struct DeedArgs {
    /// The name
    name: String,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

pub(super) async fn run(desk: &Desk<'_>, command: OperatorCommand) -> Result<Answer, Refusal> {
    match command {
        OperatorCommand::Create { name, role } => {
            let new = NewOperator { name: name.clone(), role, by: desk.permit()? };
            Ok(link(desk, &name, &login::create_operator(desk.app, new).await?))
        }
        OperatorCommand::Recover(DeedArgs { name, reason }) => {
            let secret = login::recover_operator(desk.app, &name, &reason, &desk.permit()?).await?;
            Ok(link(desk, &name, &secret))
        }
        OperatorCommand::Stop(DeedArgs { name, reason }) => {
            login::stop_operator(desk.app, &name, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("operator {name} is stopped"), json!({"name": name, "stopped": true})))
        }
        OperatorCommand::Resume(DeedArgs { name, reason }) => {
            login::resume_operator(desk.app, &name, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("operator {name} may sign in"), json!({"name": name, "stopped": false})))
        }
        OperatorCommand::Role { name, role, reason } => {
            login::set_role(desk.app, &name, role, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("operator {name} is {}", role.word()), json!({"name": name, "role": role.word()})))
        }
        OperatorCommand::List => {
            let operators = login::operators(desk.app).await?;
            Ok(Answer::list(&["id", "name", "role", "set_up", "stopped"], operators.iter().map(told).collect()))
        }
    }
}

/// The page that a link leads to.
pub(crate) fn set_up_url(base_url: &str, secret: &Secret) -> String {
    format!("{base_url}/operator/set-up/?token={}", secret.text())
}

fn link(desk: &Desk<'_>, name: &str, secret: &Secret) -> Answer {
    let url = set_up_url(desk.base_url, secret);
    // Alone on its line, so that a script can take it as it is.
    Answer::line(url.clone(), json!({"name": name, "link": url}))
}

fn told(operator: &OperatorLine) -> Value {
    json!({
        "id": operator.id,
        "name": operator.name,
        "role": operator.role.word(),
        "set_up": operator.is_set_up,
        "stopped": operator.is_stopped,
    })
}

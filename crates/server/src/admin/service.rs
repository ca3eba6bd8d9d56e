//! `admin service`: what is sold.

use clap::{Args, Subcommand};
use domain::catalog::edit::{self, NewService};
use domain::catalog::seed::{Sale, Seeded, seed};
use domain::catalog::{self, Service};
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// What can be done with services.
#[derive(Subcommand)]
pub(crate) enum ServiceCommand {
    /// List all services
    #[command(after_help = "Example: jesusnumber admin service list --json")]
    List,
    /// Add a service, or replace all of one that is there
    #[command(
        visible_alias = "add",
        after_help = "Example: jesusnumber admin service put telegram --name Telegram --category messaging --code tg --text 'telegram code'"
    )]
    Put(PutArgs),
    /// Add the services of the shipped catalogue that the house does not have yet, with their prices
    ///
    /// None of them is sold before it is switched on, by `service enable` or in the console: their prices are ours.
    #[command(after_help = "Example: jesusnumber admin service seed")]
    Seed {
        /// Sell all of them at once, for the shipped prices
        #[arg(long)]
        on_sale: bool,
    },
    /// Sell a service
    #[command(after_help = "Example: jesusnumber admin service enable telegram --reason 'codes come again'")]
    Enable(StateArgs),
    /// Stop selling a service; what is sold already goes on receiving
    #[command(after_help = "Example: jesusnumber admin service disable telegram --reason 'no codes since noon'")]
    Disable(StateArgs),
}

/// Which service is switched and why.
#[derive(Args)]
pub(crate) struct StateArgs {
    /// The service's slug
    service: String,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// A service as it is to be.
#[derive(Args)]
pub(crate) struct PutArgs {
    /// Its name in requests: 1 to 40 lower-case letters, digits, _ and -
    slug: String,
    /// Its name for people
    #[arg(long)]
    name: String,
    /// What kind of service it is, such as social
    #[arg(long)]
    category: String,
    /// The two or three letters by which handler_api clients name it
    #[arg(long)]
    code: Option<String>,
    /// A name or short code its messages come from; may be repeated
    #[arg(long = "sender", value_name = "SENDER")]
    senders: Vec<String>,
    /// A phrase its messages hold; may be repeated
    #[arg(long = "text", value_name = "PHRASE")]
    texts: Vec<String>,
    /// Do not sell it yet
    #[arg(long)]
    disabled: bool,
    /// Let a text without a code or a link count as the answer too
    #[arg(long)]
    any_text_counts: bool,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Option<Reason>,
}

pub(super) async fn run(desk: &Desk<'_>, command: ServiceCommand) -> Result<Answer, Refusal> {
    match command {
        ServiceCommand::List => {
            let catalog = catalog::catalog(desk.app).await?;
            let columns = &["slug", "name", "code", "category", "is_enabled", "senders", "texts"];
            Ok(Answer::list(columns, catalog.services.iter().map(told).collect()))
        }
        ServiceCommand::Put(args) => {
            let (slug, by) = (args.slug.clone(), desk.author(args.reason.clone())?);
            let id = edit::put_service(desk.app, new_service(args), by).await?;
            Ok(Answer::line(format!("service {slug} is in the catalogue"), json!({"id": id, "slug": slug})))
        }
        ServiceCommand::Seed { on_sale } => {
            let (sale, how) = if on_sale { (Sale::Now, "on sale") } else { (Sale::Later, "switched off") };
            let Seeded { added, kept } = seed(desk.app, sale, &desk.permit()?).await?;
            let line = format!("added {added} services, {how}; {kept} were there already and stay as they are");
            Ok(Answer::line(line, json!({"added": added, "on_sale": on_sale, "kept": kept})))
        }
        ServiceCommand::Enable(args) => set_enabled(desk, &args, true).await,
        ServiceCommand::Disable(args) => set_enabled(desk, &args, false).await,
    }
}

fn new_service(args: PutArgs) -> NewService {
    NewService {
        slug: args.slug,
        name: args.name,
        code: args.code,
        category: args.category,
        is_enabled: !args.disabled,
        any_text_counts: args.any_text_counts,
        senders: args.senders,
        texts: args.texts,
    }
}

async fn set_enabled(desk: &Desk<'_>, args: &StateArgs, is_enabled: bool) -> Result<Answer, Refusal> {
    let StateArgs { service: slug, reason } = args;
    edit::set_enabled(desk.app, slug, is_enabled, reason, &desk.permit()?).await?;
    let line = if is_enabled { format!("{slug} is sold") } else { format!("{slug} is not sold") };
    Ok(Answer::line(line, json!({"slug": slug, "is_enabled": is_enabled})))
}

fn told(service: &Service) -> Value {
    json!({
        "id": service.id,
        "slug": service.slug,
        "name": service.name,
        "code": service.code,
        "category": service.category,
        "is_enabled": service.is_enabled,
        "any_text_counts": service.any_text_counts,
        "senders": service.senders,
        "texts": service.texts,
    })
}

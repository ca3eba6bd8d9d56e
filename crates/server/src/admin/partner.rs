//! `admin partner`: houses that buy from us by the partner protocol.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::clock::rfc3339;
use domain::network::Network;
use domain::partner::{self, Changes, NewPartner, Retried, setting};
use domain::policy::reason::Reason;
use domain::supply::Settings;
use serde_json::json;

use super::source::setting_file;
use super::words::OrderName;
use super::{Answer, Desk, Refusal, words};

/// What can be done with partners.
#[derive(Subcommand)]
pub(crate) enum PartnerCommand {
    /// Make an account the partner of a house that asks for your idle numbers
    #[command(
        after_help = "Example: jesusnumber admin partner add shop --account shop --address https://shop.example/push --key-file /run/secrets/shop --push-key-file /run/secrets/shop-push"
    )]
    Add(AddArgs),
    /// List the partners and the SMS that wait for them; their keys stay sealed
    #[command(after_help = "Example: jesusnumber admin partner list")]
    List,
    /// Change a partner; what is not named stays
    #[command(
        after_help = "Example: jesusnumber admin partner set shop --key-file /run/secrets/shop --reason 'the yearly change'"
    )]
    Set(SetArgs),
    /// Sell a partner nothing more; what comes for its numbers is still pushed
    #[command(after_help = "Example: jesusnumber admin partner pause shop --reason 'bill 4711 is open'")]
    Pause(StateArgs),
    /// Sell to a partner again
    #[command(after_help = "Example: jesusnumber admin partner resume shop --reason 'bill 4711 is paid'")]
    Resume(StateArgs),
    /// Push again what was given up for a partner within the last week
    #[command(
        after_help = "Example: jesusnumber admin partner retry shop --order ORD-355123 --reason 'their address is mended'"
    )]
    Retry(RetryArgs),
}

/// How a partner is reached and calls.
#[derive(Args)]
pub(crate) struct WayArgs {
    /// Where it is told of each SMS: `https://shop.example/push`
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// The file with the key that it will call with: 16 to 200 characters
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,
    /// The file with the key that is sent to it with each SMS
    #[arg(long, value_name = "PATH")]
    push_key_file: Option<PathBuf>,
    /// A network that it calls from, such as 203.0.113.0/24; may be repeated. Without one: from anywhere
    #[arg(long, value_name = "NETWORK")]
    network: Vec<Network>,
    /// Networks that it may be told at although they are private or without TLS, with spaces between them
    #[arg(long, value_name = "NETWORKS")]
    allow_network: Option<String>,
    /// A file with certificates in PEM that are trusted beside the public ones
    #[arg(long, value_name = "PATH")]
    ca_file: Option<PathBuf>,
}

/// A partner to be made.
#[derive(Args)]
pub(crate) struct AddArgs {
    /// Its name: 1 to 40 lower-case letters, digits and -
    slug: String,
    /// The account that it buys with, which must be its alone
    #[arg(long)]
    account: String,
    #[command(flatten)]
    way: WayArgs,
}

/// What is changed of a partner, and why.
#[derive(Args)]
pub(crate) struct SetArgs {
    /// The partner's name
    slug: String,
    #[command(flatten)]
    way: WayArgs,
    /// Let it call from anywhere
    #[arg(long, conflicts_with = "network")]
    from_anywhere: bool,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// Which partner is paused or sold to again, and why.
#[derive(Args)]
pub(crate) struct StateArgs {
    /// The partner's name
    slug: String,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// What is pushed again, and why.
#[derive(Args)]
pub(crate) struct RetryArgs {
    /// The partner's name
    slug: String,
    /// Of this order alone, such as ORD-355123; without it, of all
    #[arg(long, value_name = "ORDER", value_parser = words::order)]
    order: Option<OrderName>,
    /// Why, for the audit log
    #[arg(long, value_parser = words::reason)]
    reason: Reason,
}

/// How a partner is reached and calls, as it was typed and read.
struct Way {
    key: Option<String>,
    networks: Vec<Network>,
    to: BTreeMap<String, String>,
}

impl WayArgs {
    fn read(self) -> Result<Way, Refusal> {
        let file = |name: &str, path: Option<&Path>| path.map(|path| setting_file(name, path)).transpose();
        let to = [
            (setting::ADDRESS, self.address),
            (setting::PUSH_KEY, file("push key", self.push_key_file.as_deref())?),
            (setting::ALLOW_NETWORK, self.allow_network),
            (setting::CA, file("certificates", self.ca_file.as_deref())?),
        ];
        let to = to.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Ok(Way { key: file("key", self.key_file.as_deref())?, networks: self.network, to: to.collect() })
    }
}

pub(super) async fn run(desk: &Desk<'_>, command: PartnerCommand) -> Result<Answer, Refusal> {
    match command {
        PartnerCommand::Add(args) => add(desk, args).await,
        PartnerCommand::List => list(desk).await,
        PartnerCommand::Set(args) => set(desk, args).await,
        PartnerCommand::Pause(StateArgs { slug, reason }) => {
            partner::set_state(desk.app, &slug, false, &reason, &desk.permit()?).await?;
            let json = json!({"partner": slug, "is_active": false});
            Ok(Answer::line(format!("{slug} is sold nothing for now; what comes for it is still pushed"), json))
        }
        PartnerCommand::Resume(StateArgs { slug, reason }) => {
            partner::set_state(desk.app, &slug, true, &reason, &desk.permit()?).await?;
            Ok(Answer::line(format!("{slug} is sold to"), json!({"partner": slug, "is_active": true})))
        }
        PartnerCommand::Retry(RetryArgs { slug, order, reason }) => {
            let order = order.map(|order| order.id);
            let Retried { count, left } = partner::retry(desk.app, &slug, order, &reason, &desk.permit()?).await?;
            let line = match left {
                0 => format!("{count} SMS are pushed to {slug} again"),
                left => format!("{count} SMS are pushed to {slug} again; {left} more are still given up"),
            };
            Ok(Answer::line(line, json!({"partner": slug, "count": count, "left": left})))
        }
    }
}

async fn add(desk: &Desk<'_>, args: AddArgs) -> Result<Answer, Refusal> {
    let AddArgs { slug, account, way } = args;
    let Way { key, networks, to } = way.read()?;
    let missing = |flag: &str| Refusal::new(format!("a new partner needs {flag}"));
    let key = key.ok_or_else(|| missing("--key-file"))?;
    for (name, flag) in [(setting::ADDRESS, "--address"), (setting::PUSH_KEY, "--push-key-file")] {
        if !to.contains_key(name) {
            return Err(missing(flag));
        }
    }
    let to = Settings::new(to);
    let new = NewPartner { slug: slug.clone(), account: account.clone(), key, networks, to, by: desk.permit()? };
    let id = partner::add(desk.app, new).await?;
    let line = format!("{slug} buys with the account {account}; it asks at {}/api/partner/", desk.base_url);
    Ok(Answer::line(line, json!({"id": id, "partner": slug, "account": account})))
}

async fn set(desk: &Desk<'_>, args: SetArgs) -> Result<Answer, Refusal> {
    let SetArgs { slug, way, from_anywhere, reason } = args;
    let Way { key, networks, to } = way.read()?;
    let networks = (from_anywhere || !networks.is_empty()).then_some(networks);
    if key.is_none() && networks.is_none() && to.is_empty() {
        return Err(Refusal::new("nothing is to be changed: name what is with a flag, as --help tells"));
    }
    partner::change(desk.app, &slug, Changes { key, networks, to }, &reason, &desk.permit()?).await?;
    Ok(Answer::line(format!("{slug} is reached and calls so from now on"), json!({"partner": slug})))
}

async fn list(desk: &Desk<'_>) -> Result<Answer, Refusal> {
    let rows = partner::list(desk.app).await?.into_iter().map(|partner| {
        json!({
            "id": partner.id,
            "partner": partner.slug,
            "account": partner.account,
            "is_active": partner.is_active,
            "address": partner.address,
            "networks": partner.networks,
            "created_at": rfc3339(partner.created_ms),
            "waiting": partner.waiting,
            "waiting_since": partner.waiting_since_ms.map(rfc3339),
            "taken_7d": partner.taken,
            "lost_7d": partner.lost,
            "given_up_7d": partner.given_up,
            "fault": partner.fault,
        })
    });
    let columns = &[
        "partner",
        "account",
        "is_active",
        "address",
        "networks",
        "waiting",
        "waiting_since",
        "taken_7d",
        "lost_7d",
        "given_up_7d",
        "fault",
    ];
    Ok(Answer::list(columns, rows.collect()))
}

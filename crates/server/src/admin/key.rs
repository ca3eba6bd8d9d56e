//! `admin key`: the keys by which customers call.

use clap::Subcommand;
use domain::account::{self, KeyLimits, KeyLine, NewKey, Revocation, Scope};
use domain::clock::rfc3339;
use domain::money::Usd;
use domain::network::Network;
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// What can be done with keys.
#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it: the only time it is seen
    #[command(after_help = "Example: jesusnumber admin key create ann --name laptop --scope read --daily-cap 20.00")]
    Create {
        /// The account's name
        account: String,
        /// What the key is for
        #[arg(long)]
        name: String,
        /// Until when it opens the door: 2027-01-31 or 2027-01-31T12:00:00Z; else until it is revoked
        #[arg(long, value_parser = words::moment, value_name = "TIME")]
        expires: Option<i64>,
        /// What it may do: `read`, `order`; again for more; else both
        #[arg(long = "scope", value_parser = words::scope, value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// Where it may be used from: 203.0.113.9 or 203.0.113.0/24; again for more; else from everywhere
        #[arg(long = "allow-ip", value_name = "NETWORK")]
        networks: Vec<Network>,
        /// What it may set aside for orders within a day of UTC, in dollars
        #[arg(long, value_parser = words::usd, value_name = "DOLLARS")]
        daily_cap: Option<Usd>,
    },
    /// List the keys of an account, newest first
    #[command(after_help = "Example: jesusnumber admin key list ann")]
    List {
        /// The account's name
        account: String,
    },
    /// Revoke a key: the next request with it is refused
    #[command(after_help = "Example: jesusnumber admin key revoke 12 --reason 'it was published'")]
    Revoke {
        /// The key's id, as `key list` shows it
        id: i64,
        /// Why; it goes into the audit log
        #[arg(long, value_parser = words::reason)]
        reason: Reason,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: KeyCommand) -> Result<Answer, Refusal> {
    match command {
        KeyCommand::Create { account, name, expires, scopes, networks, daily_cap } => {
            let scopes = if scopes.is_empty() { Scope::ALL.to_vec() } else { scopes };
            create(desk, account, name, expires, KeyLimits { scopes, networks, daily_cap }).await
        }
        KeyCommand::List { account } => {
            let keys = account::keys(desk.app, &account).await?;
            let columns = &[
                "id",
                "prefix",
                "name",
                "created_at",
                "expires_at",
                "revoked_at",
                "scopes",
                "networks",
                "daily_cap",
                "used_at",
            ];
            Ok(Answer::list(columns, keys.iter().map(told).collect()))
        }
        KeyCommand::Revoke { id, reason } => {
            let by = desk.permit()?;
            account::revoke_key_for(desk.app, Revocation { key: id, account: None, reason, by }).await?;
            Ok(Answer::line(format!("revoked key {id}"), json!({"id": id, "revoked": true})))
        }
    }
}

async fn create(
    desk: &Desk<'_>,
    account: String,
    name: String,
    expires_ms: Option<i64>,
    limits: KeyLimits,
) -> Result<Answer, Refusal> {
    let new = NewKey { account: account.clone(), name: name.clone(), expires_ms, limits, by: desk.by()?.to_owned() };
    let key = account::create_key(desk.app, new).await?;
    let json = json!({"key": key, "account": account, "name": name, "expires_at": expires_ms.map(rfc3339)});
    // Alone on its line, so that a script can take it as it is.
    Ok(Answer::line(key, json))
}

fn told(key: &KeyLine) -> Value {
    let scopes: Vec<&str> = key.limits.scopes.iter().map(|scope| scope.word()).collect();
    let networks: Vec<String> = key.limits.networks.iter().map(ToString::to_string).collect();
    json!({
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "created_at": rfc3339(key.created_ms),
        "expires_at": key.expires_ms.map(rfc3339),
        "revoked_at": key.revoked_ms.map(rfc3339),
        "scopes": scopes.join(" "),
        "networks": networks.join(" "),
        "daily_cap": key.limits.daily_cap.map(|cap| cap.to_string()),
        "used_at": key.used_ms.map(rfc3339),
    })
}

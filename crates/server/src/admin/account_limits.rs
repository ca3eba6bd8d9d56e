//! `admin account limits`: what one account may have and do.

use clap::Args;
use domain::account;
use domain::money::Usd;
use domain::policy::limits::{COUNT_MAX, Limits};
use domain::policy::reason::Reason;
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal, words};

/// Whose limits are shown or set.
#[derive(Args)]
pub(crate) struct LimitsArgs {
    /// The account's name
    name: String,
    /// Orders that wait and rentals that run, at once
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(i64).range(0..=COUNT_MAX))]
    open: Option<i64>,
    /// Orders, rentals and renewals within a day
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(i64).range(0..=COUNT_MAX))]
    day_orders: Option<i64>,
    /// What they may cost, in dollars
    #[arg(long, value_name = "DOLLARS", value_parser = words::usd)]
    day_spend: Option<Usd>,
    /// Those within an hour
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(i64).range(0..=COUNT_MAX))]
    hour_orders: Option<i64>,
    /// Orders and rentals for one service within an hour
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(i64).range(0..=COUNT_MAX))]
    hour_same_service: Option<i64>,
    /// Orders cancelled within an hour
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(i64).range(0..=COUNT_MAX))]
    hour_cancels: Option<i64>,
    /// Forget what was set: the limits of its tier hold again, but for those that are named here
    #[arg(long)]
    clear: bool,
    /// Why, for the audit log; needed where something is set
    #[arg(long, value_parser = words::reason)]
    reason: Option<Reason>,
}

pub(super) async fn run(desk: &Desk<'_>, args: LimitsArgs) -> Result<Answer, Refusal> {
    let LimitsArgs { name, open, day_orders, day_spend, hour_orders, hour_same_service, hour_cancels, .. } = args;
    let named = Limits { open, day_orders, day_spend, hour_orders, hour_same_service, hour_cancels };
    let id = super::account::get(desk, &name).await?.id;
    let gone = || Refusal::new(format!("there is no account `{name}`"));
    let before = account::profile(desk.app, id).await?.ok_or_else(gone)?.own_limits;
    if named != Limits::NONE || args.clear {
        let reason = args.reason.ok_or_else(|| Refusal::new("say why, with --reason"))?;
        let own = if args.clear { named } else { named.or(before) };
        account::set_limits(desk.app, &name, own, &reason, &desk.permit()?).await?;
    }
    let profile = account::profile(desk.app, id).await?.ok_or_else(gone)?;
    Ok(Answer::record(told(&name, &profile.limits, &profile.own_limits)))
}

/// The limits in force; none is no limit. Which of them were set for the account alone stands in `own`.
fn told(name: &str, limits: &Limits, own: &Limits) -> Value {
    json!({
        "name": name,
        "open": limits.open,
        "day_orders": limits.day_orders,
        "day_spend": limits.day_spend.map(|spend| spend.to_string()),
        "hour_orders": limits.hour_orders,
        "hour_same_service": limits.hour_same_service,
        "hour_cancels": limits.hour_cancels,
        "own": own.told(),
    })
}

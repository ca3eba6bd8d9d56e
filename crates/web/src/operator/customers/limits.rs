//! Limits of one customer, set in place of those of the tier.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use domain::account::{self, LimitsRefusal, LimitsUsed, Profile};
use domain::money::Usd;
use domain::policy::limits::Limits;
use domain::policy::reason::Reason;

use super::deeds::{back, name_of, refuse};
use crate::Door;
use crate::form::Form;
use crate::operator::id_in;
use crate::operator::told::NO_REASON;
use crate::page::PageError;
use crate::session::Operator;

/// A limit as the page shows it: how much is used, what holds, and what may be typed.
pub(super) struct Row {
    /// The field's name.
    pub(super) name: &'static str,
    /// What is limited.
    pub(super) label: &'static str,
    /// How much of it is used; none where that is not counted for the page.
    pub(super) used: Option<String>,
    /// What holds; none is no limit.
    pub(super) most: Option<String>,
    /// What was set for this customer alone.
    pub(super) own: String,
    /// What the tier says.
    pub(super) tier: String,
}

/// The limits of a customer, one a row.
pub(super) fn rows(profile: &Profile) -> Vec<Row> {
    let counted = |of: fn(&LimitsUsed) -> i64| profile.used.as_ref().map(|used| of(used).to_string());
    let spent = profile.used.as_ref().map(|used| format!("${}", used.day_spend));
    let count = |name, label, used, of: fn(&Limits) -> Option<i64>| {
        let shown = |limits: &Limits| of(limits).map(|count| count.to_string());
        row(profile, (name, label, used), &shown)
    };
    vec![
        count("open", "Open now", counted(|used| used.open), |limits| limits.open),
        count("day_orders", "Orders, 24 h", counted(|used| used.day_orders), |limits| limits.day_orders),
        row(profile, ("day_spend", "Spent, 24 h", spent), &|limits| limits.day_spend.map(|spend| format!("${spend}"))),
        count("hour_orders", "Orders, 1 h", counted(|used| used.hour_orders), |limits| limits.hour_orders),
        count("hour_same_service", "Of one service, 1 h", None, |limits| limits.hour_same_service),
        count("hour_cancels", "Cancelled, 1 h", counted(|used| used.hour_cancels), |limits| limits.hour_cancels),
    ]
}

fn row(
    profile: &Profile,
    (name, label, used): (&'static str, &'static str, Option<String>),
    shown: &dyn Fn(&Limits) -> Option<String>,
) -> Row {
    Row {
        name,
        label,
        used,
        most: shown(&profile.limits),
        own: shown(&profile.own_limits).map_or_else(String::new, |own| own.trim_start_matches('$').to_owned()),
        tier: shown(&Limits::of(profile.account.tier)).unwrap_or_else(|| "no limit".to_owned()),
    }
}

/// Sets what this customer may have and do; an empty field is what the tier says.
pub(super) async fn set(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    let Some(own) = typed(&form) else {
        return refuse(&door, &operator, id, LimitsRefusal::BadLimits).await;
    };
    let name = name_of(&door, id).await?;
    match account::set_limits(&door.app, &name, own, &reason, &by).await {
        Ok(()) => Ok(back(id, "limits")),
        Err(LimitsRefusal::NoAccount) => Err(PageError::NotFound),
        Err(LimitsRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ LimitsRefusal::BadLimits) => refuse(&door, &operator, id, refusal).await,
    }
}

/// What was typed; none, if a field is neither empty nor a limit.
fn typed(form: &Form) -> Option<Limits> {
    let count = |name: &str| match form.text(name).trim() {
        "" => Some(None),
        typed => typed.parse::<i64>().ok().map(Some),
    };
    let day_spend = match form.text("day_spend").trim().trim_start_matches('$') {
        "" => None,
        typed => Some(Usd::parse(typed).ok()?),
    };
    Some(Limits {
        open: count("open")?,
        day_orders: count("day_orders")?,
        day_spend,
        hour_orders: count("hour_orders")?,
        hour_same_service: count("hour_same_service")?,
        hour_cancels: count("hour_cancels")?,
    })
}

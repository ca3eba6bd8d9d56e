//! `admin refund`: captured money that comes back to its customer.

use clap::Args;
use domain::dossier::{self, Dossier};
use domain::ledger::{self, NewRefund};
use domain::login::Role;
use domain::money::Usd;
use domain::policy::reason::{REASON_MAX, Reason};
use domain::request::Failure;
use serde_json::json;

use super::{Answer, Desk, Refusal, words};

/// What comes back, of which order, and why.
#[derive(Args)]
pub(crate) struct RefundArgs {
    /// The order or rental, such as ORD-123456
    #[arg(value_parser = words::order)]
    order: words::OrderName,
    /// Dollars, such as 0.42
    #[arg(value_parser = words::usd)]
    amount: Usd,
    /// Why, in your words
    #[arg(long)]
    reason: String,
}

pub(super) async fn run(desk: &Desk<'_>, args: RefundArgs) -> Result<Answer, Refusal> {
    let RefundArgs { order, amount, reason } = args;
    let reason = Reason::parse(&reason);
    let reason = reason.ok_or_else(|| Refusal::new(format!("--reason is 1 to {REASON_MAX} letters")))?;
    let customer = find(desk, order).await?.customer;
    let words::OrderName { product, id: order } = order;
    // Who commands the house's files may do what an owner may.
    let new = NewRefund { product, order, amount, reason, by: desk.by()?.to_owned(), role: Role::Owner };
    let done = ledger::refund(desk.app, new, None).await.map_err(|failure| match failure {
        Failure::Refused(refusal) => Refusal::new(refusal.to_string()),
        Failure::KeyReused | Failure::Open { .. } | Failure::Upstream => Refusal::new(failure.to_string()),
        Failure::Db(error) => error.into(),
    })?;
    let line = format!("{} came back to {customer}; {} of that payment is left", done.amount, done.left);
    let json = json!({"account": customer, "amount": done.amount.to_string(), "left": done.left.to_string()});
    Ok(Answer::line(line, json))
}

/// What is known of an order or rental, which must exist under the name that its customer has.
pub(super) async fn find(desk: &Desk<'_>, order: words::OrderName) -> Result<Dossier, Refusal> {
    let known = dossier::dossier(desk.app, order.id).await?.filter(|known| known.facts.product == order.product);
    known.ok_or_else(|| Refusal::new("there is no such order"))
}

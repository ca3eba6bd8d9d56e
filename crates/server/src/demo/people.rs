//! Who signs in at a demo: its customer, by fixed words, and an operator, by a link.

use std::net::{IpAddr, Ipv4Addr};

use domain::App;
use domain::login::{
    self, Chosen, Invitation, InviteRefusal, Kind, NewOperator, OperatorRefusal, Role, STATEMENT_VERSION, Visit,
};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;

use super::stock::{BY, CUSTOMER, Fault};
use crate::admin::set_up_url;

/// The address of the demo's customer.
pub(super) const EMAIL: &str = "demo@example.com";
/// The password of the demo's customer. Everybody knows it: a demo keeps nothing that is worth a secret.
pub(super) const PASSWORD: &str = "only a demo, not a secret";
/// The name of the demo's operator.
const OPERATOR: &str = "operator";

/// Gives the demo's customer a sign-in, unless it has one.
pub(super) async fn customer(app: &App, base_url: &str) -> Result<(), Fault> {
    let invitation = Invitation {
        account: CUSTOMER.to_owned(),
        email: EMAIL.to_owned(),
        base_url: base_url.to_owned(),
        by: BY.to_owned(),
    };
    let link = match login::invite(app, invitation).await {
        Ok(link) => link,
        Err(InviteRefusal::HasLogin | InviteRefusal::Taken) => return Ok(()),
        Err(refusal) => return Err(refusal.into()),
    };
    let visit = Visit {
        base_url: base_url.to_owned(),
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        device: String::new(),
        known_by: None,
    };
    let chosen = Chosen { link: &link, password: PASSWORD };
    let entered = login::confirm_sign_up(app, &visit, chosen, STATEMENT_VERSION).await?;
    // Nobody holds the session that comes with it.
    if let Some(session) = login::session(app, Kind::Customer, &entered.session).await? {
        login::sign_out(app, session.login, session.id).await?;
    }
    Ok(())
}

/// How the demo's operator comes in: by a fresh link, until password and second factor are set.
pub(super) async fn operator(app: &App, base_url: &str) -> Result<String, Fault> {
    let new = NewOperator { name: OPERATOR.to_owned(), role: Role::Owner, by: Permit::at_the_machine(BY) };
    let link = match login::create_operator(app, new).await {
        Ok(link) => link,
        Err(OperatorRefusal::Taken) => {
            let is_set_up = login::operators(app).await?.iter().any(|found| found.name == OPERATOR && found.is_set_up);
            if is_set_up {
                return Ok(format!("{base_url}/operator/ as {OPERATOR}"));
            }
            let reason = Reason::parse("the demo began without a password and a second factor").expect("a reason");
            login::recover_operator(app, OPERATOR, &reason, &Permit::at_the_machine(BY)).await?
        }
        Err(refusal) => return Err(refusal.into()),
    };
    Ok(set_up_url(base_url, &link))
}

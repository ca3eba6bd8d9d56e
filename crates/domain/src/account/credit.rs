//! Money that the operator adds to a balance, or takes back.

use super::{Tier, rows};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::event::Kind;
use crate::ledger::{self, Move, PostError, Transfer};
use crate::login;
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;

/// A credit or debit to be booked.
#[derive(Clone)]
pub struct NewCredit {
    /// The account's name.
    pub account: String,
    /// How much: more than nothing, whole cents.
    pub amount: Usd,
    /// What it is for, in the operator's words.
    pub reason: Reason,
    /// The outside event behind it, such as a payment's id: it counts once (L10).
    pub reference: Option<String>,
    /// Who books it.
    pub by: Permit<Run>,
}

/// Why money was not booked.
#[derive(Debug, thiserror::Error)]
pub enum CreditRefusal {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// The amount is nothing.
    #[error("the amount must be more than nothing")]
    BadAmount,
    /// The outside event was booked already.
    #[error("this reference was booked already")]
    Repeated,
    /// A debit is above what is available.
    #[error("only {available} is available")]
    Insufficient {
        /// What is.
        available: Usd,
    },
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Adds money to a balance; tells what is available then.
///
/// # Errors
/// See [`CreditRefusal`].
pub async fn credit(app: &App, new: NewCredit) -> Result<Usd, CreditRefusal> {
    book(app, new, Move::Credit, Kind::BalanceCredited).await
}

/// Takes back money that was credited; tells what is available then.
///
/// # Errors
/// See [`CreditRefusal`].
pub async fn debit(app: &App, new: NewCredit) -> Result<Usd, CreditRefusal> {
    book(app, new, Move::Debit, Kind::BalanceDebited).await
}

async fn book(app: &App, new: NewCredit, kind: Move, event: Kind) -> Result<Usd, CreditRefusal> {
    if new.amount <= Usd::ZERO {
        return Err(CreditRefusal::BadAmount);
    }
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let account = rows::named(tx, &new.account)?.ok_or(CreditRefusal::NoAccount)?;
        rows::lock(tx, account.id)?;
        if let Some(reference) = &new.reference
            && ledger::has_reference(tx, reference)?
        {
            return Err(CreditRefusal::Repeated);
        }
        let transfer = Transfer {
            account: account.id,
            kind,
            amount: new.amount,
            order: None,
            resolves: None,
            reference: new.reference.as_deref(),
            reason: Some(new.reason.text()),
            event: Some(event),
            message: None,
            at_ms: now,
        };
        let posted = ledger::post(tx, &transfer).map_err(|error| match error {
            PostError::Insufficient { available } => CreditRefusal::Insufficient { available },
            PostError::NotActive => CreditRefusal::Db(DbError::Damaged("a credit asks for no state")),
            PostError::Db(error) => error.into(),
        })?;
        let amount = new.amount.to_string();
        let deed = Deed {
            who: &new.by.who,
            deed: kind.word(),
            subject: &new.account,
            reason: new.reason.text(),
            before: None,
            after: Some(&amount),
        };
        audit::write(tx, now, &deed)?;
        // A confirmed address and a first settled payment: the house trusts it further.
        if kind == Move::Credit && account.tier == Tier::New && login::is_confirmed(tx, account.id)? {
            rows::set_tier(tx, account.id, Tier::Verified)?;
        }
        Ok((account.id, posted.available))
    };
    let (account, available) = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(available)
}

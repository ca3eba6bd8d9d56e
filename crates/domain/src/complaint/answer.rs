//! The operator answers a complaint, and may give money back and take the number out of sale in the same go.

use super::{Complaint, State, letter, rows, tidy};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::ledger::{self, NewRefund, RefundRefusal};
use crate::login::Role;
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::powers::Power;
use crate::policy::reason::Reason;
use crate::request::Failure;
use crate::{login, mail, number};

/// Letters of an answer, at most.
pub const ANSWER_MAX: usize = 2_000;

/// An answer to be given. It holds what people wrote, so it has no `Debug`.
#[derive(Clone)]
pub struct Answer {
    /// The complaint.
    pub complaint: i64,
    /// What the customer reads: 1 to [`ANSWER_MAX`] letters.
    pub text: String,
    /// What comes back; nothing, where it is nothing.
    pub refund: Usd,
    /// Whether the number is taken out of sale.
    pub pauses_number: bool,
    /// Where customers reach the house, for the link in the mail, without a slash at its end.
    pub base_url: String,
    /// Who answers.
    pub by: String,
    /// What they may do: a refund stays within its limits.
    pub role: Role,
}

/// A complaint that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What came back.
    pub refunded: Usd,
}

/// Why a complaint was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerRefusal {
    /// There is no such complaint.
    #[error("there is no such complaint")]
    NotFound,
    /// It was answered already.
    #[error("it was answered already")]
    Answered,
    /// The role may not answer, or may not pause the number with it.
    #[error("this role may not answer complaints, or pauses no numbers")]
    NotAllowed,
    /// The answer is empty or too long.
    #[error("an answer is 1 to {ANSWER_MAX} letters")]
    BadAnswer,
    /// Nothing comes back, and so nothing was answered.
    #[error(transparent)]
    Refund(RefundRefusal),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Answers a complaint: its customer is told by an event, and by mail where there is an address.
///
/// # Errors
/// See [`AnswerRefusal`].
pub async fn answer(app: &App, answer: Answer) -> Result<Answered, AnswerRefusal> {
    let may_pause = answer.role.may(Power::Run);
    if !answer.role.may(Power::Answer) || (answer.pauses_number && !may_pause) {
        return Err(AnswerRefusal::NotAllowed);
    }
    let text = tidy(&answer.text, ANSWER_MAX).filter(|text| !text.is_empty()).ok_or(AnswerRefusal::BadAnswer)?;
    let house = app.clone();
    let story = move |tx: &mut Tx<'_>| answer_one(tx, &house, &answer, &text);
    let (account, answered) = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(answered)
}

fn answer_one(tx: &mut Tx<'_>, app: &App, answer: &Answer, text: &str) -> Result<(i64, Answered), AnswerRefusal> {
    let now = app.now_ms();
    let account = rows::find(tx, answer.complaint)?.ok_or(AnswerRefusal::NotFound)?.account;
    account::lock(tx, account)?;
    let complaint = rows::locked(tx, answer.complaint)?.ok_or(AnswerRefusal::NotFound)?;
    if complaint.state != State::Open {
        return Err(AnswerRefusal::Answered);
    }
    // The number is locked before the audit log, of which the refund writes, too.
    if answer.pauses_number {
        number::pause(tx, complaint.number, &format!("complaint {}", complaint.id), &answer.by, now)?;
    }
    let refunded = give_back(tx, answer, &complaint, now)?;
    rows::close(tx, complaint.id, (text, &answer.by), refunded, now)?;
    let seq = account::next_event(tx, account)?;
    let order = Some((complaint.product, complaint.order));
    let told = Event { seq, kind: Kind::ComplaintAnswered, at_ms: now, order, amount: None, message: None };
    event::append(tx, account, &told)?;
    let subject = format!("complaint {}", complaint.id);
    let mut after = State::Answered.word().to_owned();
    if answer.pauses_number {
        after.push_str(", number paused");
    }
    if refunded > Usd::ZERO {
        after.push_str(&format!(", ${refunded} came back"));
    }
    let deed = Deed {
        who: &answer.by,
        deed: "complaint.answer",
        subject: &subject,
        reason: complaint.kind.name(),
        before: Some(State::Open.word()),
        after: Some(&after),
    };
    audit::write(tx, now, &deed)?;
    if let Some(to) = login::address_of(tx, account)? {
        let refund = (refunded > Usd::ZERO).then(|| refunded.to_string());
        mail::post(tx, app, &letter::answered(&answer.base_url, &to, &complaint, text, refund.as_deref()))?;
    }
    Ok((account, Answered { refunded }))
}

/// Gives back what the answer says, by the rules of every refund; tells how much.
fn give_back(tx: &mut Tx<'_>, answer: &Answer, complaint: &Complaint, now_ms: i64) -> Result<Usd, AnswerRefusal> {
    if answer.refund == Usd::ZERO {
        return Ok(Usd::ZERO);
    }
    let reason = Reason::parse(&format!("complaint {}: {}", complaint.id, complaint.kind.name()));
    let refund = NewRefund {
        product: complaint.product,
        order: complaint.order,
        amount: answer.refund,
        reason: reason.expect("these words are few"),
        by: answer.by.clone(),
        role: answer.role,
    };
    match ledger::refund_in(tx, &refund, now_ms) {
        Ok((_, refunded)) => Ok(refunded.amount),
        Err(Failure::Refused(refusal)) => Err(AnswerRefusal::Refund(refusal)),
        Err(Failure::KeyReused | Failure::Open { .. } | Failure::Upstream) => {
            Err(DbError::Damaged("a refund without a key has no other one").into())
        }
        Err(Failure::Db(error)) => Err(error.into()),
    }
}

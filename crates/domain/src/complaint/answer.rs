//! The operator answers a complaint, and may take the number out of sale in the same go.

use super::{State, letter, rows, tidy};
use crate::App;
use crate::account;
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
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
    /// Whether the number is taken out of sale.
    pub pauses_number: bool,
    /// Where customers reach the house, for the link in the mail, without a slash at its end.
    pub base_url: String,
    /// Who answers.
    pub by: String,
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
    /// The answer is empty or too long.
    #[error("an answer is 1 to {ANSWER_MAX} letters")]
    BadAnswer,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Answers a complaint: its customer is told by an event, and by mail where there is an address.
///
/// # Errors
/// See [`AnswerRefusal`].
pub async fn answer(app: &App, answer: Answer) -> Result<Answered, AnswerRefusal> {
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
    let refunded = Usd::ZERO;
    if answer.pauses_number {
        number::pause(tx, complaint.number, &format!("complaint {}", complaint.id), &answer.by, now)?;
    }
    rows::close(tx, complaint.id, (text, &answer.by), refunded, now)?;
    let seq = account::next_event(tx, account)?;
    let order = Some((complaint.product, complaint.order));
    let told = Event { seq, kind: Kind::ComplaintAnswered, at_ms: now, order, amount: None, message: None };
    event::append(tx, account, &told)?;
    if let Some(to) = login::mailbox(tx, account)? {
        let refund = (refunded > Usd::ZERO).then(|| refunded.to_string());
        mail::post(tx, app, &letter::answered(&answer.base_url, &to, &complaint, text, refund.as_deref()))?;
    }
    let subject = format!("complaint {}", complaint.id);
    let after = if answer.pauses_number { "answered, number paused" } else { "answered" };
    let deed = Deed {
        who: &answer.by,
        deed: "complaint.answer",
        subject: &subject,
        reason: complaint.kind.name(),
        before: Some(State::Open.word()),
        after: Some(after),
    };
    audit::write(tx, now, &deed)?;
    Ok((account, Answered { refunded }))
}

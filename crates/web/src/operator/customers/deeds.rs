//! What an operator does for a customer, or to one: each deed with its reason in the audit log.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use domain::account::{
    self, CreateRefusal, CreditRefusal, KeyRefusal, NewCredit, NoteRefusal, Revocation, State as AccountState, Tier,
};
use domain::login::{self, NoSecond, PersonRefusal, Removal};
use domain::money::Usd;
use domain::policy::permit::{Permit, Run};
use domain::policy::reason::Reason;

use super::HERE;
use super::one::{ONE, render};
use crate::Door;
use crate::form::Form;
use crate::operator::id_in;
use crate::operator::told::{NO_REASON, Told};
use crate::page::{self, PageError};
use crate::session::Operator;

/// Back to the customer, whose page says what was done.
pub(super) fn back(id: i64, done: &str) -> Response {
    page::see_other(ONE, &format!("{HERE}{id}/?done={done}"))
}

pub(super) async fn name_of(door: &Door, id: i64) -> Result<String, PageError> {
    Ok(account::standing(&door.app, id).await?.ok_or(PageError::NotFound)?.name)
}

pub(super) async fn refuse(
    door: &Door,
    operator: &Operator,
    id: i64,
    why: impl std::fmt::Display,
) -> Result<Response, PageError> {
    render(door, operator, id, Some(Told::bad(format!("Nothing was changed: {why}.")))).await
}

/// Adds to a balance or takes back from it. The form's id and what it asks for are the reference, so that it counts once
/// however often it is sent, and a form that is gone back to and changed is another one.
pub(super) async fn money(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let (id, form_id) = (id_in(&id)?, form.text("form"));
    if form_id.len() != 32 || !form_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(PageError::BadForm);
    }
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    let Ok(amount) = Usd::parse(form.text("amount").trim().trim_start_matches('$')) else {
        return refuse(&door, &operator, id, "the amount is no amount of dollars, such as 5.00").await;
    };
    let new = NewCredit {
        account: name_of(&door, id).await?,
        amount,
        reason,
        reference: Some(format!("form {form_id} {} {amount}", form.text("deed"))),
        by,
    };
    let booked = match form.text("deed") {
        "credit" => account::credit(&door.app, new).await,
        "debit" => account::debit(&door.app, new).await,
        _ => return Err(PageError::BadForm),
    };
    match booked {
        Ok(_) | Err(CreditRefusal::Repeated) => Ok(back(id, form.text("deed"))),
        Err(CreditRefusal::NoAccount) => Err(PageError::NotFound),
        Err(CreditRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => refuse(&door, &operator, id, refusal).await,
    }
}

pub(super) async fn state(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let state = match form.text("state") {
        "active" => AccountState::Active,
        "suspended" => AccountState::Suspended,
        _ => return Err(PageError::BadForm),
    };
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    let name = name_of(&door, id).await?;
    match account::set_state(&door.app, &name, state, &reason, &by).await {
        Ok(()) => Ok(back(id, state.word())),
        Err(CreateRefusal::Db(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}

pub(super) async fn tier(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let tier = Tier::from_word(form.text("tier")).ok_or(PageError::BadForm)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    let name = name_of(&door, id).await?;
    match account::set_tier(&door.app, &name, tier, &reason, &by).await {
        Ok(()) => Ok(back(id, "tier")),
        Err(CreateRefusal::Db(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}

pub(super) async fn note(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    // Who answers customers notes what they said.
    let by = operator.permit()?;
    let id = id_in(&id)?;
    match account::set_note(&door.app, id, form.text("note"), &by).await {
        Ok(()) => Ok(back(id, "note")),
        Err(NoteRefusal::NoAccount) => Err(PageError::NotFound),
        Err(NoteRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ NoteRefusal::TooLong) => refuse(&door, &operator, id, refusal).await,
    }
}

pub(super) async fn revoke_key(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let key: i64 = form.text("key").parse().map_err(|_| PageError::BadForm)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refuse(&door, &operator, id, NO_REASON).await;
    };
    match account::revoke_key_for(&door.app, Revocation { key, account: Some(id), reason, by }).await {
        // Revoked twice, it is revoked; and where it is another account's, the page shows that it has none such.
        Ok(()) | Err(KeyRefusal::NoKey) => Ok(back(id, "key")),
        Err(KeyRefusal::Db(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}

/// Ends sessions, forgets wrong tries, or takes a lost second factor away.
pub(super) async fn sign_in(
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
    let done = match form.text("deed") {
        "sign-out" => login::sign_out_account(&door.app, id, &reason, &by).await.map(drop),
        "forgive" => login::forgive_account(&door.app, id, &reason, &by).await,
        "second" => return remove_second(&door, &operator, id, &reason, by).await,
        _ => return Err(PageError::BadForm),
    };
    match done {
        Ok(()) => Ok(back(id, form.text("deed"))),
        Err(PersonRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ PersonRefusal::Nobody) => refuse(&door, &operator, id, refusal).await,
    }
}

async fn remove_second(
    door: &Door,
    operator: &Operator,
    id: i64,
    reason: &Reason,
    by: Permit<Run>,
) -> Result<Response, PageError> {
    let removal = Removal {
        account: name_of(door, id).await?,
        reason: reason.clone(),
        base_url: door.settings.base_url.clone(),
        by,
    };
    match login::remove_second_for(&door.app, removal).await {
        Ok(()) => Ok(back(id, "second")),
        Err(NoSecond::Db(error)) => Err(error.into()),
        Err(refusal) => refuse(door, operator, id, refusal).await,
    }
}

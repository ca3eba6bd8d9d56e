//! Operators: made and recovered from the command line by a link that is good once.

use super::link::{self, Link, Purpose};
use super::session::{self, Entry, Tell};
use super::{Busy, Entered, Kind, Offer, PasswordFault, Role, Secret, Visit, passkey, password, rows, second, totp};
use crate::App;
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Rule};
use crate::policy::reason::Reason;
use crate::values;

/// Operators that are listed, at most.
const LISTED_MAX: i64 = 1_000;
/// Characters of an operator's name, at most: as many as the audit log takes.
const NAME_MAX: usize = 100;

/// An operator to be made.
#[derive(Clone)]
pub struct NewOperator {
    /// The name to sign in with, and in the audit log: 1 to 100 characters, used once.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Who makes them.
    pub by: Permit<Rule>,
}

/// An operator as they are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorLine {
    /// The id.
    pub id: i64,
    /// The name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may no longer sign in.
    pub is_stopped: bool,
    /// Whether they have set password and second factor.
    pub is_set_up: bool,
}

/// Why an operator was not made, changed or let in.
#[derive(Debug, thiserror::Error)]
pub enum OperatorRefusal {
    /// The name is in use.
    #[error("an operator of this name exists already")]
    Taken,
    /// The name is empty, too long, or holds control characters.
    #[error("a name is 1 to 100 characters without control characters, and without spaces around it")]
    BadName,
    /// There is no such operator.
    #[error("there is no such operator")]
    NoOperator,
    /// They are the last owner who may sign in: somebody must be able to let others in.
    #[error("they are the last owner; make another one first")]
    LastOwner,
    /// The link is used, old or wrong: nobody is told which.
    #[error("the link is not valid any more")]
    BadLink,
    /// The password is not taken; the link is still good.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The code is not one of the offered generator; the link is still good.
    #[error("the code is wrong")]
    WrongCode,
    /// Too many passwords are being checked; the link is still good.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes an operator and returns the secret of the link by which they set password and second factor within a day.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn create_operator(app: &App, new: NewOperator) -> Result<Secret, OperatorRefusal> {
    let name = &new.name;
    if name.is_empty() || name.trim() != name || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(OperatorRefusal::BadName);
    }
    let (house, secret) = (app.clone(), Secret::random());
    let kept = secret.clone();
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let id = rows::insert_operator(tx, &new.name, new.role, now_ms)?.ok_or(OperatorRefusal::Taken)?;
        offer_set_up(tx, &house, id, &kept)?;
        let (who, after) = (&new.by.who, Some(new.role.word()));
        let deed = Deed { who, deed: "operator.create", subject: &new.name, reason: "", before: None, after };
        audit::write(tx, now_ms, &deed)?;
        Ok::<_, OperatorRefusal>(())
    };
    app.db.write(Lane::Work, story).await.map(|()| secret)
}

/// Gives an operator another link to set password and second factor, ends every session and forgets every passkey: they
/// may be on what was lost. Password and second factor stay in force until the link is used. Why is in the audit log.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn recover_operator(
    app: &App,
    name: &str,
    reason: &Reason,
    by: &Permit<Rule>,
) -> Result<Secret, OperatorRefusal> {
    let (house, secret) = (app.clone(), Secret::random());
    let (name, reason, by, kept) = (name.to_owned(), reason.clone(), by.clone(), secret.clone());
    let story = move |tx: &mut Tx<'_>| {
        let operator = rows::named(tx, Kind::Operator, &name)?.ok_or(OperatorRefusal::NoOperator)?;
        session::end_all(tx, operator.id, None)?;
        link::end_all(tx, operator.id)?;
        passkey::forget_all(tx, operator.id)?;
        offer_set_up(tx, &house, operator.id, &kept)?;
        let (reason, after) = (reason.text(), Some("a link was made, sessions ended"));
        let deed = Deed { who: &by.who, deed: "operator.recover", subject: &name, reason, before: None, after };
        audit::write(tx, house.now_ms(), &deed)?;
        Ok::<_, OperatorRefusal>(())
    };
    app.db.write(Lane::Work, story).await.map(|()| secret)
}

fn offer_set_up(tx: &mut Tx<'_>, app: &App, login: i64, secret: &Secret) -> Result<(), DbError> {
    let sealed = app.vault.seal(&second::purpose(login), &totp::new_secret());
    let link = Link { login: Some(login), state: Some(sealed), ..Link::default() };
    link::make(tx, Purpose::Setup, secret, &link, app.now_ms())
}

/// Who a link is for, and the code generator that it offers. The link stays good.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn set_up_offer(app: &App, secret: &Secret) -> Result<(String, Offer), OperatorRefusal> {
    let (house, secret) = (app.clone(), secret.clone());
    let look = move |tx: &mut Tx<'_>| {
        let link = link::find(tx, Purpose::Setup, &secret, house.now_ms())?.ok_or(OperatorRefusal::BadLink)?;
        let login = link.login.ok_or(OperatorRefusal::BadLink)?;
        let row = tx.one(rows::BY_ID, values![login])?.ok_or(OperatorRefusal::BadLink)?;
        let person = rows::person(&row)?;
        if person.kind != Kind::Operator || person.is_stopped {
            return Err(OperatorRefusal::BadLink);
        }
        let offer = second::offered(&house, &link, &person.name)?;
        Ok((person.name, offer))
    };
    app.db.read(look).await
}

/// What an operator sets with a link. It has no `Debug`.
#[derive(Clone)]
pub struct SetUp {
    /// The secret of the link.
    pub link: Secret,
    /// The password.
    pub password: String,
    /// A code of the offered generator.
    pub code: String,
}

/// Sets password and second factor of an operator in place of all that they had, passkeys too, lets them in, and tells
/// the recovery codes: the only time they are seen.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn set_up(app: &App, visit: &Visit, set: SetUp) -> Result<(Entered, Vec<String>), OperatorRefusal> {
    set_up_offer(app, &set.link).await?;
    if let Some(fault) = password::fault(&set.password, true) {
        return Err(fault.into());
    }
    let is_short = password::is_short(&set.password);
    let hash = app.passwords.hash(set.password.clone()).await?;
    let (house, codes, entry) = (app.clone(), second::new_codes(), Entry::new(visit));
    let (kept, shown) = (entry.clone(), codes.clone());
    let story = move |tx: &mut Tx<'_>| {
        let now_ms = house.now_ms();
        let link = link::take(tx, Purpose::Setup, &set.link, now_ms)?.ok_or(OperatorRefusal::BadLink)?;
        let person = rows::locked(tx, link.login.ok_or(OperatorRefusal::BadLink)?)?;
        if person.kind != Kind::Operator || person.is_stopped {
            return Err(OperatorRefusal::BadLink);
        }
        if !second::put_in_force(tx, &house, &person, &link, &set.code, &codes)? {
            return Err(OperatorRefusal::WrongCode);
        }
        rows::set_password(tx, person.id, &hash, is_short)?;
        passkey::forget_all(tx, person.id)?;
        session::end_all(tx, person.id, None)?;
        link::end_all(tx, person.id)?;
        let (who, after) = (&person.name, Some("set up"));
        let deed = Deed { who, deed: "operator.set_up", subject: who, reason: "", before: None, after };
        audit::write(tx, now_ms, &deed)?;
        session::begin(tx, &house, &person, &kept, Tell::Nobody)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    Ok((entry.entered(), shown))
}

/// Stops an operator: they are refused on the next request; why is in the audit log. The last owner is not stopped.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn stop_operator(app: &App, name: &str, reason: &Reason, by: &Permit<Rule>) -> Result<(), OperatorRefusal> {
    set_stopped(app, name, Some(app.now_ms()), reason, by).await
}

/// Lets a stopped operator sign in again; why is in the audit log.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn resume_operator(app: &App, name: &str, reason: &Reason, by: &Permit<Rule>) -> Result<(), OperatorRefusal> {
    set_stopped(app, name, None, reason, by).await
}

async fn set_stopped(
    app: &App,
    name: &str,
    stopped_ms: Option<i64>,
    reason: &Reason,
    by: &Permit<Rule>,
) -> Result<(), OperatorRefusal> {
    let (name, reason, by, now_ms) = (name.to_owned(), reason.clone(), by.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let word = |is_stopped| if is_stopped { "stopped" } else { "may sign in" };
        let operator = rows::named(tx, Kind::Operator, &name)?.ok_or(OperatorRefusal::NoOperator)?;
        if stopped_ms.is_some() {
            keep_an_owner(tx, operator.id)?;
        }
        rows::set_stopped(tx, operator.id, stopped_ms)?;
        session::end_all(tx, operator.id, None)?;
        let deed = Deed {
            who: &by.who,
            deed: if stopped_ms.is_some() { "operator.stop" } else { "operator.resume" },
            subject: &name,
            reason: reason.text(),
            before: Some(word(operator.is_stopped)),
            after: Some(word(stopped_ms.is_some())),
        };
        audit::write(tx, now_ms, &deed)?;
        Ok::<_, OperatorRefusal>(())
    };
    app.db.write(Lane::Work, story).await
}

/// Gives an operator another role, from the next request on; why is in the audit log. The last owner stays one.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn set_role(
    app: &App,
    name: &str,
    role: Role,
    reason: &Reason,
    by: &Permit<Rule>,
) -> Result<(), OperatorRefusal> {
    let (name, reason, by, now_ms) = (name.to_owned(), reason.clone(), by.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let operator = rows::named(tx, Kind::Operator, &name)?.ok_or(OperatorRefusal::NoOperator)?;
        if role != Role::Owner {
            keep_an_owner(tx, operator.id)?;
        }
        let before = rows::set_role(tx, operator.id, role)?;
        let (reason, before, after) = (reason.text(), Some(before.word()), Some(role.word()));
        let deed = Deed { who: &by.who, deed: "operator.role", subject: &name, reason, before, after };
        audit::write(tx, now_ms, &deed)?;
        Ok::<_, OperatorRefusal>(())
    };
    app.db.write(Lane::Work, story).await
}

/// Refuses to take away the last owner. All owners stay locked until the story ends, so that two of them cannot take
/// each other away at once.
fn keep_an_owner(tx: &mut Tx<'_>, but: i64) -> Result<(), OperatorRefusal> {
    let owners = rows::owners(tx)?;
    let is_owner = owners.iter().any(|(id, _)| *id == but);
    let is_last = is_owner && !owners.iter().any(|(id, is_set_up)| *id != but && *is_set_up);
    if is_last { Err(OperatorRefusal::LastOwner) } else { Ok(()) }
}

/// Ends all sessions of an operator, as an owner wishes; tells how many. Why is in the audit log.
///
/// # Errors
/// See [`OperatorRefusal`].
pub async fn sign_out_operator(
    app: &App,
    name: &str,
    reason: &Reason,
    by: &Permit<Rule>,
) -> Result<u64, OperatorRefusal> {
    let (name, reason, by, now_ms) = (name.to_owned(), reason.clone(), by.clone(), app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        let operator = rows::named(tx, Kind::Operator, &name)?.ok_or(OperatorRefusal::NoOperator)?;
        let ended = session::end_all(tx, operator.id, None)?;
        let (reason, after) = (reason.text(), format!("{ended} sessions ended"));
        let (before, after) = (None, Some(after.as_str()));
        let deed = Deed { who: &by.who, deed: "operator.sign_out", subject: &name, reason, before, after };
        audit::write(tx, now_ms, &deed)?;
        Ok::<_, OperatorRefusal>(ended)
    };
    app.db.write(Lane::Work, story).await
}

/// The operators, by name.
///
/// # Errors
/// What the database said.
pub async fn operators(app: &App) -> Result<Vec<OperatorLine>, DbError> {
    let line = |row: &Row| {
        Ok(OperatorLine {
            id: row.int(0),
            name: row.text(1).to_owned(),
            role: word(Role::from_word(row.text(2)), "an operator's role")?,
            is_stopped: row.opt_int(3).is_some(),
            is_set_up: row.opt_int(4).is_some(),
        })
    };
    app.db.rows(rows::OPERATORS, values![LISTED_MAX]).await?.iter().map(line).collect()
}

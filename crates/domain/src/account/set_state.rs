//! Stopping an account and letting it go on.

use super::{CreateRefusal, State, rows};
use crate::App;
use crate::db::{Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::values;

/// Changes whether an account may call and spend. What it holds runs on: its orders still receive.
///
/// # Errors
/// See [`CreateRefusal`].
pub async fn set_state(
    app: &App,
    name: &str,
    state: State,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), CreateRefusal> {
    let now = app.now_ms();
    let (name, reason, by) = (name.to_owned(), reason.clone(), by.clone());
    let account = app
        .db
        .write(Lane::Work, move |tx: &mut Tx<'_>| {
            let account = rows::named(tx, &name)?.ok_or(CreateRefusal::NoAccount)?;
            tx.run("UPDATE account SET state = $2 WHERE id = $1", values![account.id, state.word()])?;
            let deed = Deed {
                who: &by.who,
                deed: "account.state",
                subject: &name,
                reason: reason.text(),
                before: Some(account.state.word()),
                after: Some(state.word()),
            };
            audit::write(tx, now, &deed)?;
            Ok::<_, CreateRefusal>(account.id)
        })
        .await?;
    app.notices.tell(account);
    Ok(())
}

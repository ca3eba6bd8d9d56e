//! Stopping an account and letting it go on.

use super::{CreateRefusal, State, rows};
use crate::App;
use crate::db::{Lane, Tx};
use crate::policy::audit::{self, Deed};
use crate::values;

/// Changes whether an account may call and spend. What it holds runs on: its orders still receive.
///
/// # Errors
/// See [`CreateRefusal`].
pub async fn set_state(app: &App, name: &str, state: State, reason: &str, by: &str) -> Result<(), CreateRefusal> {
    let now = app.now_ms();
    let (name, reason, by) = (name.to_owned(), reason.to_owned(), by.to_owned());
    let account = app
        .db
        .write(Lane::Work, move |tx: &mut Tx<'_>| {
            let account = rows::named(tx, &name)?.ok_or(CreateRefusal::NoAccount)?;
            tx.run("UPDATE account SET state = $2 WHERE id = $1", values![account.id, state.word()])?;
            let deed = Deed {
                who: &by,
                deed: "account.state",
                subject: &name,
                reason: &reason,
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

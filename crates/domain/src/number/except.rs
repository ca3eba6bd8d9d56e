//! Candidates whose numbers do not begin as somebody wishes not.

use std::collections::HashSet;

use super::Candidate;
use super::shelf::{Lent, ShelfKey, candidates};
use crate::App;
use crate::db::{DbError, id_list};
use crate::values;

/// Takes some candidates from a shelf that begin with none of some digits, filling it first if it is empty. They are
/// looked for among all that the shelf holds, 2,000 at most; none are lent where none of those fit.
pub(crate) async fn candidates_but(app: &App, key: ShelfKey, except: &[String]) -> Result<Lent, DbError> {
    let lent = candidates(app, key).await?;
    if except.is_empty() || lent.candidates().is_empty() {
        return Ok(lent);
    }
    // They were only drawn so that the shelf is filled.
    drop(lent);
    let ready: Vec<Candidate> = app.shelf.with(key, |slot| slot.ready().to_vec());
    let sql = "SELECT id, digits FROM number WHERE id IN (SELECT p.a FROM (json_pairs($1)) p)";
    let rows = app.db.rows(sql, values![id_list(&ready)]).await?;
    let begins = |digits: &str| except.iter().any(|first| digits.starts_with(first.as_str()));
    let wanted: HashSet<Candidate> = rows.iter().filter(|row| !begins(row.text(1))).map(|row| row.int(0)).collect();
    Ok(Lent::new(app, key, app.shelf.with(key, |slot| slot.draw_of(&wanted))))
}

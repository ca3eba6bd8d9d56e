//! One owner for a wire: of all nodes, one holds a source's connection or asks it, and another takes over when that one
//! is gone.
//!
//! An owner says every few seconds that it is still there. Who was silent for [`SILENCE_MS`] has lost the wire, and a
//! fencing number that grows with each owner keeps it from changing anything when it wakes up. A process that has the
//! database to itself need not wait for that: whoever owned its wires before it is dead.

use crate::App;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Lane, Tx};
use crate::values;

/// How long an owner may be silent before another takes its wire.
pub const SILENCE_MS: i64 = 15 * SECOND_MS;
/// Bytes of a mark.
const MARK_MAX: usize = 4 * 1024;

/// A wire that is ours until we are silent for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The source.
    pub source: i64,
    /// Which of its wires.
    pub wire: String,
    /// Ours; a later owner has a higher one.
    pub fence: i64,
    /// What the owner before us left for us.
    pub mark: String,
}

/// How a wire does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WireState {
    /// Connections that stand.
    pub links: i64,
    /// How often one was made again since its owner began.
    pub reconnects: i64,
    /// Messages that came and are not kept yet.
    pub backlog: i64,
}

/// Frees every wire at once that a former life of this process owned, which was killed: where the database is this process's
/// alone, nobody who lives owns any. Elsewhere nothing is done, and each is free after some seconds of silence. It is for
/// a start, before the first [`own`].
///
/// # Errors
/// What the database said.
pub async fn take_back(app: &App) -> Result<(), DbError> {
    if !app.db.is_ours_alone() {
        return Ok(());
    }
    let story = |tx: &mut Tx<'_>| {
        let sql = "UPDATE source_wire SET owner = '', until_ms = 0, links = 0, backlog = 0 WHERE until_ms > 0";
        tx.run(sql, &[])
    };
    app.db.write(Lane::Work, story).await.map(drop)
}

/// Takes a wire if nobody has it.
///
/// # Errors
/// What the database said.
pub async fn own(app: &App, source: i64, wire: &str, owner: &str) -> Result<Option<Owned>, DbError> {
    let (now, wire, owner) = (app.now_ms(), wire.to_owned(), owner.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "INSERT INTO source_wire (source_id, wire, owner, fence, until_ms)
             VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (source_id, wire)
             DO UPDATE SET owner = $3, fence = source_wire.fence + 1, until_ms = $4, links = 0, backlog = 0,
               reconnects = 0
             WHERE source_wire.until_ms <= $5
             RETURNING fence, mark";
        let row = tx.one(sql, values![source, &wire, &owner, now + SILENCE_MS, now])?;
        Ok(row.map(|row| Owned { source, wire: wire.clone(), fence: row.int(0), mark: row.text(1).to_owned() }))
    };
    app.db.write(Lane::Work, story).await
}

/// Says that the owner is still there, and how its wire does; `false` if it is another's now.
///
/// # Errors
/// What the database said.
pub async fn keep(app: &App, owned: &Owned, state: WireState) -> Result<bool, DbError> {
    let (until, owned) = (app.now_ms() + SILENCE_MS, owned.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE source_wire SET until_ms = $4, links = $5, reconnects = $6, backlog = $7
             WHERE source_id = $1 AND wire = $2 AND fence = $3";
        let WireState { links, reconnects, backlog } = state;
        tx.run(sql, values![owned.source, &owned.wire, owned.fence, until, links, reconnects, backlog])
    };
    Ok(app.db.write(Lane::Work, story).await? > 0)
}

/// Writes down what the next owner must know; `false` if the wire is another's now.
///
/// # Errors
/// What the database said.
///
/// # Panics
/// If the mark has more than 4,096 bytes: a connector writes marks of its own making.
pub(super) async fn mark(app: &App, owned: &Owned, mark: &str) -> Result<bool, DbError> {
    assert!(mark.len() <= MARK_MAX, "a mark is at most {MARK_MAX} bytes");
    let (owned, mark) = (owned.clone(), mark.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE source_wire SET mark = $4 WHERE source_id = $1 AND wire = $2 AND fence = $3";
        tx.run(sql, values![owned.source, &owned.wire, owned.fence, &mark])
    };
    Ok(app.db.write(Lane::Work, story).await? > 0)
}

/// Gives a wire back, so that another may take it at once.
///
/// # Errors
/// What the database said; then it is free after some seconds of silence.
pub async fn let_go(app: &App, owned: &Owned) -> Result<(), DbError> {
    let owned = owned.clone();
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE source_wire SET owner = '', until_ms = 0, links = 0, backlog = 0
             WHERE source_id = $1 AND wire = $2 AND fence = $3";
        tx.run(sql, values![owned.source, &owned.wire, owned.fence])
    };
    app.db.write(Lane::Work, story).await.map(drop)
}

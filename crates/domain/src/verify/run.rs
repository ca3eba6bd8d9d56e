//! Runs of the checks that are kept: asked for by a person or due once a day, carried out by a worker, one at a time.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Finding, Progress, verify};
use crate::App;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::db::{DbError, Lane, Row, Tx, word};
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{self, Permit};
use crate::{ids, values};

/// How often the house looks by itself.
const EVERY_MS: i64 = DAY_MS;
/// When it tries again after a run that could not be carried out.
const AGAIN_MS: i64 = HOUR_MS;
/// A house that has just been opened first catches up with what is overdue, which would be told as broken.
const CATCH_UP_MS: i64 = 10 * MINUTE_MS;
/// A run of which nothing was heard for so long is given up: its process is gone.
const SILENT_MS: i64 = 5 * MINUTE_MS;
/// How often a run says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Findings of a run that are kept; all are counted.
pub const KEPT_MAX: usize = 500;
/// Runs that are kept, the newest.
const RUNS_MAX: i64 = 400;
/// Runs or findings in one page, at most.
const PAGE_MAX: i64 = 500;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It is asked for and will be taken up within seconds.
    Asked,
    /// It is being carried out.
    Running,
    /// Every invariant holds.
    Sound,
    /// Some rows break one.
    Broken,
    /// It could not be carried out.
    Failed,
}

impl RunState {
    const ALL: [Self; 5] = [Self::Asked, Self::Running, Self::Sound, Self::Broken, Self::Failed];

    /// Its word in the database and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Running => "running",
            Self::Sound => "sound",
            Self::Broken => "broken",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A run of the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: i64,
    /// Who asked for it; `None`: the house itself.
    pub asker: Option<String>,
    /// How far it is.
    pub state: RunState,
    /// When it was asked for.
    pub asked_ms: i64,
    /// When it was taken up.
    pub began_ms: Option<i64>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// The room that it looks at just now.
    pub room: String,
    /// How many rows break an invariant, as far as it is; 10,000 at most.
    pub findings: i64,
    /// Why it could not be carried out.
    pub fault: Option<String>,
}

/// A row that breaks an invariant, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its place in the run's list, from 1.
    pub place: i64,
    /// The rule, by its id in the list of invariants.
    pub rule: String,
    /// The row.
    pub row: String,
    /// What is wrong with it.
    pub what: String,
}

/// Why a run was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum AskRefusal {
    /// One is open already.
    #[error("a check is under way already")]
    Open,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

const NEWEST: &str = "SELECT id, asker, state, asked_ms, began_ms, ended_ms, room, findings, fault, seen_ms
     FROM verify_run
     ORDER BY id DESC
     LIMIT 1";

const LATEST_ENDED: &str = "SELECT id, asker, state, asked_ms, began_ms, ended_ms, room, findings, fault, seen_ms
     FROM verify_run
     WHERE ended_ms IS NOT NULL
     ORDER BY id DESC
     LIMIT 1";

const LATEST_DONE: &str = "SELECT id, asker, state, asked_ms, began_ms, ended_ms, room, findings, fault, seen_ms
     FROM verify_run
     WHERE state IN ('sound', 'broken')
     ORDER BY id DESC
     LIMIT 1";

const RUNS: &str = "SELECT id, asker, state, asked_ms, began_ms, ended_ms, room, findings, fault, seen_ms
     FROM verify_run
     WHERE id < $1
     ORDER BY id DESC
     LIMIT $2";

fn run(row: &Row) -> Result<Run, DbError> {
    Ok(Run {
        id: row.int(0),
        asker: row.opt_text(1).map(str::to_owned),
        state: word(RunState::from_word(row.text(2)), "a run's state")?,
        asked_ms: row.int(3),
        began_ms: row.opt_int(4),
        ended_ms: row.opt_int(5),
        room: row.text(6).to_owned(),
        findings: row.int(7),
        fault: row.opt_text(8).map(str::to_owned),
    })
}

/// The runs below an id, newest first; at most `limit` and 500.
///
/// # Errors
/// What the database said.
pub async fn runs(app: &App, before: i64, limit: i64) -> Result<Vec<Run>, DbError> {
    app.db.rows(RUNS, values![before, limit.clamp(1, PAGE_MAX)]).await?.iter().map(run).collect()
}

/// The newest run that has ended: what the house last knew of itself.
///
/// # Errors
/// What the database said.
pub async fn latest(app: &App) -> Result<Option<Run>, DbError> {
    app.db.row(LATEST_ENDED, &[]).await?.map(|row| run(&row)).transpose()
}

/// The newest run that was carried out: one that failed since then does not make good what this one found.
///
/// # Errors
/// What the database said.
pub async fn latest_done(app: &App) -> Result<Option<Run>, DbError> {
    app.db.row(LATEST_DONE, &[]).await?.map(|row| run(&row)).transpose()
}

/// The run that tells how the books stand: the newest that has ended, but one that found something rather than a later
/// one that could not be carried out.
///
/// # Errors
/// What the database said.
pub async fn standing(app: &App) -> Result<Option<Run>, DbError> {
    let last = latest(app).await?;
    if last.as_ref().is_none_or(|run| run.state != RunState::Failed) {
        return Ok(last);
    }
    let done = latest_done(app).await?;
    Ok(done.filter(|run| run.state == RunState::Broken).or(last))
}

/// What a run found, after a place of its list; at most `limit` and 500, and [`KEPT_MAX`] of a run in all.
///
/// # Errors
/// What the database said.
pub async fn found(app: &App, run: i64, after: i64, limit: i64) -> Result<Vec<Found>, DbError> {
    let sql = "SELECT place, rule, subject, what
         FROM verify_finding
         WHERE run_id = $1 AND place > $2
         ORDER BY place
         LIMIT $3";
    let found = |row: &Row| Found {
        place: row.int(0),
        rule: row.text(1).to_owned(),
        row: row.text(2).to_owned(),
        what: row.text(3).to_owned(),
    };
    Ok(app.db.rows(sql, values![run, after, limit.clamp(1, PAGE_MAX)]).await?.iter().map(found).collect())
}

/// Asks for a run, which a worker takes up within seconds; tells its id.
///
/// # Errors
/// See [`AskRefusal`].
pub async fn ask(app: &App, by: &Permit<permit::Run>) -> Result<i64, AskRefusal> {
    let (now, by) = (app.now_ms(), by.clone());
    let story = move |tx: &mut Tx<'_>| {
        let id = insert(tx, Some(&by.who), RunState::Asked, now)?.ok_or(AskRefusal::Open)?;
        let subject = format!("verify {id}");
        let deed = Deed { who: &by.who, deed: "verify.ask", subject: &subject, reason: "", before: None, after: None };
        audit::write(tx, now, &deed)?;
        Ok(id)
    };
    app.db.write(Lane::Work, story).await
}

/// Carries out the run that was asked for, or the daily one if it is due; tells how many runs that were. It ends early
/// when the house closes.
///
/// # Errors
/// What the database said, after the run was marked as failed.
pub async fn run_due(app: &App) -> Result<u64, DbError> {
    let (now, opened_ms) = (app.now_ms(), app.opened_ms);
    let newest = app.db.row(NEWEST, &[]).await?;
    let open = newest.as_ref().filter(|row| row.opt_int(5).is_none());
    let is_due = match open {
        Some(row) => row.text(2) == RunState::Asked.word() || row.int(9) <= now - SILENT_MS,
        None => is_daily_due(newest.as_ref().map(run).transpose()?.as_ref(), opened_ms, now),
    };
    if !is_due {
        return Ok(0);
    }
    let Some(id) = app.db.write(Lane::Work, move |tx| take_up(tx, now)).await? else { return Ok(0) };
    let done = carry_out(app, id).await;
    let ended = app.now_ms();
    let kept = done.clone();
    app.db.write(Lane::Work, move |tx| end(tx, id, kept.as_deref(), ended)).await?;
    done.map(|_| 1)
}

/// Whether the house looks at itself again.
fn is_daily_due(newest: Option<&Run>, opened_ms: i64, now_ms: i64) -> bool {
    let pause_ms = match newest.map(|run| run.state) {
        Some(RunState::Failed) => AGAIN_MS,
        _ => EVERY_MS,
    };
    let ended_ms = newest.and_then(|run| run.ended_ms);
    now_ms >= opened_ms + CATCH_UP_MS && ended_ms.is_none_or(|ended_ms| now_ms >= ended_ms + pause_ms)
}

/// Takes up what is asked for, or begins the daily run; `None` if another node was faster. A run whose process is gone
/// is given up.
fn take_up(tx: &mut Tx<'_>, now_ms: i64) -> Result<Option<i64>, DbError> {
    let give_up = "UPDATE verify_run
         SET state = 'failed', ended_ms = $1, fault = 'the process that carried it out is gone'
         WHERE state = 'running' AND seen_ms <= $2";
    if tx.run(give_up, values![now_ms, now_ms - SILENT_MS])? > 0 {
        return Ok(None);
    }
    let take = "UPDATE verify_run
         SET state = 'running', began_ms = $1, seen_ms = $1
         WHERE state = 'asked'
         RETURNING id";
    if let Some(row) = tx.one(take, values![now_ms])? {
        return Ok(Some(row.int(0)));
    }
    insert(tx, None, RunState::Running, now_ms)
}

/// Writes a new run; `None` if one is open.
fn insert(tx: &mut Tx<'_>, asker: Option<&str>, state: RunState, now_ms: i64) -> Result<Option<i64>, DbError> {
    let id = ids::take(tx, "verify_run", 1)?;
    let sql = "INSERT INTO verify_run (id, asker, state, asked_ms, began_ms, seen_ms)
         VALUES ($1, $2, $3, $4, $5, $4)
         ON CONFLICT DO NOTHING
         RETURNING id";
    let began_ms = (state == RunState::Running).then_some(now_ms);
    Ok(tx.one(sql, values![id, asker, state.word(), now_ms, began_ms])?.map(|row| row.int(0)))
}

/// Checks everything, and says meanwhile how far it is.
async fn carry_out(app: &App, id: i64) -> Result<Vec<Finding>, DbError> {
    let place = Mutex::new(("", 0));
    let note = |progress: Progress| {
        *place.lock().unwrap_or_else(PoisonError::into_inner) = (progress.room, progress.findings);
    };
    let mut check = Box::pin(verify(app, &note));
    let mut ticks = tokio::time::interval(TELL_EVERY);
    // No account has this id; closing the house wakes every watch.
    let mut closing = app.notices.watch(0);
    while !app.notices.is_closing() {
        tokio::select! {
            done = &mut check => return done,
            _ = ticks.tick() => {
                let (room, findings) = *place.lock().unwrap_or_else(PoisonError::into_inner);
                tell(app, id, room, findings).await?;
            }
            () = closing.news() => {}
        }
    }
    Err(DbError::Down("the house was closed meanwhile".to_owned()))
}

async fn tell(app: &App, id: i64, room: &'static str, findings: usize) -> Result<(), DbError> {
    let (now, findings) = (app.now_ms(), i64::try_from(findings).unwrap_or(i64::MAX));
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE verify_run SET seen_ms = $2, room = $3, findings = $4 WHERE id = $1 AND state = 'running'";
        tx.run(sql, values![id, now, room, findings]).map(drop)
    };
    app.db.write(Lane::Work, story).await
}

/// Keeps what a run found, unless it was given up meanwhile, and forgets the oldest runs.
fn end(tx: &mut Tx<'_>, id: i64, done: Result<&[Finding], &DbError>, now_ms: i64) -> Result<(), DbError> {
    let (state, findings, fault) = match done {
        Ok([]) => (RunState::Sound, [].as_slice(), None),
        Ok(findings) => (RunState::Broken, findings, None),
        Err(error) => (RunState::Failed, [].as_slice(), Some(error.to_string())),
    };
    let count = i64::try_from(findings.len()).unwrap_or(i64::MAX);
    let close = "UPDATE verify_run
         SET state = $2, ended_ms = $3, seen_ms = $3, room = '', findings = $4, fault = $5
         WHERE id = $1 AND state = 'running'";
    if tx.run(close, values![id, state.word(), now_ms, count, fault])? == 0 {
        return Ok(());
    }
    let keep = "INSERT INTO verify_finding (run_id, place, rule, subject, what) VALUES ($1, $2, $3, $4, $5)";
    for (place, finding) in (1_i64..).zip(worth_keeping(findings)) {
        tx.queue(keep, values![id, place, finding.rule, &finding.row, &finding.what])?;
    }
    tx.queue("DELETE FROM verify_finding WHERE run_id <= $1", values![id - RUNS_MAX])?;
    tx.queue("DELETE FROM verify_run WHERE id <= $1", values![id - RUNS_MAX])
}

/// The findings that are kept: the first of each rule before the others, so that many of one rule do not hide another.
fn worth_keeping(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let mut rules = HashSet::new();
    let (first, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| rules.insert(finding.rule));
    first.into_iter().chain(others).take(KEPT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_findings_of_one_rule_do_not_hide_another() {
        let mut all: Vec<Finding> =
            (0..KEPT_MAX).map(|place| Finding::new("L3", "x", format!("row {place}"))).collect();
        all.push(Finding::new("AUDIT", "x", "audit 7"));
        let kept: Vec<&Finding> = worth_keeping(&all).collect();
        assert_eq!((kept.len(), kept[1].rule), (KEPT_MAX, "AUDIT"));
    }

    fn ended(state: RunState) -> Run {
        Run {
            id: 1,
            asker: None,
            state,
            asked_ms: 0,
            began_ms: Some(0),
            ended_ms: Some(0),
            room: String::new(),
            findings: 0,
            fault: None,
        }
    }

    #[test]
    fn the_house_looks_once_a_day_and_again_soon_if_it_could_not() {
        let sound = ended(RunState::Sound);
        assert!(!is_daily_due(Some(&sound), -DAY_MS, DAY_MS - 1));
        assert!(is_daily_due(Some(&sound), -DAY_MS, DAY_MS));
        let failed = ended(RunState::Failed);
        assert!(!is_daily_due(Some(&failed), -DAY_MS, HOUR_MS - 1));
        assert!(is_daily_due(Some(&failed), -DAY_MS, HOUR_MS));
    }

    #[test]
    fn a_house_that_was_just_opened_catches_up_first() {
        assert!(!is_daily_due(None, 0, CATCH_UP_MS - 1));
        assert!(is_daily_due(None, 0, CATCH_UP_MS));
    }
}

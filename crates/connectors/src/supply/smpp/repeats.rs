//! Which messages are one that came twice. SMPP gives them no id, and a centre tells again what it does not know to be
//! acknowledged, after a new bind and under new sequence numbers.
//!
//! The rule: equal bytes within a minute of a bind's coming or going, whose first copy is not known to be acknowledged,
//! are one message, however long that bind was away; otherwise both are kept, since services send the same code twice when
//! asked to. A centre is known to have our answers once it answered a question (`enquire_link`) that was asked behind them.
//!
//! A message's reference is the digest of its bytes, the number of a generation, and its place among equal ones in it. A
//! generation closes when everything before it is known to be acknowledged, or was told on a bind that is away; the number
//! of the open one and of all that are in doubt, or have messages that were not kept and will be told again, are the
//! wire's mark, so the rule holds across crashes and nodes.

use std::collections::{HashMap, VecDeque};

use domain::db::DbError;
use domain::supply::Inbox;
use sha2::{Digest, Sha256};

/// How long after a bind came or went a message may be a repeat.
const DOUBT_MS: i64 = 60_000;
/// Generations that may be in doubt beside the open one, the newest of them.
const GENERATIONS_MAX: usize = 8;
/// How long a bind may be away until its messages are as good as acknowledged: centres give a message up by then.
const AWAY_MAX_MS: i64 = 24 * 60 * 60_000;
/// Equal messages of a generation that are looked for.
const EQUAL_MAX: u32 = 64;
/// Different messages that are remembered of a generation. What comes beyond is kept as new.
const REMEMBERED_MAX: usize = 500_000;

/// Why a message has no name, or a generation was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum RepeatsError {
    /// The wire is another's, who names messages now.
    #[error("another holds the wire")]
    NotOurs,
    /// What the database said.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What is told of how many messages of which generation.
pub(super) type Tally = HashMap<u64, u64>;

/// A message under its reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name {
    digest: [u8; 32],
    pub(super) generation: u64,
    place: u32,
}

impl Name {
    pub(super) fn reference(&self) -> Vec<u8> {
        [&self.digest[..], &self.generation.to_be_bytes(), &self.place.to_be_bytes()].concat()
    }
}

/// What is remembered of equal messages.
#[derive(Default)]
struct Equal {
    /// Names whose message was kept before, and may come again while there is doubt.
    before: VecDeque<Name>,
    /// Names whose message was perhaps not kept.
    failed: VecDeque<Name>,
    next: u32,
}

/// A bind that was lost.
struct Away {
    /// What came on it, and was not known to be acknowledged.
    tally: Tally,
    since_ms: i64,
    /// Whether it stands again, so that its messages are in doubt for one more minute.
    is_back: bool,
}

/// The memory of all binds of one source.
pub(super) struct Repeats {
    open: u64,
    /// The generations whose messages may come again, in order; the last one is open.
    doubtful: Vec<u64>,
    equal: HashMap<[u8; 32], Equal>,
    beyond: u32,
    /// Messages of each generation that came on binds that stand, and are not known to be acknowledged.
    unknown: Tally,
    /// Binds that were lost, by their place.
    away: HashMap<usize, Away>,
    doubt_until_ms: i64,
    /// Whether names of the open generation may be taken that are not remembered here.
    is_stale: bool,
    /// Whether nothing was ever told on this wire.
    is_unused: bool,
}

impl Repeats {
    /// What the holder before us left.
    pub(super) fn from_mark(mark: &str) -> Self {
        let mut numbers = mark.split(' ').filter_map(|number| number.parse::<u64>().ok());
        let open = numbers.next().unwrap_or(1);
        Self {
            open,
            doubtful: doubtful(open, numbers),
            equal: HashMap::new(),
            beyond: 0,
            unknown: HashMap::new(),
            away: HashMap::new(),
            doubt_until_ms: 0,
            is_stale: true,
            is_unused: mark.is_empty(),
        }
    }

    /// A bind stands. Where nothing was told that is not known to be acknowledged, nothing can come again, so that no
    /// message has to be looked for.
    pub(super) fn stands(&mut self, place: usize, now_ms: i64) {
        if let Some(away) = self.away.get_mut(&place) {
            away.is_back = true;
        }
        let is_all_known = self.unknown.is_empty() && self.away.is_empty() && (self.is_unused || !self.is_stale);
        if !is_all_known {
            self.doubt(now_ms);
        }
    }

    /// A bind ended on which these came. They may come again once it stands.
    pub(super) fn lost(&mut self, place: usize, tally: &Tally, now_ms: i64) {
        self.less(tally);
        let fresh = || Away { tally: Tally::new(), since_ms: now_ms, is_back: false };
        let away = self.away.entry(place).or_insert_with(fresh);
        (away.since_ms, away.is_back) = (now_ms, false);
        for (generation, count) in tally {
            *away.tally.entry(*generation).or_default() += count;
        }
        self.doubt(now_ms);
    }

    /// A bind came or went.
    fn doubt(&mut self, now_ms: i64) {
        self.equal.clear();
        self.is_stale = true;
        self.doubt_until_ms = now_ms + DOUBT_MS;
    }

    /// The name of a message that came.
    ///
    /// # Errors
    /// See [`RepeatsError`]; the sender must tell it again.
    pub(super) async fn name(&mut self, body: &[u8], inbox: &Inbox) -> Result<Name, RepeatsError> {
        let name = self.find(Sha256::digest(body).into(), inbox).await?;
        *self.unknown.entry(name.generation).or_default() += 1;
        Ok(name)
    }

    async fn find(&mut self, digest: [u8; 32], inbox: &Inbox) -> Result<Name, RepeatsError> {
        let named = |generation, place| Name { digest, generation, place };
        let is_in_doubt = inbox.now_ms() < self.doubt_until_ms;
        // The first generation is written down too, or the next holder would take the wire for an unused one.
        if self.is_unused || (self.is_stale && !is_in_doubt) {
            self.open_next(inbox).await?;
        }
        if !self.equal.contains_key(&digest) {
            if self.equal.len() >= REMEMBERED_MAX {
                self.beyond = self.beyond.wrapping_add(1);
                return Ok(named(self.open, u32::MAX - self.beyond));
            }
            let equal = if is_in_doubt { self.look(digest, inbox).await? } else { Equal::default() };
            self.equal.insert(digest, equal);
        }
        let equal = self.equal.entry(digest).or_default();
        if let Some(name) = equal.failed.pop_front() {
            return Ok(name);
        }
        if let Some(name) = equal.before.pop_front().filter(|_| is_in_doubt) {
            return Ok(name);
        }
        equal.next += 1;
        Ok(named(self.open, equal.next - 1))
    }

    /// Finds what was kept of equal messages in the generations that are in doubt.
    async fn look(&self, digest: [u8; 32], inbox: &Inbox) -> Result<Equal, DbError> {
        let mut equal = Equal::default();
        for &generation in &self.doubtful {
            equal.next = 0;
            for place in 0..EQUAL_MAX {
                let name = Name { digest, generation, place };
                if !inbox.knows(&name.reference()).await? {
                    break;
                }
                equal.next = place + 1;
                equal.before.push_back(name);
            }
        }
        Ok(equal)
    }

    /// A message was not kept, or perhaps it was: when it is told again, it has the same name.
    pub(super) fn failed(&mut self, name: Name) {
        self.equal.entry(name.digest).or_default().failed.push_back(name);
    }

    /// The centre has our answers to these. If it has all of a generation, that one closes.
    ///
    /// # Errors
    /// See [`RepeatsError`]; it is tried again with the next answer.
    pub(super) async fn known(&mut self, tally: &Tally, inbox: &Inbox) -> Result<(), RepeatsError> {
        self.less(tally);
        if inbox.now_ms() < self.doubt_until_ms {
            return Ok(());
        }
        let is_clear = (0..self.open).all(|generation| !self.unknown.contains_key(&generation));
        if !is_clear || self.equal.is_empty() {
            return Ok(());
        }
        self.open_next(inbox).await
    }

    /// Opens the next generation.
    async fn open_next(&mut self, inbox: &Inbox) -> Result<(), RepeatsError> {
        let (open, now_ms) = (self.open + 1, inbox.now_ms());
        // The minute after a bind stood again is over: there is no doubt now.
        self.away.retain(|_, away| !away.is_back && now_ms < away.since_ms + AWAY_MAX_MS);
        let away = self.away.values().flat_map(|away| away.tally.keys());
        // What is told again under an old name may be told once more, and must be looked for there.
        let failed = self.equal.values().flat_map(|equal| &equal.failed).map(|name| &name.generation);
        let doubtful = doubtful(open, self.unknown.keys().chain(away).chain(failed).copied());
        let numbers: Vec<String> = doubtful.iter().map(u64::to_string).collect();
        // Written down first: a message may not have a name that the next holder would not look for.
        if !inbox.set_mark(&format!("{open} {}", numbers.join(" "))).await? {
            return Err(RepeatsError::NotOurs);
        }
        (self.open, self.doubtful, self.is_stale, self.is_unused) = (open, doubtful, false, false);
        self.equal.retain(|_, equal| !equal.failed.is_empty());
        for equal in self.equal.values_mut() {
            equal.before.clear();
            equal.next = 0;
        }
        Ok(())
    }

    /// So many fewer are unknown on the binds that stand.
    fn less(&mut self, tally: &Tally) {
        for (generation, count) in tally {
            let unknown = self.unknown.entry(*generation).or_default();
            *unknown = unknown.saturating_sub(*count);
        }
        self.unknown.retain(|_, count| *count > 0);
    }
}

/// The open generation behind the newest of those that are in doubt beside it.
fn doubtful(open: u64, others: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut all: Vec<u64> = others.filter(|generation| *generation < open).collect();
    all.sort_unstable();
    all.dedup();
    all.drain(..all.len().saturating_sub(GENERATIONS_MAX));
    all.push(open);
    all
}

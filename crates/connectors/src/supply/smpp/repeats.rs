//! Which messages are one that came twice. SMPP gives them no id, and a centre tells again what it does not know to be
//! acknowledged, after a new bind and under new sequence numbers.
//!
//! The rule: equal bytes within a minute of a bind's coming or going, whose first copy is not known to be acknowledged,
//! are one message; otherwise both are kept, since services send the same code twice when asked to. A centre is known to
//! have our answers once it answered a question (`enquire_link`) that was asked behind them.
//!
//! A message's reference is the digest of its bytes, the number of a generation, and its place among equal ones in it. A
//! generation closes when everything before it is known to be acknowledged; the numbers of the open one and of the
//! oldest that is in doubt are the wire's mark, so the rule holds across crashes and nodes.

use std::collections::{HashMap, VecDeque};

use domain::db::DbError;
use domain::supply::Inbox;
use sha2::{Digest, Sha256};

/// How long after a bind came or went a message may be a repeat.
const DOUBT_MS: i64 = 60_000;
/// Generations that may be in doubt beside the open one.
const GENERATIONS_MAX: u64 = 4;
/// Equal messages of a generation that are looked for.
const EQUAL_MAX: u32 = 64;
/// Different messages that are remembered of a generation. What comes beyond is kept as new.
const REMEMBERED_MAX: usize = 500_000;

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

/// The memory of all binds of one source.
pub(super) struct Repeats {
    open: u64,
    oldest: u64,
    equal: HashMap<[u8; 32], Equal>,
    beyond: u32,
    /// Messages of each generation that are not known to be acknowledged.
    unknown: Tally,
    doubt_until_ms: i64,
    /// Whether names of the open generation may be taken that are not remembered here.
    is_stale: bool,
}

impl Repeats {
    /// What the holder before us left.
    pub(super) fn from_mark(mark: &str) -> Self {
        let mut numbers = mark.split(' ').filter_map(|number| number.parse::<u64>().ok());
        let open = numbers.next().unwrap_or(1);
        let oldest = numbers.next().unwrap_or(open).min(open);
        Self {
            open,
            oldest: oldest.max(open.saturating_sub(GENERATIONS_MAX)),
            equal: HashMap::new(),
            beyond: 0,
            unknown: HashMap::new(),
            doubt_until_ms: 0,
            is_stale: true,
        }
    }

    /// A bind came or went.
    pub(super) fn doubt(&mut self, now_ms: i64) {
        self.equal.clear();
        self.is_stale = true;
        self.doubt_until_ms = now_ms + DOUBT_MS;
    }

    /// The name of a message that came.
    ///
    /// # Errors
    /// What the database said; the sender must tell it again.
    pub(super) async fn name(&mut self, body: &[u8], inbox: &Inbox) -> Result<Name, DbError> {
        let name = self.find(Sha256::digest(body).into(), inbox).await?;
        *self.unknown.entry(name.generation).or_default() += 1;
        Ok(name)
    }

    async fn find(&mut self, digest: [u8; 32], inbox: &Inbox) -> Result<Name, DbError> {
        let named = |generation, place| Name { digest, generation, place };
        let is_in_doubt = inbox.now_ms() < self.doubt_until_ms;
        if self.is_stale && !is_in_doubt {
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
        for generation in self.oldest..=self.open {
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
    /// What the database said; it is tried again with the next answer.
    pub(super) async fn known(&mut self, tally: &Tally, inbox: &Inbox) -> Result<(), DbError> {
        for (generation, count) in tally {
            let unknown = self.unknown.entry(*generation).or_default();
            *unknown = unknown.saturating_sub(*count);
        }
        self.unknown.retain(|_, count| *count > 0);
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
    async fn open_next(&mut self, inbox: &Inbox) -> Result<(), DbError> {
        let open = self.open + 1;
        let oldest = self.unknown.keys().copied().min().unwrap_or(open).max(open.saturating_sub(GENERATIONS_MAX));
        // Written down first: a message may not have a name that the next holder would not look for.
        inbox.set_mark(&format!("{open} {oldest}")).await?;
        (self.open, self.oldest, self.is_stale) = (open, oldest, false);
        self.equal.retain(|_, equal| !equal.failed.is_empty());
        for equal in self.equal.values_mut() {
            equal.before.clear();
            equal.next = 0;
        }
        Ok(())
    }

    /// A bind ended, and these will not be known: after the minute of doubt they are as good as acknowledged.
    pub(super) fn lost(&mut self, tally: &Tally) {
        for (generation, count) in tally {
            let unknown = self.unknown.entry(*generation).or_default();
            *unknown = unknown.saturating_sub(*count);
        }
        self.unknown.retain(|_, count| *count > 0);
    }
}

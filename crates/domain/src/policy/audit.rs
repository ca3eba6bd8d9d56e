//! The audit log: who did what to what and why, each row chained to the one before by its hash.
//!
//! It is written in the transaction of the deed, by people's deeds only: an order or a message never writes here, so
//! that the one chain is no lock for everybody.

use sha2::{Digest, Sha256};

use crate::db::{DbError, Tx};
use crate::verify::Finding;
use crate::{ids, values};

/// What somebody with power did.
pub(crate) struct Deed<'a> {
    pub(crate) who: &'a str,
    pub(crate) deed: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) before: Option<&'a str>,
    pub(crate) after: Option<&'a str>,
}

/// Appends a deed to the chain.
pub(crate) fn write(tx: &mut Tx<'_>, now_ms: i64, deed: &Deed<'_>) -> Result<(), DbError> {
    Chain::extend(tx, 1)?.write(tx, now_ms, deed)
}

/// The end of the chain, with room for some more deeds.
pub(crate) struct Chain {
    next: i64,
    last: Vec<u8>,
}

impl Chain {
    /// Makes room for `count` deeds, all of which must be written. The counter's row keeps others from the chain's end
    /// until the story is over.
    pub(crate) fn extend(tx: &mut Tx<'_>, count: i64) -> Result<Self, DbError> {
        let next = ids::take(tx, "audit", count)?;
        let last = tx.one("SELECT hash FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT 1", values![next])?;
        Ok(Self { next, last: last.map(|row| row.blob(0).to_vec()).unwrap_or_default() })
    }

    /// Appends a deed.
    pub(crate) fn write(&mut self, tx: &mut Tx<'_>, now_ms: i64, deed: &Deed<'_>) -> Result<(), DbError> {
        let seq = self.next;
        let hash = link(&self.last, seq, now_ms, deed);
        let sql = "INSERT INTO audit (seq, at_ms, who, deed, subject, reason, before, after, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let Deed { who, deed, subject, reason, before, after } = *deed;
        tx.queue(sql, values![seq, now_ms, who, deed, subject, reason, before, after, hash.as_slice()])?;
        self.next += 1;
        self.last = hash.to_vec();
        Ok(())
    }
}

/// The hash of a row over the one before it, each field with its length before it.
pub(crate) fn link(last: &[u8], seq: i64, at_ms: i64, deed: &Deed<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(last);
    hash.update(seq.to_be_bytes());
    hash.update(at_ms.to_be_bytes());
    for field in [Some(deed.who), Some(deed.deed), Some(deed.subject), Some(deed.reason), deed.before, deed.after] {
        let bytes = field.unwrap_or("").as_bytes();
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update([u8::from(field.is_some())]);
        hash.update(bytes);
    }
    hash.finalize().into()
}

/// The deed by which old rows went.
pub(crate) const FORGET: &str = "audit.forget";

/// What the deed is done to, by which all rows up to one went.
pub(crate) fn gone_upto(seq: i64) -> String {
    format!("audit 1 to {seq}")
}

/// Deeds read in one snapshot.
const PAGE_MAX: i64 = 1_000;

/// The end of the chain as far as it was checked.
#[derive(Clone, Default)]
pub(crate) struct Checked {
    seq: i64,
    hash: Vec<u8>,
}

/// Checks the next deeds: each hash follows from the one before, and none is missing. Whether there may be more.
pub(crate) fn check(tx: &mut Tx<'_>, chain: &mut Checked) -> Result<(Vec<Finding>, bool), DbError> {
    let sql = "SELECT seq, at_ms, who, deed, subject, reason, before, after, hash
         FROM audit
         WHERE seq > $1
         ORDER BY seq
         LIMIT $2";
    let mut findings = Vec::new();
    let mark = tx.one("SELECT upto, hash FROM audit_mark WHERE id = 1", &[])?;
    let upto = mark.as_ref().map_or(0, |mark| mark.int(0));
    if let Some(mark) = mark.filter(|mark| mark.int(0) > chain.seq) {
        *chain = Checked { seq: upto, hash: mark.blob(1).to_vec() };
    }
    let rows = tx.all(sql, values![chain.seq, PAGE_MAX])?;
    for row in &rows {
        let seq = row.int(0);
        let deed = Deed {
            who: row.text(2),
            deed: row.text(3),
            subject: row.text(4),
            reason: row.text(5),
            before: row.opt_text(6),
            after: row.opt_text(7),
        };
        let follows = seq == chain.seq + 1 && link(&chain.hash, seq, row.int(1), &deed).as_slice() == row.blob(8);
        if !follows {
            let what = "does not follow from the row before it: one was changed or is missing";
            findings.push(Finding::new("AUDIT", what, format!("audit {seq}")));
        }
        *chain = Checked { seq, hash: row.blob(8).to_vec() };
    }
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_MAX);
    if !is_full {
        let told = "SELECT 1 FROM audit WHERE deed = $1 AND subject = $2";
        if upto > 0 && tx.one(told, values![FORGET, gone_upto(upto)])?.is_none() {
            let what = format!("rows up to {upto} are gone, and no row says that they went with age");
            findings.push(Finding::new("AUDIT", what, "audit"));
        }
        let taken = ids::taken(tx, "audit")?;
        if taken != chain.seq {
            let what = format!("ends at row {} although {taken} were written", chain.seq);
            findings.push(Finding::new("AUDIT", what, "audit"));
        }
    }
    Ok((findings, is_full))
}

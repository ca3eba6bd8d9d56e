//! The SQL of partners, and how what is sealed of them is opened.

use sha2::{Digest, Sha256};

use super::PARTNERS_MAX;
use super::places::Share;
use crate::App;
use crate::db::{DbError, Row, Tx};
use crate::supply::Settings;
use crate::values;

/// What a partner's settings are sealed for.
pub(super) fn purpose(slug: &str) -> String {
    format!("partner {slug}")
}

/// What is kept of the key that a partner calls with.
pub(super) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Seals where a partner's SMS are pushed to.
pub(super) fn seal(app: &App, slug: &str, to: &Settings) -> Result<Vec<u8>, DbError> {
    let plain = serde_json::to_vec(to.values()).map_err(|_| DbError::Damaged("settings cannot be kept"))?;
    Ok(app.vault.seal(&purpose(slug), &plain))
}

/// Opens where a partner's SMS are pushed to.
pub(super) fn open(app: &App, slug: &str, sealed: &[u8]) -> Result<Settings, DbError> {
    let plain = app.vault.open(&purpose(slug), sealed)?;
    let values = serde_json::from_slice(&plain).map_err(|_| DbError::Damaged("a partner's settings are unreadable"))?;
    Ok(Settings::new(values))
}

/// Opens where a partner's SMS are pushed to; `None` where what is kept does not open, so that it can be set again.
pub(super) fn open_if_whole(app: &App, slug: &str, sealed: &[u8]) -> Result<Option<Settings>, DbError> {
    match open(app, slug, sealed) {
        Err(DbError::Damaged(_)) => Ok(None),
        opened => opened.map(Some),
    }
}

/// A partner whose SMS are looked for.
pub(super) struct Follower {
    pub(super) id: i64,
    pub(super) slug: String,
    pub(super) account: i64,
    /// The events of its account up to here are in the outbox.
    pub(super) event_seq: i64,
    /// When the first is due of what was never tried, and of what was tried in vain.
    fresh_ms: Option<i64>,
    again_ms: Option<i64>,
    pub(super) sealed: Vec<u8>,
}

impl Follower {
    /// When the first is due of what waits for it in a share.
    pub(super) fn due_ms(&self, share: Share) -> Option<i64> {
        match share {
            Share::Fresh => self.fresh_ms,
            Share::Again => self.again_ms,
        }
    }
}

fn follower(row: &Row) -> Follower {
    Follower {
        id: row.int(0),
        slug: row.text(1).to_owned(),
        account: row.int(2),
        event_seq: row.int(3),
        fresh_ms: row.opt_int(4),
        again_ms: row.opt_int(5),
        sealed: row.blob(6).to_vec(),
    }
}

/// All partners.
pub(super) async fn followers(app: &App) -> Result<Vec<Follower>, DbError> {
    let sql = "SELECT p.id, p.slug, p.account_id, p.event_seq,
           (SELECT MIN(next_ms) FROM push WHERE partner_id = p.id AND state = 'waiting' AND tries = 0),
           (SELECT MIN(next_ms) FROM push WHERE partner_id = p.id AND state = 'waiting' AND tries > 0),
           p.settings
         FROM partner p
         ORDER BY p.id
         LIMIT $1";
    Ok(app.db.rows(sql, values![PARTNERS_MAX]).await?.iter().map(follower).collect())
}

/// How far a partner's outbox is filled.
pub(super) struct Mark {
    /// Up to which event of its account.
    pub(super) event_seq: i64,
    /// The last id that one of its SMS was given.
    pub(super) sms_seq: i64,
}

/// How far a partner's outbox is filled; its row stays locked until the story ends.
pub(super) fn mark(tx: &mut Tx<'_>, id: i64) -> Result<Option<Mark>, DbError> {
    let row = tx.one("SELECT event_seq, sms_seq FROM partner WHERE id = $1 {for_update}", values![id])?;
    Ok(row.map(|row| Mark { event_seq: row.int(0), sms_seq: row.int(1) }))
}

//! Customers: their state, their tier, their balance, and the keys they call with.

mod authenticate;
pub(crate) mod check;
mod create;
mod credit;
mod key;
mod limits;
mod low_balance;
mod profile;
mod retention;
mod rows;
mod scope;
mod search;
mod set_state;
mod standing;
mod used;

use serde::{Deserialize, Serialize};

pub use authenticate::{AuthRefusal, authenticate, enter};
pub(crate) use create::open;
pub use create::{CreateRefusal, NewAccount, create, find, list, set_tier};
pub use credit::{CreditRefusal, NewCredit, credit, debit};
pub use key::{
    KEY_NAME_MAX, KEYS_MAX, KeyLine, KeyRefusal, NewKey, Revocation, create_key, keys, revoke_key, revoke_key_for,
};
pub(crate) use limits::limits_of;
pub use limits::{LimitsRefusal, set_limits};
pub use low_balance::{LOW_BALANCE_MAX, LowRefusal, low_balance, set_low_balance, tell_low};
pub use profile::{NOTE_MAX, NoteRefusal, Profile, Used as LimitsUsed, profile, set_note};
pub use retention::{RETENTION_HOURS, RetentionRefusal, set_retention};
pub(crate) use rows::{
    Change, balance_in, change, event_floor, event_seq, event_seqs, lock, named, names, next_event, raise_event_floor,
    raise_risk, spend, totals,
};
pub(crate) use scope::holds_address;
pub use scope::{Entry, KeyLimits, NETWORKS_MAX, Scope};
pub use search::{CustomerFilter, CustomerLine, search};
pub use set_state::set_state;
pub use standing::{Standing, standing};
pub(crate) use used::Used;
pub use used::write_used;

use crate::App;
use crate::db::DbError;
use crate::money::Usd;

/// Whether an account may call and spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It may.
    Active,
    /// The operator stopped it.
    Suspended,
    /// The house stopped it, because of what came in on its numbers; the operator looks at it.
    Frozen,
}

impl State {
    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Frozen => "frozen",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Frozen].into_iter().find(|state| state.word() == word)
    }
}

/// How far an account is trusted: its limits follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Just signed up.
    New,
    /// A confirmed address and a first settled payment.
    Verified,
    /// Known to the operator; no velocity limits.
    Business,
}

impl Tier {
    /// All of them, the newest customers first.
    pub const ALL: [Self; 3] = [Self::New, Self::Verified, Self::Business];

    /// Its word in the database and in operator commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Verified => "verified",
            Self::Business => "business",
        }
    }

    /// The tier of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.word() == word)
    }
}

/// Who calls: an account by one of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: i64,
    /// The key it came with.
    pub key: i64,
    /// How far it is trusted.
    pub tier: Tier,
    /// How long after a lease's end its texts are kept.
    pub keep_ms: i64,
    /// Whether the key may spend only so much a day.
    pub is_capped: bool,
    /// Whether an operator set limits for the account alone.
    pub has_own_limits: bool,
}

/// An account as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: i64,
    /// The name that the operator gave it.
    pub name: String,
    /// Whether it may call and spend.
    pub state: State,
    /// How far it is trusted.
    pub tier: Tier,
    /// What it can spend.
    pub available: Usd,
    /// What is set aside for open orders.
    pub held: Usd,
    /// How often something on its numbers looked like abuse.
    pub risk: i64,
    /// Since when it exists.
    pub created_ms: i64,
}

/// What an account can spend and what is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What it can spend.
    pub available: Usd,
    /// What is set aside for open orders.
    pub held: Usd,
    /// Whether it may spend.
    pub state: State,
}

/// The balance of an account.
///
/// # Errors
/// What the database said.
pub async fn balance(app: &App, account: i64) -> Result<Balance, DbError> {
    let row = app.db.row(rows::BALANCE, crate::values![account]).await?;
    row.map_or(Err(DbError::Damaged("an account is missing")), |row| rows::balance(&row))
}

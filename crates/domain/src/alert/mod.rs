//! What is wrong with the house just now, told to its operators once until it is over.

mod letter;
mod look;
mod rows;
mod signs;

use crate::App;
use crate::db::DbError;

pub use look::look;

/// Alerts that are shown at once, at most.
const SHOWN_MAX: i64 = 500;

/// What may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing comes in from a source, although codes are waited for on its numbers.
    SourceSilent,
    /// A source is not sold from, and services lack its numbers.
    SourcePaused,
    /// Few numbers are left to sell for a service.
    StockLow,
    /// The last check of the whole house found rows that break an invariant, or could not be carried out.
    CheckFailed,
    /// The disk of the database fills up.
    DiskFull,
    /// Mails are given up.
    MailFailing,
    /// An account of ours at another house runs out of money.
    WalletLow,
    /// It is not known of a purchase from another house whether it was made.
    PurchaseInDoubt,
    /// A partner does not take the SMS that are pushed to it.
    PartnerBehind,
}

impl Kind {
    /// All of them, those that cost customers first.
    pub const ALL: [Self; 9] = [
        Self::CheckFailed,
        Self::DiskFull,
        Self::WalletLow,
        Self::PurchaseInDoubt,
        Self::PartnerBehind,
        Self::SourceSilent,
        Self::SourcePaused,
        Self::StockLow,
        Self::MailFailing,
    ];

    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SourceSilent => "source_silent",
            Self::SourcePaused => "source_paused",
            Self::StockLow => "stock_low",
            Self::CheckFailed => "check_failed",
            Self::DiskFull => "disk_full",
            Self::MailFailing => "mail_failing",
            Self::WalletLow => "wallet_low",
            Self::PurchaseInDoubt => "purchase_in_doubt",
            Self::PartnerBehind => "partner_behind",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What is wrong, as the beginning of a line that the words of an alert end.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SourceSilent => "A source is silent",
            Self::SourcePaused => "A source is paused",
            Self::StockLow => "Numbers run out",
            Self::CheckFailed => "The check of the house failed",
            Self::DiskFull => "The disk fills up",
            Self::MailFailing => "Mails are not delivered",
            Self::WalletLow => "Money at a supplier runs out",
            Self::PurchaseInDoubt => "A purchase is in doubt",
            Self::PartnerBehind => "A partner does not take its SMS",
        }
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is.
    pub kind: Kind,
    /// The source, service or partner, by its slug; empty where the house as a whole is meant.
    pub subject: String,
    /// What is seen of it.
    pub words: String,
    /// Since when.
    pub since_ms: i64,
}

/// How full a disk is, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What can still be written.
    pub free: u64,
    /// What it holds in all.
    pub total: u64,
}

/// Who is told of alerts, and what a house cannot see by itself.
pub struct Watch {
    /// The operators' mailboxes; none: alerts are shown and not told.
    pub to: Vec<String>,
    /// Where the house is reached, for the link in the mail, without a slash at its end.
    pub base_url: String,
    /// With fewer numbers to sell, a service runs out of them; 0 is never.
    pub stock_low: i64,
    /// Looks how full the disk of the database is, where it is this machine's.
    pub space: Box<dyn Fn() -> Option<Space> + Send + Sync>,
}

/// What is wrong just now, the worst first; at most 500.
///
/// # Errors
/// What the database said.
pub async fn open(app: &App) -> Result<Vec<Alert>, DbError> {
    let mut alerts = app.db.read(|tx| rows::open(tx, SHOWN_MAX)).await?;
    let place = |kind: Kind| Kind::ALL.iter().position(|one| *one == kind);
    alerts.sort_by(|one, other| (place(one.kind), &one.subject).cmp(&(place(other.kind), &other.subject)));
    Ok(alerts)
}

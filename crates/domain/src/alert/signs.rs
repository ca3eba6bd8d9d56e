//! The signs by which it is seen that something is wrong.

use std::collections::BTreeMap;

use super::{Kind, Space};
use crate::App;
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Tx};
use crate::figures::{self, Sums};
use crate::supply::Source;
use crate::verify::RunState;
use crate::{catalog, mail, number, partner, purchase, supply, verify};

/// With fewer orders in this hour and the last, nothing is said of a source.
const ORDERS_MIN: i64 = 10;
/// A service with fewer numbers to sell runs out of them, where the house is told nothing else.
const STOCK_LOW: i64 = 20;
/// A disk with less free than one part in so many fills up…
const DISK_PART: u64 = 10;
/// …unless it still has this many bytes free. A tenth of a large disk is weeks of room, and an alert that is always
/// there is read by nobody; a small disk is judged by its part, because it never has so much.
const DISK_ENOUGH: u64 = 10 << 30;
/// Mails that were given up within a day, from which on something is wrong.
const MAILS_MIN: i64 = 3;
/// After so long a doubt is told; workers find most out before.
const DOUBT_MS: i64 = 10 * MINUTE_MS;

/// A sign that something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) kind: Kind,
    pub(super) subject: String,
    pub(super) words: String,
}

fn sign(kind: Kind, subject: &str, words: impl Into<String>) -> Sign {
    Sign { kind, subject: subject.to_owned(), words: words.into() }
}

/// Everything that looks wrong just now.
pub(super) async fn all(app: &App) -> Result<Vec<Sign>, DbError> {
    let mut signs = stock(app).await?;
    signs.extend(check(app).await?);
    let now = app.now_ms();
    signs.extend(houses(app, now).await?);
    let look = move |tx: &mut Tx<'_>| Ok::<_, DbError>((figures::lately(tx, now)?, mail::given_up(tx, now - DAY_MS)?));
    let (lately, mails) = app.db.read(look).await?;
    for source in supply::sources(app).await? {
        let is_silent = source.is_enabled && lately.get(&source.id).is_some_and(is_silent);
        if is_silent {
            let orders = lately.get(&source.id).map_or(0, |sums| sums.given_up);
            let words = format!("{}: none of its last {orders} orders got a code", source.slug);
            signs.push(sign(Kind::SourceSilent, &source.slug, words));
        }
    }
    if mails >= MAILS_MIN {
        signs.push(sign(Kind::MailFailing, "", format!("{mails} were given up within a day")));
    }
    signs.extend(partners(app, now).await?);
    let space = app.watch.get().and_then(|watch| (watch.space)());
    signs.extend(space.and_then(disk));
    Ok(signs)
}

/// Accounts at other houses that run out, and purchases there that nobody knows of whether they were made.
async fn houses(app: &App, now_ms: i64) -> Result<Vec<Sign>, DbError> {
    let mut signs = Vec::new();
    for (slug, wallet) in purchase::wallets(app).await? {
        let left = wallet.balance.map_or("nothing is known to be".to_owned(), |balance| balance.to_string());
        let words = match wallet.empty_ms {
            Some(_) => format!("{slug} refuses to sell for want of money, {left} left"),
            None => format!("{slug}: {left} left"),
        };
        signs.push(sign(Kind::WalletLow, &slug, words));
    }
    for (slug, count, _) in purchase::doubtful(app, now_ms - DOUBT_MS).await? {
        let words = format!("{slug}: {count} for more than ten minutes; `admin purchase list` shows them");
        signs.push(sign(Kind::PurchaseInDoubt, &slug, words));
    }
    Ok(signs)
}

/// Partners that take nothing, or for whom SMS were given up within a day.
async fn partners(app: &App, now_ms: i64) -> Result<Vec<Sign>, DbError> {
    let behind = app.db.read(move |tx: &mut Tx<'_>| partner::behind(tx, now_ms - DAY_MS)).await?;
    let told = |(slug, waiting, lost): &(String, i64, i64)| {
        let words = format!("{slug}: {waiting} wait after many tries, {lost} given up within a day");
        sign(Kind::PartnerBehind, slug, words)
    };
    Ok(behind.iter().map(told).collect())
}

/// Whether enough orders of a source have ended, and not one with a code.
fn is_silent(lately: &Sums) -> bool {
    lately.delivered == 0 && lately.given_up >= ORDERS_MIN
}

fn disk(space: Space) -> Option<Sign> {
    let percent = space.free.saturating_mul(100) / space.total.max(1);
    (space.free < DISK_ENOUGH.min(space.total / DISK_PART))
        .then(|| sign(Kind::DiskFull, "", format!("{percent} % are free, {} MB", space.free / 1_000_000)))
}

/// Services that are sold and have few numbers left. Where they would have enough with those of a paused source, that is
/// told of the source, once for all services.
async fn stock(app: &App) -> Result<Vec<Sign>, DbError> {
    let catalog = catalog::catalog(app).await?;
    let sold: BTreeMap<i64, &str> = catalog
        .services
        .iter()
        .filter(|service| service.is_sold() && !service.prices.is_empty())
        .map(|service| (service.id, service.slug.as_str()))
        .collect();
    let ids: Vec<i64> = sold.keys().copied().collect();
    let left = number::available(app, &ids).await?;
    let enough = app.watch.get().map_or(STOCK_LOW, |watch| watch.stock_low);
    let (mut signs, mut missed) = (Vec::new(), BTreeMap::<i64, usize>::new());
    for (id, slug) in sold {
        let (left, _) = left.get(&id).copied().unwrap_or((0, 0));
        if left >= enough {
            continue;
        }
        let withheld = number::withheld(app, id).await?;
        if withheld.iter().fold(left, |sum, (_, count)| sum.saturating_add(*count)) >= enough {
            for (source, _) in withheld {
                *missed.entry(source).or_default() += 1;
            }
            continue;
        }
        let words = match left {
            0 => format!("{slug}: none is left to sell"),
            1 => format!("{slug}: 1 is left to sell"),
            _ => format!("{slug}: {left} are left to sell"),
        };
        signs.push(sign(Kind::StockLow, slug, words));
    }
    if !missed.is_empty() {
        signs.extend(supply::sources(app).await?.iter().filter_map(|source| paused(source, *missed.get(&source.id)?)));
    }
    Ok(signs)
}

/// A source whose numbers some services miss.
fn paused(source: &Source, services: usize) -> Option<Sign> {
    let few = if services == 1 { "1 service has" } else { &format!("{services} services have") };
    let words = format!("{}: without its numbers {few} few left to sell", source.slug);
    // It may have been taken up again since its numbers were counted.
    (!source.is_enabled).then(|| sign(Kind::SourcePaused, &source.slug, words))
}

async fn check(app: &App) -> Result<Option<Sign>, DbError> {
    let Some(run) = verify::standing(app).await? else { return Ok(None) };
    let words = match run.state {
        RunState::Broken => format!("{} rows break an invariant", run.findings),
        RunState::Failed => "it could not be carried out".to_owned(),
        RunState::Asked | RunState::Running | RunState::Sound => return Ok(None),
    };
    Ok(Some(sign(Kind::CheckFailed, "", words)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_silent_when_enough_orders_ended_without_any_code() {
        assert!(!is_silent(&Sums { orders: 50, given_up: 9, ..Sums::default() }));
        assert!(is_silent(&Sums { orders: 50, given_up: 10, ..Sums::default() }));
        assert!(!is_silent(&Sums { orders: 50, given_up: 49, delivered: 1, ..Sums::default() }));
    }

    #[test]
    fn a_disk_is_full_from_a_tenth_on() {
        assert_eq!(disk(Space { free: 100, total: 1_000 }), None);
        let words = "9 % are free, 99 MB";
        assert_eq!(disk(Space { free: 99_000_000, total: 1_000_000_000 }), Some(sign(Kind::DiskFull, "", words)));
    }

    #[test]
    fn a_large_disk_is_full_only_when_little_is_free() {
        let total = 1 << 40;
        assert_eq!(disk(Space { free: 10 << 30, total }), None);
        assert!(disk(Space { free: (10 << 30) - 1, total }).is_some());
    }
}

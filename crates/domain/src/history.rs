//! Everything an account ever bought, orders and rentals in one list, newest first.

use crate::App;
use crate::db::{DbError, Tx};
use crate::ledger;
use crate::money::Usd;
use crate::order::{self, Which};
use crate::product::Product;
use crate::rental;

/// Lines in one answer, at most.
pub const PAGE_MAX: usize = 200;
/// Orders and rentals looked at for one answer, of each kind: a filter that fits few of many ends there, and the next
/// answer goes on from where it ended.
const LOOKED_MAX: usize = 2_000;

/// What is looked for; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The service's slug.
    pub service: Option<String>,
    /// The word of a state.
    pub state: Option<String>,
    /// Not made before this time.
    pub from_ms: Option<i64>,
    /// Made before this time.
    pub before_ms: Option<i64>,
}

/// An order or a rental.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its kind.
    pub product: Product,
    /// Its id.
    pub id: i64,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// The service's slug.
    pub service: String,
    /// What it cost; of a rental, its last term.
    pub price: Usd,
    /// What came back of it by refunds.
    pub refunded: Usd,
    /// The word of its state.
    pub state: &'static str,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends or ended.
    pub end_ms: i64,
}

/// The lines of an account that fit a filter, before a place (the time and id of a line; `None`: from the newest), at
/// most `limit` and [`PAGE_MAX`]. With them the place to go on from, if there may be more: an answer may hold fewer
/// lines than asked for, even none, and still have one.
///
/// # Errors
/// What the database said.
pub async fn history(
    app: &App,
    account: i64,
    filter: &Filter,
    before: Option<(i64, i64)>,
    limit: usize,
) -> Result<(Vec<Line>, Option<(i64, i64)>), DbError> {
    let limit = limit.clamp(1, PAGE_MAX);
    // Every line is made after 1970, so a place with id 0 stands after all that were made before its time.
    let from_day = filter.before_ms.map(|before_ms| (before_ms, 0));
    let mut place = [before, from_day].into_iter().flatten().min();
    let mut lines = Vec::new();
    for _ in 0..LOOKED_MAX / PAGE_MAX {
        let (page, next) = page(app, account, place).await?;
        for line in page {
            if filter.from_ms.is_some_and(|from_ms| line.created_ms < from_ms) {
                return Ok((lines, None));
            }
            place = Some((line.created_ms, line.id));
            if fits(&line, filter) {
                lines.push(line);
                if lines.len() == limit {
                    return Ok((lines, place));
                }
            }
        }
        place = match next {
            Some(next) => Some(next),
            None => return Ok((lines, None)),
        };
    }
    Ok((lines, place))
}

fn fits(line: &Line, filter: &Filter) -> bool {
    filter.service.as_ref().is_none_or(|service| *service == line.service)
        && filter.state.as_ref().is_none_or(|state| *state == line.state)
}

/// The next lines of all kinds together.
async fn page(app: &App, account: i64, before: Option<(i64, i64)>) -> Result<(Vec<Line>, Option<(i64, i64)>), DbError> {
    let limit = i64::try_from(PAGE_MAX).unwrap_or(order::LIST_MAX);
    let (mut lines, next) = order::past(app, account, before, limit).await?;
    // Up to the earliest end of the pages every kind is known; what lies before it comes with the next page.
    let mut known_to = next;
    for product in [Product::Rental1Day, Product::Rental30Day] {
        let (rentals, next) = rental::list(app, account, product, Which::All, before, limit).await?;
        lines.extend(rentals.into_iter().map(of_rental));
        known_to = known_to.max(next);
    }
    lines.retain(|line| known_to.is_none_or(|place| (line.created_ms, line.id) >= place));
    let ids: Vec<i64> = lines.iter().map(|line| line.id).collect();
    let refunded = app.db.read(move |tx: &mut Tx<'_>| ledger::refunded(tx, account, &ids)).await?;
    for line in &mut lines {
        line.refunded = refunded.get(&line.id).copied().unwrap_or(Usd::ZERO);
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.created_ms, line.id)));
    Ok((lines, known_to))
}

fn of_rental(rental: rental::Rental) -> Line {
    Line {
        product: rental.product,
        id: rental.id,
        digits: rental.digits,
        service: rental.service,
        price: rental.price,
        refunded: Usd::ZERO,
        state: rental.state.word(),
        created_ms: rental.created_ms,
        end_ms: rental.end_ms,
    }
}

//! Buying a number for an order: the price is set aside and the attempt written down, then a house is asked, then what
//! it answered is written down, and another asked where it could not.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::choose::{Candidate, choose};
use super::conclude::{self, Concluded, Found, Made};
use super::houses::{Way, ways};
use super::rows::{self, NewPurchase};
use crate::App;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Lane, Tx};
use crate::order::{Sale, SaleRefusal, Sold};
use crate::product::Product;
use crate::request::{self, Begun, Failure, Once};
use crate::supply::{Answer, Bought, House, NotBought, TheirState, Trouble, Window, Wish};

/// How much longer than the answer is waited for until a purchase that nobody wrote an answer to is in doubt.
const STALLED_MS: i64 = 5 * SECOND_MS;
/// Between two questions for a number that a house has not assigned yet.
const ASK_AGAIN: Duration = Duration::from_millis(700);
/// How often a story is told again that the database was too busy for: what a house answered must not be lost.
const TRIES_MAX: usize = 5;

/// The houses to ask for one order, in their order, and why.
pub(crate) struct Plan {
    ways: Vec<Way>,
    choice: String,
}

/// The houses that could sell what is wanted; `None` if there are none.
pub(crate) async fn plan(app: &App, sale: &Sale, area_code: Option<u16>) -> Result<Option<Plan>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(None) };
    let mut ways: Vec<Way> =
        ways(app, sale.service, sale.product).await?.into_iter().filter(|way| fits(way, sale)).collect();
    for way in ways.iter_mut().filter(|_| area_code.is_some()) {
        let house = houses.registry.get(&way.connector).and_then(|connector| connector.house());
        way.cost = house.map_or(way.cost, |house| house.area_price(&way.settings, way.cost));
    }
    let candidates: Vec<Candidate<'_>> = ways
        .iter()
        .map(|way| Candidate {
            name: &way.slug,
            cost: way.cost,
            available: way.available,
            record: way.record,
            is_avoided: way.is_avoided,
        })
        .collect();
    let (places, choice) = choose(&candidates, sale.price, (houses.chance)());
    let ways: Vec<Way> = places.into_iter().map(|place| ways[place].clone()).collect();
    Ok((!ways.is_empty()).then_some(Plan { ways, choice }))
}

/// Whether a number of this offer receives for as long as the customer is sold it.
fn fits(way: &Way, sale: &Sale) -> bool {
    let is_rental = sale.product != Product::ShortTerm;
    match way.window {
        Window::Whole { ms: Some(ms) } => is_rental || way.short_ok || sale.now_ms.saturating_add(ms) >= sale.end_ms,
        Window::Whole { ms: None } | Window::Reused { .. } => true,
        Window::Activated { .. } => is_rental,
    }
}

/// When an order on a number of this offer ends: with the number, where the operator accepts that.
fn end_ms(way: &Way, sale: &Sale) -> i64 {
    match way.window {
        Window::Whole { ms: Some(ms) } => sale.end_ms.min(sale.now_ms.saturating_add(ms)),
        Window::Whole { ms: None } | Window::Reused { .. } | Window::Activated { .. } => sale.end_ms,
    }
}

/// Buys a number for a sale.
pub(crate) async fn buy<T: Sold>(
    app: &App,
    mut sale: Sale,
    area_code: Option<u16>,
    once: Option<Once>,
    plan: Plan,
) -> Result<T, Failure<SaleRefusal>> {
    let Some(houses) = app.houses.get() else { return Err(Failure::Upstream) };
    sale.end_ms = plan.ways.iter().map(|way| end_ms(way, &sale)).min().unwrap_or(sale.end_ms);
    let (patience, order) = (houses.patience, sale.order);
    let search = Search { app: app.clone(), sale, area_code, plan, until: Instant::now() + patience };
    let first = search.attempt(0).await?;
    match search.begin::<T>(once, first.clone()).await? {
        Begun::Over(answered) => return answered.map_err(Failure::Refused),
        Begun::Open => {}
    }
    // Whoever asked may leave; what was begun is done to its end.
    let product = search.sale.product;
    let decided = tokio::spawn(async move { search.run(first).await }).await;
    let open = Failure::Open { product, order };
    match decided {
        Ok(Ok(Concluded::Made(kept) | Concluded::GivenUp(Some(kept)))) => {
            let outcome: Result<T, SaleRefusal> =
                serde_json::from_str(&kept).map_err(|_| DbError::Damaged("a remembered outcome is unreadable"))?;
            outcome.map_err(Failure::Refused)
        }
        Ok(Ok(Concluded::GivenUp(None))) => Err(Failure::Upstream),
        // What the database could not write down is found by the worker.
        Ok(Ok(Concluded::Open) | Err(_)) | Err(_) => Err(open),
    }
}

/// A search for a number, from its first house to its last.
struct Search {
    app: App,
    sale: Sale,
    area_code: Option<u16>,
    plan: Plan,
    until: Instant,
}

/// What asking one house came to.
enum Turn {
    /// The order is made.
    Made(String),
    /// Something was bought that cannot serve the order; it is being given back.
    Unfit,
    /// Certainly nothing was bought, for this reason.
    Refused(String),
    /// Something may have been bought.
    Doubt(String),
}

impl Search {
    async fn attempt(&self, place: usize) -> Result<NewPurchase, DbError> {
        let (way, now_ms) = (&self.plan.ways[place], self.app.now_ms());
        let left = self.until.saturating_duration_since(Instant::now());
        Ok(NewPurchase {
            id: self.app.ids.purchase(&self.app.db).await?,
            order: self.sale.order,
            source: way.source,
            service: way.service,
            product: way.product,
            code: way.code.clone(),
            asked: way.cost,
            window: way.window,
            now_ms,
            deadline_ms: now_ms + i64::try_from(left.as_millis()).unwrap_or(0) + STALLED_MS,
        })
    }

    /// The first story: the key is open, the price set aside, the attempt written down.
    async fn begin<T: Sold>(
        &self,
        once: Option<Once>,
        first: NewPurchase,
    ) -> Result<Begun<T, SaleRefusal>, Failure<SaleRefusal>> {
        let (sale, choice, area_code) = (self.sale.clone(), self.plan.choice.clone(), self.area_code);
        let story = move |tx: &mut Tx<'_>| {
            let order = (sale.product, sale.order);
            request::begin(tx, once.as_ref(), sale.now_ms, order, |tx| {
                let hold = sale.hold(tx, None)?;
                rows::insert_sourcing(tx, &sale, hold, once.as_ref(), (area_code, &choice))?;
                Ok(rows::insert(tx, &first)?)
            })
        };
        self.app.db.write(Lane::Account(self.sale.caller.account), story).await
    }

    async fn run(self, first: NewPurchase) -> Result<Concluded, DbError> {
        let (mut attempt, mut doubts) = (first, 0);
        for place in 0..self.plan.ways.len() {
            let turn = self.ask(place, &attempt, doubts).await?;
            doubts += usize::from(matches!(turn, Turn::Doubt(_)));
            let has_time = self.until > Instant::now();
            // Two that may have sold a number are enough: a third is not asked.
            let is_last = place + 1 == self.plan.ways.len() || !has_time || doubts > 1;
            let next = if is_last { None } else { Some(self.attempt(place + 1).await?) };
            if let Turn::Made(kept) = turn {
                return Ok(Concluded::Made(kept));
            }
            match (self.turn(&attempt, turn, next.clone()).await?, next) {
                (None, Some(next)) => attempt = next,
                (concluded, _) => return Ok(concluded.unwrap_or(Concluded::Open)),
            }
        }
        Ok(Concluded::Open)
    }

    /// Writes down what a house answered, and either the next attempt or that there is none.
    async fn turn(
        &self,
        attempt: &NewPurchase,
        turn: Turn,
        next: Option<NewPurchase>,
    ) -> Result<Option<Concluded>, DbError> {
        let (id, order, now) = (attempt.id, attempt.order, self.app.now_ms());
        let turn = match turn {
            Turn::Refused(reason) => Some((false, reason)),
            Turn::Doubt(reason) => Some((true, reason)),
            Turn::Made(_) | Turn::Unfit => None,
        };
        let story = move |tx: &mut Tx<'_>| {
            let sourcing = conclude::lock(tx, order)?;
            match &turn {
                Some((true, reason)) => rows::doubt(tx, id, reason, now)?,
                Some((false, reason)) => rows::refuse(tx, id, reason, now)?,
                None => {}
            }
            match &next {
                Some(next) if sourcing.is_open => rows::insert(tx, next).map(|()| None),
                Some(_) | None => conclude::conclude(tx, &sourcing, now).map(Some),
            }
        };
        tell(&self.app, self.sale.caller.account, story).await
    }

    /// Asks one house and writes down what it sold.
    async fn ask(&self, place: usize, attempt: &NewPurchase, doubts: usize) -> Result<Turn, DbError> {
        let way = &self.plan.ways[place];
        let houses = self.app.houses.get().expect("who searches has houses");
        let Some(house) = houses.registry.get(&way.connector).and_then(|connector| connector.house()) else {
            return Ok(Turn::Refused("refused: its connector is gone".to_owned()));
        };
        let wish = Wish {
            code: way.code.clone(),
            product: way.product,
            area_code: self.area_code,
            most: way.cost,
            reference: rows::reference(attempt.order, attempt.id),
        };
        let others = self.plan.ways.len() - place - 1;
        let share = share(self.until.saturating_duration_since(Instant::now()), others, doubts);
        let answer = timeout(share, house.buy(&way.settings, &wish)).await;
        let answer = answer.unwrap_or_else(|_| {
            let late = Trouble::new("it did not answer in time");
            if house.leaves_doubt() { Answer::Unknown(late) } else { Answer::NotBought(NotBought::Refused(late)) }
        });
        let now = self.app.now_ms();
        match answer {
            Answer::Bought(bought) => {
                houses.did_well(way.source);
                self.bought(place, attempt, (house, bought), Instant::now() + share).await
            }
            Answer::NotBought(why) => {
                let (reason, fault) = told(&why);
                match fault {
                    Some(retry_after_ms) => houses.failed(way.source, now, retry_after_ms),
                    None => houses.did_well(way.source),
                }
                if why == NotBought::WalletEmpty {
                    super::wallet::note_empty(&self.app, way.source).await?;
                }
                Ok(Turn::Refused(reason))
            }
            Answer::Unknown(trouble) => {
                houses.failed(way.source, now, trouble.retry_after_ms);
                Ok(Turn::Doubt(trouble.says))
            }
        }
    }

    /// The second story, with a number that was bought.
    async fn bought(
        &self,
        place: usize,
        attempt: &NewPurchase,
        (house, mut bought): (&dyn House, Bought),
        until: Instant,
    ) -> Result<Turn, DbError> {
        let way = &self.plan.ways[place];
        if bought.number.is_none() {
            bought.number = pending_number(house, way, &bought.id, until.min(self.until)).await;
        }
        let found = Found { purchase: attempt.id, order: attempt.order, bought, supplier: way.slug.clone() };
        match conclude::make(&self.app, found).await? {
            Made::Made(kept) => Ok(Turn::Made(kept)),
            Made::Unfit => Ok(Turn::Unfit),
        }
    }
}

/// How long one house may take: half of what is left while another could be asked after it, or all of it.
fn share(left: Duration, others: usize, doubts: usize) -> Duration {
    if others > 0 && doubts == 0 { left / 2 } else { left }
}

/// Asks for a number that was bought and is not assigned yet, until there is one or no time.
async fn pending_number(house: &dyn House, way: &Way, id: &str, until: Instant) -> Option<String> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let looked = timeout(left, house.look(&way.settings, id)).await.ok()?;
        match looked {
            Ok(looked) if looked.number.is_some() => return looked.number,
            Ok(looked) if looked.state != TheirState::Pending => return None,
            Ok(_) | Err(_) => {}
        }
        if left <= ASK_AGAIN {
            return None;
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// Why nothing was bought, as it is kept; and, where it is the house's or our fault, when to ask again.
fn told(why: &NotBought) -> (String, Option<Option<i64>>) {
    match why {
        NotBought::NoNumbers => ("no_numbers".to_owned(), None),
        NotBought::PriceAbove { .. } => ("price_above".to_owned(), None),
        NotBought::WalletEmpty => ("wallet_empty".to_owned(), Some(None)),
        NotBought::Throttled(trouble) => (format!("throttled: {}", trouble.says), Some(trouble.retry_after_ms)),
        NotBought::Refused(trouble) => (format!("refused: {}", trouble.says), Some(trouble.retry_after_ms)),
        NotBought::Unreachable(trouble) => (format!("unreachable: {}", trouble.says), Some(trouble.retry_after_ms)),
    }
}

/// Tells a story again while the database is too busy for it.
pub(super) async fn tell<T, F>(app: &App, account: i64, story: F) -> Result<T, DbError>
where
    F: Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + Clone + 'static,
    T: Send + 'static,
{
    for _ in 1..TRIES_MAX {
        match app.db.write(Lane::Account(account), story.clone()).await {
            Err(DbError::Busy | DbError::Conflict) => {}
            done => return done,
        }
    }
    app.db.write(Lane::Account(account), story).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_leaves_time_for_the_next_one() {
        let left = Duration::from_secs(10);
        assert_eq!(share(left, 1, 0), left / 2);
        assert_eq!(share(left, 0, 0), left);
        assert_eq!(share(left, 3, 1), left);
    }
}

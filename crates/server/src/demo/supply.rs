//! A simulated supply: some seconds after an order or a rental of any account, a text comes in on its number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::clock::{DAY_MS, MINUTE_MS};
use domain::db::DbError;
use domain::event::{self, Event, FeedError, Kind};
use domain::message;
use domain::order::{self, Which};
use domain::product::Product;
use domain::rental;
use domain::supply::{Line, Part};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::manner::Manners;

/// How often the accounts' events are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long after its order a text comes, in ms.
const DELAY_MS: std::ops::RangeInclusive<u64> = 2_000..=7_500;
/// Accounts looked at in one page.
const ACCOUNTS_PAGE: i64 = 500;
/// Pages of an account's orders that are looked through for one order.
const PAGES_MAX: usize = 50;

/// The supply, and how far it has read each account's events.
struct Simulator {
    app: App,
    source: i64,
    manners: Arc<Manners>,
    read_upto: HashMap<i64, i64>,
}

/// A number that somebody waits on, and for which service.
struct Waiting {
    digits: String,
    service: String,
}

/// Sends texts until the demo closes.
pub(super) async fn run(app: App, source: i64, mut closing: watch::Receiver<bool>) {
    let mut simulator = Simulator { app, source, manners: Arc::new(Manners::shipped()), read_upto: HashMap::new() };
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
        if let Err(error) = simulator.look().await {
            tracing::warn!(%error, "the simulated supply looks again");
        }
    }
}

impl Simulator {
    async fn look(&mut self) -> Result<(), DbError> {
        let mut after = 0;
        loop {
            let accounts = domain::account::list(&self.app, after, ACCOUNTS_PAGE).await?;
            let Some(last) = accounts.last() else { return Ok(()) };
            after = last.id;
            for account in &accounts {
                self.look_at(account.id).await?;
            }
        }
    }

    async fn look_at(&mut self, account: i64) -> Result<(), DbError> {
        let read_upto = self.read_upto.entry(account).or_insert(0);
        let events = match event::feed(&self.app, account, *read_upto, event::PAGE_MAX).await {
            Ok(events) => events,
            Err(FeedError::Expired) => {
                // Events this old ask for nothing any more.
                *read_upto += event::PAGE_MAX;
                return Ok(());
            }
            Err(FeedError::Db(error)) => return Err(error),
        };
        if let Some(last) = events.last() {
            *read_upto = last.seq;
        }
        for event in events {
            self.answer(account, &event);
        }
        Ok(())
    }

    /// Sends a text some seconds later, if the event asks for one.
    fn answer(&self, account: i64, event: &Event) {
        let lasts_ms = match event.kind {
            Kind::OrderCreated | Kind::OrderWaitingAgain => 20 * MINUTE_MS,
            Kind::RentalCreated => 31 * DAY_MS,
            _ => return,
        };
        let Some((product, id)) = event.order else { return };
        if event.at_ms + lasts_ms < self.app.now_ms() {
            return;
        }
        let (app, source, manners) = (self.app.clone(), self.source, Arc::clone(&self.manners));
        tokio::spawn(async move {
            sleep(Duration::from_millis(rand::random_range(DELAY_MS))).await;
            let sent = match waiting(&app, account, product, id).await {
                Ok(Some(waiting)) => send(&app, source, &manners, waiting).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                tracing::warn!(%error, "a simulated text was not sent");
            }
        });
    }
}

async fn send(app: &App, source: i64, manners: &Manners, waiting: Waiting) -> Result<(), DbError> {
    let written = manners.write(&waiting.service);
    let part = Part {
        reference: rand::random::<[u8; 16]>().to_vec(),
        line: Line::of_number(waiting.digits),
        raw: written.text.clone().into_bytes(),
        sender: written.sender,
        text: written.text,
        sent_ms: Some(app.now_ms()),
        concat: None,
        trouble: None,
    };
    message::receive(app, source, part).await.map(drop)
}

async fn waiting(app: &App, account: i64, product: Product, id: i64) -> Result<Option<Waiting>, DbError> {
    match product {
        Product::ShortTerm => waiting_order(app, account, id).await,
        Product::Rental1Day | Product::Rental30Day => waiting_rental(app, account, product, id).await,
    }
}

/// The number of an order that still waits for a code.
async fn waiting_order(app: &App, account: i64, id: i64) -> Result<Option<Waiting>, DbError> {
    let inbox = order::inbox(app, account, id).await?;
    if !inbox.is_some_and(|inbox| inbox.state == order::State::Waiting) {
        return Ok(None);
    }
    let mut before = None;
    for _ in 0..PAGES_MAX {
        let page = order::list(app, account, Which::Active, before, order::LIST_MAX).await?;
        if let Some(line) = page.lines.into_iter().find(|line| line.order == id) {
            return Ok(Some(Waiting { digits: line.digits, service: line.service }));
        }
        if page.next.is_none() {
            break;
        }
        before = page.next;
    }
    Ok(None)
}

/// The number of a rental that nothing came on yet.
async fn waiting_rental(app: &App, account: i64, product: Product, id: i64) -> Result<Option<Waiting>, DbError> {
    let inbox = rental::inbox(app, account, product, id).await?;
    let waits = inbox.filter(|inbox| inbox.rental.state == rental::State::Active && inbox.messages.is_empty());
    Ok(waits.map(|inbox| Waiting { digits: inbox.rental.digits, service: inbox.rental.service }))
}

//! Purchases as operators see them, and what only a person can settle.

use super::conclude;
use super::doubt;
use super::houses::house_of;
use super::look;
use super::renewal::{self, Renewal};
use super::rows::{self, Purchase};
use super::shown::shown;
use super::{State, houses};
use crate::App;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Tx};
use crate::money::Usd;
use crate::phone::Nanp;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::product::Product;
use crate::supply::{self, Bought, Source};
use crate::values;

/// Purchases in one page, at most.
pub const PAGE_MAX: i64 = 200;

/// A purchase or renewal as it is listed. The number itself is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id: purchases and renewals are counted together.
    pub id: i64,
    /// Whether it is a term more of a number that is ours, and not a number.
    pub is_renewal: bool,
    /// The order or rental that it is for.
    pub order: (Product, i64),
    /// The house.
    pub source: String,
    /// The house's code of what was asked for.
    pub code: String,
    /// Where it stands.
    pub state: State,
    /// What it was to cost, what it did, what came back.
    pub asked: Usd,
    /// See `asked`.
    pub charged: Usd,
    /// See `asked`.
    pub refunded: Usd,
    /// The house's id of it.
    pub their_id: Option<String>,
    /// Why it is so.
    pub reason: String,
    /// When its house was asked.
    pub created_ms: i64,
    /// Whether a person must settle it: it has been open for a day.
    pub is_overdue: bool,
}

impl Line {
    /// What its state is called on the operator's pages.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        match (self.is_renewal, self.state) {
            (true, State::Refused) => "not renewed",
            (true, State::Done) => "renewed and paid",
            (_, state) => state.name(),
        }
    }

    /// What it is called on the operator's pages.
    #[must_use]
    pub fn what(&self) -> &'static str {
        if self.is_renewal { "renewal" } else { "purchase" }
    }
}

/// The newest purchases and renewals before an id (`None`: from the newest), at most 200; of those that are not over alone, if wanted.
///
/// # Errors
/// What the database said.
pub async fn list(app: &App, is_open: bool, before: Option<i64>) -> Result<Vec<Line>, DbError> {
    let (before, now) = (before.unwrap_or(i64::MAX), app.now_ms());
    let read = move |tx: &mut Tx<'_>| {
        let sql = if is_open {
            rows::purchases!("WHERE state IN ('asking', 'in_doubt', 'rejecting') AND id < $1 ORDER BY id DESC LIMIT $2")
        } else {
            rows::purchases!("WHERE id < $1 ORDER BY id DESC LIMIT $2")
        };
        let purchases = tx.all(sql, values![before, PAGE_MAX])?;
        let purchases = purchases.iter().map(rows::purchase).collect::<Result<Vec<_>, DbError>>()?;
        Ok::<_, DbError>((purchases, renewal::newest(tx, is_open, before, PAGE_MAX)?))
    };
    let ((purchases, renewals), sources) = (app.db.read(read).await?, supply::sources(app).await?);
    let mut lines = lines(&sources, purchases, renewals, now);
    lines.sort_by_key(|line| std::cmp::Reverse(line.id));
    lines.truncate(usize::try_from(PAGE_MAX).unwrap_or(usize::MAX));
    Ok(lines)
}

/// One purchase or renewal.
///
/// # Errors
/// What the database said.
pub async fn one(app: &App, id: i64) -> Result<Option<Line>, DbError> {
    let read = move |tx: &mut Tx<'_>| Ok::<_, DbError>((rows::find(tx, id)?, renewal::find(tx, id)?));
    let ((purchase, renewal), sources) = (app.db.read(read).await?, supply::sources(app).await?);
    let of = |purchase, renewal| lines(&sources, purchase, renewal, app.now_ms());
    Ok(of(purchase.into_iter().collect(), renewal.into_iter().collect()).pop())
}

fn lines(sources: &[Source], purchases: Vec<Purchase>, renewals: Vec<Renewal>, now_ms: i64) -> Vec<Line> {
    let name = |id: i64| sources.iter().find(|source| source.id == id).map_or("", |source| source.slug.as_str());
    let purchases = purchases.into_iter().map(|purchase| line(name(purchase.source), purchase, now_ms));
    let renewals = renewals.into_iter().map(|renewal| line_of_renewal(name(renewal.source), renewal, now_ms));
    purchases.chain(renewals).collect()
}

fn line_of_renewal(source: &str, renewal: Renewal, now_ms: i64) -> Line {
    let is_open = matches!(renewal.state, State::Asking | State::InDoubt);
    Line {
        id: renewal.id,
        is_renewal: true,
        order: (renewal.product, renewal.order),
        source: source.to_owned(),
        code: renewal.code,
        state: renewal.state,
        asked: renewal.asked,
        charged: renewal.charged,
        refunded: Usd::ZERO,
        their_id: renewal.their_id,
        reason: renewal.reason,
        created_ms: renewal.created_ms,
        is_overdue: is_open && renewal.created_ms + DAY_MS <= now_ms,
    }
}

fn line(source: &str, purchase: Purchase, now_ms: i64) -> Line {
    let is_open = matches!(purchase.state, State::Asking | State::InDoubt | State::Rejecting);
    Line {
        id: purchase.id,
        is_renewal: false,
        order: (purchase.product, purchase.order),
        source: source.to_owned(),
        code: purchase.code,
        state: purchase.state,
        asked: purchase.asked,
        charged: purchase.charged,
        refunded: purchase.refunded,
        their_id: purchase.their_id,
        reason: purchase.reason,
        created_ms: purchase.created_ms,
        is_overdue: is_open && purchase.created_ms + DAY_MS <= now_ms,
    }
}

/// What is told of an order: why the houses were asked in this order, the purchases, the renewals.
type Known = (String, Vec<Purchase>, Vec<Renewal>);

/// Why the houses were asked in this order for an order, and what each answered; nothing where none was asked.
fn of_order(tx: &mut Tx<'_>, order: i64) -> Result<Option<Known>, DbError> {
    let choice = tx.one("SELECT choice FROM sourcing WHERE order_id = $1", values![order])?;
    let Some(choice) = choice.map(|row| row.text(0).to_owned()) else { return Ok(None) };
    let sql = rows::purchases!("WHERE order_id = $1 ORDER BY id LIMIT 20");
    let purchases = tx.all(sql, values![order])?.iter().map(rows::purchase).collect::<Result<_, _>>()?;
    Ok(Some((choice, purchases, renewal::of_order(tx, order)?)))
}

/// Why the houses were asked in this order, and what each answered, also to renewals.
///
/// # Errors
/// What the database said.
pub async fn choice_of(app: &App, order: i64) -> Result<Option<(String, Vec<Line>)>, DbError> {
    let (known, sources) =
        (app.db.read(move |tx: &mut Tx<'_>| of_order(tx, order)).await?, supply::sources(app).await?);
    let now = app.now_ms();
    Ok(known.map(|(choice, purchases, renewals)| (choice, lines(&sources, purchases, renewals, now))))
}

/// What a person found out about a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was bought: the customer's price comes back.
    NotBought,
    /// It was bought: it is looked at there, and serves its order if that still waits.
    Bought {
        /// The house's id of it.
        id: String,
        /// Its number, for houses that do not tell it of an id.
        number: Option<String>,
    },
    /// It was renewed: the rental runs on, if it still does.
    Renewed,
    /// It was paid for and is of no use: the loss is the house's, and the customer's price comes back.
    Lost,
}

/// Why nothing was settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleRefusal {
    /// There is no such purchase.
    #[error("there is no such purchase")]
    NoPurchase,
    /// It is not open.
    #[error("it is settled already: {0}")]
    Settled(&'static str),
    /// The house does not know the id.
    #[error("its house does not know this id, or does not answer")]
    NotThere,
    /// The id was told to another purchase.
    #[error("this id is another purchase's")]
    Taken,
    /// Nobody tells the number, and without it no order can be served.
    #[error("its house does not tell its number: say that too")]
    NoNumber,
    /// What was said to be the number is none.
    #[error("this is no number of the USA")]
    NotANumber,
    /// A number is not renewed, and a renewal has no id of its own.
    #[error("it is a purchase: it was bought under an id of its house, or was not")]
    IsPurchase,
    /// See `IsPurchase`.
    #[error("it is a renewal: it was renewed, or was not")]
    IsRenewal,
    /// What was bought cannot be unbought.
    #[error("it was bought: it can only be lost")]
    IsBought,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Settles a purchase that is in doubt or is not taken back, or a renewal that is in doubt; the audit log has who and why.
///
/// # Errors
/// See [`SettleRefusal`].
pub async fn settle(
    app: &App,
    id: i64,
    verdict: Verdict,
    reason: &Reason,
    permit: &Permit<Run>,
) -> Result<State, SettleRefusal> {
    let Some(purchase) = app.db.read(move |tx: &mut Tx<'_>| rows::find(tx, id)).await? else {
        return renewal::settle_by_hand(app, id, verdict, reason, permit).await;
    };
    match (purchase.state, &verdict) {
        (_, Verdict::Renewed) => return Err(SettleRefusal::IsPurchase),
        (State::InDoubt, _) | (State::Rejecting, Verdict::Lost) => {}
        (State::Rejecting, Verdict::NotBought | Verdict::Bought { .. }) => return Err(SettleRefusal::IsBought),
        (state, _) => return Err(SettleRefusal::Settled(state.word())),
    }
    let now = app.now_ms();
    if let Verdict::Bought { id, number } = &verdict {
        let (slug, bought) = confirmed(app, &purchase, id, number.as_deref()).await?;
        doubt::found(app, &purchase, &slug, bought).await?;
    }
    let (reason, by) = (reason.text().to_owned(), permit.who.clone());
    let story = move |tx: &mut Tx<'_>| {
        let sourcing = conclude::lock(tx, purchase.order)?;
        let why = format!("settled by {by}: {reason}");
        match (&verdict, purchase.state) {
            (Verdict::NotBought, _) => rows::refuse(tx, id, &format!("not_bought: {why}"), now)?,
            (Verdict::Bought { .. } | Verdict::Renewed, _) => {}
            (Verdict::Lost, State::Rejecting) => {
                let kept = rows::locked(tx, id)?;
                if rows::end(tx, id, (State::Done, Usd::ZERO), &why, now)? {
                    look::free(tx, sourcing.account, &kept, now)?;
                }
            }
            (Verdict::Lost, _) => rows::lose(tx, id, purchase.asked, &why, now)?,
        }
        conclude::conclude(tx, &sourcing, now)?;
        let after = rows::locked(tx, id)?.state;
        let subject = format!("purchase {id}");
        let (before, after_word) = (Some(purchase.state.word()), Some(after.word()));
        let deed =
            Deed { who: &by, deed: "purchase.settle", subject: &subject, reason: &reason, before, after: after_word };
        audit::write(tx, now, &deed)?;
        Ok::<_, DbError>((sourcing.account, after))
    };
    let (account, state) = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(state)
}

/// What a house says of an id that a person names. Its own word of the number comes before the person's.
async fn confirmed(
    app: &App,
    purchase: &Purchase,
    their_id: &str,
    number: Option<&str>,
) -> Result<(String, Bought), SettleRefusal> {
    if number.is_some_and(|number| Nanp::parse(number).is_err()) {
        return Err(SettleRefusal::NotANumber);
    }
    let (source, id, named) = (purchase.source, purchase.id, their_id.to_owned());
    if app.db.read(move |tx: &mut Tx<'_>| rows::is_known(tx, source, &named, id)).await? {
        return Err(SettleRefusal::Taken);
    }
    let houses = app.houses.get().ok_or(SettleRefusal::NotThere)?;
    let wire = house_of(app, purchase.source).await?.ok_or(SettleRefusal::NotThere)?;
    let house = houses.registry.get(&wire.connector).and_then(|connector| connector.house());
    let house = house.ok_or(SettleRefusal::NotThere)?;
    let Ok(Some(shown)) = shown((house, &wire), their_id).await else { return Err(SettleRefusal::NotThere) };
    let told = shown.standing.bought;
    let own = told.number.filter(|text| Nanp::parse(text).is_ok());
    let number = own.or(number.map(str::to_owned)).ok_or(SettleRefusal::NoNumber)?;
    let price = told.price.or(Some(purchase.asked));
    Ok((wire.slug, Bought { id: told.id, number: Some(number), price, end: told.end }))
}

/// Purchases and renewals that are in doubt for longer than a worker should need, by house: how many, and since when the
/// oldest.
pub(crate) async fn doubtful(app: &App, since_ms: i64) -> Result<Vec<(String, i64, i64)>, DbError> {
    let sql = "SELECT source_id, COUNT(*), MIN(created_ms)
         FROM (SELECT source_id, created_ms
               FROM purchase
               WHERE state IN ('asking', 'in_doubt') AND created_ms <= $1
               UNION ALL
               SELECT source_id, created_ms
               FROM renewal
               WHERE state IN ('asking', 'in_doubt') AND created_ms <= $1) AS doubtful
         GROUP BY source_id
         ORDER BY source_id";
    if !houses::known(app).await?.has_houses {
        return Ok(Vec::new());
    }
    let (rows, sources) = (app.db.rows(sql, values![since_ms]).await?, supply::sources(app).await?);
    let name = |id: i64| sources.iter().find(|source| source.id == id).map_or("", |source| source.slug.as_str());
    Ok(rows.iter().map(|row| (name(row.int(0)).to_owned(), row.int(1), row.int(2))).collect())
}

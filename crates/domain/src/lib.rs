//! The house: what the business is and remembers. It knows no HTTP, no environment, no machine's clock and no
//! supplier's name.
//!
//! Three kinds of function, told apart by their first parameter: a *verb* takes `&App` and may open transactions, a
//! *step* takes `&mut Tx` and works inside somebody's transaction, a *rule* takes plain values and computes.

pub mod account;
pub mod alert;
pub mod bad_rows;
pub mod catalog;
pub mod clock;
pub mod complaint;
pub mod db;
pub mod dossier;
pub mod event;
pub mod figures;
pub mod history;
pub mod ids;
pub mod ledger;
pub mod login;
pub mod mail;
pub mod message;
pub mod money;
pub mod network;
pub mod notice;
pub mod number;
pub mod order;
pub mod partner;
pub mod phone;
pub mod policy;
pub mod product;
pub mod purchase;
pub mod rental;
pub mod request;
pub mod seal;
pub mod supply;
pub mod verify;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clock::Clock;
use db::{Db, DbError, Lane};
use ids::Ids;
use policy::kept::Kept;
use seal::{Key, Vault};

/// The house at work: the first parameter of every verb. Clones share it.
#[derive(Clone)]
pub struct App(Arc<House>);

/// What an [`App`] holds.
pub struct House {
    /// The one door to the database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The keys of what is sealed.
    pub vault: Vault,
    /// Fresh ids.
    pub ids: Ids,
    /// When this process took up its work, in ms since 1970 UTC.
    pub opened_ms: i64,
    /// Who waits for news of which account.
    pub notices: notice::Notices,
    pub(crate) catalog: catalog::Cache,
    pub(crate) shelf: number::Shelf,
    pub(crate) keyring: number::Keyring,
    pub(crate) used: account::Used,
    pub(crate) heard: supply::Notes,
    pub(crate) lags: message::Lags,
    pub(crate) days: message::DayKeys,
    pub(crate) delivery: order::DeliveryCache,
    pub(crate) figures: figures::Cache,
    pub(crate) passwords: login::Kitchen,
    pub(crate) postman: OnceLock<Box<dyn mail::Postman>>,
    pub(crate) watch: OnceLock<alert::Watch>,
    pub(crate) houses: OnceLock<purchase::Houses>,
    pub(crate) courier: OnceLock<(Box<dyn partner::Courier>, Duration)>,
    pub(crate) underway: partner::Underway,
    kept: OnceLock<Kept>,
}

impl std::ops::Deref for App {
    type Target = House;

    fn deref(&self) -> &House {
        &self.0
    }
}

impl App {
    /// Takes up the work of a house whose rows are in `db` and whose secrets are under `master`.
    ///
    /// # Errors
    /// [`DbError::Damaged`] if the database was made under another master key, and what the database said.
    pub async fn open(db: Db, clock: Clock, master: &Key) -> Result<Self, DbError> {
        let vault = Vault::new(master);
        let id_key = id_key(&db, &vault).await?;
        Ok(Self(Arc::new(House {
            opened_ms: clock.now_ms(),
            db,
            clock,
            vault,
            ids: Ids::new(id_key),
            notices: notice::Notices::default(),
            catalog: catalog::Cache::default(),
            shelf: number::Shelf::default(),
            keyring: number::Keyring::default(),
            used: account::Used::default(),
            heard: supply::Notes::default(),
            lags: message::Lags::default(),
            days: message::DayKeys::default(),
            delivery: order::DeliveryCache::default(),
            figures: figures::Cache::default(),
            passwords: login::Kitchen::default(),
            postman: OnceLock::new(),
            watch: OnceLock::new(),
            houses: OnceLock::new(),
            courier: OnceLock::new(),
            underway: partner::Underway::default(),
            kept: OnceLock::new(),
        })))
    }

    /// Has mails carried from now on; before, and where nobody does, they stay in the outbox. The first one stays.
    pub fn send_mails_by(&self, postman: Box<dyn mail::Postman>) {
        drop(self.postman.set(postman));
    }

    /// Has alerts told from now on; before, and where nobody is named, they are only shown. The first one stays.
    pub fn watch_by(&self, watch: alert::Watch) {
        drop(self.watch.set(watch));
    }

    /// Buys numbers from other houses from now on, where sources are houses. The first one stays.
    pub fn buy_from(&self, houses: purchase::Houses) {
        drop(self.houses.set(houses));
    }

    /// Has SMS pushed to partners from now on; before, and where nobody does, they wait. A round waits so long for those
    /// who answer slowly: [`partner::PATIENCE`] but for tests. The first one stays.
    pub fn push_by(&self, courier: Box<dyn partner::Courier>, patience: Duration) {
        drop(self.courier.set((courier, patience)));
    }

    /// Keeps records and deeds for so long from now on, instead of [`Kept::DEFAULT`]. The first one stays.
    pub fn keep(&self, kept: Kept) {
        self.kept.get_or_init(|| kept);
    }

    /// How long records and deeds are kept.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.kept.get().copied().unwrap_or(Kept::DEFAULT)
    }

    /// The time now, in ms since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// Whether no house has been opened on this database yet, so that nothing in it is sealed under any key.
///
/// # Errors
/// What the database said.
pub async fn is_new(db: &Db) -> Result<bool, DbError> {
    Ok(db.row("SELECT 1 FROM house WHERE name = 'id_key'", &[]).await?.is_none())
}

/// Whether a master key opens a house whose id key is kept in this sealed form.
#[must_use]
pub fn is_key_of(master: &Key, id_key: &[u8]) -> bool {
    Vault::new(master).unwrap("id key", id_key).is_ok()
}

/// The key of the id permutation, made once. It is sealed, so that a wrong key file is noticed at the start and not at
/// the first text that does not open.
async fn id_key(db: &Db, vault: &Vault) -> Result<[u8; 32], DbError> {
    let find = "SELECT value FROM house WHERE name = 'id_key'";
    let kept = match db.row(find, &[]).await? {
        Some(kept) => kept,
        None => {
            let fresh = vault.wrap("id key", &Key::random());
            let make = move |tx: &mut db::Tx<'_>| {
                let insert = "INSERT INTO house (name, value) VALUES ('id_key', $1) ON CONFLICT (name) DO NOTHING";
                tx.run(insert, values![fresh.clone()])?;
                tx.one(find, &[])
            };
            db.write(Lane::Work, make).await?.ok_or(DbError::Damaged("the id key is missing"))?
        }
    };
    let key = vault.unwrap("id key", kept.blob(0));
    key.map(|key| *key.bytes()).map_err(|_| DbError::Damaged("the key file is not the one of this database"))
}

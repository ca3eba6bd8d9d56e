//! Everything that is ever said on the bus. There is no way to say anything else, so nothing can be sent, dialled or
//! changed but that a modem is switched on and a message that is kept is deleted.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::wire::{DynamicType, Type as Signature};
use zbus::{Connection, DBusError, MatchRule, MessageStream, OwnedObjectPath, OwnedVariant};

/// The bus itself, and the one on it who has the modems.
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
const MANAGER: &str = "org.freedesktop.ModemManager1";
const MANAGER_PATH: &str = "/org/freedesktop/ModemManager1";

/// The interfaces of its objects.
pub(super) const MODEM: &str = "org.freedesktop.ModemManager1.Modem";
pub(super) const NETWORK: &str = "org.freedesktop.ModemManager1.Modem.Modem3gpp";
pub(super) const MESSAGING: &str = "org.freedesktop.ModemManager1.Modem.Messaging";
pub(super) const SIM: &str = "org.freedesktop.ModemManager1.Sim";
pub(super) const SMS: &str = "org.freedesktop.ModemManager1.Sms";

/// How long an answer may take; deleting waits for the modem.
const PATIENCE: Duration = Duration::from_secs(30);
/// Switching a modem on ends when it is in the network.
const ENABLING: Duration = Duration::from_secs(180);

/// What is known of an object, by the names of the interface.
pub(super) type Properties = HashMap<String, OwnedVariant>;
/// Objects, what they are, and what is known of them.
pub(super) type Objects = HashMap<OwnedObjectPath, HashMap<String, Properties>>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    /// The bus is not there, or not any more.
    #[error("the message bus cannot be reached")]
    Lost,
    /// Nobody on it has modems.
    #[error("ModemManager does not run")]
    NotRunning,
    /// It answered that it will not; its name for why.
    #[error("ModemManager refuses: {0}")]
    Refused(String),
}

impl From<zbus::Error> for Silence {
    fn from(error: zbus::Error) -> Self {
        match error {
            // The sentence that comes with the name may hold anything.
            zbus::Error::MethodError(name, _, _) => Self::Refused(name.to_string()),
            zbus::Error::FDO(error) => Self::Refused(error.name().to_string()),
            _ => Self::Lost,
        }
    }
}

/// A connection to the bus.
pub(super) struct Bus {
    connection: Connection,
    news: Arc<Notify>,
    /// Hears signals until this is dropped.
    _hearing: JoinSet<()>,
}

/// One run of `ModemManager`. It is called by the name that only this run has: paths are numbers that the next run gives
/// to other messages, and a message must not be deleted that nobody read.
#[derive(Clone)]
pub(super) struct Manager {
    connection: Connection,
    run: OwnedUniqueName,
}

impl Bus {
    /// Connects, and begins to hear what changes.
    ///
    /// # Errors
    /// [`Silence::Lost`].
    pub(super) async fn open(address: &str) -> Result<Self, Silence> {
        let opened = timeout(PATIENCE, Builder::address(address).build()).await;
        let connection = opened.map_err(|_| Silence::Lost)??;
        let (news, mut hearing) = (Arc::new(Notify::new()), JoinSet::new());
        let signals = || MatchRule::builder().msg_type(Type::Signal);
        let changes = signals().sender(MANAGER).path_namespace(MANAGER_PATH).build()?;
        let comings = signals().sender(BUS).interface(BUS).member("NameOwnerChanged").arg(0, MANAGER).build()?;
        for rule in [changes, comings] {
            let mut signals = MessageStream::for_match_rule(rule, &connection, None).await?;
            let news = news.clone();
            // Signals are taken off at once, or the answers behind them would wait.
            hearing.spawn(async move {
                while let Some(Ok(_)) = signals.next().await {
                    news.notify_one();
                }
                news.notify_one();
            });
        }
        Ok(Self { connection, news, _hearing: hearing })
    }

    /// Waits until something changed since the last time, or the bus is gone.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// The manager that runs now. It is not started where it does not: who stopped it wants the modems for something else.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn manager(&self) -> Result<Manager, Silence> {
        let named = ask(&self.connection, (BUS, BUS_PATH, BUS), "GetNameOwner", &(MANAGER,), PATIENCE).await;
        let run: String = named.map_err(|silence| match silence {
            Silence::Refused(_) => Silence::NotRunning,
            Silence::Lost | Silence::NotRunning => silence,
        })?;
        let run = OwnedUniqueName::try_from(run).map_err(|_| Silence::Lost)?;
        Ok(Manager { connection: self.connection.clone(), run })
    }
}

impl Manager {
    /// The name of this run.
    pub(super) fn run(&self) -> &str {
        self.run.as_str()
    }

    /// All modems.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn objects(&self) -> Result<Objects, Silence> {
        let manager = (self.run(), MANAGER_PATH, "org.freedesktop.DBus.ObjectManager");
        ask(&self.connection, manager, "GetManagedObjects", &(), PATIENCE).await
    }

    /// What is known of an object now.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn properties(&self, path: &str, interface: &str) -> Result<Properties, Silence> {
        let object = (self.run(), path, "org.freedesktop.DBus.Properties");
        ask(&self.connection, object, "GetAll", &(interface,), PATIENCE).await
    }

    /// Takes a message out of its modem.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn delete(&self, modem: &str, message: &OwnedObjectPath) -> Result<(), Silence> {
        ask(&self.connection, (self.run(), modem, MESSAGING), "Delete", &(message,), PATIENCE).await
    }

    /// Switches a modem on.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn enable(&self, modem: &str) -> Result<(), Silence> {
        ask(&self.connection, (self.run(), modem, MODEM), "Enable", &(true,), ENABLING).await
    }
}

/// Asks an object of somebody, by one of its interfaces. An answer of another shape is taken for none.
async fn ask<B, R>(
    connection: &Connection,
    (whom, path, interface): (&str, &str, &str),
    method: &str,
    body: &B,
    patience: Duration,
) -> Result<R, Silence>
where
    B: Serialize + DynamicType,
    R: DeserializeOwned + Signature,
{
    let asked = connection.call_method(Some(whom), path, Some(interface), method, body);
    let answer = timeout(patience, asked).await.map_err(|_| Silence::Lost)??;
    answer.body().deserialize().map_err(|_| Silence::Refused("an answer that nobody can read".to_owned()))
}

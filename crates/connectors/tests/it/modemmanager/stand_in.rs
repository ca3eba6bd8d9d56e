//! A `ModemManager` that a test holds in its hand: it stands behind a message bus of one connection, and can be odd.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::StreamExt;
use tokio::net::UnixListener;
use tokio::sync::broadcast;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::{Connection, Guid, Message, MessageStream, OwnedObjectPath, Variant};

/// The SIM that is in its modem at first.
pub(crate) const SIM: &str = "8901260123456789012";
/// The modem's own number.
pub(crate) const IMEI: &str = "490154203237518";

const ROOT: &str = "/org/freedesktop/ModemManager1";
pub(crate) const MODEM: &str = "/org/freedesktop/ModemManager1/Modem/0";
const OURS: &str = "org.freedesktop.ModemManager1";

/// What a message is in.
pub(crate) const COMING: u32 = 2;
pub(crate) const RECEIVED: u32 = 3;
/// Where it lies.
pub(crate) const ON_SIM: u32 = 1;
pub(crate) const IN_MODEM: u32 = 2;

/// What is told of an object.
pub(crate) type Properties = HashMap<&'static str, Variant<'static>>;

/// What the manager has, and how it behaves.
pub(crate) struct State {
    /// The name of this run; none while it does not run.
    pub(crate) run: Option<&'static str>,
    /// Whether there is a modem.
    pub(crate) is_plugged: bool,
    /// What is told of the modem.
    pub(crate) modem: Properties,
    /// What is told of its SIM.
    pub(crate) sim: Properties,
    pub(crate) network: Properties,
    /// Messages by their numbers.
    pub(crate) messages: BTreeMap<u32, Properties>,
    next: u32,
    pub(crate) refuses_delete: bool,
    /// Everything that it was ever asked, without the bus's own.
    pub(crate) heard: Vec<String>,
}

/// A manager.
#[derive(Clone)]
pub(crate) struct Manager {
    state: Arc<Mutex<State>>,
    /// The path and the interface of what changed; nothing means that the bus is cut.
    says: broadcast::Sender<String>,
    pub(crate) address: String,
    _folder: Arc<tempfile::TempDir>,
}

fn path(path: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(path).expect("a path")
}

/// A message that was received.
pub(crate) fn sms(sender: &'static str, text: &str, state: u32, storage: u32) -> Properties {
    HashMap::from([
        ("State", state.into()),
        ("PduType", 1_u32.into()),
        ("Number", sender.into()),
        ("Text", text.to_owned().into()),
        ("Data", Vec::<u8>::new().into()),
        ("Timestamp", "2026-05-22T16:29:58+02".into()),
        ("SMSC", "+12063130004".into()),
        ("Storage", storage.into()),
    ])
}

impl Manager {
    /// A manager that runs and has one modem, switched on and without messages.
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let socket = folder.path().join("bus");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let state = State {
            run: Some(":1.1"),
            is_plugged: true,
            modem: HashMap::from([
                ("State", 8_i32.into()),
                ("EquipmentIdentifier", IMEI.into()),
                ("Sim", path("/org/freedesktop/ModemManager1/SIM/0").into_inner().into()),
                ("SignalQuality", Variant::from((67_u32, true))),
            ]),
            sim: HashMap::from([("SimIdentifier", SIM.into()), ("Imsi", "310260123456789".into())]),
            network: HashMap::from([("RegistrationState", 1_u32.into())]),
            messages: BTreeMap::new(),
            next: 0,
            refuses_delete: false,
            heard: Vec::new(),
        };
        let address = format!("unix:path={}", socket.display());
        let (state, says) = (Arc::new(Mutex::new(state)), broadcast::channel(64).0);
        let manager = Self { state, says, address, _folder: Arc::new(folder) };
        let door = manager.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(door.clone().serve(stream.into_std().expect("a socket")));
            }
        });
        manager
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    /// Puts a message into the modem and says nothing; its number.
    pub(crate) fn put(&self, sms: Properties) -> u32 {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.messages.insert(number, sms);
        number
    }

    /// Tells that something changed.
    pub(crate) fn say(&self, interface: &str) {
        drop(self.says.send(interface.to_owned()));
    }

    /// A message comes in.
    pub(crate) fn receive(&self, sms: Properties) -> u32 {
        let number = self.put(sms);
        self.say("org.freedesktop.ModemManager1.Modem.Messaging");
        number
    }

    /// Cuts the connections to the bus.
    pub(crate) fn cut(&self) {
        self.say("");
    }

    async fn serve(self, stream: std::os::unix::net::UnixStream) {
        let mut says = self.says.subscribe();
        let bus = Builder::unix_stream(stream).server(Guid::generate()).p2p().build_message_stream().await;
        let mut asked: MessageStream = bus.expect("a bus");
        let connection = Connection::from(&asked);
        loop {
            tokio::select! {
                message = asked.next() => match message {
                    Some(Ok(message)) if message.message_type() == Type::MethodCall => {
                        self.answer(&connection, &message).await;
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return,
                },
                Ok(interface) = says.recv() => {
                    if interface.is_empty() {
                        drop(connection.close().await);
                        return;
                    }
                    let signal = Message::signal(MODEM, interface.as_str(), "Added").sender(":1.1").build(&());
                    drop(connection.send(&signal.expect("a signal")).await);
                }
            }
        }
    }

    async fn answer(&self, connection: &Connection, message: &Message) {
        let header = message.header();
        let of = |said: Option<String>| said.unwrap_or_default();
        let whom = of(header.destination().map(ToString::to_string));
        let (path, method) = (of(header.path().map(ToString::to_string)), of(header.member().map(ToString::to_string)));
        let interface = of(header.interface().map(ToString::to_string));
        let name = format!("{}.{method}", interface.rsplit('.').next().unwrap_or_default());
        let argument: Option<String> = message.body().deserialize::<String>().ok();
        let reply = async |body: Option<Properties>| match body {
            Some(body) => connection.reply(&header, &body).await,
            None => connection.reply_error(&header, "org.freedesktop.DBus.Error.UnknownObject", &"a text 493817").await,
        };
        let is_known = {
            let mut state = self.state();
            if interface != "org.freedesktop.DBus" {
                state.heard.push(name.clone());
            }
            interface == "org.freedesktop.DBus" || state.run == Some(whom.as_str())
        };
        let told = match name.as_str() {
            _ if !is_known => reply(None).await,
            "DBus.Hello" => connection.reply(&header, &":1.9").await,
            "DBus.AddMatch" | "DBus.RemoveMatch" => connection.reply(&header, &()).await,
            "DBus.GetNameOwner" => {
                let run = self.state().run;
                match run {
                    Some(run) if argument.as_deref() == Some(OURS) => connection.reply(&header, &run).await,
                    _ => reply(None).await,
                }
            }
            "ObjectManager.GetManagedObjects" if path == ROOT => {
                let objects = self.objects();
                connection.reply(&header, &objects).await
            }
            "Properties.GetAll" => {
                let told = self.told(&path);
                reply(told).await
            }
            "Messaging.Delete" => {
                let message: OwnedObjectPath = message.body().deserialize().expect("a path");
                let is_done = self.delete(message.as_str());
                if is_done { connection.reply(&header, &()).await } else { reply(None).await }
            }
            "Modem.Enable" => {
                self.state().modem.insert("State", 8_i32.into());
                let told = connection.reply(&header, &()).await;
                self.say("org.freedesktop.ModemManager1.Modem");
                told
            }
            _ => reply(None).await,
        };
        drop(told);
    }

    fn objects(&self) -> HashMap<OwnedObjectPath, HashMap<String, Properties>> {
        let state = self.state();
        if !state.is_plugged {
            return HashMap::new();
        }
        let messages: Vec<Variant<'static>> =
            state.messages.keys().map(|number| path(&format!("{ROOT}/SMS/{number}")).into_inner().into()).collect();
        let messages: Vec<OwnedObjectPath> =
            messages.into_iter().map(|message| message.try_into().expect("a path")).collect();
        let messages = HashMap::from([("Messages", Variant::from(messages))]);
        let interfaces = [("Modem", clone(&state.modem)), ("Modem.Messaging", messages)]
            .into_iter()
            .chain([("Modem.Modem3gpp", clone(&state.network))])
            .map(|(name, told)| (format!("{OURS}.{name}"), told))
            .collect();
        HashMap::from([(path(MODEM), interfaces)])
    }

    fn told(&self, path: &str) -> Option<Properties> {
        let state = self.state();
        if path.contains("/SIM/") {
            return Some(clone(&state.sim));
        }
        state.messages.get(&number(path)).map(clone)
    }

    fn delete(&self, path: &str) -> bool {
        let mut state = self.state();
        !state.refuses_delete && state.messages.remove(&number(path)).is_some()
    }
}

fn number(path: &str) -> u32 {
    path.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX)
}

fn clone(properties: &Properties) -> Properties {
    properties.iter().map(|(name, value)| (*name, value.try_clone().expect("no file in it"))).collect()
}

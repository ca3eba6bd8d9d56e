//! `modemmanager`: modems that `ModemManager` has, as most Linux machines run it; it speaks QMI and MBIM besides AT.
//!
//! What it tells as received is kept by the house, and only then deleted: an SMS is in one of both at any time. The SIM is
//! known by its ICCID, wherever it is plugged in.

mod bus;
mod hold;
mod told;

use std::time::Duration;

use domain::supply::{Holding, Inbox, Setting, Settings, Supply};
use tokio::time::{Instant, sleep};

use self::hold::Holder;

/// Where Linux machines have the bus of the system.
const SYSTEM: &str = "unix:path=/run/dbus/system_bus_socket";
/// Bytes of an address.
const ADDRESS_MAX: usize = 512;
/// SIMs that can be named.
const SIMS_MAX: usize = 64;
/// Between two tries to reach the bus, at first and at most.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(30);
/// A connection that was held so long was a good one: the next try is soon.
const STOOD: Duration = Duration::from_secs(10);

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "bus",
        label: "Message bus",
        is_secret: false,
        is_optional: true,
        help: "such as unix:path=/run/dbus/system_bus_socket, the bus of the system, if nothing is said",
    },
    Setting {
        name: "sims",
        label: "SIMs",
        is_secret: false,
        is_optional: true,
        help: "the ICCIDs of the SIMs whose messages are taken, with commas between them; all if nothing is said",
    },
];

/// Modems of `ModemManager`.
pub(super) struct ModemManager;

/// A source as the operator described it.
struct Source {
    address: String,
    /// The SIMs that are read; all if none is named.
    sims: Vec<String>,
}

impl Source {
    fn of(settings: &Settings) -> Result<Self, String> {
        let address = settings.get("bus").unwrap_or(SYSTEM);
        let is_path = ["unix:path=/", "unix:abstract="].iter().any(|kind| address.starts_with(kind));
        let is_one = address.len() <= ADDRESS_MAX && !address.contains([';', '\0']);
        if !is_path || !is_one || zbus::Address::try_from(address).is_err() {
            return Err("`bus` must be one address such as unix:path=/run/dbus/system_bus_socket".to_owned());
        }
        let sims = settings.get("sims").unwrap_or_default().split(',').map(str::trim).filter(|sim| !sim.is_empty());
        let sims: Vec<String> = sims.map(|sim| sim.trim_end_matches(['F', 'f']).to_owned()).collect();
        let is_sim = |sim: &String| (15..=20).contains(&sim.len()) && sim.bytes().all(|sign| sign.is_ascii_digit());
        if sims.len() > SIMS_MAX || !sims.iter().all(is_sim) {
            return Err(format!("`sims` must be at most {SIMS_MAX} ICCIDs with commas between them"));
        }
        Ok(Self { address: address.to_owned(), sims })
    }

    fn reads(&self, sim: Option<&str>) -> bool {
        self.sims.is_empty() || sim.is_some_and(|sim| self.sims.iter().any(|named| named == sim))
    }
}

impl Supply for ModemManager {
    fn name(&self) -> &'static str {
        "modemmanager"
    }

    fn about(&self) -> &'static str {
        "Modems of this machine that ModemManager has, QMI and MBIM among them; each SIM is known by its ICCID."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Source::of(settings).map(drop)
    }

    fn holds(&self) -> bool {
        true
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        Box::pin(hold(settings, inbox))
    }
}

async fn hold(settings: Settings, inbox: Inbox) {
    let source = match Source::of(&settings) {
        Ok(source) => source,
        Err(wrong) => {
            inbox.fault(&wrong);
            return inbox.closed().await;
        }
    };
    let mut again = AGAIN_FIRST;
    let mut holder = Holder::new(source, inbox.clone());
    let holding = async {
        loop {
            let began = Instant::now();
            holder.run().await;
            if began.elapsed() >= STOOD {
                again = AGAIN_FIRST;
            }
            sleep(again).await;
            inbox.reconnects();
            again = (again * 2).min(AGAIN_MAX);
        }
    };
    // Whatever is cut off here: what was not kept is still in the modem.
    tokio::select! {
        () = inbox.closed() => {}
        () = holding => {}
    }
}

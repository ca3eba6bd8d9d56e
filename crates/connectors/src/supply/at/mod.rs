//! `at`: modems that are spoken to directly, at serial ports, on USB or through a serial server.
//!
//! What a modem keeps is read, kept by the house, and only then taken out of the modem: an SMS is in one of both at any
//! time. The SIM is known by its ICCID, wherever it is plugged in.

mod command;
mod heard;
mod modem;
mod ports;
mod serial;
mod talk;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::supply::{Holding, Inbox, Setting, Settings, Supply};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use self::ports::{Found, Ports};
use super::roster::Roster;
use super::upstream::ALLOW_NETWORK;

/// How often ports are looked for.
const LOOK: Duration = Duration::from_secs(2);
/// Seconds between two sweeps of a modem that announces nothing.
const POLL_MAX: u64 = 300;

const SETTINGS: [Setting; 4] = [
    Setting {
        name: "ports",
        label: "Ports",
        is_secret: false,
        is_optional: false,
        help: "1 to 64 with commas between them: tcp:10.0.0.5:9000, /dev/serial/by-id/usb-…, or /dev/ttyUSB* for all that fit",
    },
    Setting {
        name: "baud",
        label: "Speed of serial ports",
        is_secret: false,
        is_optional: true,
        help: "115200 if nothing is said; on USB it says nothing",
    },
    Setting {
        name: "poll_seconds",
        label: "Look at least every",
        is_secret: false,
        is_optional: true,
        help: "seconds, 1 to 300; 10 if nothing is said. A modem that announces its messages is asked at once",
    },
    ALLOW_NETWORK,
];

/// Modems at ports.
pub(super) struct At;

/// What all ports of a source share.
struct Source {
    ports: Ports,
    poll: Duration,
    roster: Arc<Roster>,
}

impl Source {
    fn of(settings: &Settings, mark: &str) -> Result<Self, String> {
        let poll = settings.get("poll_seconds").unwrap_or("10").parse().ok();
        let poll = poll.filter(|seconds| (1..=POLL_MAX).contains(seconds));
        let poll = poll.ok_or_else(|| format!("`poll_seconds` must be a number from 1 to {POLL_MAX}"))?;
        let ports = Ports::of(settings)?;
        Ok(Self { ports, poll: Duration::from_secs(poll), roster: Arc::new(Roster::from_mark(mark)) })
    }
}

impl Supply for At {
    fn name(&self) -> &'static str {
        "at"
    }

    fn about(&self) -> &'static str {
        "Modems with SIMs at serial ports, on USB or behind a serial server; each SIM is known by its ICCID."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Source::of(settings, "").map(drop)
    }

    fn holds(&self) -> bool {
        true
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        Box::pin(hold(settings, inbox))
    }
}

async fn hold(settings: Settings, inbox: Inbox) {
    let source = match Source::of(&settings, &inbox.mark()) {
        Ok(source) => Arc::new(source),
        Err(wrong) => {
            inbox.fault(&wrong);
            return inbox.closed().await;
        }
    };
    let mut held: HashMap<tokio::task::Id, Found> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !inbox.is_closed() {
        tokio::select! {
            _ = looks.tick() => {}
            Some(ended) = tasks.join_next_with_id() => {
                // One that panicked was logged; its port is begun again with the next look.
                held.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                continue;
            }
            () = inbox.closed() => break,
        }
        for found in source.ports.find() {
            if !held.values().any(|port| *port == found) {
                let task = tasks.spawn(modem::hold(found.clone(), source.clone(), inbox.clone()));
                held.insert(task.id(), found);
            }
        }
    }
    while tasks.join_next().await.is_some() {}
}

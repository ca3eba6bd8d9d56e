//! The modems of one bus: all of them are looked through whenever something changed, and now and then.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::supply::{Inbox, Line, Link, Status};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use zbus::OwnedObjectPath;

use super::Source;
use super::bus::{Bus, Manager, SIM, SMS, Silence};
use super::told::{self, Modem, Sms, State};
use crate::supply::roster::Roster;

/// The longest time between two looks: a signal may be missed.
const LOOK: Duration = Duration::from_secs(10);
/// The shortest: one change is told by several signals.
const PAUSE: Duration = Duration::from_millis(100);
/// After so long what was not kept is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How long a message may take to be kept.
const KEEPING: Duration = Duration::from_secs(20);
/// A modem that could not be switched on is tried again after so long.
const ENABLE_AGAIN: Duration = Duration::from_secs(60);
/// How often it is told how the SIMs stand.
const TELLING: Duration = Duration::from_secs(60);
/// Modems that are read. There are not so many ports at a machine.
const MODEMS_MAX: usize = 256;

/// Whether all that was there is kept.
type IsAllKept = bool;

/// A modem that is read.
struct Read {
    _link: Link,
    line: Line,
    /// What was told last of its SIM, and when.
    told: Option<(bool, Instant)>,
}

/// What the house knows of the modems on a bus.
pub(super) struct Holder {
    source: Source,
    inbox: Inbox,
    roster: Arc<Roster>,
    /// The modems that are read, by their paths.
    read: HashMap<String, Read>,
    /// Messages that began to come before their modem was known with its SIM.
    foreign: HashSet<String>,
    /// What is wrong now, so that each fault is told once.
    faults: BTreeSet<String>,
    /// When modems were last switched on.
    enabled: HashMap<String, Instant>,
    enabling: JoinSet<()>,
}

impl Holder {
    pub(super) fn new(source: Source, inbox: Inbox) -> Self {
        let roster = Arc::new(Roster::from_mark(&inbox.mark()));
        let (read, foreign) = (HashMap::new(), HashSet::new());
        let (faults, enabled, enabling) = (BTreeSet::new(), HashMap::new(), JoinSet::new());
        Self { source, inbox, roster, read, foreign, faults, enabled, enabling }
    }

    /// Holds one connection to the bus, until it is lost.
    pub(super) async fn run(&mut self) {
        let lost = match Bus::open(&self.source.address).await {
            Ok(bus) => self.look(&bus).await,
            Err(silence) => silence,
        };
        self.leave(|_| true).await;
        self.enabling.abort_all();
        self.tell(BTreeSet::from([lost.to_string()]));
    }

    async fn look(&mut self, bus: &Bus) -> Silence {
        loop {
            let (mut faults, mut next) = (BTreeSet::new(), LOOK);
            match self.sweep(bus, &mut faults).await {
                Ok(true) => {}
                Ok(false) => next = RETRY,
                Err(Silence::Lost) => return Silence::Lost,
                Err(silence) => {
                    self.leave(|_| true).await;
                    faults.insert(silence.to_string());
                }
            }
            self.tell(faults);
            sleep(PAUSE).await;
            // While something is not kept, more news changes nothing.
            tokio::select! {
                () = bus.news(), if next == LOOK => {}
                () = sleep(next) => {}
            }
        }
    }

    /// Tells the operator what is wrong now and was not before.
    fn tell(&mut self, faults: BTreeSet<String>) {
        for fault in faults.difference(&self.faults) {
            self.inbox.fault(fault);
        }
        self.faults = faults;
    }

    /// Looks through all modems.
    async fn sweep(&mut self, bus: &Bus, faults: &mut BTreeSet<String>) -> Result<IsAllKept, Silence> {
        let manager = bus.manager().await?;
        // Of an earlier run nothing is left.
        self.foreign.retain(|message| message.starts_with(manager.run()));
        self.enabled.retain(|modem, _| modem.starts_with(manager.run()));
        let objects = manager.objects().await?;
        let modems = objects.into_iter().filter_map(|(path, interfaces)| Modem::of(path, &interfaces));
        let modems: Vec<Modem> = modems.take(MODEMS_MAX).collect();
        let mut is_all_kept = true;
        let mut there = HashSet::new();
        for modem in &modems {
            match self.attend(&manager, modem, faults).await {
                Ok(Some(is_kept)) => {
                    is_all_kept &= is_kept;
                    there.insert(modem.path.to_string());
                }
                // It went away meanwhile.
                Ok(None) | Err(Silence::Refused(_)) => {}
                Err(silence) => return Err(silence),
            }
            faults.extend(trouble(modem.state).map(|trouble| format!("{}: {trouble}", modem.name())));
        }
        if !is_all_kept {
            faults.insert("a message could not be kept; it stays in the modem".to_owned());
        }
        self.leave(|path| !there.contains(path)).await;
        Ok(is_all_kept)
    }

    /// Looks through one modem; nothing where it cannot be read, or should not.
    async fn attend(
        &mut self,
        manager: &Manager,
        modem: &Modem,
        faults: &mut BTreeSet<String>,
    ) -> Result<Option<IsAllKept>, Silence> {
        let sim = match &modem.sim {
            Some(sim) => told::sim(&manager.properties(sim.as_str(), SIM).await?),
            None => None,
        };
        if !self.source.reads(sim.as_deref()) {
            return Ok(None);
        }
        match modem.state {
            State::Enabled => self.take(manager, modem, sim, faults).await.map(Some),
            State::Disabled => {
                self.enable(manager, modem);
                Ok(None)
            }
            State::Failed | State::Locked | State::Changing => Ok(None),
        }
    }

    /// Notes that a modem is read, and tells now and then how its SIM stands. What cannot be written down is told again at
    /// the next look.
    async fn stand(&mut self, modem: &Modem, line: &Line) {
        let path = modem.path.as_str();
        if self.read.get(path).is_none_or(|read| read.line != *line) {
            self.leave(|of| of == path).await;
            let read = Read { _link: self.inbox.link(), line: line.clone(), told: None };
            self.read.insert(path.to_owned(), read);
        }
        let (Some(read), Some(is_online)) = (self.read.get_mut(path), modem.is_online) else { return };
        if read.told.is_some_and(|(told, at)| told == is_online && at.elapsed() < TELLING) {
            return;
        }
        let status = Status { line: placed(line, modem), is_online, signal: Some(modem.signal()) };
        if matches!(timeout(KEEPING, self.inbox.note(vec![status])).await, Ok(Ok(()))) {
            read.told = Some((is_online, Instant::now()));
        }
    }

    /// Notes that some modems are not read any more. Their SIMs receive nothing, so nothing is sold on them.
    async fn leave(&mut self, is_left: impl Fn(&str) -> bool) {
        let left = self.read.extract_if(|path, _| is_left(path)).map(|(_, read)| read.line);
        let statuses: Vec<Status> = left.map(|line| Status { line, is_online: false, signal: None }).collect();
        if !statuses.is_empty() {
            drop(timeout(KEEPING, self.inbox.note(statuses)).await);
        }
    }

    /// Switches a modem on, beside all others: it takes until the modem is in the network.
    fn enable(&mut self, manager: &Manager, modem: &Modem) {
        let (now, of_run) = (Instant::now(), format!("{} {}", manager.run(), modem.path));
        let last = self.enabled.get(&of_run);
        if last.is_some_and(|last| now.duration_since(*last) < ENABLE_AGAIN) {
            return;
        }
        self.enabled.insert(of_run, now);
        let (manager, inbox) = (manager.clone(), self.inbox.clone());
        let (path, name) = (modem.path.clone(), modem.name());
        self.enabling.spawn(async move {
            if let Err(silence) = manager.enable(path.as_str()).await {
                inbox.fault(&format!("{name} cannot be switched on: {silence}"));
            }
        });
    }

    /// Keeps what a modem received, and deletes it.
    async fn take(
        &mut self,
        manager: &Manager,
        modem: &Modem,
        sim: Option<String>,
        faults: &mut BTreeSet<String>,
    ) -> Result<IsAllKept, Silence> {
        let is_own = sim.as_ref().is_none_or(|sim| self.roster.is_last(&modem.imei, sim));
        let line = line(modem, sim.as_deref());
        self.stand(modem, &line).await;
        let mut is_all_kept = true;
        for path in &modem.messages {
            let Some(sms) = message(manager, path).await? else { continue };
            let name = format!("{} {path}", manager.run());
            if !is_own && sms.is_coming() {
                self.foreign.insert(name);
                continue;
            }
            if !sms.is_whole() {
                continue;
            }
            let mut part = sms.part(line.clone(), self.inbox.now_ms());
            if !sms.is_on_sim() && (!is_own || self.foreign.contains(&name)) {
                // It may have come with the SIM that was in the modem before, so nobody may have it.
                part.trouble = part.trouble.or(Some("kept_with_another_sim"));
            }
            let pending = self.inbox.pending();
            is_all_kept = matches!(timeout(KEEPING, self.inbox.receive(part)).await, Ok(Ok(_)));
            drop(pending);
            if !is_all_kept {
                break;
            }
            match manager.delete(modem.path.as_str(), path).await {
                Ok(()) => {}
                Err(Silence::Refused(why)) => {
                    faults.insert(format!("{}: a message that is kept cannot be deleted: {why}", modem.name()));
                }
                Err(silence) => return Err(silence),
            }
        }
        if let Some(sim) = sim.filter(|_| is_all_kept && !is_own) {
            self.roster.was_read(&modem.imei, &sim, &self.inbox).await;
        }
        Ok(is_all_kept)
    }
}

/// A message, unless it is not there any more.
async fn message(manager: &Manager, path: &OwnedObjectPath) -> Result<Option<Sms>, Silence> {
    match manager.properties(path.as_str(), SMS).await {
        Ok(told) => Ok(Some(Sms::of(&told))),
        Err(Silence::Refused(_)) => Ok(None),
        Err(silence) => Err(silence),
    }
}

/// The SIM is the line; its modem is told only where it does not say which SIM it has, because a modem keeps its name
/// when another SIM is put in.
fn line(modem: &Modem, sim: Option<&str>) -> Line {
    match sim {
        Some(sim) => Line { sim: Some(sim.to_owned()), ..Line::default() },
        None => Line { port: Some(modem.imei.clone()).filter(|imei| !imei.is_empty()), ..Line::default() },
    }
}

/// The line, with the modem that it is in.
fn placed(line: &Line, modem: &Modem) -> Line {
    Line { port: Some(modem.imei.clone()).filter(|imei| !imei.is_empty()), ..line.clone() }
}

/// Why a modem is not read.
fn trouble(state: State) -> Option<&'static str> {
    match state {
        State::Failed => Some("its SIM is missing, or ModemManager cannot handle it"),
        State::Locked => Some("its SIM asks for a PIN; take it off"),
        State::Disabled | State::Changing | State::Enabled => None,
    }
}

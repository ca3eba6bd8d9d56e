//! One port: opened, its modem asked for everything that it keeps, and opened again when it is lost.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::supply::{Inbox, Line, Link, Part, Status};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::command::{Command, ICCID_WAYS, NETWORKS, Storage};
use super::heard::{self, Stored};
use super::ports::{Found, Port, Shut};
use super::talk::{Answer, Silence, Talk};
use super::{Source, heard::iccid};
use crate::supply::form::from_hex;
use crate::supply::pdu;
use crate::supply::roster::Claim;

/// Between two tries to reach a modem, at first and at most.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(30);
/// At most for a device file: it is looked at soon after it was plugged in again.
const AGAIN_DEVICE: Duration = Duration::from_secs(5);
/// A modem that was held so long was a good one: the next try is soon.
const STOOD: Duration = Duration::from_secs(10);
/// How long opening a port may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a modem is asked whether it is there, until it is not.
const GREETINGS: usize = 3;
/// How long a message may take to be kept.
const KEEPING: Duration = Duration::from_secs(20);
/// After so long what was not kept is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How often it is told how the SIM stands.
const TELLING: Duration = Duration::from_secs(60);
/// How often one reads a message that does not have the length it should have, until it is kept as it is.
const READINGS: u8 = 3;

/// Why a modem is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Open(#[from] Shut),
    #[error("the modem {0}")]
    Silence(#[from] Silence),
    #[error("the SIM is missing or broken")]
    NoSim,
    #[error("the SIM asks for a PIN; take it off")]
    Pin,
    #[error("the modem refuses {0}")]
    Refused(&'static str),
    #[error("the SIM was changed")]
    Changed,
    #[error("the SIM is read at another port")]
    Taken,
}

/// A modem that is held.
struct Modem<'a> {
    talk: Talk,
    source: &'a Source,
    inbox: &'a Inbox,
    port: &'a Port,
    imei: String,
    /// The SIM's number and the way it was asked for, where the modem tells it.
    sim: Option<(String, usize)>,
    _claim: Option<Claim>,
    storages: Vec<Storage>,
    /// The one that keeps what comes, if it can be chosen.
    receiving: Option<Storage>,
    /// Whether what the modem itself keeps came with this SIM.
    is_own: bool,
    /// Messages that were heard broken: what was heard, and how often.
    broken: HashMap<(Storage, u16), (String, u8)>,
    /// The storages that were full when they were last looked at.
    full: HashSet<Storage>,
    /// When it was last told how the SIM stands.
    told: Option<Instant>,
}

/// Holds the modem at a port until the inbox closes, or the port was found and is not there any more.
pub(super) async fn hold(found: Found, source: Arc<Source>, inbox: Inbox) {
    let mut again = AGAIN_FIRST;
    while !inbox.is_closed() {
        let began = Instant::now();
        let Err(fault) = hold_once(&found.port, &source, &inbox).await else { return };
        let is_gone = matches!(fault, Fault::Open(_) | Fault::Silence(Silence::Gone));
        // Of the files that fit a pattern some are no modems, and others are the same one once more.
        let is_expected = !found.is_named && matches!(fault, Fault::Open(_) | Fault::Silence(_) | Fault::Taken);
        let is_told = !is_expected || began.elapsed() >= STOOD;
        if is_told {
            inbox.fault(&format!("{}: {fault}", found.port.name()));
        }
        if is_gone && !found.is_named {
            return;
        }
        if began.elapsed() >= STOOD {
            again = AGAIN_FIRST;
        }
        tokio::select! {
            () = sleep(again) => {}
            () = inbox.closed() => return,
        }
        if is_told {
            inbox.reconnects();
        }
        let most = if matches!(found.port, Port::Device(_)) && is_gone { AGAIN_DEVICE } else { AGAIN_MAX };
        again = (again * 2).min(most);
    }
}

async fn hold_once(port: &Port, source: &Source, inbox: &Inbox) -> Result<(), Fault> {
    let held = async {
        let talk = Talk::new(source.ports.open(port, Instant::now() + PATIENCE).await?);
        let mut modem = Modem::begin(talk, port, source, inbox).await?;
        let ended = modem.run().await;
        // Another port may read the SIM from here on, and then tells that it is there.
        modem.note(false, None).await;
        ended
    };
    tokio::select! {
        // Whatever is cut off here: what was not kept is still in the modem.
        () = inbox.closed() => Ok(()),
        ended = held => ended,
    }
}

impl<'a> Modem<'a> {
    /// Gets a modem ready, and learns who it is.
    async fn begin(talk: Talk, port: &'a Port, source: &'a Source, inbox: &'a Inbox) -> Result<Self, Fault> {
        let mut modem = Self {
            talk,
            source,
            inbox,
            port,
            imei: String::new(),
            sim: None,
            _claim: None,
            storages: Vec::new(),
            receiving: None,
            is_own: false,
            broken: HashMap::new(),
            full: HashSet::new(),
            told: None,
        };
        modem.greet().await?;
        modem.ask(Command::EchoOff).await?;
        modem.ask(Command::Numbers).await?;
        modem.is_sim_ready().await?;
        modem.must(Command::PduMode, "PDU mode").await?;
        modem.imei = heard::imei(&modem.ask(Command::Imei).await?).unwrap_or_default();
        modem.learn_sim().await?;
        modem.storages = heard::storages(&modem.ask(Command::Storages).await?);
        modem.receive().await?;
        for mode in [2, 1] {
            // One that cannot announce is asked often enough.
            if modem.ask(Command::Announce(mode)).await?.is_ok {
                break;
            }
        }
        Ok(modem)
    }

    async fn ask(&mut self, command: Command) -> Result<Answer, Silence> {
        self.talk.ask(command).await
    }

    async fn must(&mut self, command: Command, what: &'static str) -> Result<Answer, Fault> {
        let answer = self.ask(command).await?;
        if answer.is_ok { Ok(answer) } else { Err(Fault::Refused(what)) }
    }

    /// Some modems sleep, or have to hear a speed first.
    async fn greet(&mut self) -> Result<(), Fault> {
        for _ in 1..GREETINGS {
            match self.ask(Command::Attention).await {
                Ok(_) => return Ok(self.talk.quiet().await?),
                Err(Silence::Late) => {}
                Err(silence) => return Err(silence.into()),
            }
        }
        self.ask(Command::Attention).await?;
        Ok(self.talk.quiet().await?)
    }

    async fn is_sim_ready(&mut self) -> Result<(), Fault> {
        let answer = self.ask(Command::Pin).await?;
        let said = answer.lines.iter().find_map(|line| line.strip_prefix("+CPIN:")).map(str::trim);
        match said {
            Some("READY") => Ok(()),
            Some(wants) if wants.contains("PIN") || wants.contains("PUK") => Err(Fault::Pin),
            Some(_) | None => Err(Fault::NoSim),
        }
    }

    async fn learn_sim(&mut self) -> Result<(), Fault> {
        for way in 0..ICCID_WAYS.len() {
            let answer = self.ask(Command::Iccid(way)).await?;
            let Some(sim) = iccid(&answer, way) else { continue };
            self._claim = Some(self.source.roster.claim(&sim).ok_or(Fault::Taken)?);
            self.is_own = self.source.roster.is_last(&self.imei, &sim);
            self.sim = Some((sim, way));
            return Ok(());
        }
        Ok(())
    }

    /// Has what comes kept on the SIM, where it stays with its number; in the modem if that is all there is.
    async fn receive(&mut self) -> Result<(), Fault> {
        for storage in [Storage::Sim, Storage::Modem] {
            if self.ask(Command::Receive(storage)).await?.is_ok {
                if !self.storages.contains(&storage) {
                    self.storages.push(storage);
                }
                self.receiving = Some(storage);
                return Ok(());
            }
        }
        if self.storages.is_empty() { Err(Fault::Refused("its storages")) } else { Ok(()) }
    }

    /// Reads all that is there, and then what comes.
    async fn run(&mut self) -> Result<(), Fault> {
        let _link: Link = self.inbox.link();
        loop {
            self.talk.fetches();
            let is_all_kept = self.sweep().await?;
            self.stand().await?;
            let pause = if is_all_kept { self.source.poll } else { RETRY };
            let next = Instant::now() + pause;
            tokio::select! {
                // While something is not kept, more news changes nothing.
                heard = self.talk.news(), if is_all_kept => heard?,
                () = sleep_until(next) => {}
            }
        }
    }

    /// Reads every storage and keeps what is in it. Whether all of it was kept.
    async fn sweep(&mut self) -> Result<bool, Fault> {
        if !self.keep_direct().await {
            return Ok(false);
        }
        let mut is_all_kept = true;
        for storage in self.storages.clone() {
            let is_receiving = self.receiving == Some(storage);
            let select = if is_receiving { Command::Receive(storage) } else { Command::Select(storage) };
            let selected = self.ask(select).await?;
            if !selected.is_ok {
                continue;
            }
            let all = heard::stored(&self.must(Command::List, "the list of its messages").await?);
            self.is_same_sim().await?;
            self.broken.retain(|(of, place), _| *of != storage || all.iter().any(|one| one.place == *place));
            for one in all {
                is_all_kept &= self.take(storage, one).await?;
            }
            self.is_there_room(storage).await?;
        }
        if is_all_kept
            && !self.is_own
            && let Some((sim, _)) = &self.sim
        {
            self.source.roster.was_read(&self.imei, sim, self.inbox).await;
            self.is_own = true;
        }
        Ok(is_all_kept)
    }

    /// What was just listed is this SIM's only if it is still the one that was claimed.
    async fn is_same_sim(&mut self) -> Result<(), Fault> {
        if let Some((sim, way)) = self.sim.clone() {
            let answer = self.ask(Command::Iccid(way)).await?;
            match iccid(&answer, way) {
                Some(now) if now == sim => {}
                Some(_) => return Err(Fault::Changed),
                None => return Err(Fault::NoSim),
            }
        }
        if self.talk.is_sim_gone() { Err(Fault::NoSim) } else { Ok(()) }
    }

    /// Keeps a message and then takes it out of the modem; whether it was kept.
    async fn take(&mut self, storage: Storage, one: Stored) -> Result<bool, Fault> {
        if !one.is_whole && !self.is_heard_enough(storage, &one) {
            return Ok(false);
        }
        let mut part = pdu::part(self.line(), &one.pdu());
        if storage == Storage::Modem && self.sim.is_some() && !self.is_own {
            // It may have come with the SIM that was in the modem before, so nobody may have it.
            part.trouble = part.trouble.or(Some("kept_with_another_sim"));
        }
        if !self.keep(part).await {
            return Ok(false);
        }
        if !self.ask(Command::Delete(one.place)).await?.is_ok {
            self.tell("a message that is kept cannot be taken out of the modem");
        }
        Ok(true)
    }

    /// A line that lost a sign on its way is read again; one that is the same each time is what the modem has.
    fn is_heard_enough(&mut self, storage: Storage, one: &Stored) -> bool {
        let heard = self.broken.entry((storage, one.place)).or_default();
        if heard.0 != one.digits {
            *heard = (one.digits.clone(), 0);
        }
        heard.1 += 1;
        heard.1 >= READINGS
    }

    /// Messages that the modem handed over and does not keep: until the house has them, they are nowhere else.
    async fn keep_direct(&mut self) -> bool {
        while let Some(digits) = self.talk.direct() {
            let bytes = from_hex(&digits).unwrap_or_else(|| digits.into_bytes());
            if !self.keep(pdu::part(self.line(), &bytes)).await {
                return false;
            }
            self.talk.direct_is_kept();
        }
        true
    }

    async fn keep(&mut self, part: Part) -> bool {
        let _pending = self.inbox.pending();
        let is_kept = matches!(timeout(KEEPING, self.inbox.receive(part)).await, Ok(Ok(_)));
        if !is_kept {
            self.tell("a message could not be kept; it stays in the modem");
        }
        is_kept
    }

    /// The SIM is the line; its port is told only where the modem does not say which SIM it has, because a port keeps
    /// its name when another SIM is put in.
    fn line(&self) -> Line {
        match &self.sim {
            Some((sim, _)) => Line { sim: Some(sim.clone()), ..Line::default() },
            None => Line { port: Some(self.port.name()), ..Line::default() },
        }
    }

    /// A storage that is full takes nothing more, and the network says it to nobody.
    async fn is_there_room(&mut self, storage: Storage) -> Result<(), Fault> {
        let answer = self.ask(Command::Used).await?;
        let Some((used, room)) = heard::used(&answer, storage) else { return Ok(()) };
        if room == 0 || used < room {
            self.full.remove(&storage);
        } else if self.full.insert(storage) {
            let name = storage.name();
            self.tell(&format!(
                "the storage {name} is full ({used} of {room}): no more SMS come in until it is emptied"
            ));
        }
        Ok(())
    }

    /// Tells now and then whether the SIM is in the network, and how well it hears.
    async fn stand(&mut self) -> Result<(), Silence> {
        if self.told.is_some_and(|told| told.elapsed() < TELLING) {
            return Ok(());
        }
        self.told = Some(Instant::now());
        let mut is_online = None;
        for network in 0..NETWORKS.len() {
            let answer = self.ask(Command::Network(network)).await?;
            is_online = is_online.max(heard::is_in(&answer, network));
            if is_online == Some(true) {
                break;
            }
        }
        if let Some(is_online) = is_online {
            let signal = heard::signal(&self.ask(Command::Signal).await?);
            self.note(is_online, signal).await;
        }
        Ok(())
    }

    /// What cannot be written down is told again after the next look.
    async fn note(&mut self, is_online: bool, signal: Option<String>) {
        let sim = self.sim.as_ref().map(|(sim, _)| sim.clone());
        let line = Line { sim, port: Some(self.port.name()), number: None };
        let noted = timeout(KEEPING, self.inbox.note(vec![Status { line, is_online, signal }])).await;
        if !matches!(noted, Ok(Ok(()))) {
            self.told = None;
        }
    }

    fn tell(&self, fault: &str) {
        self.inbox.fault(&format!("{}: {fault}", self.port.name()));
    }
}

//! One bind: made, held, and made again when it is lost.

use std::sync::Arc;
use std::time::Duration;

use domain::supply::{Inbox, Link};
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use super::super::stream::Stream;
use super::body::{self, Told};
use super::centre::Centre;
use super::frame::{
    ALERT_NOTIFICATION, ANSWER, BAD_COMMAND, BAD_LENGTH, DATA_SM, DELIVER_SM, ENQUIRE_LINK, Frame, Frames,
    GENERIC_NACK, LATER, Lost, NEVER, OK, OUTBIND, UNBIND,
};
use super::repeats::{Name, Repeats, Tally};
use crate::call::NotSent;

/// Between two tries to bind, at first and at most: a centre that does not find us gives messages up after a while.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(30);
/// A bind that stood so long was a good one: the next try is soon.
const STOOD: Duration = Duration::from_secs(10);
/// How long a connection, a bind's answer, and a write may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a message may take to be kept before its sender is told to come again.
const KEEPING: Duration = Duration::from_secs(20);
/// How long the last messages and the farewell may take when the house closes.
const FAREWELL: Duration = Duration::from_secs(3);
/// Messages that may come before the answer to the bind.
const EARLY_MAX: usize = 100;

/// Why a bind ended.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("cannot be connected to: {0}")]
    Connect(#[from] NotSent),
    #[error("did not answer in time")]
    Silent,
    #[error("refused the bind with status 0x{0:02X}")]
    Refused(u32),
    #[error("ended the bind")]
    Unbound,
    #[error(transparent)]
    Lost(#[from] Lost),
}

/// A message that was kept, or not, and the answer to it.
struct Kept {
    answer: Frame,
    name: Name,
    is_kept: bool,
}

type Reader = Frames<ReadHalf<Box<dyn Stream>>>;

/// A bind that stands.
struct Bind<'a> {
    /// Which of the source's binds it is.
    place: usize,
    centre: &'a Centre,
    repeats: &'a Mutex<Repeats>,
    inbox: &'a Inbox,
    write: WriteHalf<Box<dyn Stream>>,
    out: Vec<u8>,
    keeping: JoinSet<Kept>,
    sequence: u32,
    /// When the centre took the bind, if it did. Who is only silent takes time too.
    stands_since: Option<Instant>,
    /// Messages that came on this bind and are not known to be acknowledged.
    mine: Tally,
    /// Those of them that were answered since the last question.
    answered: Tally,
    /// The question that was not answered yet, and the messages that were answered before it.
    asked: Option<(u32, Tally)>,
    /// Whether the centre said anything since it was last looked at.
    is_heard: bool,
}

/// Binds until the inbox closes: the one of the source's binds that has this place among them.
pub(super) async fn hold(place: usize, centre: Arc<Centre>, repeats: Arc<Mutex<Repeats>>, inbox: Inbox) {
    let host = centre.host(place);
    let mut pauses = Pauses::default();
    while !inbox.is_closed() {
        let mut stood = None;
        let connected = tokio::select! {
            connected = connect(&centre, host) => connected,
            () = inbox.closed() => return,
        };
        let fault = match connected {
            Ok((reader, bind)) => {
                let mut bind = Bind::new(place, &centre, &repeats, &inbox, bind);
                let ended = bind.run(reader).await;
                bind.end().await;
                stood = bind.stands_since.map(|since| since.elapsed());
                ended
            }
            Err(fault) => Err(fault),
        };
        let Err(fault) = fault else { return };
        inbox.fault(&format!("{}:{} {fault}", host.0, host.1));
        tokio::select! {
            () = sleep(pauses.after(stood)) => {}
            () = inbox.closed() => return,
        }
        inbox.reconnects();
    }
}

/// How long to wait between two tries: twice as long each time, until a bind was a good one.
struct Pauses {
    next: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: AGAIN_FIRST }
    }
}

impl Pauses {
    /// The pause after a try whose bind stood so long, if the centre took it at all.
    fn after(&mut self, stood: Option<Duration>) -> Duration {
        let pause = if stood.is_some_and(|stood| stood >= STOOD) { AGAIN_FIRST } else { self.next };
        self.next = (pause * 2).min(AGAIN_MAX);
        pause
    }
}

async fn connect(centre: &Centre, host: &(String, u16)) -> Result<(Reader, WriteHalf<Box<dyn Stream>>), Fault> {
    let (read, write) = split(centre.connect(&host.0, host.1, Instant::now() + PATIENCE).await?);
    Ok((Frames::new(read), write))
}

impl<'a> Bind<'a> {
    fn new(
        place: usize,
        centre: &'a Centre,
        repeats: &'a Mutex<Repeats>,
        inbox: &'a Inbox,
        write: WriteHalf<Box<dyn Stream>>,
    ) -> Self {
        Self {
            place,
            centre,
            repeats,
            inbox,
            write,
            out: Vec::new(),
            keeping: JoinSet::new(),
            sequence: 0,
            stands_since: None,
            mine: Tally::new(),
            answered: Tally::new(),
            asked: None,
            is_heard: false,
        }
    }

    /// Runs until the bind is lost, or the inbox closes and it was ended in order.
    async fn run(&mut self, mut reader: Reader) -> Result<(), Fault> {
        let early = timeout(PATIENCE, self.bind(&mut reader)).await.map_err(|_| Fault::Silent)??;
        let _link: Link = self.inbox.link();
        self.stands_since = Some(Instant::now());
        self.repeats.lock().await.stands(self.place, self.inbox.now_ms());
        for frame in early {
            self.hear(frame).await?;
        }
        let mut ticks = interval_at(Instant::now() + self.centre.enquire, self.centre.enquire);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // While the window is full nothing is read, and so the centre waits.
                frame = reader.next(), if self.keeping.len() < self.centre.window => self.hear(frame?).await?,
                Some(kept) = self.keeping.join_next() => self.kept(kept).await,
                _ = ticks.tick() => self.ask()?,
                () = self.inbox.closed() => return self.leave(&mut reader).await,
            }
            while let Some(kept) = self.keeping.try_join_next() {
                self.kept(kept).await;
            }
            self.flush().await?;
        }
    }

    /// Binds; the frames that came before the answer are still to be heard.
    async fn bind(&mut self, reader: &mut Reader) -> Result<Vec<Frame>, Fault> {
        let Centre { system_id, password, system_type, command, .. } = self.centre;
        let mut body = Vec::new();
        for word in [system_id, password, system_type] {
            body.extend_from_slice(word.as_bytes());
            body.push(0);
        }
        // Version 3.4, and no address range: what is routed to us is the centre's matter.
        body.extend_from_slice(&[0x34, 0, 0, 0]);
        let sequence = self.say(*command, body);
        self.flush().await?;
        let mut early = Vec::new();
        loop {
            let frame = reader.next().await?;
            match (frame.command, frame.status) {
                (answer, OK) if answer == *command | ANSWER => return Ok(early),
                (answer, status) if answer == *command | ANSWER => return Err(Fault::Refused(status)),
                (GENERIC_NACK, status) if frame.sequence == sequence => return Err(Fault::Refused(status)),
                _ if early.len() < EARLY_MAX => early.push(frame),
                _ => return Err(Fault::Silent),
            }
        }
    }

    /// Says a command of our own; its sequence number.
    fn say(&mut self, command: u32, body: Vec<u8>) -> u32 {
        // "The allowed sequence_number range is from 0x00000001 to 0x7FFFFFFF."
        self.sequence = self.sequence % 0x7FFF_FFFF + 1;
        Frame::new(command, self.sequence, body).write(&mut self.out);
        self.sequence
    }

    async fn flush(&mut self) -> Result<(), Fault> {
        if self.out.is_empty() {
            return Ok(());
        }
        let written = timeout(PATIENCE, self.write.write_all(&self.out)).await.map_err(|_| Fault::Silent)?;
        timeout(PATIENCE, self.write.flush()).await.map_err(|_| Fault::Silent)?.map_err(|_| Lost::Broken)?;
        written.map_err(|_| Lost::Broken)?;
        self.out.clear();
        Ok(())
    }

    /// Asks whether the other end is there. Who says anything at all is: behind much else an answer comes late.
    fn ask(&mut self) -> Result<(), Fault> {
        // While nothing is read, no answer can be heard.
        if self.keeping.len() >= self.centre.window {
            return Ok(());
        }
        let is_heard = std::mem::take(&mut self.is_heard);
        if self.asked.is_some() {
            return if is_heard { Ok(()) } else { Err(Fault::Silent) };
        }
        let sequence = self.say(ENQUIRE_LINK, Vec::new());
        self.asked = Some((sequence, std::mem::take(&mut self.answered)));
        Ok(())
    }

    async fn hear(&mut self, frame: Frame) -> Result<(), Fault> {
        self.is_heard = true;
        match frame.command {
            _ if !frame.is_whole && frame.body.is_empty() => frame.refusal(BAD_LENGTH).write(&mut self.out),
            DELIVER_SM | DATA_SM => self.message(&frame).await,
            ENQUIRE_LINK => frame.answer(OK).write(&mut self.out),
            UNBIND => {
                frame.answer(OK).write(&mut self.out);
                self.flush().await?;
                return Err(Fault::Unbound);
            }
            // Who does not know the question is there too.
            command if command == ENQUIRE_LINK | ANSWER || command == GENERIC_NACK => {
                if let Some((_, tally)) = self.asked.take_if(|(asked, _)| *asked == frame.sequence) {
                    self.known(&tally).await;
                }
            }
            OUTBIND | ALERT_NOTIFICATION => {}
            command if command & ANSWER != 0 => {}
            _ => frame.refusal(BAD_COMMAND).write(&mut self.out),
        }
        Ok(())
    }

    /// Takes a message in; it is answered when it is kept.
    async fn message(&mut self, frame: &Frame) {
        let (mut part, status) = match body::told(frame, self.centre.alphabet) {
            Told::Piece(part) => (part, OK),
            Told::Unreadable(part) => (part, NEVER),
            Told::Receipt => return frame.answer(OK).write(&mut self.out),
        };
        let Ok(name) = self.repeats.lock().await.name(&frame.body, self.inbox).await else {
            self.inbox.fault("a message could not be kept; its sender was told to come again");
            return frame.answer(LATER).write(&mut self.out);
        };
        part.reference = name.reference();
        *self.mine.entry(name.generation).or_default() += 1;
        let (inbox, pending) = (self.inbox.clone(), self.inbox.pending());
        let (kept, later) = (frame.answer(status), frame.answer(LATER));
        self.keeping.spawn(async move {
            let is_kept = matches!(timeout(KEEPING, inbox.receive(*part)).await, Ok(Ok(_)));
            drop(pending);
            Kept { answer: if is_kept { kept } else { later }, name, is_kept }
        });
    }

    async fn kept(&mut self, kept: Result<Kept, JoinError>) {
        // A panic was logged; without an answer the centre tells the message again.
        let Ok(kept) = kept else { return };
        kept.answer.write(&mut self.out);
        *self.answered.entry(kept.name.generation).or_default() += 1;
        if !kept.is_kept {
            self.inbox.fault("a message could not be kept; its sender was told to come again");
            self.repeats.lock().await.failed(kept.name);
        }
    }

    /// The centre has our answers to these.
    async fn known(&mut self, tally: &Tally) {
        for (generation, count) in tally {
            let mine = self.mine.entry(*generation).or_default();
            *mine = mine.saturating_sub(*count);
        }
        self.mine.retain(|_, count| *count > 0);
        // What could not be written down is found again with the next answer.
        drop(self.repeats.lock().await.known(tally, self.inbox).await);
    }

    /// Ends the bind in order: answers what is in flight, says so, and hears that it was heard.
    async fn leave(&mut self, reader: &mut Reader) -> Result<(), Fault> {
        let last = async {
            while let Some(kept) = self.keeping.join_next().await {
                self.kept(kept).await;
            }
        };
        let _late = timeout(FAREWELL, last).await;
        let unbind = self.say(UNBIND, Vec::new());
        self.flush().await?;
        let answer = async {
            loop {
                match reader.next().await {
                    Ok(frame) if frame.command == UNBIND | ANSWER && frame.sequence == unbind => return true,
                    Ok(_) => {}
                    Err(_) => return false,
                }
            }
        };
        if timeout(FAREWELL, answer).await.unwrap_or(false) {
            let mut tally = std::mem::take(&mut self.answered);
            for (generation, count) in self.asked.take().map(|(_, tally)| tally).unwrap_or_default() {
                *tally.entry(generation).or_default() += count;
            }
            self.known(&tally).await;
        }
        Ok(())
    }

    /// What came on this bind and was not known to be acknowledged may come again.
    async fn end(&mut self) {
        // What is being kept goes on: customers wait for it.
        self.keeping.detach_all();
        // A bind that never stood brought nothing; a centre that is down casts no doubt on what others tell.
        if self.stands_since.is_none() {
            return;
        }
        self.repeats.lock().await.lost(self.place, &self.mine, self.inbox.now_ms());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_a_bind_stood_for_a_while() {
        let mut pauses = Pauses::default();
        let mut after = |stood: Option<u64>| pauses.after(stood.map(Duration::from_secs)).as_secs();
        // A silent centre takes ten seconds of each try, and never a bind.
        assert_eq!([None; 7].map(&mut after), [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!([Some(9), Some(10), Some(0), None].map(&mut after), [30, 1, 2, 4]);
    }
}

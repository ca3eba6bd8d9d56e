//! A modem that a test holds in its hand: it answers AT commands over TCP, keeps messages, and can be odd.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

/// The SIM that is in it at first.
pub(crate) const SIM: &str = "8901260123456789012";
/// The modem's own number.
pub(crate) const IMEI: &str = "490154203237518";

/// What a network knows the SIM by.
pub(crate) const IMSI: &str = "310260123456789";

/// Messages by their places: a state and the digits of a PDU.
pub(crate) type Shelf = BTreeMap<u16, (u8, String)>;

/// What a modem has and how it behaves.
pub(crate) struct State {
    pub(crate) iccid: String,
    pub(crate) pin: &'static str,
    /// What it keeps on the SIM, and what in itself.
    pub(crate) shelves: BTreeMap<&'static str, Shelf>,
    pub(crate) room: usize,
    /// The only way in which it tells its SIM; none if it does not.
    pub(crate) way: &'static str,
    pub(crate) refuses_delete: bool,
    /// How it stands in the network of circuits, and in that of packets.
    pub(crate) stands: [u8; 2],
    /// Whether it cannot keep what comes on the SIM.
    pub(crate) refuses_sim: bool,
    /// Whether it answers what our house never asks.
    pub(crate) is_talkative: bool,
    /// Whether it says other things between its answers.
    pub(crate) is_noisy: bool,
    /// How many of its lists lack the last digits of each PDU.
    pub(crate) broken_lists: usize,
    /// How many of its lists are cut off by a lost connection.
    pub(crate) lost_lists: usize,
    /// Everything that it was ever told.
    pub(crate) heard: Vec<String>,
}

/// A modem.
#[derive(Clone)]
pub(crate) struct Modem {
    state: Arc<Mutex<State>>,
    /// What it says unasked; nothing means that its connections are cut.
    says: broadcast::Sender<String>,
    pub(crate) port: u16,
}

impl Modem {
    /// A modem with an empty SIM that somebody can connect to.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = State {
            iccid: SIM.to_owned(),
            pin: "READY",
            shelves: BTreeMap::from([("SM", Shelf::new()), ("ME", Shelf::new())]),
            room: 20,
            way: "AT+CCID",
            refuses_delete: false,
            stands: [1, 4],
            refuses_sim: false,
            is_talkative: false,
            is_noisy: false,
            broken_lists: 0,
            lost_lists: 0,
            heard: Vec::new(),
        };
        let modem = Self { state: Arc::new(Mutex::new(state)), says: broadcast::channel(64).0, port };
        let door = modem.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(door.clone().serve(stream));
            }
        });
        modem
    }

    /// As the settings name it.
    pub(crate) fn address(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.port)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    /// Puts a message where it keeps some, and says nothing; its place.
    pub(crate) fn put(&self, shelf: &'static str, pdu: &[u8]) -> u16 {
        self.put_as(shelf, 0, pdu)
    }

    pub(crate) fn put_as(&self, shelf: &'static str, kind: u8, pdu: &[u8]) -> u16 {
        let digits = pdu.iter().fold(String::new(), |mut digits, octet| {
            let _ = write!(digits, "{octet:02X}");
            digits
        });
        let mut state = self.state();
        let shelf = state.shelves.get_mut(shelf).expect("a storage");
        let place = (1..).find(|place| !shelf.contains_key(place)).expect("a place");
        shelf.insert(place, (kind, digits));
        place
    }

    /// A message comes in: it is put on the SIM and announced.
    pub(crate) fn receive(&self, pdu: &[u8]) {
        let place = self.put("SM", pdu);
        self.say(format!("\r\n+CMTI: \"SM\",{place}\r\n"));
    }

    /// Says something unasked.
    pub(crate) fn say(&self, words: impl Into<String>) {
        drop(self.says.send(words.into()));
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self) {
        self.say("");
    }

    /// How many messages it keeps.
    pub(crate) fn kept(&self) -> usize {
        self.state().shelves.values().map(BTreeMap::len).sum()
    }

    /// Answers whoever is at the other end.
    pub(crate) async fn serve(self, stream: impl AsyncRead + AsyncWrite) {
        let (mut says, mut selected, mut heard) = (self.says.subscribe(), "SM", Vec::new());
        let (mut read, mut write) = split(stream);
        loop {
            let mut some = [0; 512];
            tokio::select! {
                count = read.read(&mut some) => match count {
                    Ok(count) if count > 0 => heard.extend_from_slice(&some[..count]),
                    _ => return,
                },
                Ok(words) = says.recv() => {
                    if words.is_empty() || write.write_all(words.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
            while let Some(end) = heard.iter().position(|byte| *byte == b'\r') {
                let line: Vec<u8> = heard.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line).trim().to_owned();
                let (answer, is_lost) = self.state().answer(&line, &mut selected);
                if write.write_all(answer.as_bytes()).await.is_err() || is_lost {
                    return;
                }
            }
        }
    }
}

impl State {
    /// What it says to a line, and whether the connection is lost behind it.
    fn answer(&mut self, line: &str, selected: &mut &'static str) -> (String, bool) {
        self.heard.push(line.to_owned());
        let noise = if self.is_noisy { "\0\u{7f}~\r\n^RSSI: 20\r\n+CREG: 1\r\n" } else { "" };
        let mut is_lost = false;
        let said = match line {
            "AT" | "ATE0" | "AT+CMEE=1" | "AT+CMGF=0" | "AT+CNMI=2,1,0,0,0" => Some(String::new()),
            _ if self.is_talkative && talk(line).is_some() => talk(line),
            _ if line.starts_with("AT+CMGR=") => Some(self.one(&line[8..], selected)),
            "AT+CPIN?" => Some(format!("+CPIN: {}\r\n", self.pin)),
            "AT+CGSN" => Some(format!("{IMEI}\r\n")),
            "AT+CSQ" => Some("+CSQ: 21,99\r\n".to_owned()),
            "AT+CREG?" => Some(format!("+CREG: 0,{}\r\n", self.stands[0])),
            "AT+CEREG?" => Some(format!("+CEREG: 0,{}\r\n", self.stands[1])),
            "AT+CPMS=?" => Some("+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")\r\n".to_owned()),
            "AT+CPMS?" => {
                let count = self.shelves[*selected].len();
                Some(format!("+CPMS: \"{selected}\",{count},{0},\"SM\",{count},{0}\r\n", self.room))
            }
            "AT+CMGL=4" => {
                let list = self.list(selected);
                is_lost = self.lost_lists > 0;
                self.lost_lists = self.lost_lists.saturating_sub(1);
                Some(if is_lost { list[..list.len() / 2].to_owned() } else { list })
            }
            _ if line == self.way => Some(format!("+CCID: {}\r\n", self.iccid)),
            _ => self.done(line, selected).then(String::new),
        };
        match said {
            Some(said) if is_lost => (said, true),
            Some(said) => (format!("{noise}\r\n{said}{noise}\r\nOK\r\n"), false),
            None => (format!("{noise}\r\n+CME ERROR: 100\r\n"), false),
        }
    }

    /// Does what has no answer but that it was done.
    fn done(&mut self, line: &str, selected: &mut &'static str) -> bool {
        if self.refuses_sim && line == "AT+CPMS=\"SM\",\"SM\",\"SM\"" {
            return false;
        }
        if let Some(storage) = line.strip_prefix("AT+CPMS=\"") {
            *selected = if storage.starts_with("SM") { "SM" } else { "ME" };
            return true;
        }
        let place = line.strip_prefix("AT+CMGD=").and_then(|place| place.parse::<u16>().ok());
        let shelf = self.shelves.get_mut(*selected).expect("a storage");
        !self.refuses_delete && place.is_some_and(|place| shelf.remove(&place).is_some())
    }

    /// One message; nothing where there is none.
    fn one(&self, place: &str, selected: &str) -> String {
        let place = place.parse().unwrap_or(0);
        let one = self.shelves[selected].get(&place);
        one.map_or_else(String::new, |(kind, digits)| format!("+CMGR: {kind},,{}\r\n{digits}\r\n", length(digits)))
    }

    fn list(&mut self, selected: &str) -> String {
        let is_broken = self.broken_lists > 0 && !self.shelves[selected].is_empty();
        self.broken_lists -= usize::from(is_broken);
        self.shelves[selected].iter().fold(String::new(), |mut list, (place, (kind, digits))| {
            let heard = if is_broken { &digits[..digits.len() - 4] } else { digits };
            let _ = write!(list, "+CMGL: {place},{kind},,{}\r\n{heard}\r\n", length(digits));
            list
        })
    }
}

/// What it says to programs that ask more.
fn talk(line: &str) -> Option<String> {
    let said = match line {
        "ATV1" | "ATX4" | "AT&C1" | "ATZ" | "ATZ E0 V1 +CMEE=1" | "AT+CFUN=1" | "AT+CREG=2" | "AT+CGREG=2"
        | "AT+COPS=3,2" | "AT+COPS=3,0" | "AT+CSCS=\"UCS2\"" | "AT+CRM=?" | "AT+CGDCONT?" | "AT+CMEE=1;+CREG=2" => {
            return Some(String::new());
        }
        _ if line.starts_with("AT+CNMI=") && line != "AT+CNMI=?" => return Some(String::new()),
        "ATI" => "Maker\r\nModem\r\nRevision: 1.0",
        "AT+GCAP" => "+GCAP: +CGSM,+DS,+ES",
        "AT+CGMI" => "Maker",
        "AT+CGMM" => "Modem",
        "AT+CGMR" => "1.0",
        "AT+CIMI" => IMSI,
        "AT+CSQ" => "+CSQ: 21,99",
        "AT+CFUN?" => "+CFUN: 1",
        "AT+CNUM" => "+CNUM: \"\",\"+12025550147\",145",
        "AT+CREG?" => "+CREG: 2,1,\"00A1\",\"0000B2C3\",7",
        "AT+CGREG?" => "+CGREG: 2,1,\"00A1\",\"0000B2C3\",7",
        "AT+COPS=3,2;+COPS?" => "+COPS: 0,2,\"310260\",7",
        "AT+COPS=3,0;+COPS?" => "+COPS: 0,0,\"Carrier\",7",
        "AT+CSCS=?" => "+CSCS: (\"GSM\",\"IRA\",\"UCS2\")",
        "AT+CSCS?" => "+CSCS: \"UCS2\"",
        "AT+CLCK=?" => "+CLCK: (\"SC\")",
        "AT+CLCK=\"SC\",2" => "+CLCK: 0",
        "AT+CMGF=?" => "+CMGF: (0,1)",
        "AT+CMGF?" => "+CMGF: 0",
        "AT+CNMI=?" => "+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        "AT+CSCA?" => "+CSCA: \"+12063130004\",145",
        "AT+WS46=?" => "+WS46: (12,22,25)",
        "AT+CGDCONT=?" => "+CGDCONT: (1-5),\"IP\",,,(0),(0)",
        "AT+CRSM=176,12258,0,0,10" => "+CRSM: 144,0,\"981062103254769810F2\"",
        _ => return None,
    };
    Some(format!("{said}\r\n"))
}

/// The octets of a PDU without the address of its centre.
fn length(digits: &str) -> usize {
    digits.len() / 2 - 1 - usize::from_str_radix(&digits[..2], 16).expect("an octet")
}

//! `ejoin`: the pushes of Ejoin and Skyline SIM boxes, which speak one protocol (V2.0.011).
//!
//! A row is `[kind, port, seconds, sender, own number, base64, ICCID, IMSI, …]`. The base64 holds the bare text, or a
//! block of headers, an empty line and the text. Boxes sign nothing, so the address holds a secret word.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::SECOND_MS;
use domain::supply::{Heard, Holding, Inbox, Line, Part, Reply, Request, Setting, Settings, Status, Supply};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::charset::{self, CHARSET, Charset};
use super::form::{Form, from_hex};
use super::poll::{self, Asking, More, Poll, Trouble};
use super::telling::{
    BODY_MAX, ID_MAX, NUMBER_MAX, PUSHED_MAX, SENDER_MAX, at_most, body, fingerprint, hour, is_batch, malformed,
    required, unreadable,
};
use super::{silence, word};
use crate::call::{self, Call};
use crate::sms::time;

/// Columns of a row that every firmware has.
const COLUMNS_MIN: usize = 6;

/// SMS that are asked for at once: such an answer is well within what a call takes.
const ASKED: u64 = 50;

const SETTINGS: [Setting; 9] = [
    word::WORD,
    CHARSET,
    silence::SILENT,
    poll::ADDRESS,
    poll::USER,
    poll::PASSWORD,
    poll::EVERY,
    poll::ALLOW_NETWORK,
    poll::CA,
];

/// A SIM box.
pub(super) struct Ejoin;

#[derive(Deserialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, borrow)]
    sms: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    status: Vec<&'a RawValue>,
}

/// What it tells of a port.
#[derive(Deserialize)]
struct Port<'a> {
    #[serde(borrow)]
    port: &'a RawValue,
    #[serde(borrow)]
    st: &'a RawValue,
    #[serde(borrow)]
    iccid: Option<&'a RawValue>,
    #[serde(borrow)]
    sig: Option<&'a RawValue>,
}

impl Supply for Ejoin {
    fn name(&self) -> &'static str {
        "ejoin"
    }

    fn about(&self) -> &'static str {
        "An Ejoin or Skyline SIM box; each SIM is known by its ICCID, or by its port."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)?;
        charset::check(settings)?;
        silence::check(settings)?;
        Poll::of(settings).map(drop)
    }

    fn polls(&self, settings: &Settings) -> bool {
        Poll::is_wanted(settings) || silence::is_watched(settings)
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        let mark = serde_json::from_str(&inbox.mark()).unwrap_or_default();
        let charset = Charset::of(&settings);
        let asked = Asked { mark, charset };
        Box::pin(async move {
            tokio::join!(silence::watch(&settings, &inbox), poll::hold(settings.clone(), inbox.clone(), asked));
        })
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_batch(request)?;
        word::is_known(settings, request)?;
        let reply = Reply::json(200, r#"{"success":true}"#);
        if !request.body.trim_ascii_start().starts_with(b"{") && request.query.contains("port=") {
            return Ok(Heard::new(vec![bare(request, Charset::of(settings), now_ms)?], reply));
        }
        let told: Told<'_> = body(request)?;
        if told.kind == "dev-status" {
            if told.status.len() > PUSHED_MAX {
                return Err(malformed("The push has more than 4096 ports."));
            }
            let statuses = told.status.into_iter().filter_map(status).collect();
            return Ok(Heard { statuses, ..Heard::new(Vec::new(), reply) });
        }
        if told.kind == "port-status" {
            let statuses = std::str::from_utf8(&request.body).ok().and_then(port_status).into_iter().collect();
            return Ok(Heard { statuses, ..Heard::new(Vec::new(), reply) });
        }
        if told.kind != "recv-sms" {
            return Ok(Heard::new(Vec::new(), reply));
        }
        if told.sms.len() > PUSHED_MAX {
            return Err(malformed("The push has more than 4096 messages."));
        }
        let charset = Charset::of(settings);
        let parts = told.sms.into_iter().filter_map(|row| row_part(row, charset)).collect();
        Ok(Heard::new(parts, reply))
    }
}

/// The piece in a row; `None` for a delivery report.
fn row_part(told: &RawValue, charset: Option<Charset>) -> Option<Part> {
    let row: Vec<&RawValue> = serde_json::from_str(told.get()).unwrap_or_default();
    if column(&row, 0).as_deref() == Some("1") {
        return None;
    }
    Some(readable(&row, told, charset).unwrap_or_else(|| unreadable(told.get())))
}

fn readable(row: &[&RawValue], whole: &RawValue, charset: Option<Charset>) -> Option<Part> {
    if row.len() < COLUMNS_MIN || whole.get().len() > BODY_MAX {
        return None;
    }
    let of = |place: usize| column(row, place);
    let (port, seconds, sender, number, coded, iccid) = (of(1)?, of(2)?, of(3)?, of(4)?, of(5)?, of(6)?);
    required("port", &port, ID_MAX).ok()?;
    at_most("sender", &sender, SENDER_MAX).ok()?;
    at_most("number", &number, NUMBER_MAX).ok()?;
    at_most("ICCID", &iccid, NUMBER_MAX).ok()?;
    let seconds: i64 = seconds.parse().ok()?;
    let decoded = STANDARD.decode(&coded).ok();
    let read = charset.zip(decoded.as_deref()).map(|(charset, bytes)| charset.read(bytes));
    let block = Block::of(read.as_deref().unwrap_or_default());
    let text = block.text.to_owned();
    let sent_ms = [seconds.checked_mul(SECOND_MS), block.sent_ms()].into_iter().flatten().min();
    // A box that is asked may leave out the ICCID that it pushed, or the block around the text.
    let told = if read.is_some() { text.as_bytes() } else { coded.as_bytes() };
    let reference = fingerprint(&[port.as_bytes(), &seconds.to_be_bytes(), sender.as_bytes(), told]);
    Some(Part {
        reference,
        line: line(iccid, port, number),
        sender,
        trouble: if read.is_some() { None } else { Some("unreadable") },
        text,
        raw: whole.get().as_bytes().to_vec(),
        // The seconds of the row may be when the box read it off a SIM that was switched in with old texts on it.
        sent_ms,
        concat: None,
    })
}

/// A column, empty where it is missing; `None` for what is neither a text nor a whole number. Boxes of some makes write
/// a number where others write a text; its digits are taken as written, because an ICCID has more than 64 bits hold.
fn column(row: &[&RawValue], place: usize) -> Option<String> {
    let Some(told) = row.get(place).map(|told| told.get()).filter(|told| *told != "null") else {
        return Some(String::new());
    };
    if told.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Some(told.to_owned());
    }
    let text: String = serde_json::from_str(told).ok()?;
    Some(text.trim().to_owned())
}

fn line(iccid: String, port: String, number: String) -> Line {
    let some = |text: String| if text.is_empty() { None } else { Some(text) };
    Line { sim: some(iccid), port: some(port), number: some(number) }
}

/// What is told of a port; `None` where that cannot be read or says nothing of the network.
fn status(told: &RawValue) -> Option<Status> {
    port_status(told.get())
}

fn port_status(told: &str) -> Option<Status> {
    let port: Port<'_> = serde_json::from_str(told).ok()?;
    let of = |told: Option<&RawValue>| told.map_or(Some(String::new()), |told| column(&[told], 0));
    let (name, code, iccid) = (of(Some(port.port))?, of(Some(port.st))?, of(port.iccid)?);
    required("port", &name, ID_MAX).ok()?;
    at_most("ICCID", &iccid, NUMBER_MAX).ok()?;
    // The code may have words behind it.
    let code = code.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    let is_online = match code {
        // Registered, in a call, or passing one on.
        "3" | "4" | "13" | "14" | "15" => true,
        // None, idle, registering, refused, locked, broken, just found, or silent.
        "0" | "1" | "2" | "6" | "7" | "8" | "9" | "11" | "12" | "16" => false,
        // 5 is an alarm about the balance, which keeps nothing from coming in.
        _ => return None,
    };
    let signal = of(port.sig)?;
    Some(Status {
        line: line(iccid, name, String::new()),
        is_online,
        signal: if signal.is_empty() { None } else { Some(signal) },
    })
}

/// The lines and the text behind the block of headers, if there is one.
struct Block<'a> {
    headers: &'a str,
    text: &'a str,
}

impl<'a> Block<'a> {
    fn of(whole: &'a str) -> Self {
        let blank = ["\r\n\r\n", "\n\n"].map(|blank| whole.split_once(blank));
        // The blank line that comes first ends the block; the text may hold others.
        let first = blank.into_iter().flatten().min_by_key(|(headers, _)| headers.len());
        match first {
            Some((headers, text)) if whole.starts_with("Sender:") => Self { headers, text },
            _ => Self { headers: "", text: whole },
        }
    }

    /// When the network took it: year to second, and the zone as the network writes it, but with no digits swapped.
    fn sent_ms(&self) -> Option<i64> {
        let written = self.headers.lines().find_map(|line| line.strip_prefix("SCTS:"))?.trim();
        // A row that was seen tells its seconds too: beside this zone stood the time of UTC.
        let written = written.strip_suffix("88").map_or_else(|| written.to_owned(), |time| format!("{time}00"));
        let octets: Option<Vec<u8>> = from_hex(&written);
        time(&octets?.iter().map(|octet| octet.rotate_left(4)).collect::<Vec<u8>>())
    }
}

/// The mode "SMS to HTTP": the block is the body, the line stands in the query.
fn bare(request: &Request, charset: Option<Charset>, now_ms: i64) -> Result<Part, Reply> {
    if request.body.len() > BODY_MAX {
        return Err(malformed("The body is longer than 65536 bytes."));
    }
    let form = Form::of(request.query.as_bytes())?;
    let field = |name: &str| form.text(name).unwrap_or_default();
    let [port, sender, iccid] = ["port", "sender", "iccid"].map(field);
    required("port", &port, ID_MAX)?;
    at_most("sender", &sender, SENDER_MAX)?;
    at_most("iccid", &iccid, NUMBER_MAX)?;
    let whole = charset.map(|charset| charset.read(&request.body));
    let block = Block::of(whole.as_deref().unwrap_or_default());
    let sent_ms = block.sent_ms();
    // The block tells when the network took it, so an equal one is a repeat; a text alone is none for ever.
    let at = if sent_ms.is_some() { Vec::new() } else { hour(now_ms).to_vec() };
    Ok(Part {
        reference: fingerprint(&[port.as_bytes(), iccid.as_bytes(), sender.as_bytes(), &request.body, &at]),
        line: line(iccid, port, String::new()),
        sender,
        text: block.text.to_owned(),
        raw: request.body.clone(),
        sent_ms,
        concat: None,
        trouble: if whole.is_some() { None } else { Some("unreadable") },
    })
}

/// How far a box was asked. Its ids begin again when it starts, and then it calls its list otherwise.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    list: String,
    next: u64,
}

impl Default for Mark {
    fn default() -> Self {
        Self { list: String::new(), next: 1 }
    }
}

/// A box that is asked for its inbox.
struct Asked {
    mark: Mark,
    charset: Option<Charset>,
}

/// What it answers.
#[derive(Deserialize)]
struct Inboxed<'a> {
    code: Option<i64>,
    #[serde(borrow)]
    ssrc: Option<&'a RawValue>,
    next_sms: Option<u64>,
    #[serde(default, borrow)]
    data: Vec<&'a RawValue>,
}

impl Asking for Asked {
    async fn ask(&mut self, poll: &Poll, inbox: &Inbox) -> Result<More, Trouble> {
        let fields = call::form(&[
            ("username", poll.user()),
            ("password", poll.password()),
            ("sms_id", &self.mark.next.to_string()),
            ("sms_num", &ASKED.to_string()),
            ("sms_del", "0"),
        ]);
        let body = poll::answered(poll.call(&Call::get(format!("/goip_get_sms.html?{fields}"))).await?)?;
        let told: Inboxed<'_> = serde_json::from_slice(&body).map_err(|_| poll::garbled())?;
        match told.code {
            Some(0 | 200) => {}
            Some(code) => return Err(Trouble::new(format!("the box, asked, answered with code {code}"))),
            None => return Err(poll::garbled()),
        }
        let list = told.ssrc.map(|list| list.get().chars().take(ID_MAX).collect()).unwrap_or_default();
        if list != self.mark.list {
            // What it told now is of no use if we asked for what lies behind the end of a new list.
            let is_begun = self.mark.next == 1;
            self.mark = Mark { list, next: 1 };
            if !is_begun {
                return Ok(More::Yes);
            }
        }
        let count = u64::try_from(told.data.len()).unwrap_or(u64::MAX);
        for part in told.data.into_iter().filter_map(|row| row_part(row, self.charset)) {
            inbox.receive(part).await?;
        }
        let next = told.next_sms.unwrap_or(self.mark.next.saturating_add(count));
        let is_more = count > 0 && next > self.mark.next;
        if is_more {
            self.mark.next = next;
            let mark = serde_json::to_string(&self.mark).map_err(|_| poll::garbled())?;
            inbox.set_mark(&mark).await?;
        }
        Ok(if is_more { More::Yes } else { More::No })
    }
}

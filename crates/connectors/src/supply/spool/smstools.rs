//! `smstools`: the folder `incoming` of smsd (SMS Server Tools 3).
//!
//! A file is lines `Name: value`, an empty line, and the text. With `store_received_pdu = 3` the PDUs stand among the lines;
//! then they are read, and not what smsd made of them.

use domain::supply::{Concat, Holding, Inbox, Line, Part, Setting, Settings, Supply};

use super::{FOLDER, Kind, SWEEP, Spool, hold, unreadable};
use crate::sms::{Address, Alphabet, Header, is_status_report};
use crate::supply::form::from_hex;
use crate::supply::telling::{BODY_MAX, ID_MAX, SENDER_MAX, fingerprint};
use crate::supply::{local_time, pdu};

/// What a body begins with that tells what became of a message that was sent.
const STATUS_REPORT: &[u8] = b"SMS STATUS REPORT\nMessage_id: ";
/// Lines above the text, and so PDUs: a message has 255 parts at most.
const LINES_MAX: usize = 400;

const SETTINGS: [Setting; 3] = [FOLDER, local_time::OFFSET, SWEEP];

/// The spool of smsd.
pub(in crate::supply) struct SmsTools;

impl Supply for SmsTools {
    fn name(&self) -> &'static str {
        "smstools"
    }

    fn about(&self) -> &'static str {
        "The incoming folder of SMS Server Tools 3 (smsd); each SIM is known by its IMSI, or by its modem's name."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        local_time::check(settings)?;
        Spool::of(settings).map(drop)
    }

    fn holds(&self) -> bool {
        true
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        Box::pin(hold(Kind { is_ours, read }, settings, inbox))
    }
}

/// smsd locks a file that it works on by another of that name, and where it combines parts itself, those that wait for
/// others lie in one file of each modem, which is smsd's own.
fn is_ours(name: &str) -> bool {
    !name.ends_with(".LOCK") && !name.ends_with("-concatenated")
}

/// The lines above the text. It holds a customer's PDUs, so it has no `Debug`.
struct Head(Vec<(String, String)>);

impl Head {
    fn of(bytes: &[u8]) -> Option<Self> {
        let lines = bytes.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned());
        let pair = |line: String| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
        let lines: Option<Vec<_>> = lines.take(LINES_MAX + 1).map(pair).collect();
        lines.filter(|lines| lines.len() <= LINES_MAX).map(Self)
    }

    /// A line that is there once. A sender may be letters, and so may hold a line's end and the beginning of another:
    /// what is there twice is nobody's word.
    fn once(&self, name: &str) -> Result<Option<&str>, ()> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
            (_, Some(_)) => Err(()),
        }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    fn line(&self) -> Result<Line, ()> {
        let own = |name: &str| Ok(self.once(name)?.filter(|value| value.chars().count() <= ID_MAX).map(str::to_owned));
        Ok(Line { sim: own("IMSI")?, port: own("Modem")?, number: None })
    }
}

fn read(settings: &Settings, bytes: &[u8]) -> Vec<Part> {
    // The empty line that ends the head; the text may hold others, and bytes of any kind.
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let told = end.and_then(|end| Some((Head::of(&bytes[..end])?, &bytes[end + 2..])));
    let Some((head, body)) = told else { return vec![unreadable(Line::default(), bytes)] };
    let Ok(line) = head.line() else { return vec![unreadable(Line::default(), bytes)] };
    let pdus: Vec<Option<Vec<u8>>> = head.all("PDU").map(from_hex).collect();
    // It is no text for anybody. A PDU knows better than the text, which a sender may have written; and the line `Report`
    // says something else: whether the sender of this message asked for a report.
    if body.starts_with(STATUS_REPORT) && pdus.iter().all(|pdu| pdu.as_deref().is_some_and(is_status_report)) {
        return Vec::new();
    }
    if pdus.is_empty() {
        let part = text(settings, &head, line.clone(), (bytes, body));
        return vec![part.unwrap_or_else(|| unreadable(line, bytes))];
    }
    let part = |read: Option<Vec<u8>>| match read {
        Some(octets) if !octets.is_empty() => pdu::part(line.clone(), &octets),
        Some(_) | None => unreadable(line.clone(), bytes),
    };
    pdus.into_iter().map(part).collect()
}

/// A message without its PDU: as smsd understood it. The whole file is kept, so that it can be read anew by what its head
/// says.
fn text(settings: &Settings, head: &Head, line: Line, (file, body): (&[u8], &[u8])) -> Option<Part> {
    let once = |name: &str| head.once(name).ok().map(Option::unwrap_or_default);
    let (from, sent, received) = (once("From")?, once("Sent")?, once("Received")?);
    let header = from_hex(&once("UDH-DATA")?.replace(' ', "")).map(|octets| Header::read(&octets)).unwrap_or_default();
    let alphabet = match once("Alphabet")? {
        // These bytes are as they came, whatever else smsd was told to write.
        "UCS2" | "UCS" | "UTF-16" => Alphabet::Utf16,
        "UTF-8" => Alphabet::Utf8,
        "ISO" | "ISO-8859-1" | "ISO-8859-15" => Alphabet::Latin1,
        _ => Alphabet::Octets,
    };
    if body.len() > BODY_MAX {
        return None;
    }
    let read = alphabet.read(body, &Header::default());
    let at = if sent.is_empty() { received } else { sent };
    let [sim, port] = [&line.sim, &line.port].map(|name| name.clone().unwrap_or_default());
    let udh = once("UDH-DATA")?.as_bytes();
    Some(Part {
        reference: fingerprint(&[sim.as_bytes(), port.as_bytes(), from.as_bytes(), at.as_bytes(), udh, body]),
        line,
        sender: Address::of_smpp(0, from.as_bytes()).sender().chars().take(SENDER_MAX).collect(),
        text: read.text,
        raw: file[..file.len().min(BODY_MAX)].to_vec(),
        sent_ms: local_time::read(settings, &format!("20{sent}")),
        concat: header.concat.map(|concat| Concat { seam: read.seam, ..concat }),
        trouble: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: 22395\nFrom_TOA: 81 unknown\nSent: 26-11-23 01:30:00\nReceived: 26-11-24 19:21:02\n\
                        Modem: GSM1\nIMSI: 310260123456789\nReport: no\n";

    fn one(head: &str, body: &[u8]) -> Part {
        let settings = Settings::new([("utc_offset".to_owned(), "-06:00".to_owned())].into());
        let mut parts = read(&settings, &[head.as_bytes(), b"\n", body].concat());
        assert_eq!(parts.len(), 1);
        parts.remove(0)
    }

    #[test]
    fn a_text_is_read_by_its_alphabet() {
        let utf8 = one(&format!("{HEAD}Alphabet: UTF-8\n"), "Code 12€\n\nPDU: 00".as_bytes());
        assert!(utf8.text == "Code 12€\n\nPDU: 00" && utf8.sender == "22395" && utf8.trouble.is_none());
        assert!(utf8.line.sim.as_deref() == Some("310260123456789") && utf8.line.port.as_deref() == Some("GSM1"));
        assert_eq!(utf8.sent_ms, Some(1_795_419_000_000));
        let ucs2 = one(&format!("{HEAD}Alphabet: UCS2\n"), &[0, 0x61, 0xD8, 0x3D, 0xDE, 0, 0, 0x0A, 0, 0x0A]);
        assert!(ucs2.text == "a😀\n\n");
        let latin = one(&format!("{HEAD}Alphabet: ISO\n"), b"Caf\xE9");
        assert!(latin.text == "Café");
        let binary = one(&format!("{HEAD}Alphabet: binary\nUDH-DATA: 05 00 03 07 02 01\n"), b"\xFF1");
        assert!(binary.raw.windows(18).any(|line| line == b"UDH-DATA: 05 00 03") && binary.raw.ends_with(b"\xFF1"));
        assert!(binary.text == "ÿ1" && binary.concat.is_some_and(|concat| concat.total == 2 && concat.seq == 1));
    }

    #[test]
    fn pdus_are_read_each_and_not_the_text() {
        let pdu = "07912160130300F44405812293F50008621132100300040F06080401020201006100620063D83D";
        let bytes = format!("{HEAD}Alphabet: UCS2\nPDU: {pdu}\nPDU: 0\nPDU:\n\nanother text");
        let parts = read(&Settings::default(), bytes.as_bytes());
        assert_eq!(parts.len(), 3);
        assert!(parts[0].text.starts_with("abc") && parts[0].concat.is_some() && parts[0].sender == "22395");
        assert!(parts[1..].iter().all(|part| part.trouble == Some("unreadable") && part.line.sim.is_some()));
    }

    #[test]
    fn a_sender_cannot_write_lines() {
        for injected in ["x\nModem: GSM2", "x\nIMSI: 31026"] {
            let part = one(&HEAD.replacen("22395", injected, 1), b"text");
            assert!(part.trouble == Some("unreadable") && part.line == Line::default(), "{injected}");
        }
        let report = one(&HEAD.replacen("22395", "x\nReport: yes", 1), b"text");
        assert!(report.text == "text" && report.line.sim.is_some());
        let cut = one(&HEAD.replacen("22395", "x\n\n12345", 1), b"text");
        assert!(cut.line == Line::default());
    }

    #[test]
    fn a_message_whose_sender_wants_a_report_is_a_message() {
        let asked = one(&HEAD.replace("Report: no", "Report: yes"), b"Code 12");
        assert!(asked.text == "Code 12" && asked.trouble.is_none());
        let pdu = "07912160130300F42405812293F50000621132100300040631D98C56B301";
        let asked = one(&format!("{}PDU: {pdu}\n", HEAD.replace("Report: no", "Report: yes")), b"123456");
        assert!(asked.text == "123456" && asked.trouble.is_none());
    }

    #[test]
    fn a_report_of_what_was_sent_is_dropped_and_what_only_looks_like_one_is_kept() {
        let body = "SMS STATUS REPORT\nMessage_id: 117\nDischarge_timestamp: 26-11-23 01:30:00\nStatus: 0,Ok\n";
        let read = |more: &str, body: &str| read(&Settings::default(), format!("{HEAD}{more}\n{body}").as_bytes());
        let report = "PDU: 07912160130300F406750B913121550501F0621132100300046211321003000400\n";
        assert!(read("", body).is_empty() && read(report, body).is_empty());
        let message = "PDU: 07912160130300F40405812293F50000621132100300040631D98C56B301\n";
        assert!(read(message, body)[0].text == "123456");
        assert!(read("", "SMS STATUS REPORT: 12")[0].text == "SMS STATUS REPORT: 12");
        for odd in [(report, "another text"), ("PDU: 0\n", body)] {
            assert!(read(odd.0, odd.1)[0].trouble == Some("unreadable"));
        }
    }

    #[test]
    fn what_is_no_message_is_kept_for_the_operator() {
        let none = |bytes: &[u8]| read(&Settings::default(), bytes);
        for garbage in [&b"garbage"[..], b"\n\n\n", b"From: 1\nnothing\n\ntext", &[0xFF; 64]] {
            let parts = none(garbage);
            assert!(parts.len() == 1 && parts[0].trouble == Some("unreadable") && parts[0].raw == garbage);
        }
        let many = "PDU: 00\n".repeat(LINES_MAX + 1);
        assert!(none(format!("{many}\n").as_bytes()).len() == 1);
    }
}

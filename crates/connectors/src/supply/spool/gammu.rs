//! `gammu`: the inbox folder of gammu-smsd with `inboxformat = detail`.
//!
//! A file has a section for each part of a message: `Number`, `DateTime`, `UDH`, `Coding`, and the text in UTF-16 as
//! digits, over as many lines as it needs. Nothing in it says which phone it was, so each phone has a folder and a source.

use std::collections::BTreeMap;

use domain::supply::{Concat, Holding, Inbox, Line, Part, Setting, Settings, Supply};

use super::{FOLDER, Kind, SWEEP, Spool, hold, unreadable};
use crate::sms::{Address, Alphabet, Header};
use crate::supply::form::from_hex;
use crate::supply::local_time;
use crate::supply::telling::{BODY_MAX, ID_MAX, SENDER_MAX, fingerprint};

/// Sections of a file: a message has 255 parts at most.
const SECTIONS_MAX: usize = 255;
/// Lines of a section.
const LINES_MAX: usize = 1_000;

const SETTINGS: [Setting; 4] = [
    FOLDER,
    Setting {
        name: "sim",
        label: "SIM",
        is_secret: false,
        is_optional: false,
        help: "what the SIM of this phone is called when it is mapped to its number, such as its ICCID",
    },
    local_time::OFFSET,
    SWEEP,
];

/// The spool of gammu-smsd.
pub(in crate::supply) struct Gammu;

impl Supply for Gammu {
    fn name(&self) -> &'static str {
        "gammu"
    }

    fn about(&self) -> &'static str {
        "The inbox folder of gammu-smsd, one for each phone or modem."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        let sim = settings.get("sim").unwrap_or_default();
        if sim.is_empty() || sim.chars().count() > ID_MAX || sim.chars().any(char::is_control) {
            return Err(format!("`sim` must be 1 to {ID_MAX} characters"));
        }
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

/// `IN20261124_191503_00_22395_00.txt`, and with `.bin` if its first part is octets: what is in it has the same form.
fn is_ours(name: &str) -> bool {
    name.starts_with("IN") && (name.ends_with(".txt") || name.ends_with(".bin"))
}

/// The lines of a section by their names. It holds a customer's text, so it has no `Debug`.
type Section = BTreeMap<String, String>;

fn read(settings: &Settings, bytes: &[u8]) -> Vec<Part> {
    let line = Line { sim: settings.get("sim").map(str::to_owned), ..Line::default() };
    let sections = std::str::from_utf8(bytes).ok().and_then(sections).unwrap_or_default();
    let parts: Option<Vec<Part>> = sections.iter().map(|section| part(settings, section, line.clone())).collect();
    match parts {
        Some(parts) if !parts.is_empty() => parts,
        Some(_) | None => vec![unreadable(line, bytes)],
    }
}

fn sections(text: &str) -> Option<Vec<Section>> {
    let mut sections: Vec<Section> = Vec::new();
    // The text stands in comments too, so that people can read it: there each of its lines begins with `;`.
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(';')) {
        if line.starts_with("[SMSBackup") {
            sections.push(Section::new());
            continue;
        }
        let (section, (name, value)) = (sections.last_mut()?, line.split_once('=')?);
        let is_twice = section.insert(name.trim().to_owned(), value.trim().to_owned()).is_some();
        if is_twice || section.len() > LINES_MAX {
            return None;
        }
    }
    (sections.len() <= SECTIONS_MAX).then_some(sections)
}

fn part(settings: &Settings, section: &Section, line: Line) -> Option<Part> {
    let of = |name: &str| section.get(name).map(String::as_str).unwrap_or_default();
    let (number, at, udh, coding) = (number(section)?, of("DateTime"), of("UDH"), of("Coding"));
    // `Text00`, `Text01`, … stand in their order; above 99 they would not, but no text is so long.
    let text: String =
        section.iter().filter(|(name, _)| name.starts_with("Text")).map(|(_, text)| text.as_str()).collect();
    let octets = from_hex(&text).filter(|octets| octets.len() <= BODY_MAX)?;
    let header = Header::read(&from_hex(udh)?);
    let alphabet = if coding.starts_with("8") { Alphabet::Octets } else { Alphabet::Utf16 };
    let read = alphabet.read(&octets, &Header::default());
    let sim = line.sim.clone().unwrap_or_default();
    let said = [sim.as_bytes(), number.as_bytes(), at.as_bytes(), udh.as_bytes(), coding.as_bytes(), text.as_bytes()];
    Some(Part {
        reference: fingerprint(&said),
        line,
        sender: Address::of_smpp(0, number.as_bytes()).sender().chars().take(SENDER_MAX).collect(),
        text: read.text,
        // Also what they are written in and their place, so that they can be read anew.
        raw: format!("UDH = {udh}\nCoding = {coding}\nText = {text}\n").into_bytes(),
        sent_ms: sent_ms(settings, at),
        concat: header.concat.map(|concat| Concat { seam: read.seam, ..concat }),
        trouble: None,
    })
}

/// Who sent it: in UTF-16, which no quote in a name can end.
fn number(section: &Section) -> Option<String> {
    match section.get("NumberUnicode") {
        Some(digits) => Some(Alphabet::Utf16.read(&from_hex(digits)?, &Header::default()).text),
        None => section.get("Number").map(|number| number.trim_matches('"').to_owned()),
    }
}

/// `20261124T191503`, as the network's clock showed it; with a `Z` where that clock showed UTC.
fn sent_ms(settings: &Settings, at: &str) -> Option<i64> {
    let (digits, is_utc) = at.strip_suffix('Z').map_or((at, false), |digits| (digits, true));
    let (date, time) = digits.split_once('T')?;
    if date.len() != 8 || time.len() != 6 || !digits.is_ascii() {
        return None;
    }
    let (year, month, day) = (&date[..4], &date[4..6], &date[6..]);
    let written = format!("{year}-{month}-{day} {}:{}:{}", &time[..2], &time[2..4], &time[4..]);
    if is_utc { local_time::read(&Settings::default(), &written) } else { local_time::read(settings, &written) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sections: &str) -> Vec<Part> {
        let settings = [("sim", "stick 1"), ("utc_offset", "-06:00")];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let head = "; This file format was designed for Gammu and is compatible with Gammu+\n\n";
        read(&Settings::new(settings), format!("{head}{sections}").as_bytes())
    }

    const ONE: &str = "[SMSBackup000]\n; Code 12\n; [SMSBackup001]\nPDU = Deliver\nDateTime = 20261123T013000\r\n\
        Number = \"22395\"\r\nNumberUnicode = 00320032003300390035\r\nText00 = 0043006F00640065\nText01 = 002000310032\r\n\
        Coding = Default_No_Compression\n";

    #[test]
    fn a_text_is_read_over_its_lines_and_not_from_the_comments() {
        let parts = of(ONE);
        assert_eq!(parts.len(), 1);
        assert!(parts[0].text == "Code 12" && parts[0].sender == "22395" && parts[0].trouble.is_none());
        assert!(parts[0].line.sim.as_deref() == Some("stick 1") && parts[0].concat.is_none());
        let raw = b"UDH = \nCoding = Default_No_Compression\nText = 0043006F00640065002000310032\n";
        assert!(parts[0].raw == raw);
        assert_eq!(parts[0].sent_ms, Some(1_795_419_000_000));
        let utc = of(&ONE.replace("T013000", "T013000Z"));
        assert_eq!(utc[0].sent_ms, Some(1_795_397_400_000));
        assert!(of(&ONE.replace("T013000", "T0130"))[0].sent_ms.is_none());
    }

    #[test]
    fn each_section_is_a_part_with_its_place() {
        let part = |place: u8, text: &str| {
            let udh = format!("UDH = 0500030402{place:02X}\nText00 = {text}\n");
            ONE.replace("Text00 = 0043006F00640065\n", &udh)
        };
        let parts = of(&(part(1, "D83D") + &part(2, "DE00").replace("Text01", "Text02")));
        assert_eq!(
            parts.iter().map(|part| part.concat.map(|concat| concat.seq)).collect::<Vec<_>>(),
            [Some(1), Some(2)]
        );
        assert!(parts[0].concat.is_some_and(|concat| concat.total == 2) && parts[0].reference != parts[1].reference);
    }

    #[test]
    fn octets_are_read_as_octets() {
        let text = ONE
            .replace("0043006F00640065", "31323334")
            .replace("002000310032", "FF")
            .replace("Default_No_Compression", "8bit");
        assert!(of(&text)[0].text == "1234\u{FF}");
    }

    #[test]
    fn what_is_no_message_is_kept_for_the_operator() {
        let twice = format!("{ONE}Number = \"1\"\n");
        let odd = ONE.replace("0043006F00640065", "0043006F0064006");
        for garbage in ["", "garbage", "Number = \"1\"", "[SMSBackup000]\n", &twice, &odd] {
            let parts = of(garbage);
            assert!(
                parts.len() == 1 && parts[0].trouble == Some("unreadable") && parts[0].line.sim.is_some(),
                "{garbage}"
            );
        }
    }
}

//! What a modem's answers mean.

use super::command::{ICCID_FILE, NETWORKS, Storage};
use super::talk::{Answer, is_hex};
use crate::supply::form::from_hex;

/// A message in a storage. It holds a customer's text, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// Where in the storage.
    pub(super) place: u16,
    /// The PDU in digits, as it was heard.
    pub(super) digits: String,
    /// Whether it is as long as the modem says.
    pub(super) is_whole: bool,
}

impl Stored {
    /// The PDU, or what was heard instead of one.
    pub(super) fn pdu(&self) -> Vec<u8> {
        from_hex(&self.digits).unwrap_or_else(|| self.digits.clone().into_bytes())
    }
}

/// The messages that were received, in the order of a list; those that somebody once wrote on a phone are left out.
///
/// "+CMGL: index,stat,[alpha],length" and the PDU on the next line (TS 27.005, 4.1), where stat 0 and 1 were received.
pub(super) fn stored(answer: &Answer) -> Vec<Stored> {
    let mut all = Vec::new();
    let mut head: Option<(u16, u16, usize)> = None;
    for line in &answer.lines {
        if let Some(said) = line.strip_prefix("+CMGL:") {
            head = head_of(said);
        } else if is_hex(line)
            && let Some((place, state, length)) = head.take()
            && state <= 1
        {
            all.push(Stored { place, is_whole: is_whole(line, length), digits: line.clone() });
        }
    }
    all
}

fn head_of(said: &str) -> Option<(u16, u16, usize)> {
    let mut fields = said.split(',').map(str::trim);
    let (place, state) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((place, state, fields.next_back()?.parse().ok()?))
}

/// Whether digits are a PDU of a length, which does not count the address of the centre before it.
fn is_whole(digits: &str, length: usize) -> bool {
    let Some(pdu) = from_hex(digits) else { return false };
    let centre = pdu.first().map_or(0, |octets| usize::from(*octets) + 1);
    pdu.len() == centre + length
}

/// The storages that a modem can read: the first list of "+CPMS: (…),(…),(…)".
pub(super) fn storages(answer: &Answer) -> Vec<Storage> {
    let said = answer.lines.iter().find_map(|line| line.strip_prefix("+CPMS:")).unwrap_or_default();
    let first = said.split(')').next().unwrap_or_default();
    [Storage::Sim, Storage::Modem].into_iter().filter(|storage| first.contains(storage.name())).collect()
}

/// How many messages the storages hold, and how many they have room for: "+CPMS: "SM",3,10,…".
pub(super) fn used(answer: &Answer, storage: Storage) -> Option<(u32, u32)> {
    let said = answer.lines.iter().find_map(|line| line.strip_prefix("+CPMS:"))?;
    let fields: Vec<&str> = said.split(',').map(|field| field.trim().trim_matches('"')).collect();
    let at = fields.iter().position(|field| *field == storage.name())?;
    Some((fields.get(at + 1)?.parse().ok()?, fields.get(at + 2)?.parse().ok()?))
}

/// The ICCID in an answer to one of the ways of asking for it. It begins with 89, and has 18 to 20 digits; what fills
/// its last octet is no digit of it.
pub(super) fn iccid(answer: &Answer, way: usize) -> Option<String> {
    answer.lines.iter().find_map(|line| {
        let words = line.split(|sign: char| !sign.is_ascii_hexdigit());
        words.map(|word| if way == ICCID_FILE { swapped(word) } else { word.to_owned() }).find_map(|word| {
            let digits = word.trim_end_matches(['F', 'f']);
            let is_one = digits.starts_with("89") && (18..=20).contains(&digits.len());
            (is_one && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.to_owned())
        })
    })
}

fn swapped(word: &str) -> String {
    let signs: Vec<char> = word.chars().collect();
    signs.chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect()
}

/// The modem's own number: 14 to 16 digits.
pub(super) fn imei(answer: &Answer) -> Option<String> {
    let mut words = answer.lines.iter().flat_map(|line| line.split(|sign: char| !sign.is_ascii_digit()));
    words.find(|word| (14..=16).contains(&word.len())).map(str::to_owned)
}

/// How well it hears: "+CSQ: 21,99", where 0 is -113 dBm or less, each step 2 dBm, and 99 is not known (TS 27.007, 8.5).
pub(super) fn signal(answer: &Answer) -> Option<String> {
    let said = answer.lines.iter().find_map(|line| line.strip_prefix("+CSQ:"))?;
    let strength: i32 = said.split(',').next()?.trim().parse().ok().filter(|strength| (0..=31).contains(strength))?;
    Some(format!("{} dBm", 2 * strength - 113))
}

/// Whether it is in a network: "+CREG: 2,1,…", of which the second says how it stands (TS 27.007, 7.2). What a modem says
/// unasked has one number less. `None` where it does not know.
pub(super) fn is_in(answer: &Answer, network: usize) -> Option<bool> {
    let head = format!("+{}:", NETWORKS[network]);
    let mut said = answer.lines.iter().filter_map(|line| line.strip_prefix(&head));
    let stands: u8 = said.find_map(|said| said.split(',').nth(1)?.trim().parse().ok())?;
    match stands {
        // At home, elsewhere, and where SMS alone are served.
        1 | 5 | 6 | 7 => Some(true),
        // Not looking, looking, refused, emergency calls alone.
        0 | 2 | 3 | 8 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(lines: &[&str]) -> Answer {
        Answer { is_ok: true, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[test]
    fn a_list_is_read_with_names_news_and_gaps_in_it() {
        let said = [
            "+CMGL: 1,1,,3",
            "00010203",
            "+CMGL: 2,0,\"Bob, jr\",2",
            "^RSSI: 20",
            "000102",
            "+CMGL: 3,2,,2",
            "000102",
            "+CMGL: 4,1,,2",
            "+CMGL: 255,1,,2",
            "000102030",
            "0001",
            "+CMGL: x,1,,2",
            "000102",
        ];
        let all = stored(&answer(&said));
        let seen: Vec<(u16, bool)> = all.iter().map(|one| (one.place, one.is_whole)).collect();
        assert_eq!(seen, [(1, true), (2, true), (255, false)]);
        assert!(all[0].pdu() == [0, 1, 2, 3] && all[2].pdu() == b"000102030");
    }

    #[test]
    fn storages_and_their_room_are_read() {
        let both = answer(&["+CPMS: (\"SM\",\"ME\",\"MT\"),(\"SM\"),(\"SM\")"]);
        assert_eq!(storages(&both), [Storage::Sim, Storage::Modem]);
        assert_eq!(storages(&answer(&["+CPMS: (\"SM\"),(\"ME\"),(\"ME\")"])), [Storage::Sim]);
        assert_eq!(storages(&answer(&[])), []);
        let room = answer(&["+CPMS: \"ME\",3,23,\"ME\",3,23,\"SM\",10,10"]);
        assert_eq!((used(&room, Storage::Modem), used(&room, Storage::Sim)), (Some((3, 23)), Some((10, 10))));
    }

    #[test]
    fn an_iccid_is_known_however_it_is_said() {
        let of = |line: &str, way| iccid(&answer(&[line]), way);
        let wanted = Some("8901260123456789012".to_owned());
        for line in [
            "+CCID: 8901260123456789012",
            "+QCCID: 8901260123456789012F",
            "\"8901260123456789012f\"",
            "^ICCID: 8901260123456789012",
        ] {
            assert_eq!(of(line, 0), wanted, "{line}");
        }
        assert_eq!(of("+CRSM: 144,0,\"980162103254769810F2\"", ICCID_FILE), Some("8910260123456789012".to_owned()));
        for line in ["490154203237518", "+CCID: ", "890126012345678901234", "1234567890123456789"] {
            assert_eq!(of(line, 0), None, "{line}");
        }
        assert_eq!(imei(&answer(&["IMEI: 490154203237518"])), Some("490154203237518".to_owned()));
    }

    #[test]
    fn a_signal_is_told_in_dbm() {
        let of = |said: &str| signal(&answer(&[said]));
        assert_eq!(of("+CSQ: 21,99").as_deref(), Some("-71 dBm"));
        assert_eq!((of("+CSQ: 99,99"), of("+CSQ: x"), of("ERROR")), (None, None, None));
    }

    #[test]
    fn a_network_is_told_from_what_is_said_unasked() {
        let of = |lines: &[&str]| is_in(&answer(lines), 0);
        assert_eq!(
            of(&["+CREG: 1", "+CREG: 2,\"00A1\",\"0000B2C3\"", "+CREG: 2,5,\"00A1\",\"0000B2C3\",7"]),
            Some(true)
        );
        assert_eq!((of(&["+CREG: 0,2"]), of(&["+CREG: 0,4"]), of(&["+CREG: 1"])), (Some(false), None, None));
        assert_eq!(is_in(&answer(&["+CREG: 0,1", "+CEREG: 0,0"]), 1), Some(false));
    }
}

//! A piece of a message from the PDU that a modem received, for all connectors that are handed PDUs.

use domain::supply::{Line, Part};

use super::telling::{SENDER_MAX, fingerprint};
use crate::sms::deliver;

/// Bytes of a PDU that are kept; the longest there is has 176.
const PDU_MAX: usize = 1_024;

/// The piece. The network's time is in the PDU, so an equal one is the same piece told again; what cannot be read is
/// kept as it is.
pub(super) fn part(line: Line, pdu: &[u8]) -> Part {
    let pdu = &pdu[..pdu.len().min(PDU_MAX)];
    let sim = line.sim.as_deref().or(line.port.as_deref()).unwrap_or_default();
    let reference = fingerprint(&[sim.as_bytes(), pdu]);
    let raw = pdu.to_vec();
    match deliver(pdu) {
        Ok(read) => Part {
            reference,
            line,
            sender: read.sender.sender().chars().take(SENDER_MAX).collect(),
            text: read.text,
            raw,
            sent_ms: read.sent_ms,
            concat: read.concat,
            trouble: None,
        },
        Err(_) => Part {
            reference,
            line,
            sender: String::new(),
            text: String::new(),
            raw,
            sent_ms: None,
            concat: None,
            trouble: Some("unreadable"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::form::from_hex;

    #[test]
    fn an_equal_pdu_of_one_sim_is_one_piece() {
        let pdu = from_hex("07912160130300F40405812293F5000062113210030004052028CDB60B").expect("hex");
        let of = |sim: &str, pdu: &[u8]| part(Line { sim: Some(sim.to_owned()), ..Line::default() }, pdu);
        let one = of("8901", &pdu);
        assert!(one.sender == "22395" && one.trouble.is_none() && one.sent_ms.is_some() && one.raw == pdu);
        assert!(one.reference == of("8901", &pdu).reference && one.reference != of("8902", &pdu).reference);
        let broken = of("8901", &pdu[..9]);
        assert!(broken.trouble == Some("unreadable") && broken.raw == pdu[..9] && broken.reference != one.reference);
    }
}

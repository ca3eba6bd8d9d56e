//! Everything that is ever written to a modem. There is no way to write anything else, so nothing can be sent, dialled
//! or changed on it but where it keeps what it receives.

use std::time::Duration;

/// A place in which a modem keeps messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Storage {
    /// The SIM: what lies there goes with it.
    Sim,
    /// The modem: what lies there stays when the SIM is changed.
    Modem,
}

impl Storage {
    /// Its name in the standard (TS 27.005, 3.1).
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sim => "SM",
            Self::Modem => "ME",
        }
    }
}

/// The ways to ask a SIM for its ICCID. No standard names one but the last, which reads the SIM's file; makers have their
/// own.
pub(super) const ICCID_WAYS: [&str; 7] =
    ["AT+CCID", "AT+QCCID", "AT+ICCID", "AT+CICCID", "AT^ICCID?", "AT#CCID", "AT+CRSM=176,12258,0,0,10"];
/// Which of them reads the file, whose digits stand in pairs that are swapped.
pub(super) const ICCID_FILE: usize = ICCID_WAYS.len() - 1;

/// The networks that a modem may be in, as it calls them (TS 27.007): that of circuits, and that of packets of LTE. SMS come
/// over either.
pub(super) const NETWORKS: [&str; 2] = ["CREG", "CEREG"];

/// What the house says to a modem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// Are you there?
    Attention,
    /// Do not repeat what I say.
    EchoOff,
    /// Say what is wrong by number.
    Numbers,
    /// Is the SIM ready?
    Pin,
    /// The modem's own number, which stays when its port has another name.
    Imei,
    /// The SIM's, by one of [`ICCID_WAYS`].
    Iccid(usize),
    /// Hand messages over as they came, not as text.
    PduMode,
    /// Where can messages be kept?
    Storages,
    /// Work on one of them, and keep there what comes.
    Receive(Storage),
    /// Work on one of them.
    Select(Storage),
    /// How full are they?
    Used,
    /// Keep what comes, and say that it came; one of two ways.
    Announce(u8),
    /// All messages, read or not.
    List,
    /// One message is not needed any more.
    Delete(u16),
    /// How well does it hear?
    Signal,
    /// Is it in the network? One of [`NETWORKS`].
    Network(usize),
}

impl Command {
    /// The line without its end.
    pub(super) fn line(self) -> String {
        match self {
            Self::Attention => "AT".to_owned(),
            Self::EchoOff => "ATE0".to_owned(),
            Self::Numbers => "AT+CMEE=1".to_owned(),
            Self::Pin => "AT+CPIN?".to_owned(),
            Self::Imei => "AT+CGSN".to_owned(),
            Self::Iccid(way) => ICCID_WAYS[way].to_owned(),
            Self::PduMode => "AT+CMGF=0".to_owned(),
            Self::Storages => "AT+CPMS=?".to_owned(),
            Self::Receive(storage) => format!("AT+CPMS=\"{0}\",\"{0}\",\"{0}\"", storage.name()),
            Self::Select(storage) => format!("AT+CPMS=\"{}\"", storage.name()),
            Self::Used => "AT+CPMS?".to_owned(),
            Self::Announce(mode) => format!("AT+CNMI={mode},1,0,0,0"),
            Self::List => "AT+CMGL=4".to_owned(),
            Self::Delete(place) => format!("AT+CMGD={place}"),
            Self::Signal => "AT+CSQ".to_owned(),
            Self::Network(network) => format!("AT+{}?", NETWORKS[network]),
        }
    }

    /// How long its answer may take. Modems read a full SIM for many seconds.
    pub(super) fn patience(self) -> Duration {
        Duration::from_secs(match self {
            Self::Attention => 3,
            Self::List => 90,
            Self::Delete(_) => 30,
            _ => 20,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_this_is_ever_written() {
        let said = |command: Command| command.line();
        let all = [
            (said(Command::Attention), "AT"),
            (said(Command::EchoOff), "ATE0"),
            (said(Command::Numbers), "AT+CMEE=1"),
            (said(Command::Pin), "AT+CPIN?"),
            (said(Command::Imei), "AT+CGSN"),
            (said(Command::Iccid(0)), "AT+CCID"),
            (said(Command::Iccid(ICCID_FILE)), "AT+CRSM=176,12258,0,0,10"),
            (said(Command::PduMode), "AT+CMGF=0"),
            (said(Command::Storages), "AT+CPMS=?"),
            (said(Command::Receive(Storage::Sim)), "AT+CPMS=\"SM\",\"SM\",\"SM\""),
            (said(Command::Select(Storage::Modem)), "AT+CPMS=\"ME\""),
            (said(Command::Used), "AT+CPMS?"),
            (said(Command::Announce(2)), "AT+CNMI=2,1,0,0,0"),
            (said(Command::List), "AT+CMGL=4"),
            (said(Command::Delete(7)), "AT+CMGD=7"),
            (said(Command::Signal), "AT+CSQ"),
            (said(Command::Network(0)), "AT+CREG?"),
            (said(Command::Network(1)), "AT+CEREG?"),
        ];
        for (line, wanted) in all {
            assert_eq!(line, wanted);
        }
    }
}

//! Where modems are: the ports that the operator listed, those of them that are there now, and opening one.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use domain::supply::Settings;
use tokio::time::Instant;

use super::super::stream::Stream;
use super::super::upstream::ALLOW_NETWORK;
use super::serial::serial;
use crate::call::{Beside, Guard, NotSent};

/// Ports that may be listed.
const LISTED_MAX: usize = 64;
/// Ports that a pattern may find; a rack has hundreds of device files at most.
const FOUND_MAX: usize = 256;
/// Bytes of one that is listed.
const LENGTH_MAX: usize = 200;
/// Speeds at which ports work. On USB it says nothing.
const BAUDS: [&str; 8] = ["9600", "19200", "38400", "57600", "115200", "230400", "460800", "921600"];

/// One port at which a modem may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Port {
    /// A modem or a serial server in the network.
    Tcp(String, u16),
    /// A device file.
    Device(PathBuf),
}

/// What the operator listed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Listed {
    Port(Port),
    /// All device files of a folder whose names fit: a port may have another name after it was plugged in again.
    Fitting(PathBuf, String),
}

/// All that the operator listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ports {
    listed: Vec<Listed>,
    baud: u32,
    guard: Guard,
}

/// Why a port is not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Shut {
    #[error("cannot be opened: {0}")]
    Device(ErrorKind),
    #[error("cannot be connected to: {0}")]
    Tcp(#[from] NotSent),
}

/// A port that is there, and whether it was listed by its name: then its absence is a fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) port: Port,
    pub(super) is_named: bool,
}

impl Ports {
    /// Reads the settings.
    ///
    /// # Errors
    /// A sentence that says which one is wrong.
    pub(super) fn of(settings: &Settings) -> Result<Self, String> {
        let written = settings.get("ports").unwrap_or_default();
        let words: Vec<&str> = written.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        if words.is_empty() || words.len() > LISTED_MAX {
            return Err(format!("`ports` must be 1 to {LISTED_MAX} ports, with commas between them"));
        }
        let unlike = words.iter().collect::<BTreeSet<_>>().len();
        if unlike < words.len() {
            return Err("`ports` names a port twice".to_owned());
        }
        let wrong = "`ports` must be such as tcp:10.0.0.5:9000, /dev/serial/by-id/usb-… or /dev/ttyUSB*";
        let listed: Option<Vec<Listed>> = words.into_iter().map(listed).collect();
        let baud = settings.get("baud").unwrap_or("115200");
        if !BAUDS.contains(&baud) {
            return Err(format!("`baud` must be one of {}", BAUDS.join(", ")));
        }
        let baud = baud.parse().map_err(|_| "`baud` must be a number")?;
        let guard = Guard::new(settings.get(ALLOW_NETWORK.name))?;
        Ok(Self { listed: listed.ok_or(wrong)?, baud, guard })
    }

    /// The ports that are listed by their names, and those that fit now.
    pub(super) fn find(&self) -> BTreeSet<Found> {
        let mut found = BTreeSet::new();
        for listed in &self.listed {
            match listed {
                Listed::Port(port) => drop(found.insert(Found { port: port.clone(), is_named: true })),
                Listed::Fitting(folder, pattern) => found.extend(fitting(folder, pattern)),
            }
        }
        found
    }

    /// Opens one.
    ///
    /// # Errors
    /// What the system said, or why there is no connection.
    pub(super) async fn open(&self, port: &Port, by: Instant) -> Result<Box<dyn Stream>, Shut> {
        match port {
            Port::Tcp(host, port) => Ok(Box::new(self.guard.connect(host, *port, Beside::Internet, by).await?)),
            Port::Device(path) => serial(path, self.baud).map_err(|error| Shut::Device(error.kind())),
        }
    }
}

impl Port {
    /// As the operator writes it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Tcp(host, port) => format!("tcp:{host}:{port}"),
            Self::Device(path) => path.display().to_string(),
        }
    }
}

fn listed(word: &str) -> Option<Listed> {
    if word.len() > LENGTH_MAX || word.chars().any(char::is_control) {
        return None;
    }
    if let Some(address) = word.strip_prefix("tcp:") {
        let (host, port) = address.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().ok().filter(|port| *port > 0)?;
        return (!host.is_empty()).then(|| Listed::Port(Port::Tcp(host.to_owned(), port)));
    }
    let path = Path::new(word);
    let is_plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    if !path.is_absolute() || !is_plain || folder.to_string_lossy().contains('*') {
        return None;
    }
    if name.contains('*') {
        return Some(Listed::Fitting(folder.to_owned(), name.to_owned()));
    }
    Some(Listed::Port(Port::Device(path.to_owned())))
}

/// The files of a folder that fit; none where there is no such folder, as while nothing is plugged in.
fn fitting(folder: &Path, pattern: &str) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| fits(pattern, name)).collect();
    names.sort_unstable();
    names.truncate(FOUND_MAX);
    names.into_iter().map(|name| Found { port: Port::Device(folder.join(name)), is_named: false }).collect()
}

/// Whether a name fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ports: &str) -> Result<Ports, String> {
        Ports::of(&Settings::new([("ports".to_owned(), ports.to_owned())].into()))
    }

    #[test]
    fn ports_are_read_as_they_are_written() {
        let ports = of("tcp:127.0.0.1:18900, tcp:[::1]:9,/dev/serial/by-id/usb-x-if02").unwrap();
        let names: Vec<String> = ports.find().iter().map(|found| found.port.name()).collect();
        assert_eq!(names, ["tcp:127.0.0.1:18900", "tcp:::1:9", "/dev/serial/by-id/usb-x-if02"]);
        let wrong =
            ["", ",", "ttyUSB0", "dev/ttyUSB0", "/dev/../etc/passwd", "/dev/*/x", "tcp:host", "tcp::1", "/", "a\u{7}"];
        for ports in wrong {
            assert!(of(ports).is_err(), "{ports}");
        }
        assert!(of("/dev/ttyS0, /dev/ttyS0").unwrap_err().contains("twice"));
        assert!(of(&format!("/dev/{}", "x".repeat(200))).is_err());
    }

    #[test]
    fn a_pattern_fits_names() {
        assert!(fits("ttyUSB*", "ttyUSB12") && fits("*", "x") && fits("a*b*c", "a1b2c") && fits("x*", "x"));
        assert!(!fits("ttyUSB*", "ttyACM0") && !fits("a*b", "a1c") && !fits("a*b*c", "acb") && !fits("ab*ba", "aba"));
    }

    #[test]
    fn a_pattern_finds_what_is_there_now() {
        let folder = tempfile::tempdir().unwrap();
        let ports = of(&format!("{}/tty*", folder.path().display())).unwrap();
        assert!(ports.find().is_empty());
        for name in ["tty1", "other", "tty0"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found: Vec<Found> = ports.find().into_iter().collect();
        let at = |name: &str| Found { port: Port::Device(folder.path().join(name)), is_named: false };
        assert_eq!(found, [at("tty0"), at("tty1")]);
    }
}

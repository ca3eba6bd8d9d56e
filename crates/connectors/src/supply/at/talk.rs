//! Talking to a modem: a command and its answer, with whatever else the modem says meanwhile.

use std::collections::VecDeque;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Duration, timeout};

use super::super::stream::Stream;
use super::command::Command;

/// Bytes of a line: a PDU has 352 digits. Of a longer one nothing is kept.
const LINE_MAX: usize = 2_048;
/// Lines of one answer: no storage has room for so many messages.
const LINES_MAX: usize = 4_096;
/// Messages that a modem may hand over at once, without keeping them.
const DIRECT_MAX: usize = 32;
/// So long must a modem be silent until what it said before belongs to nobody.
const QUIET: Duration = Duration::from_millis(200);
/// How long it may go on talking at the beginning.
const CHATTER: Duration = Duration::from_secs(10);

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    /// It took too long.
    #[error("does not answer")]
    Late,
    /// The connection is gone, as after unplugging.
    #[error("was unplugged or lost")]
    Gone,
    /// It says what no modem says.
    #[error("says what no modem says")]
    Astray,
}

/// What a modem answered. The lines may hold customers' texts, so it has no `Debug`.
pub(super) struct Answer {
    /// Whether it did what was asked.
    pub(super) is_ok: bool,
    /// What it said before that.
    pub(super) lines: Vec<String>,
}

/// A modem that is talked to.
pub(super) struct Talk {
    stream: Box<dyn Stream>,
    heard: Vec<u8>,
    /// Whether the line that is heard now is too long, and is skipped.
    is_skipping: bool,
    /// Whether it said that a message came.
    has_news: bool,
    /// Whether it said that its SIM is not there any more.
    is_sim_gone: bool,
    /// Whether the next line is a message that it does not keep.
    is_direct_next: bool,
    direct: VecDeque<String>,
}

impl Talk {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            heard: Vec::new(),
            is_skipping: false,
            has_news: false,
            is_sim_gone: false,
            is_direct_next: false,
            direct: VecDeque::new(),
        }
    }

    /// Says a command, and hears its answer.
    ///
    /// # Errors
    /// See [`Silence`]. After one nobody knows to which command the next answer belongs: the talk is over.
    pub(super) async fn ask(&mut self, command: Command) -> Result<Answer, Silence> {
        let line = command.line();
        let asked = async {
            let written = self.stream.write_all(format!("{line}\r").as_bytes()).await;
            written.map_err(|_| Silence::Gone)?;
            self.stream.flush().await.map_err(|_| Silence::Gone)?;
            self.answer(&line).await
        };
        timeout(command.patience(), asked).await.map_err(|_| Silence::Late)?
    }

    async fn answer(&mut self, command: &str) -> Result<Answer, Silence> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let is_ok = match line.as_str() {
                "OK" => true,
                "ERROR" | "COMMAND NOT SUPPORT" => false,
                line if line.starts_with("+CME ERROR:") || line.starts_with("+CMS ERROR:") => {
                    lines.push(line.to_owned());
                    false
                }
                // It repeats what was said, until it is told not to.
                line if line == command => continue,
                _ if lines.len() >= LINES_MAX => return Err(Silence::Astray),
                _ => {
                    lines.push(line);
                    continue;
                }
            };
            return Ok(Answer { is_ok, lines });
        }
    }

    /// Hears what is still on its way from whatever was said before, so that no answer is taken for another's.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn quiet(&mut self) -> Result<(), Silence> {
        let quiet = async {
            while let Ok(line) = timeout(QUIET, self.line()).await {
                line?;
            }
            Ok(())
        };
        timeout(CHATTER, quiet).await.map_err(|_| Silence::Astray)?
    }

    /// Waits until the modem says that there is something to fetch.
    ///
    /// # Errors
    /// See [`Silence`].
    pub(super) async fn news(&mut self) -> Result<(), Silence> {
        while !self.has_news && self.direct.is_empty() && !self.is_sim_gone {
            self.line().await?;
        }
        Ok(())
    }

    /// Forgets that there was something to fetch: it is fetched now.
    pub(super) fn fetches(&mut self) {
        self.has_news = false;
    }

    /// Whether the modem said that its SIM is gone.
    pub(super) fn is_sim_gone(&self) -> bool {
        self.is_sim_gone
    }

    /// The first of the messages that it handed over without keeping them.
    pub(super) fn direct(&self) -> Option<String> {
        self.direct.front().cloned()
    }

    /// The house has that one now.
    pub(super) fn direct_is_kept(&mut self) {
        self.direct.pop_front();
    }

    /// The next line that is no news. What was read of it stays when this is dropped before its end.
    async fn line(&mut self) -> Result<String, Silence> {
        loop {
            while let Some(line) = self.heard_line() {
                if !self.is_news(&line) {
                    return Ok(line);
                }
            }
            let mut some = [0_u8; 1_024];
            let count = self.stream.read(&mut some).await.map_err(|_| Silence::Gone)?;
            if count == 0 {
                return Err(Silence::Gone);
            }
            self.heard.extend_from_slice(&some[..count]);
        }
    }

    /// Takes a line that is wholly there, and not empty.
    fn heard_line(&mut self) -> Option<String> {
        loop {
            let Some(end) = self.heard.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                if self.heard.len() > LINE_MAX {
                    self.heard.clear();
                    self.is_skipping = true;
                }
                return None;
            };
            let bytes: Vec<u8> = self.heard.drain(..=end).collect();
            let is_skipped = std::mem::take(&mut self.is_skipping) || bytes.len() > LINE_MAX;
            let text = String::from_utf8_lossy(&bytes);
            // Modems on old wires begin with NULs.
            let text = text.trim_matches(|sign: char| sign.is_whitespace() || sign == '\0');
            if !is_skipped && !text.is_empty() {
                return Some(text.to_owned());
            }
        }
    }

    /// Whether a line is what the modem says unasked, and what it means.
    fn is_news(&mut self, line: &str) -> bool {
        if std::mem::take(&mut self.is_direct_next) && is_hex(line) {
            if self.direct.len() < DIRECT_MAX {
                self.direct.push_back(line.to_owned());
            }
            return true;
        }
        if line.starts_with("+CMTI:") {
            self.has_news = true;
            return true;
        }
        if line.starts_with("+CMT:") {
            self.is_direct_next = true;
            return true;
        }
        if ["+CPIN: NOT READY", "+CPIN: NOT INSERTED", "+CPIN: SIM REMOVED"].contains(&line) {
            self.is_sim_gone = true;
            return true;
        }
        false
    }
}

/// Whether a line is digits of a PDU and nothing else.
pub(super) fn is_hex(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    fn talk() -> (Talk, DuplexStream) {
        let (ours, theirs) = duplex(64 * 1024);
        (Talk::new(Box::new(ours)), theirs)
    }

    #[tokio::test]
    async fn an_answer_is_read_through_noise_echo_and_news() {
        let (mut talk, mut modem) = talk();
        let said = "AT+CGSN\r\0\0\r\n\u{fffd}~\r\n+CMTI: \"SM\",3\r\n490154203237518\r\n\r\nOK\r\n+CREG: 1\r\n";
        modem.write_all(said.as_bytes()).await.unwrap();
        let answer = talk.ask(Command::Imei).await.unwrap();
        assert!(answer.is_ok && answer.lines == ["\u{fffd}~", "490154203237518"] && talk.has_news);
        talk.news().await.unwrap();
    }

    #[tokio::test]
    async fn a_refusal_says_which() {
        let (mut talk, mut modem) = talk();
        modem.write_all(b"+CMS ERROR: 321\r\nERROR\r\nCOMMAND NOT SUPPORT\r\n").await.unwrap();
        for wanted in [1, 0, 0] {
            let answer = talk.ask(Command::Delete(3)).await.unwrap();
            assert!(!answer.is_ok && answer.lines.len() == wanted);
        }
    }

    #[tokio::test]
    async fn a_line_without_end_costs_no_memory_and_no_answer() {
        let (mut talk, mut modem) = talk();
        modem.write_all(&[b'x'; 20_000]).await.unwrap();
        modem.write_all(b"\r\nOK\r\n").await.unwrap();
        let answer = talk.ask(Command::Attention).await.unwrap();
        assert!(answer.is_ok && answer.lines.is_empty() && talk.heard.capacity() < 32 * LINE_MAX);
    }

    #[tokio::test]
    async fn a_message_that_is_not_kept_is_taken_as_it_comes() {
        let (mut talk, mut modem) = talk();
        modem.write_all(b"\r\n+CMT: ,3\r\n0A0B\r\nOK\r\n").await.unwrap();
        assert!(talk.ask(Command::Attention).await.unwrap().is_ok);
        talk.news().await.unwrap();
        assert!(talk.direct().as_deref() == Some("0A0B"));
        talk.direct_is_kept();
        assert!(talk.direct().is_none());
    }

    #[tokio::test]
    async fn what_was_said_before_is_no_answer() {
        let (mut talk, mut modem) = talk();
        modem.write_all(b"+CMGL: 1,1,,2\r\n00\r\nOK\r\nOK\r\n").await.unwrap();
        talk.quiet().await.unwrap();
        modem.write_all(b"ERROR\r\n").await.unwrap();
        assert!(!talk.ask(Command::Attention).await.unwrap().is_ok);
        drop(modem);
        assert_eq!(talk.ask(Command::Attention).await.err(), Some(Silence::Gone));
    }
}

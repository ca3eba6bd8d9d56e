//! What sources tell of their SIMs beside messages.

use std::collections::BTreeMap;

use super::{Line, Status};
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::number::{self, News};
use crate::phone::Nanp;

/// Characters of a port and of a signal that are kept.
const WORD_MAX: usize = 40;

/// Notes what a source told of its SIMs. Those that are no numbers of ours are not kept.
pub(super) async fn note(app: &App, source: i64, told: Vec<Status>) -> Result<(), DbError> {
    if told.is_empty() {
        return Ok(());
    }
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        // Numbers are locked in the order of their ids. A SIM in the network wins over an empty port that it was in.
        let mut found: BTreeMap<i64, Option<&Status>> = BTreeMap::new();
        let mut replaced = Vec::new();
        for status in &told {
            let number = number_of(tx, source, &status.line, now)?;
            replaced.extend(replaced_by(tx, source, &status.line, number)?);
            let Some(number) = number else { continue };
            let known = found.entry(number).or_insert(Some(status));
            if status.is_online {
                *known = Some(status);
            }
        }
        // Whose SIM is told elsewhere has moved; where the others are is not known.
        for number in replaced {
            found.entry(number).or_insert(None);
        }
        for (number, status) in found {
            let port = word(status.and_then(|status| status.line.port.as_deref()));
            let signal = word(status.and_then(|status| status.signal.as_deref()));
            let is_online = status.is_some_and(|status| status.is_online);
            number::note(tx, &News { number, source, is_online, port: &port, signal: &signal }, now)?;
        }
        Ok(())
    };
    app.db.write(Lane::Ingest, story).await
}

/// Notes that the SIMs of a source that were in the network, and of which nothing was told since a time, are not any more.
pub(super) async fn silence(app: &App, source: i64, since_ms: i64) -> Result<(), DbError> {
    // Mostly nobody is silent, and then nothing is written.
    if app.db.read(move |tx| number::silent(tx, source, since_ms)).await?.is_empty() {
        return Ok(());
    }
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        // Numbers are locked in the order of their ids.
        for silent in number::silent(tx, source, since_ms)? {
            let (number, port) = (silent.number, silent.port.as_str());
            number::note(tx, &News { number, source, is_online: false, port, signal: "" }, now)?;
        }
        Ok(())
    };
    app.db.write(Lane::Ingest, story).await
}

/// The number of a SIM, of a port, or of the SIM that was in a port that is empty now.
fn number_of(tx: &mut Tx<'_>, source: i64, line: &Line, now_ms: i64) -> Result<Option<i64>, DbError> {
    let names = [line.sim.as_deref(), line.port.as_deref()];
    if is_odd(line) {
        return Ok(None);
    }
    for name in names.into_iter().flatten() {
        let Some((number, _)) = number::of_sim(tx, source, name, now_ms)? else { continue };
        let is_another = match &line.sim {
            Some(sim) if sim != name => number::has_other_sim(tx, source, number, [sim, name], now_ms)?,
            Some(_) | None => false,
        };
        return Ok((!is_another).then_some(number));
    }
    match (&line.sim, &line.port, &line.number) {
        (None, Some(port), _) => number::seen_in_port(tx, source, port),
        (None, None, Some(number)) => match Nanp::parse(number) {
            Ok(number) => number::of_source(tx, source, &number.digits()),
            Err(_) => Ok(None),
        },
        (Some(_), _, _) | (None, None, None) => Ok(None),
    }
}

/// The number whose SIM was told last to sit in a port that a SIM of another number, or of none, sits in now.
fn replaced_by(tx: &mut Tx<'_>, source: i64, line: &Line, number: Option<i64>) -> Result<Option<i64>, DbError> {
    let (Some(_), Some(port)) = (&line.sim, &line.port) else { return Ok(None) };
    if is_odd(line) || port.is_empty() {
        return Ok(None);
    }
    Ok(number::seen_in_port(tx, source, &word(Some(port)))?.filter(|before| number != Some(*before)))
}

/// No SIM and no port is called so, and PostgreSQL refuses a NUL.
fn is_odd(line: &Line) -> bool {
    [&line.sim, &line.port].into_iter().flatten().any(|name| name.chars().any(char::is_control))
}

fn word(told: Option<&str>) -> String {
    told.unwrap_or_default().chars().filter(|sign| !sign.is_control()).take(WORD_MAX).collect()
}

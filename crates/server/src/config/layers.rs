//! Where each setting's value comes from, and which value wins.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::{ConfigError, KNOWN, Known};

/// What the names of our variables begin with.
const PREFIX: &str = "JESUSNUMBER_";
/// Names the settings file itself, so it is no setting.
pub(super) const FILE_VARIABLE: &str = "JESUSNUMBER_CONFIG";
/// Variables of the tests, which the program leaves alone.
const TEST_PREFIX: &str = "JESUSNUMBER_TEST_";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said anything.
    Default,
    /// A settings file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// The command line.
    Command,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("the defaults"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Environment(name) => write!(formatter, "the variable {name}"),
            Self::Command => formatter.write_str("the command line"),
        }
    }
}

/// The value of each setting that has one, with its origin.
pub(crate) struct Layers(BTreeMap<&'static str, (Value, Origin)>);

#[derive(Deserialize)]
struct One<T> {
    value: T,
}

impl Layers {
    /// The defaults alone.
    ///
    /// # Panics
    /// Never: a test reads every default.
    #[must_use]
    pub(crate) fn defaults() -> Self {
        let set = KNOWN.iter().filter(|known| !known.default.is_empty());
        let value = |known: &Known| parse(known.default).expect("the defaults are TOML values");
        Self(set.map(|known| (known.name, (value(known), Origin::Default))).collect())
    }

    /// Lays a file over what there is.
    ///
    /// # Errors
    /// [`ConfigError`] if it cannot be read or names an unknown setting.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let upto = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..upto].iter().filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::Malformed(path.to_owned(), line, error.message().to_owned())
        })?;
        for (name, value) in table {
            self.set(&name, value, Origin::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Lays the variables of the environment that are ours over what there is.
    ///
    /// # Errors
    /// [`ConfigError`] if one names no setting, or has a value that is no text.
    pub(crate) fn add_environment(
        &mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(), ConfigError> {
        for (variable, text) in variables {
            let Ok(variable) = variable.into_string() else { continue };
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            if variable.starts_with(TEST_PREFIX) || variable == FILE_VARIABLE {
                continue;
            }
            let name = name.to_ascii_lowercase();
            let origin = Origin::Environment(variable.clone());
            let known = known(&name, &origin)?;
            let Ok(text) = text.into_string() else {
                let problem = "it is not UTF-8 text".to_owned();
                return Err(ConfigError::Bad { name: known.name, origin, problem });
            };
            self.set(&name, from_variable(known, text), origin)?;
        }
        Ok(())
    }

    /// Sets one setting.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] if there is no such setting.
    pub(crate) fn set(&mut self, name: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        let known = known(name, &origin)?;
        self.0.insert(known.name, (value, origin));
        Ok(())
    }

    /// The value of a setting in its own type.
    pub(super) fn take<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, ConfigError> {
        let mut table = Table::new();
        if let Some((value, _)) = self.0.get(name) {
            table.insert("value".to_owned(), value.clone());
        }
        let one: Result<One<T>, _> = table.try_into();
        one.map(|one| one.value).map_err(|error| ConfigError::Bad {
            name,
            origin: self.origin(name),
            problem: error.message().to_owned(),
        })
    }

    /// The value of a setting as it was written.
    #[must_use]
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|(value, _)| value)
    }

    /// Where the value of a setting came from.
    #[must_use]
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.0.get(name).map_or(Origin::Default, |(_, origin)| origin.clone())
    }
}

fn known(name: &str, origin: &Origin) -> Result<&'static Known, ConfigError> {
    KNOWN.iter().find(|known| known.name == name).ok_or_else(|| ConfigError::Unknown {
        origin: origin.clone(),
        name: name.to_owned(),
        nearest: nearest(name),
    })
}

fn parse(written: &str) -> Option<Value> {
    let table: Table = format!("value = {written}").parse().ok()?;
    table.get("value").cloned()
}

/// A variable has no quotes around a text and no brackets around a list, because nobody would write them there.
fn from_variable(known: &Known, text: String) -> Value {
    match parse(known.default) {
        Some(Value::Array(_)) if !text.trim_start().starts_with('[') => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
        }
        None | Some(Value::String(_)) => Value::String(text),
        Some(_) => parse(&text).unwrap_or(Value::String(text)),
    }
}

/// The setting whose name is closest to what was written, if any is close.
fn nearest(written: &str) -> Option<&'static str> {
    let near = KNOWN.iter().map(|known| (distance(written, known.name), known.name)).min()?;
    (near.0 <= 3.max(written.len() / 3)).then_some(near.1)
}

/// How many letters must be changed, added or left out to make one name of the other. Names longer than 64 letters are
/// near to nothing.
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (place, letter) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for column in 1..row.len() {
            let changed = diagonal + usize::from(right[column - 1] != *letter);
            diagonal = row[column];
            row[column] = changed.min(row[column] + 1).min(row[column - 1] + 1);
        }
    }
    row[right.len()]
}

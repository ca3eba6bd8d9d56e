//! Which numbers a page asks for, in its address and in its forms.

use domain::number::{Filter, NumberState};
use domain::supply::Source;
use serde::Deserialize;

use crate::form::Form;
use crate::percent::encoded;

/// The filter as it stands in an address; what is empty does not matter.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    pub(super) q: String,
    pub(super) state: String,
    pub(super) source: String,
    pub(super) area: String,
    pub(super) region: String,
    pub(super) carrier: String,
    pub(super) line: String,
    /// `offline`, where only those are asked for whose SIM is not in the network.
    pub(super) sim: String,
    /// The id to go on after.
    pub(super) after: String,
    /// What was just done, as `changed-left`.
    pub(super) done: String,
}

impl Wish {
    /// The wish that a form carries along.
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            q: text("q"),
            state: text("state"),
            source: text("source"),
            area: text("area"),
            region: text("region"),
            carrier: text("carrier"),
            line: text("line"),
            sim: text("sim"),
            after: text("after"),
            done: String::new(),
        }
    }

    /// The filter; a state, a source or an area code that there is not finds nothing.
    pub(super) fn filter(&self, sources: &[Source]) -> Filter {
        let source = |slug: &str| sources.iter().find(|source| source.slug == slug).map_or(-1, |source| source.id);
        let set = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let state = NumberState::from_word(&self.state);
        // No source has this id.
        let is_unknown = state.is_none() && !self.state.is_empty();
        Filter {
            digits: self.q.trim().to_owned(),
            source: if is_unknown { Some(-1) } else { set(&self.source).map(|slug| source(&slug)) },
            state,
            area_code: set(&self.area).map(|area| area.parse().unwrap_or(u16::MAX)),
            region: self.region.trim().to_uppercase(),
            carrier: self.carrier.clone(),
            line_type: self.line.clone(),
            is_offline: self.sim == "offline",
        }
    }

    /// The id to go on after.
    pub(super) fn after(&self) -> i64 {
        self.after.parse().unwrap_or(0)
    }

    /// Whether every number fits.
    pub(super) fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, value)| value.trim().is_empty())
    }

    /// The fields of the filter that are set, with their values.
    pub(super) fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("state", &self.state),
            ("source", &self.source),
            ("area", &self.area),
            ("region", &self.region),
            ("carrier", &self.carrier),
            ("line", &self.line),
            ("sim", &self.sim),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str())).collect()
    }

    /// The filter as it stands in an address, after its `?`.
    pub(super) fn query(&self) -> String {
        let pairs: Vec<String> =
            self.fields().into_iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        pairs.join("&")
    }

    /// The filter in words: `state paused, area 212`.
    pub(super) fn words(&self) -> String {
        let word = |name| match name {
            "q" => "number",
            "line" => "line type",
            "region" => "US state",
            "sim" => "SIM",
            other => other,
        };
        let pairs: Vec<String> =
            self.fields().into_iter().map(|(name, value)| format!("{} {value}", word(name))).collect();
        pairs.join(", ")
    }
}

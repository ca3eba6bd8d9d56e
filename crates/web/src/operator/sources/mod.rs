//! `/operator/sources/`: where SMS come from, how each source does, and its settings as its connector asks for them.

mod one;
mod sims;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::number;
use domain::policy::powers::Power;
use domain::supply::{self, Health, NewSource, Setting, Settings, Source, SourceRefusal};
use serde::Deserialize;

use super::Frame;
use super::told::{Told, ago, many};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/sources/";
const NEW: &str = "/operator/sources/new/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show))
        .route(NEW, get(form).post(add))
        .route("/operator/sources/{slug}/", get(one::show).post(one::change))
        .route("/operator/sources/{slug}/state/", post(one::set_state))
        .route("/operator/sources/{slug}/sims/", get(sims::show).post(sims::map))
        .route("/operator/sources/{slug}/sims/unmap/", post(sims::unmap))
}

/// A source in the list.
struct Line {
    source: Source,
    heard: String,
    messages: String,
    refused: i64,
    /// Numbers that are not sold because their SIM is not in the network.
    offline: i64,
}

impl Line {
    fn of(source: Source, health: &Health, offline: &HashMap<i64, i64>, now_ms: i64) -> Self {
        Self {
            offline: offline.get(&source.id).copied().unwrap_or(0),
            source,
            heard: health.heard_ms.map_or_else(|| "never".to_owned(), |at_ms| ago(at_ms, now_ms)),
            messages: many(health.messages),
            refused: health.refused,
        }
    }
}

/// A connector, for the choice of one.
struct Kind {
    name: &'static str,
    about: &'static str,
}

#[derive(Template)]
#[template(path = "operator/sources/list.html")]
struct SourcesPage {
    rows: Vec<Line>,
    kinds: Vec<Kind>,
    may_change: bool,
}

async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    let app = &door.app;
    let frame = Frame::of(&door, &operator, HERE).await?;
    let (sources, health) = (supply::sources(app).await?, supply::health(app).await?);
    let offline = number::offline(app).await?;
    let none = Health::default();
    let row = |source: Source| {
        let health = health.get(&source.id).unwrap_or(&none);
        Line::of(source, health, &offline, frame.now_ms)
    };
    let page = SourcesPage {
        rows: sources.into_iter().map(row).collect(),
        kinds: kinds(&door),
        may_change: operator.role.may(Power::Run),
    };
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}

fn kinds(door: &Door) -> Vec<Kind> {
    door.registry.all().iter().map(|kind| Kind { name: kind.name(), about: kind.about() }).collect()
}

/// Which connector a new source is to have.
#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    connector: String,
}

/// A setting in a form, with what was typed or may be shown.
struct Field {
    setting: Setting,
    value: String,
    is_set: bool,
}

#[derive(Template)]
#[template(path = "operator/sources/new.html")]
struct NewPage {
    told: Option<Told>,
    slug: String,
    kind: Kind,
    fields: Vec<Field>,
}

async fn form(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(choice): Asked<Choice>,
) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    show_form(&door, &operator, &choice.connector, None, None).await
}

async fn show_form(
    door: &Door,
    operator: &Operator,
    connector: &str,
    typed: Option<&Form>,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let kind = door.registry.get(connector).ok_or(PageError::NotFound)?;
    let typed_into = |name: &str| typed.map_or_else(String::new, |form| form.text(&field_name(name)).to_owned());
    let field = |setting: &Setting| Field {
        // A secret that was typed is not sent back.
        value: if setting.is_secret { String::new() } else { typed_into(setting.name) },
        setting: *setting,
        is_set: false,
    };
    let page = NewPage {
        slug: typed.map_or_else(String::new, |form| form.text("slug").trim().to_owned()),
        fields: kind.settings().iter().map(field).collect(),
        kind: Kind { name: kind.name(), about: kind.about() },
        told,
    };
    let status = if page.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = Frame::of(door, operator, HERE).await?;
    Ok(page::show(NEW, status, &page, &frame))
}

/// The name of a setting's field: apart from the names of the form's other fields.
fn field_name(setting: &str) -> String {
    format!("set.{setting}")
}

/// What was typed into the fields of a connector's settings.
fn typed_settings(settings: &[Setting], form: &Form) -> BTreeMap<String, String> {
    let typed = |setting: &Setting| (setting.name.to_owned(), form.text(&field_name(setting.name)).trim().to_owned());
    settings.iter().map(typed).collect()
}

async fn add(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let kind = door.registry.get(form.text("connector")).ok_or(PageError::BadForm)?;
    let mut values = typed_settings(kind.settings(), &form);
    values.retain(|_, value| !value.is_empty());
    let slug = form.text("slug").trim().to_owned();
    let new = NewSource { slug: slug.clone(), connector: kind.name().to_owned(), settings: Settings::new(values), by };
    match supply::add_source(&door.app, &door.registry, new).await {
        Ok(_) => Ok(page::see_other(NEW, &format!("{HERE}{slug}/?done=added"))),
        Err(refusal) => {
            let told = told(refusal)?;
            show_form(&door, &operator, form.text("connector"), Some(&form), Some(told)).await
        }
    }
}

/// A refusal in words, or the page of what went wrong.
fn told(refusal: SourceRefusal) -> Result<Told, PageError> {
    match refusal {
        SourceRefusal::Db(error) => Err(error.into()),
        SourceRefusal::NoSource => Err(PageError::NotFound),
        refusal @ (SourceRefusal::BadSlug
        | SourceRefusal::Reserved
        | SourceRefusal::Taken
        | SourceRefusal::NoConnector(_)
        | SourceRefusal::BadSetting(_)
        | SourceRefusal::Changed
        | SourceRefusal::BadSim
        | SourceRefusal::NoSim
        | SourceRefusal::NoNumber) => Ok(Told::bad(format!("Nothing was changed: {refusal}."))),
    }
}

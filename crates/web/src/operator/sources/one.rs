//! `/operator/sources/{slug}/`: one source: how it does, its address, its settings.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::number;
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::purchase;
use domain::supply::{self, ShownSetting, WireState};
use serde::Deserialize;

use super::{Field, HERE, Line, told, typed_settings};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{NO_REASON, Told};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/sources/{slug}/";

/// What was just done.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "operator/sources/one.html")]
struct SourcePage {
    told: Option<Told>,
    line: Line,
    about: String,
    url: String,
    fault: Option<(i64, String)>,
    /// Whether the house connects to it itself, and how those connections do.
    is_held: bool,
    /// Whether it is pushed to and asked besides.
    is_asked: bool,
    /// Whether it is a house that numbers are bought from.
    is_house: bool,
    wire: WireState,
    fields: Vec<Field>,
    may_change: bool,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    Asked(Done { done }): Asked<Done>,
) -> Result<Response, PageError> {
    let told = match done.as_str() {
        "added" => Some(Told::good("The source is made.")),
        "settings" => Some(Told::good("The settings are in force.")),
        "paused" => Some(Told::good("Its numbers are not sold for now; it still receives.")),
        "enabled" => Some(Told::good("Its numbers are sold.")),
        _ => None,
    };
    render(&door, &operator, &slug, None, told, StatusCode::OK).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    slug: &str,
    typed: Option<&Form>,
    told: Option<Told>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let app = &door.app;
    let source = supply::source(app, slug).await?.ok_or(PageError::NotFound)?;
    let frame = Frame::of(door, operator, HERE).await?;
    let health = supply::health(app).await?.remove(&source.id).unwrap_or_default();
    let kind = door.registry.get(&source.connector);
    let settings = match kind {
        Some(_) => supply::settings(app, &door.registry, slug).await.map_err(fault)?,
        // A connector of another version: the source stays, its settings cannot be changed here.
        None => Vec::new(),
    };
    let field = |shown: ShownSetting| {
        let is_typed = typed.is_some() && !shown.setting.is_secret;
        let typed = typed.map(|form| form.text(&super::field_name(shown.setting.name)).to_owned());
        Field { value: typed.filter(|_| is_typed).unwrap_or(shown.value), setting: shown.setting, is_set: shown.is_set }
    };
    let page = SourcePage {
        told,
        about: kind
            .map_or_else(|| "This program does not know its connector.".to_owned(), |kind| kind.about().to_owned()),
        url: format!("{}/ingest/{slug}/", door.settings.base_url),
        is_held: kind.is_some_and(|kind| kind.holds()),
        is_asked: kind.is_some_and(|kind| !kind.holds()) && health.wire.is_some(),
        is_house: purchase::names(app).await?.iter().any(|name| name == slug),
        wire: health.wire.unwrap_or_default(),
        fault: health.fault.clone(),
        line: Line::of(source, &health, &number::offline(app).await?, frame.now_ms),
        fields: settings.into_iter().map(field).collect(),
        may_change: operator.role.may(Power::Run),
    };
    Ok(page::show(ROUTE, status, &page, &frame))
}

fn fault(refusal: supply::SourceRefusal) -> PageError {
    match told(refusal) {
        Err(error) => error,
        // The source and its connector were there a moment ago.
        Ok(_) => PageError::NotFound,
    }
}

/// Changes settings. A secret that is left empty stays; another setting that is left empty is taken away.
pub(super) async fn change(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let source = supply::source(&door.app, &slug).await?.ok_or(PageError::NotFound)?;
    let settings = door.registry.get(&source.connector).ok_or(PageError::NotFound)?.settings();
    let mut changes = typed_settings(settings, &form);
    for setting in settings.iter().filter(|setting| setting.is_secret) {
        changes.retain(|name, value| name != setting.name || !value.is_empty());
    }
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Some(Told::bad(format!("Nothing was changed: {NO_REASON}.")));
        return render(&door, &operator, &slug, Some(&form), told, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match supply::set_settings(&door.app, &door.registry, &slug, &changes, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{HERE}{slug}/?done=settings"))),
        Err(refusal) => {
            let told = Some(told(refusal)?);
            render(&door, &operator, &slug, Some(&form), told, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Pauses the sale of its numbers, or lets it go on.
pub(super) async fn set_state(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let (is_enabled, word) = match form.text("to") {
        "enabled" => (true, "enabled"),
        "paused" => (false, "paused"),
        _ => return Err(PageError::BadForm),
    };
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Some(Told::bad(format!("Nothing was changed: {NO_REASON}.")));
        return render(&door, &operator, &slug, None, told, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match supply::set_source_state(&door.app, &slug, is_enabled, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{HERE}{slug}/?done={word}"))),
        Err(refusal) => {
            let told = Some(told(refusal)?);
            render(&door, &operator, &slug, None, told, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

//! Prices as a file: all of them to take away, and a file of them to set, all or none.

use std::sync::Arc;

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use domain::bad_rows::BadRows;
use domain::catalog;
use domain::catalog::price_file::{FILE_MAX, read_prices, write_prices};
use domain::catalog::sheet::set_sheet;
use domain::policy::author::Author;
use domain::policy::powers::Power;
use tokio::time::timeout;

use super::{HERE, told};
use crate::Door;
use crate::observe::Route;
use crate::operator::Frame;
use crate::operator::told::Told;
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/services/prices/import/";
const DOWNLOAD: &str = "/operator/services/prices.csv";
/// Bytes of the form around a file.
const AROUND_MAX: usize = 16 * 1024;

/// The routes of the page, whose form may be larger than others.
pub(super) fn methods() -> MethodRouter<Arc<Door>> {
    get(show).post(upload).layer(DefaultBodyLimit::max(file_max() + AROUND_MAX))
}

fn file_max() -> usize {
    usize::try_from(FILE_MAX).unwrap_or(usize::MAX)
}

#[derive(Template)]
#[template(path = "operator/services/file.html")]
struct FilePage {
    told: Option<Told>,
    bad: Vec<(u64, String)>,
}

async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    render(&door, &operator, None, Vec::new()).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    told: Option<Told>,
    bad: Vec<(u64, String)>,
) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    let status = if told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(ROUTE, status, &FilePage { told, bad }, &frame))
}

async fn upload(State(door): State<Arc<Door>>, operator: Operator, form: Multipart) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let received = timeout(door.settings.request_timeout, file(form)).await;
    let Ok(Ok((bytes, reason))) = received else {
        let told = Told::bad("The file did not arrive whole, or is larger than 4 MiB. Nothing was changed.");
        return render(&door, &operator, Some(told), Vec::new()).await;
    };
    let catalog = catalog::catalog(&door.app).await?;
    let (prices, bad) = match read_prices(bytes.as_slice(), &catalog, BadRows::default(), &|_| ()) {
        Ok(read) => read,
        Err(fault) => {
            let told = Told::bad(format!("The file {fault}. Nothing was changed."));
            return render(&door, &operator, Some(told), Vec::new()).await;
        }
    };
    if !bad.is_empty() {
        let told = Told::bad(format!("{}.", bad.sentence("the file")));
        let rows = bad.first().to_vec();
        return render(&door, &operator, Some(told), rows).await;
    }
    let told = match Author::typed(by, &reason) {
        Ok(by) => match set_sheet(&door.app, prices, by).await {
            Ok(()) => return Ok(page::see_other(ROUTE, &format!("{HERE}?done=prices"))),
            Err(refusal) => told(refusal)?,
        },
        Err(bad) => bad.into(),
    };
    render(&door, &operator, Some(told), Vec::new()).await
}

/// The bytes of the field `file`, and why it is read in; the form as a whole is limited by its route.
async fn file(mut form: Multipart) -> Result<(Vec<u8>, String), MultipartError> {
    let (mut bytes, mut reason) = (Vec::new(), String::new());
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("file") => bytes = field.bytes().await?.to_vec(),
            Some("reason") => reason = field.text().await?,
            _ => {}
        }
    }
    Ok((bytes, reason))
}

/// All prices, in the form in which they are read back.
pub(super) async fn download(State(door): State<Arc<Door>>, _: Operator) -> Result<Response, PageError> {
    let csv = write_prices(&*catalog::catalog(&door.app).await?);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"prices.csv\""),
    ];
    let mut answer = (headers, csv).into_response();
    answer.extensions_mut().insert(Route(DOWNLOAD));
    Ok(answer)
}

//! `/operator/numbers/import/`: a file of numbers is taken in, checked wholly, loaded beside the running house, and
//! watched while that goes on.

mod slot;
mod upload;

use std::path::PathBuf;
use std::sync::Arc;

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use domain::bad_rows::BadRows;
use domain::number::import::{self, FileRefusal, ImportLine, ImportRefusal, ImportState, NumberFileImport, Progress};
use domain::policy::author::Author;
use domain::policy::permit::{Permit, Run};
use domain::policy::powers::Power;
use domain::supply::{self, Source};

use super::{HERE, names};
use crate::Door;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::Told;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(crate) use slot::Imports;
use slot::{Latest, Slot, Stage};
use upload::{Upload, UploadFault};

const ROUTE: &str = "/operator/numbers/import/";
/// Bytes of a file, at most: over a million rows.
const FILE_MAX: usize = 200 * 1024 * 1024;
/// Bytes of the form around it.
const AROUND_MAX: usize = 64 * 1024;

/// The routes of the page, whose form may be much larger than others.
pub(super) fn methods() -> MethodRouter<Arc<Door>> {
    get(show).post(upload).layer(DefaultBodyLimit::max(FILE_MAX + AROUND_MAX))
}

/// An import in the list.
struct Line {
    import: ImportLine,
    source: String,
}

#[derive(Template)]
#[template(path = "operator/numbers/import.html")]
struct ImportPage {
    told: Option<Told>,
    latest: Option<Latest>,
    sources: Vec<Source>,
    lines: Vec<Line>,
    may_change: bool,
    is_busy: bool,
}

impl ImportPage {
    /// The bad rows of the latest file, as many as are told.
    fn bad(&self) -> &[(u64, String)] {
        match self.latest.as_ref().map(|latest| &latest.stage) {
            Some(Stage::Bad(bad)) => bad.first(),
            _ => &[],
        }
    }

    fn file_max_mib(&self) -> usize {
        FILE_MAX / 1024 / 1024
    }
}

pub(super) async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    render(&door, &operator, None, StatusCode::OK).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    told: Option<Told>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    let latest = door.imports.latest();
    let is_busy = latest.as_ref().is_some_and(|latest| latest.stage.is_running());
    let sources = supply::sources(&door.app).await?;
    let names = names(&sources);
    let line = |import: ImportLine| Line { source: names.get(&import.source).cloned().unwrap_or_default(), import };
    let lines = import::imports(&door.app, i64::MAX).await?.into_iter().map(line).collect();
    let page = ImportPage { told, latest, sources, lines, may_change: operator.role.may(Power::Run), is_busy };
    Ok(page::show(ROUTE, status, &page, &frame))
}

/// Takes a file in, and lets a task that outlives this request load it.
pub(super) async fn upload(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Multipart,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let Some(slot) = door.imports.take(&operator.name) else {
        let told = Told::bad("Another import runs on this node. Wait until it is done, then send the file again.");
        return render(&door, &operator, Some(told), StatusCode::CONFLICT).await;
    };
    match upload::receive(form, door.settings.uploads.clone(), &slot).await {
        Ok(upload) => {
            tokio::spawn(load(Arc::clone(&door), slot, upload, by));
            Ok(page::see_other(ROUTE, ROUTE))
        }
        Err(fault) => {
            drop(slot);
            let (status, sentence) = match fault {
                UploadFault::NoFile => (StatusCode::UNPROCESSABLE_ENTITY, "Choose a source and a CSV file."),
                UploadFault::BadReason => (StatusCode::UNPROCESSABLE_ENTITY, "A reason is 1 to 500 characters."),
                UploadFault::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "The file is larger than 200 MB: split it."),
                UploadFault::Broken => (StatusCode::BAD_REQUEST, "The file did not arrive whole. Send it again."),
                UploadFault::Disk(error) => {
                    tracing::error!(%error, "an uploaded file was not kept");
                    (StatusCode::INTERNAL_SERVER_ERROR, "The file could not be kept: is the house's disk full?")
                }
            };
            render(&door, &operator, Some(Told::bad(sentence)), status).await
        }
    }
}

async fn load(door: Arc<Door>, slot: Slot, upload: Upload, by: Permit<Run>) {
    let Upload { path, hash, source, reason } = upload;
    let by = Author::new(by, reason);
    let tell = |progress| {
        slot.set(match progress {
            Progress::Checking(rows) => Stage::Checking(rows),
            Progress::Loading { done, of } => Stage::Loading { done, of },
        });
    };
    let place: PathBuf = path.to_path_buf();
    let file = NumberFileImport { path: &place, hash, source: &source, by: &by };
    let done = import::import_file(&door.app, file, BadRows::default(), &tell).await;
    slot.end(match done {
        Ok(done) => Stage::Done(done),
        Err(FileRefusal::Bad(bad)) => Stage::Bad(Arc::new(bad)),
        Err(refusal) => Stage::Refused(refusal.to_string()),
    });
}

/// Takes back an import that is not complete, in a task of its own.
pub(super) async fn undo(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id: i64 = form.text("import").parse().map_err(|_| PageError::BadForm)?;
    let by = match Author::typed(by, form.text("reason")) {
        Ok(by) => by,
        Err(bad) => return render(&door, &operator, Some(bad.into()), StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let Some(slot) = door.imports.take(&operator.name) else {
        let told = Told::bad("An import runs on this node. Wait until it is done.");
        return render(&door, &operator, Some(told), StatusCode::CONFLICT).await;
    };
    slot.set(Stage::Undoing(0));
    tokio::spawn(take_back(Arc::clone(&door), slot, id, by));
    Ok(page::see_other(ROUTE, ROUTE))
}

async fn take_back(door: Arc<Door>, slot: Slot, id: i64, by: Author) {
    let mut taken = 0_u64;
    loop {
        match import::undo(&door.app, id, by.clone()).await {
            Ok(0) => return slot.end(Stage::Undone(id, taken)),
            Ok(some) => {
                taken = taken.saturating_add(some);
                slot.set(Stage::Undoing(taken));
            }
            Err(refusal @ ImportRefusal::NoImport) => return slot.end(Stage::Refused(refusal.to_string())),
            Err(refusal) => {
                return slot.end(Stage::Refused(format!("{refusal}; {taken} numbers were taken back until then")));
            }
        }
    }
}

//! Wiring: from a command line to an open house and back to stdout.

use std::io::{self, Write};
use std::sync::Arc;

use domain::db::Access;
use domain::partner;
use domain::purchase::Houses;
use tokio::runtime::Builder;

use super::{Admin, Answer, Command, Desk, Refusal, backup, restore, run};
use crate::config::{self, Settings};
use crate::house;
use crate::{clock, read_to_its_end};

/// Gives the command to the house of the settings and writes the answer to stdout.
///
/// # Errors
/// The one sentence for stderr.
pub(crate) fn execute(settings: &Settings, admin: Admin) -> Result<(), Refusal> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let as_json = admin.json;
    let mut answer = runtime.block_on(answer(settings, admin))?;
    let mut out = io::stdout().lock();
    read_to_its_end(answer.write(as_json, &mut out).and_then(|()| out.flush()))?;
    answer.into_trouble().map_or(Ok(()), Err)
}

async fn answer(settings: &Settings, admin: Admin) -> Result<Answer, Refusal> {
    let access = match &admin.command {
        Command::Restore(args) => {
            let key = house::key(args.key_file.as_deref().unwrap_or(&settings.key_file))?;
            return restore(args, args.to.as_ref().unwrap_or(&settings.database.0), &key, clock::machine()).await;
        }
        // An older house is copied too: that is what a backup before an upgrade is.
        Command::Backup(args) => return backup(&settings.database.0, args).await,
        Command::Verify => Access::Read,
        _ => Access::Join,
    };
    let app = house::open_beside(settings, access).await?;
    let registry = Arc::new(connectors::registry());
    app.buy_from(Houses::new(Arc::clone(&registry), Houses::PATIENCE, rand::random));
    app.push_by(Box::new(connectors::push::ToPartners::default()), partner::PATIENCE);
    let by = admin.by.or_else(config::user_name);
    let base_url = settings.base_url.trim_end_matches('/');
    let desk =
        Desk { app: &app, registry: &registry, database: &settings.database.0, base_url, given_by: by.as_deref() };
    run(&desk, admin.command).await
}

//! Who is told of alerts, by the settings, and how full the disk is.

use std::path::{Path, PathBuf};

use domain::alert::{Space, Watch};
use domain::db::DbUrl;

use crate::config::Settings;

/// The watch of the settings.
pub(crate) fn watch(settings: &Settings) -> Watch {
    let folder = match &settings.database.0 {
        DbUrl::Sqlite(path) => path.parent().map(Path::to_owned),
        // The disk of a server is that server's operator's.
        DbUrl::Postgres(_) => None,
    };
    Watch {
        to: settings.alert_to.clone(),
        stock_low: settings.stock_low,
        base_url: settings.base_url.trim_end_matches('/').to_owned(),
        space: Box::new(move || folder.as_ref().and_then(space)),
    }
}

fn space(folder: &PathBuf) -> Option<Space> {
    // The folder of a bare file name is the one that the program was started in.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(Space {
        free: disk.f_bavail.saturating_mul(disk.f_frsize),
        total: disk.f_blocks.saturating_mul(disk.f_frsize),
    })
}

/// What is wrong with the mailboxes, if something is.
pub(crate) fn fault(settings: &Settings) -> Option<(&'static str, &'static str)> {
    let is_mailbox = |to: &String| {
        let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic());
        is_plain && to.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    };
    (!settings.alert_to.iter().all(is_mailbox)).then_some(("alert_to", "each is a mailbox such as olga@example.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_room_and_a_missing_folder_has_none() {
        let here = space(&PathBuf::new()).expect("the folder of the tests is on a disk");
        assert!(here.total > 0 && here.free <= here.total);
        assert_eq!(space(&PathBuf::from("/nowhere/at/all")), None);
    }
}

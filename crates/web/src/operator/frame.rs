//! What stands around every page of the console: its places, who is signed in, and what stands still.

use std::any::Any;

use askama::Values;
use domain::db::DbError;
use domain::login::Role;
use domain::policy::stop;

use super::{
    audit, complaints, customers, houses, ledger, mails, numbers, operators, orders, quarantine, services, settings,
    sources, stops, today,
};
use crate::Door;
use crate::session::Operator;

/// A place of the console's navigation.
pub(crate) struct Place {
    /// Where it is.
    pub(crate) path: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
}

/// The console's navigation: a page that comes adds its line.
pub(crate) const PLACES: &[Place] = &[
    Place { path: today::HERE, name: "Today" },
    Place { path: orders::HERE, name: "Orders" },
    Place { path: customers::HERE, name: "Customers" },
    Place { path: complaints::HERE, name: "Complaints" },
    Place { path: numbers::HERE, name: "Numbers" },
    Place { path: sources::HERE, name: "Sources" },
    Place { path: houses::HERE, name: "Other houses" },
    Place { path: services::HERE, name: "Services" },
    Place { path: stops::HERE, name: "Stops" },
    Place { path: quarantine::HERE, name: "Quarantine" },
    Place { path: ledger::HERE, name: "Ledger" },
    Place { path: audit::HERE, name: "Audit log" },
    Place { path: mails::HERE, name: "Mails" },
    Place { path: operators::HERE, name: "Operators" },
    Place { path: settings::HERE, name: "Settings" },
];

/// What stands around a page of the console. Its templates extend `operator/layout.html`, which finds it as the value
/// `console`.
pub(crate) struct Frame {
    /// The place of the navigation that is shown.
    pub(crate) here: &'static str,
    /// Who is signed in.
    pub(crate) name: String,
    /// What they may do.
    pub(crate) role: Role,
    /// Whether nothing is sold just now.
    pub(crate) is_paused: bool,
    /// The house's time.
    pub(crate) now_ms: i64,
}

impl Frame {
    /// The frame of a page at a place of the navigation.
    pub(crate) async fn of(door: &Door, operator: &Operator, here: &'static str) -> Result<Self, DbError> {
        Ok(Self {
            here,
            name: operator.name.clone(),
            role: operator.role,
            is_paused: stop::are_sales_paused(&door.app).await?,
            now_ms: door.app.now_ms(),
        })
    }
}

impl Values for Frame {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "console").then_some(self)
    }
}

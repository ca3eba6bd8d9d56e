//! The console's frame: who is let in, and what it says of the house.

use domain::login::Role;
use domain::policy::stop;

use crate::on_both;
use crate::second::operator;
use crate::world::World;

on_both!(the_console_says_who_is_in_and_when_nothing_is_sold, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let page = olga.get("/operator/").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("olga <small class=\"soft\">auditor</small>"));
    assert!(page.body.contains("<a href=\"/operator/\" aria-current=\"page\">Today</a>"));
    assert!(!page.body.contains("All sales are paused."));
    stop::pause_sales(&world.app, true, "a test", "test").await.expect("paused");
    assert!(olga.get("/operator/").await.body.contains("All sales are paused."));
});

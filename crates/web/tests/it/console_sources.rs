//! The console's pages for sources.

use domain::login::Role;
use domain::phone::Nanp;
use domain::supply::{self, Heard, Line, Registry, Reply, Request, Setting, Settings, Status, Supply};

use crate::on_both;
use crate::people::operator;
use crate::world::{World, may};

on_both!(a_source_is_made_paused_and_sold_again, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    assert!(olga.get("/operator/sources/").await.body.contains("hears plain bytes"));
    let made = olga.post("/operator/sources/new/", "connector=wire&slug=rack-2").await;
    assert_eq!(made.header("location"), Some("/operator/sources/rack-2/?done=added"));
    let page = olga.get("/operator/sources/rack-2/?done=added").await.body;
    assert!(page.contains("http://localhost:8080/ingest/rack-2/"), "{page}");
    let taken = olga.post("/operator/sources/new/", "connector=wire&slug=rack-2").await;
    assert_eq!(taken.status, 422);
    assert!(taken.body.contains("a source of this name exists already") && taken.body.contains("value=\"rack-2\""));
    assert_eq!(olga.post("/operator/sources/rack-2/state/", "to=paused&reason=").await.status, 422);
    assert_eq!(olga.post("/operator/sources/rack-2/state/", "to=paused&reason=moved").await.status, 303);
    assert!(olga.get("/operator/stops/").await.body.contains("/operator/sources/rack-2/"));
    assert_eq!(olga.post("/operator/sources/rack-2/state/", "to=enabled&reason=back").await.status, 303);
    assert!(!olga.get("/operator/stops/").await.body.contains("/operator/sources/rack-2/"));
    assert_eq!(olga.post("/operator/sources/rack-2/", "").await.status, 422);
    assert_eq!(olga.get("/operator/sources/nowhere/").await.status, 404);
});

on_both!(a_sim_is_mapped_and_unmapped, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let sims = "/operator/sources/wire/sims/";
    assert_eq!(olga.post(sims, "sim=phone-1%2F0&number=2025550147&reason=new+card").await.status, 303);
    let page = olga.get(sims).await.body;
    assert!(page.contains("phone-1/0") && page.contains("(202) 555-0147"));
    let refused = olga.post(sims, "sim=%3Cb%3E&number=2125550199").await;
    assert!(refused.status == 422 && refused.body.contains("this source has no such number"));
    assert!(refused.body.contains("&#60;b&#62;") && !refused.body.contains("<b>\""));
    assert_eq!(olga.post(&format!("{sims}unmap/"), "sim=phone-1%2F0&reason=card+gone").await.status, 303);
    assert!(!olga.get(sims).await.body.contains("phone-1/0"));
    let log = olga.get("/operator/audit/?who=olga").await.body;
    assert!(log.contains("new card") && log.contains("card gone") && log.contains("phone-1/0 is 12025550147"));
});

/// The connector `wire`, telling that the SIM `one` is out of the network.
struct Teller;

impl Supply for Teller {
    fn name(&self) -> &'static str {
        "wire"
    }

    fn about(&self) -> &'static str {
        "tells of a SIM"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn hear(&self, _: &Settings, _: &Request, _: i64) -> Result<Heard, Reply> {
        let line = Line { sim: Some("one".to_owned()), port: Some("<b>1.01".to_owned()), number: None };
        let status = Status { line, is_online: false, signal: Some("-97 dBm".to_owned()) };
        Ok(Heard { statuses: vec![status], ..Heard::new(Vec::new(), Reply::json(200, "{}")) })
    }
}

on_both!(a_sim_that_is_out_of_the_network_is_seen_on_the_pages_of_its_number_and_its_source, async |world: &World| {
    world.numbers(&["12025550147", "12025550148"]).await;
    let number = Nanp::parse("12025550147").expect("a number");
    supply::map_sim(&world.app, "wire", "one", &number, may("test")).await.expect("mapped");
    let mut ada = operator(world, "ada", Role::Auditor).await;
    assert!(ada.get("/operator/sources/wire/sims/").await.body.contains("not told"));
    let (method, tail, query) = ("POST".to_owned(), String::new(), String::new());
    let request = Request { method, tail, query, headers: Vec::new(), body: Vec::new() };
    let registry = Registry::new(vec![Box::new(Teller)]);
    assert_eq!(supply::ingest(&world.app, &registry, "wire", &request).await.expect("kept").status, 200);
    let one = ada.get("/operator/numbers/12025550147/").await.body;
    for words in ["SIM offline", "no, so it is not sold", "&#60;b&#62;1.01", "-97 dBm"] {
        assert!(one.contains(words), "{words} {one}");
    }
    assert!(!ada.get("/operator/numbers/12025550148/").await.body.contains("In the network"));
    let list = ada.get("/operator/numbers/?source=wire&sim=offline").await.body;
    assert!(list.contains("(202) 555-0147") && !list.contains("(202) 555-0148"), "{list}");
    for place in ["/operator/sources/", "/operator/sources/wire/"] {
        let page = ada.get(place).await.body;
        assert!(page.contains("?source=wire&amp;sim=offline\">1</a>"), "{place} {page}");
    }
    let sims = ada.get("/operator/sources/wire/sims/").await.body;
    assert!(sims.contains("offline") && sims.contains("-97 dBm"), "{sims}");
});

on_both!(a_source_shows_its_last_message, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    assert!(olga.get("/operator/sources/").await.body.contains("<td>never</td>"));
    world.text("12025550147", "hello").await;
    supply::write_heard(&world.app).await.expect("written");
    assert!(olga.get("/operator/sources/").await.body.contains("<td>just now</td><td class=\"num\">1</td>"));
});

on_both!(who_may_not_run_the_house_changes_no_source, async |world: &World| {
    let mut anna = operator(world, "anna", Role::Support).await;
    let page = anna.get("/operator/sources/wire/").await;
    assert!(page.status == 200 && !page.body.contains("name=\"reason\""));
    for (target, form) in [
        ("/operator/sources/new/", "connector=wire&slug=rack-2"),
        ("/operator/sources/wire/", ""),
        ("/operator/sources/wire/state/", "to=paused&reason=x"),
        ("/operator/sources/wire/sims/", "sim=a&number=2025550147"),
        ("/operator/sources/wire/sims/unmap/", "sim=a"),
        ("/operator/stops/", "to=paused&reason=x"),
        ("/operator/services/price/", "service=telegram&short_term=1.00"),
        ("/operator/services/state/", "service=telegram&to=off"),
        ("/operator/services/seed/", ""),
        ("/operator/services/new/", "slug=x&name=x&category=x"),
        ("/operator/services/prices/", "product=short_term&percent=5"),
        ("/operator/services/telegram/", "name=x&category=x"),
        ("/operator/services/telegram/tiers/", "short_term.new=0.10"),
    ] {
        assert_eq!(anna.post(target, form).await.status, 403, "{target}");
    }
});

on_both!(all_sales_are_paused_with_a_reason_and_go_on, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    assert_eq!(olga.post("/operator/stops/", "to=paused&reason=+").await.status, 422);
    assert_eq!(olga.post("/operator/stops/", "to=paused&reason=supplier+is+down").await.status, 303);
    let page = olga.get("/operator/numbers/").await.body;
    assert!(page.contains("All sales are paused."));
    let stops = olga.get("/operator/stops/").await.body;
    assert!(stops.contains("supplier is down") && stops.contains("Sell again"));
    assert_eq!(olga.post("/operator/stops/", "to=open&reason=it+is+back").await.status, 303);
    assert!(!olga.get("/operator/numbers/").await.body.contains("All sales are paused."));
});

on_both!(the_settings_in_force_are_shown, async |world: &World| {
    let mut anna = operator(world, "anna", Role::Auditor).await;
    let page = anna.get("/operator/settings/").await;
    assert!(page.status == 200 && !page.body.contains("This node was started without settings"), "{}", page.body);
    let row = "<span class=\"mono\">base_url</span><small>The address that &#60;b&#62;customers&#60;/b&#62; use.</small></td>\
               <td class=\"mono break\">&#34;http://localhost:8080&#34;</td><td class=\"soft near\">the command line</td>";
    assert!(page.body.contains(row), "{}", page.body);
});

//! The console's frame: who is let in, and what it says of the house.

use domain::alert;
use domain::figures;
use domain::login::Role;
use domain::number::{self, NumberState};
use domain::phone::Nanp;
use domain::policy::stop;

use crate::http::request;
use crate::on_both;
use crate::people::operator;
use crate::world::{World, may, why};

on_both!(the_console_says_who_is_in_and_when_nothing_is_sold, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let page = olga.get("/operator/").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("<bdi>olga</bdi> <small class=\"soft\">auditor</small>"));
    assert!(page.body.contains("<a href=\"/operator/\" aria-current=\"page\">Today</a>"));
    assert!(!page.body.contains("All sales are paused."));
    stop::pause_sales(&world.app, true, &why("a test"), &may("test")).await.expect("paused");
    assert!(olga.get("/operator/").await.body.contains("All sales are paused."));
});

on_both!(what_is_missing_in_the_console_leads_back_into_it, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let html = ["Accept: text/html"];
    let found_by_nobody = world.send(&request("GET", "/operator/nosuch/", &html, b"")).await;
    for page in [olga.get("/operator/orders/ORD-1/").await, found_by_nobody] {
        assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
        assert!(page.body.contains("href=\"/operator/\"") && !page.body.contains("/orders/\""), "{}", page.body);
        assert!(!page.body.contains("only to the account that made them"), "{}", page.body);
    }
    let elsewhere = world.send(&request("GET", "/nosuch/", &html, b"")).await;
    assert!(elsewhere.body.contains("href=\"/orders/\""), "{}", elsewhere.body);
});

on_both!(today_says_in_a_line_whether_the_house_is_well, async |world: &World| {
    let digits: Vec<String> = (0..30).map(|place| format!("120255501{place:02}")).collect();
    world.numbers(&digits.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let key = world.customer("ann", "5.00").await;
    let (_, number) = world.order(&key, "instagram").await;
    world.text(&number, "482910 is your Instagram code.").await;
    figures::count_due(&world.app).await.expect("counted");
    alert::look(&world.app).await.expect("looked");
    let mut olga = operator(world, "olga", Role::Support).await;
    let page = olga.get("/operator/").await.body;
    assert!(
        page.contains("The house is well.") && page.contains("1 order in the last 24 hours, 100 % of those"),
        "{page}"
    );
    assert!(page.contains("<dd>$0.42<small>captured</small>"), "{page}");
    assert!(page.contains("data-chart=\"{&#34;step&#34;:3600,"), "{page}");
    assert!(page.contains("14:00–15:00"));
    for digits in &digits[..15] {
        let number = Nanp::parse(digits).expect("a number");
        number::set_state(&world.app, &number, NumberState::Paused, &why("a test"), &may("test"))
            .await
            .expect("paused");
    }
    world.pass_ms(60_000);
    alert::look(&world.app).await.expect("looked");
    let page = olga.get("/operator/?span=week").await.body;
    assert!(page.contains("Look here:") && !page.contains("The house is well."), "{page}");
    assert!(page.contains("Numbers run out: telegram: 15 are left to sell") && page.contains("22 May 2026"), "{page}");
});

on_both!(a_page_that_refreshes_itself_keeps_nobody_signed_in, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Owner).await;
    assert_eq!(olga.get("/operator/").await.status, 200);
    for _ in 0..5 {
        world.pass_ms(10 * 60_000);
        assert_eq!(olga.refresh("/operator/").await.status, 200);
    }
    world.pass_ms(11 * 60_000);
    assert_eq!(olga.refresh("/operator/").await.status, 303);
    assert_eq!(olga.get("/operator/").await.status, 303);
});

on_both!(a_page_that_somebody_opens_keeps_them_signed_in, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Owner).await;
    for _ in 0..7 {
        world.pass_ms(10 * 60_000);
        assert_eq!(olga.get("/operator/").await.status, 200);
    }
});

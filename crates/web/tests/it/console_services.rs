//! The console's pages for services and prices.

use domain::clock::SECOND_MS;
use domain::login::Role;

use crate::on_both;
use crate::people::{between, operator};
use crate::world::World;

on_both!(prices_are_changed_in_their_row, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let form = "service=telegram&short_term=%240.50&rental_1day=&rental_30day=19.99&q=tele\
                &was.short_term=0.42&was.rental_1day=3.65&was.rental_30day=19.99";
    let done = olga.post("/operator/services/price/", form).await;
    assert_eq!(done.header("location"), Some("/operator/services/?q=tele&category=&state=&after=&done=prices"));
    let page = olga.get("/operator/services/?q=tele").await.body;
    assert!(page.contains("value=\"0.50\"") && page.contains("value=\"\"") && !page.contains("WhatsApp"));
    let refused = olga.post("/operator/services/price/", "service=telegram&short_term=0.505").await;
    assert!(refused.status == 422 && refused.body.contains("Nothing was changed for telegram"));
    let key = world.customer("ann", "5.00").await;
    let offered = world.get(&key, "services/?service=telegram").await.body;
    assert!(offered.contains("\"price\":0.50") && offered.contains("\"rental_1day\":null"), "{offered}");
});

on_both!(a_price_that_somebody_else_changed_meanwhile_is_not_overwritten, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let mut ivan = operator(world, "ivan", Role::Operator).await;
    let saw = "service=telegram&was.short_term=0.42&was.rental_1day=3.65&was.rental_30day=19.99";
    let page = olga.get("/operator/services/?q=telegram").await.body;
    assert!(page.contains("name=\"was.rental_1day\" value=\"3.65\""), "{page}");
    let form = format!("{saw}&short_term=0.50&rental_1day=3.65&rental_30day=19.99");
    assert_eq!(olga.post("/operator/services/price/", &form).await.status, 303);
    let form = format!("{saw}&short_term=0.42&rental_1day=4.00&rental_30day=19.99");
    let late = ivan.post("/operator/services/price/", &form).await;
    assert!(late.status == 422 && late.body.contains("somebody else changed these prices meanwhile"), "{}", late.body);
    assert!(ivan.get("/operator/services/?q=telegram").await.body.contains("value=\"0.50\""));
    let tiers = "/operator/services/telegram/tiers/";
    assert_eq!(olga.post(tiers, "short_term.business=0.30").await.status, 303);
    let late = ivan.post(tiers, "short_term.business=0.35").await;
    assert!(late.status == 422 && late.body.contains("value=\"0.30\""), "{}", late.body);
});

on_both!(a_service_has_a_page_whatever_its_name_and_room_for_its_phrases, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    for slug in ["new", "price", "prices", "seed", "state"] {
        let form = format!("slug={slug}&name=Chirp&category=social");
        assert_eq!(olga.post("/operator/services/new/", &form).await.status, 422, "{slug}");
    }
    assert_eq!(olga.post("/operator/sources/new/", "connector=wire&slug=new").await.status, 422);
    let lines: Vec<String> = (0..200).map(|place| format!("{place:03}{}", "%C3%A9".repeat(190))).collect();
    let lines = lines.join("%0D%0A");
    let form = format!("slug=chirp&name=Chirp&category=social&senders={lines}&texts={lines}");
    assert_eq!(olga.post("/operator/services/new/", &form).await.status, 303);
});

on_both!(a_service_is_switched_off_and_on, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let silent = olga.post("/operator/services/state/", "service=telegram&to=off&reason=+").await;
    assert!(silent.status == 422 && silent.body.contains("Nothing was changed for telegram: say why"));
    assert_eq!(olga.post("/operator/services/state/", "service=telegram&to=off&reason=no+codes").await.status, 303);
    let off = olga.get("/operator/services/?state=off").await.body;
    assert!(off.contains("Telegram") && !off.contains("WhatsApp"));
    assert_eq!(olga.post("/operator/services/state/", "service=telegram&to=on&reason=codes+again").await.status, 303);
    assert!(!olga.get("/operator/services/?state=off").await.body.contains("Telegram"));
    assert_eq!(olga.post("/operator/services/state/", "service=nowhere&to=on&reason=x").await.status, 404);
});

on_both!(many_prices_change_only_as_they_were_seen, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let form = "category=messaging&product=short_term&percent=%2B10";
    let look = olga.post("/operator/services/prices/", form).await.body;
    assert!(look.contains("2 prices would change") && look.contains("$0.42") && look.contains("$0.46"));
    let mark = between(&look, "name=\"mark\" value=\"", "\"").to_owned();
    // Somebody else changes one of them meanwhile.
    let other = "service=telegram&short_term=1.00&rental_1day=3.65&rental_30day=19.99\
                 &was.short_term=0.42&was.rental_1day=3.65&was.rental_30day=19.99";
    assert_eq!(olga.post("/operator/services/price/", other).await.status, 303);
    let stale = olga.post("/operator/services/prices/", &format!("{form}&mark={mark}")).await.body;
    assert!(stale.contains("Prices have changed since you looked") && stale.contains("$1.10"));
    assert!(!olga.get("/operator/services/").await.body.contains("value=\"0.46\""));
    let mark = between(&stale, "name=\"mark\" value=\"", "\"").to_owned();
    assert_eq!(olga.post("/operator/services/prices/", &format!("{form}&mark={mark}")).await.status, 303);
    let page = olga.get("/operator/services/").await.body;
    assert!(page.contains("value=\"1.10\"") && page.contains("value=\"0.46\"") && page.contains("value=\"0.42\""));
    for bad in ["percent=-100", "percent=5&amount=1.00", "percent=x", "", "amount=0.00"] {
        let refused = olga.post("/operator/services/prices/", &format!("product=short_term&{bad}")).await;
        assert_eq!(refused.status, 422, "{bad}");
    }
});

on_both!(a_service_is_made_and_a_denied_one_says_why_not, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let form = "slug=chirp&name=Chirp&category=social&texts=chirp+code%0D%0Ayour+chirp&on=yes";
    assert_eq!(olga.post("/operator/services/new/", form).await.status, 303);
    let page = olga.get("/operator/services/chirp/").await.body;
    assert!(page.contains("chirp code\nyour chirp</textarea>"));
    let again = olga.post("/operator/services/new/", form).await;
    assert!(again.status == 422 && again.body.contains("there is a service chirp already"));
    let bank = olga.post("/operator/services/new/", "slug=quill&name=Quill&category=banking&on=yes").await;
    assert!(bank.status == 422 && bank.body.contains("Codes of banks and credit unions are not handed out here."));
    let kept = olga.post("/operator/services/chirp/", "name=%3Cscript%3E&category=social").await;
    assert_eq!(kept.status, 303);
    let list = olga.get("/operator/services/?q=chirp").await.body;
    assert!(list.contains("&#60;script&#62;") && !list.contains("<script>"));
});

on_both!(each_tier_is_shown_its_own_price, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let set = olga.post("/operator/services/telegram/tiers/", "short_term.business=0.30").await;
    assert_eq!(set.status, 303);
    assert!(olga.get("/operator/services/telegram/").await.body.contains("value=\"0.30\""));
    // The customer of this world is a business.
    let key = world.customer("ann", "5.00").await;
    let offered = world.get(&key, "services/?service=telegram").await.body;
    assert!(offered.contains("\"price\":0.30"), "{offered}");
    world.numbers(&["12025550147"]).await;
    let order = world.post(&key, "short-term/order/", r#"{"service":"telegram","max_price":0.30}"#).await;
    assert_eq!(order.status, 200, "{}", order.body);
    let bad = olga.post("/operator/services/telegram/tiers/", "short_term.new=free").await;
    assert!(bad.status == 422 && bad.body.contains("One code for new"));
});

on_both!(prices_are_taken_away_and_read_back_as_a_file, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let file = olga.get("/operator/services/prices.csv").await;
    assert!(
        file.body.contains("service,product,amount,tier\r\n") && file.body.contains("telegram,short_term,0.42,\r\n")
    );
    let target = "/operator/services/prices/import/";
    let csv = "service,product,amount\ntelegram,short_term,0.77\ntelegram,rental_1day,off\n";
    assert_eq!(olga.upload(target, &[], ("file", csv)).await.status, 303);
    assert!(olga.get("/operator/services/?q=telegram").await.body.contains("value=\"0.77\""));
    let tiers = "service,product,amount,tier\ntelegram,short_term,0.70,\ntelegram,short_term,0.55,business\n";
    assert_eq!(olga.upload(target, &[], ("file", tiers)).await.status, 303);
    let file = olga.get("/operator/services/prices.csv").await.body;
    assert!(file.contains("telegram,short_term,0.70,\r\ntelegram,short_term,0.55,business\r\n"), "{file}");
    assert_eq!(olga.upload(target, &[], ("file", &file)).await.status, 303);
    assert_eq!(olga.get("/operator/services/prices.csv").await.body, file);
    let off = "service,product,amount,tier\ntelegram,short_term,0.77,\ntelegram,short_term,off,business\n";
    assert_eq!(olga.upload(target, &[], ("file", off)).await.status, 303);
    let bad = "service,product,amount\ntelegram,short_term,0.99\nnowhere,short_term,0.99\n";
    let refused = olga.upload(target, &[], ("file", bad)).await;
    assert!(refused.status == 422 && refused.body.contains("1 row is bad in the file"));
    assert!(refused.body.contains("<td class=\"num\">3</td><td>there is no service `nowhere`"));
    assert!(olga.get("/operator/services/?q=telegram").await.body.contains("value=\"0.77\""));
});

on_both!(the_shipped_catalogue_is_loaded, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let sold = async || {
        world.pass_ms(SECOND_MS * 2);
        let catalog = domain::catalog::catalog(&world.app).await.expect("read");
        catalog.services.iter().filter(|service| service.is_enabled).count()
    };
    let before = sold().await;
    let done = olga.post("/operator/services/seed/", "").await;
    let place = done.header("location").expect("it leads on").to_owned();
    let page = olga.get(&place).await.body;
    assert!(page.contains("services were added.") && page.contains(">More</a>"));
    assert_eq!(sold().await, before, "nothing more is sold before it is switched on");
});

on_both!(why_an_edit_was_made_is_in_the_audit_log_where_somebody_says_so, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let seen = "&was.short_term=0.42&was.rental_1day=3.65&was.rental_30day=19.99";
    let form = format!("service=telegram&short_term=0.50&rental_1day=3.65&rental_30day=19.99&reason=row+why{seen}");
    assert_eq!(olga.post("/operator/services/price/", &form).await.status, 303);
    let tiers = "short_term.business=0.30&reason=tier+why";
    assert_eq!(olga.post("/operator/services/telegram/tiers/", tiers).await.status, 303);
    let service = "name=Telegram&category=messaging&on=yes&reason=service+why";
    assert_eq!(olga.post("/operator/services/telegram/", service).await.status, 303);
    let csv = "service,product,amount\ntelegram,short_term,0.77\n";
    let target = "/operator/services/prices/import/";
    assert_eq!(olga.upload(target, &[("reason", "file why")], ("file", csv)).await.status, 303);
    let form = "category=messaging&product=short_term&percent=%2B10";
    let look = olga.post("/operator/services/prices/", form).await.body;
    let mark = between(&look, "name=\"mark\" value=\"", "\"").to_owned();
    let many = format!("{form}&mark={mark}&reason=many+why");
    assert_eq!(olga.post("/operator/services/prices/", &many).await.status, 303);
    let log = olga.get("/operator/audit/?who=olga").await.body;
    for why in ["row why", "tier why", "service why", "file why", "many why"] {
        assert!(log.contains(why), "{why}: {log}");
    }
    let tiers = format!("short_term.business=0.10&was.short_term.business=0.30&reason={}", "x".repeat(501));
    let refused = olga.post("/operator/services/telegram/tiers/", &tiers).await;
    assert!(refused.status == 422 && refused.body.contains("a reason is 1 to 500 characters"));
});

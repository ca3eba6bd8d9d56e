//! What an account has, what it can buy, and what happened to it.

use domain::account::NewCredit;
use domain::money::Usd;

use crate::on_both;
use crate::world::{World, may, why};

on_both!(services_show_prices_and_stock, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let ann = world.customer("ann", "5.00").await;
    let answer = world.get(&ann, "services/?service=Instagram").await;
    let decided = r#"{"success":true,"services":[{"service":"instagram","name":"Instagram","category":"social","short_term":{"price":0.42,"available":2},"rental_1day":{"price":3.65,"available":2},"rental_30day":{"price":19.99,"available":2},"delivery":null}]}"#;
    assert_eq!(answer.body, decided);
    let all = world.get(&ann, "services/").await.json();
    let slugs: Vec<_> = all["services"].as_array().expect("a list").iter().map(|one| one["service"].clone()).collect();
    assert_eq!(slugs, ["instagram", "telegram", "whatsapp"]);
    assert_eq!(world.get(&ann, "services/?service=nosuch").await.refusal(), (400, "unknown_service".to_owned()));
});

on_both!(the_statement_shows_each_transfer_with_its_order, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let ann = world.customer("ann", "25.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    let rental = world.post(&ann, "rental/30day/order/", r#"{"service":"whatsapp"}"#).await.text("rental_id");
    let entry = |id: u8, kind: &str, rest: &str, order: &str| {
        format!(r#"{{"id":{id},"at":"2026-05-22T14:30:00Z","kind":"{kind}",{rest},"order_id":{order}}}"#)
    };
    let (order, rental) = (format!("\"{order}\""), format!("\"{rental}\""));
    let newest = [
        entry(5, "capture", r#""amount":19.99,"balance":4.59,"held":0.00"#, &rental),
        entry(4, "hold", r#""amount":19.99,"balance":4.59,"held":19.99"#, &rental),
        entry(3, "capture", r#""amount":0.42,"balance":24.58,"held":0.00"#, &order),
    ];
    let page = world.get(&ann, "statement/?limit=3").await;
    let cursor = page.text("next_cursor");
    assert_eq!(page.body, format!(r#"{{"success":true,"entries":[{}],"next_cursor":"{cursor}"}}"#, newest.join(",")));
    let oldest = [
        entry(2, "hold", r#""amount":0.42,"balance":24.58,"held":0.42"#, &order),
        entry(1, "credit", r#""amount":25.00,"balance":25.00,"held":0.00"#, "null"),
    ];
    let rest = world.get(&ann, &format!("statement/?limit=3&cursor={cursor}")).await;
    assert_eq!(rest.body, format!(r#"{{"success":true,"entries":[{}],"next_cursor":null}}"#, oldest.join(",")));
});

on_both!(events_are_read_from_where_one_was, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&ann, "instagram").await;
    world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    let all = world.get(&ann, "events/").await;
    let at = "2026-05-22T14:30:00Z";
    let expected = format!(
        r#"{{"success":true,"events":[{{"seq":1,"type":"balance.credited","at":"{at}","amount":5.00}},{{"seq":2,"type":"order.created","at":"{at}","order_id":"{order}","amount":0.42}},{{"seq":3,"type":"order.cancelled","at":"{at}","order_id":"{order}","amount":0.42}}],"next_after":3}}"#
    );
    assert_eq!(all.body, expected);
    let part = world.get(&ann, "events/?after=1&limit=1").await.json();
    assert_eq!((part["events"][0]["seq"].as_i64(), part["next_after"].as_i64()), (Some(2), Some(2)));
    let none = world.get(&ann, "events/?after=3").await;
    assert_eq!(none.body, r#"{"success":true,"events":[],"next_after":3}"#);
});

on_both!(a_cursor_before_what_was_deleted_is_told, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    world.pass_ms(91 * domain::clock::DAY_MS);
    domain::event::delete_old(&world.app).await.expect("deleted");
    assert_eq!(world.get(&ann, "events/?after=0").await.refusal(), (400, "cursor_expired".to_owned()));
    assert_eq!(world.get(&ann, "events/?after=1").await.status, 200);
});

on_both!(a_list_is_as_long_as_the_page_says, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "1.00").await;
    for _ in 1..51 {
        let (account, amount) = ("ann".to_owned(), Usd::from_cents(100));
        let new = NewCredit { account, amount, reason: why("a gift"), reference: None, by: may("test") };
        domain::account::credit(&world.app, new).await.expect("a credit");
    }
    for (list, lines) in [("statement/", "entries"), ("events/", "events")] {
        for (query, length) in [("", 50), ("?limit=200", 51), ("?limit=1", 1)] {
            let page = world.get(&ann, &format!("{list}{query}")).await.json();
            assert_eq!(page[lines].as_array().map(Vec::len), Some(length), "{list}{query}");
        }
    }
});

//! The pages of customers, as a browser without script meets them.

use domain::account;
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::db::{DbError, Lane, Tx};
use domain::login::Role;
use domain::policy::kept;
use domain::{number, order, values};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::Browser;
use crate::http::{self, Answer};
use crate::on_both;
use crate::people::{PASSWORD, customer, operator, rich};
use crate::world::{World, may, why};

/// The value of the first field of a name on a page.
pub(crate) fn field(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect("a field");
    rest.split('"').next().expect("split yields one part").to_owned()
}

pub(crate) fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").expect("a place").to_owned()
}

/// Buys with the first form of the page of numbers.
pub(crate) async fn buy(browser: &mut Browser, service: &str, what: &str) -> String {
    let page = browser.get("/numbers/").await;
    let form = format!("form={}&service={service}&buy={what}", field(&page, "form"));
    place(&browser.post("/numbers/", &form).await)
}

/// The digits of the number that a page shows.
pub(crate) fn digits(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("data-copy=\"+").expect("a number");
    rest.split('"').next().expect("split yields one part").to_owned()
}

on_both!(an_order_turns_into_its_code, async |world: &World| {
    world.numbers(&["12025550147", "12025550148"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let waiting = ann.get(&order).await;
    assert!(waiting.body.contains("Cancel and get $0.42 back") && waiting.body.contains("http-equiv=\"refresh\""));
    world.text(&digits(&waiting), "482910 is your Instagram code.").await;
    let come = ann.get(&order).await;
    assert!(come.body.contains("data-copy=\"482910\"") && !come.body.contains("http-equiv=\"refresh\""));
    assert!(come.body.contains("482910 is your Instagram code.") && come.body.contains("$4.58"));
    assert!(ann.get("/orders/").await.body.contains("data-copy=\"482910\""));
    let statement = ann.get("/statement/").await;
    assert!(statement.body.contains(&format!("href=\"{order}\"")) && statement.body.contains("Paid for"));
    assert!(ann.get("/history/?service=instagram&state=received").await.body.contains(&order));
    assert!(!ann.get("/history/?service=whatsapp").await.body.contains(&order));
});

on_both!(a_double_click_buys_one, async |world: &World| {
    world.numbers(&["12025550147", "12025550148"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let page = ann.get("/numbers/").await;
    let form = format!("form={}&service=instagram&buy=short_term+0.42", field(&page, "form"));
    let mut again = ann.clone();
    let (one, other) = tokio::join!(ann.post("/numbers/", &form), again.post("/numbers/", &form));
    assert_eq!(place(&one), place(&other));
    assert!(ann.get("/statement/").await.body.contains("$4.58"));
});

on_both!(nothing_is_bought_above_the_price_that_was_shown, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let page = ann.get("/numbers/").await;
    let form = format!("form={}&service=instagram&buy=short_term+0.41", field(&page, "form"));
    let refused = ann.post("/numbers/", &form).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("The price is now $0.42"));
});

on_both!(a_cancelled_order_gives_its_money_back, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let page = ann.get(&order).await;
    place(&ann.post(&format!("{order}cancel/"), &format!("form={}", field(&page, "form"))).await);
    assert!(ann.get(&order).await.body.contains("<strong>$0.42</strong> came back"));
});

on_both!(a_code_is_waited_for_again_and_a_number_had_again, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let page = ann.get(&order).await;
    world.text(&digits(&page), "482910 is your Instagram code.").await;
    world.pass_ms(1_000);
    place(&ann.post(&format!("{order}again/"), &format!("form={}", field(&page, "form"))).await);
    assert!(ann.get(&order).await.body.contains("class=\"state waiting\""));
    assert!(ann.get("/history/?state=waiting").await.body.contains("class=\"state waiting\""));
    assert!(!ann.get("/history/?state=received").await.body.contains(&order));
    assert!(ann.get("/history/history.csv").await.body.contains(",waiting,"));
    world.pass_ms(40 * MINUTE_MS);
    assert!(ann.get("/history/?state=received").await.body.contains(&order));
    let over = ann.get(&order).await;
    let form = format!("form={}&price={}", field(&over, "form"), field(&over, "price"));
    let other = place(&ann.post(&format!("{order}reuse/"), &form).await);
    assert_ne!(order, other);
    assert_eq!(digits(&ann.get(&other).await), digits(&over));
});

on_both!(another_s_order_looks_exactly_like_a_missing_one, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let mut bob = customer(world, "bob@example.org").await;
    let (other, missing) = (bob.get(&order).await, bob.get("/orders/ORD-100001/").await);
    assert_eq!((other.status, &other.body), (404, &missing.body));
    let form = "form=00000000000000000000000000000000";
    assert_eq!(bob.post(&format!("{order}cancel/"), form).await.status, 404);
    assert!(ann.get(&order).await.body.contains("class=\"state waiting\""));
});

on_both!(whoever_is_not_signed_in_is_sent_to_sign_in, async |world: &World| {
    let mut browser = Browser::new(world);
    for page in ["/numbers/", "/orders/", "/rentals/", "/history/", "/statement/", "/keys/", "/live/"] {
        let sent = place(&browser.get(page).await);
        assert!(sent.starts_with("/sign-in/?next="), "{page} {sent}");
    }
});

on_both!(a_rental_has_an_inbox_and_its_customer_s_words, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "9.00").await;
    let rental = buy(&mut ann, "whatsapp", "rental_1day+3.65").await;
    assert!(ann.get(&rental).await.body.contains("Cancel and get $3.65 back"));
    let number = digits(&ann.get(&rental).await);
    for code in ["111222", "333444", "555666"] {
        world.text(&number, &format!("Your whatsapp code is {code}")).await;
        world.pass_ms(1_000);
    }
    let page = ann.get(&rental).await.body;
    let places = ["555666", "333444", "111222"].map(|code| page.find(code).expect(code));
    assert!(places.is_sorted(), "newest first");
    place(&ann.post(&format!("{rental}note/"), "label=%3Cb%3Ework&note=%22%3E%3Cscript%3E").await);
    let noted = ann.get(&rental).await.body;
    assert!(noted.contains("&#60;b&#62;work") && !noted.contains("<script>") && !noted.contains("<b>work"));
    place(&ann.post(&format!("{rental}auto-renew/"), "most=3.65").await);
    assert!(ann.get("/rentals/").await.body.contains("by itself"));
    let renew = format!("form={}&price=3.65", "0".repeat(32));
    place(&ann.post(&format!("{rental}renew/"), &renew).await);
    assert!(ann.get("/statement/").await.body.contains("$1.70"));
});

on_both!(a_key_is_shown_once_opens_the_api_and_is_revoked_at_once, async |world: &World| {
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let made = ann.post("/keys/", "name=my+server&days=30&read=1&order=1").await;
    let start = made.body.find("jn_live_").expect("a key");
    let key = made.body[start..start + 44].to_owned();
    assert_eq!(world.get(&key, "balance/").await.status, 200);
    let page = ann.get("/keys/").await;
    assert!(!page.body.contains(&key) && page.body.contains("my server"));
    let mut bob = customer(world, "bob@example.org").await;
    let form = format!("key={}", field(&page, "key"));
    assert_eq!(bob.post("/keys/revoke/", &form).await.status, 404);
    assert_eq!(world.get(&key, "balance/").await.status, 200);
    place(&ann.post("/keys/revoke/", &form).await);
    assert_eq!(world.get(&key, "balance/").await.status, 401);
});

on_both!(the_history_is_had_as_a_file, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    buy(&mut ann, "instagram", "short_term+0.42").await;
    let file = ann.get("/history/history.csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.body.contains("\u{feff}id,kind,service,number,price_usd,refunded_usd,state,created_at,ends_at\r\n"));
    assert!(file.body.contains(",short_term,instagram,12025550147,0.42,0.00,waiting,2026-05-22T14:30:00Z,"));
});

on_both!(a_file_that_is_packed_for_a_browser_comes_whole, async |world: &World| {
    let ann = rich(world, "ann@example.org", "5.00").await;
    let olga = operator(world, "olga", Role::Owner).await;
    let places =
        [(&ann, "/history/history.csv"), (&ann, "/statement/statement.csv"), (&olga, "/operator/audit/audit.csv")];
    for (reader, place) in places {
        let cookie = format!("Cookie: {}", reader.cookie());
        let bytes =
            http::bytes(world.address, &http::request("GET", place, &["Accept-Encoding: gzip", &cookie], &[])).await;
        let head = String::from_utf8_lossy(&bytes);
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-encoding: gzip"), "{place}: {head}");
        assert!(bytes.ends_with(b"\r\n0\r\n\r\n"), "{place} was torn");
    }
});

on_both!(what_came_back_after_it_was_paid_stands_on_its_page_and_in_the_file, async |world: &World| {
    world.numbers(&["12025550147", "12025550148"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let number = digits(&ann.get(&order).await);
    world.text(&number, "482910 is your Instagram code.").await;
    assert!(!ann.get(&order).await.body.contains("of what you paid came back"));
    let mut sue = operator(world, "sue", Role::Support).await;
    let form = format!("form={}&amount=0.20&reason=late", field(&sue.get(&format!("/operator{order}")).await, "form"));
    place(&sue.post(&format!("/operator{order}refund/"), &form).await);
    assert!(ann.get(&order).await.body.contains("<strong>$0.20</strong> of what you paid came back"));
    let rental = buy(&mut ann, "whatsapp", "rental_1day+3.65").await;
    let rented = ann.get(&rental).await;
    assert!(!rented.body.contains("of what you paid came back"));
    place(&ann.post(&format!("{rental}cancel/"), &format!("form={}", field(&rented, "form"))).await);
    assert!(ann.get(&rental).await.body.contains("<strong>$3.65</strong> of what you paid came back"));
    let file = ann.get("/history/history.csv").await.body;
    assert!(
        file.contains(&format!("{number},0.42,0.20,received,")) && file.contains(",3.65,3.65,cancelled,"),
        "{file}"
    );
});

on_both!(news_reach_an_open_stream_and_the_end_of_the_session_ends_it, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let page = ann.get(&order).await;
    let (_, seq) = page.body.split_once("data-news=\"").expect("a live page");
    let seq: i64 = seq.split('"').next().expect("one part").parse().expect("a number");
    let mut stream = TcpStream::connect(world.address).await.expect("the server listens");
    let cookie = ann.cookie();
    let request = format!("GET /live/?after={seq} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut heard = String::new();
    read_until(&mut stream, &mut heard, "retry: 2000").await;
    assert!(heard.contains("text/event-stream"));
    world.text(&digits(&page), "482910 is your Instagram code.").await;
    read_until(&mut stream, &mut heard, &format!("data: {}\n", seq + 1)).await;
    ann.post("/sign-out/", "").await;
    world.app.notices.wake(account::list(&world.app, 0, 9).await.expect("listed").last().expect("one").id);
    read_until(&mut stream, &mut heard, "event: end").await;
});

async fn read_until(stream: &mut TcpStream, heard: &mut String, wanted: &str) {
    let mut bytes = [0; 4_096];
    while !heard.contains(wanted) {
        let count = stream.read(&mut bytes).await.expect("the stream lives");
        assert!(count > 0, "it ended after {heard}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).expect("text"));
    }
}

on_both!(a_stopped_account_reads_on_and_buys_nothing, async |world: &World| {
    world.numbers(&["12025550147", "12025550148"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let page = ann.get("/numbers/").await;
    assert!(!page.body.contains("This account is stopped") && page.body.contains(">Code $0.42</button>"));
    let name = account::list(&world.app, 0, 9).await.expect("listed")[0].name.clone();
    account::set_state(&world.app, &name, account::State::Suspended, &why("a test"), &may("test"))
        .await
        .expect("stopped");
    let page = ann.get("/numbers/").await;
    assert!(
        page.body.contains("This account is stopped") && page.body.contains(" disabled>Code $0.42"),
        "{}",
        page.body
    );
    let form = format!("form={}&service=instagram&buy=short_term+0.42", field(&page, "form"));
    let refused = ann.post("/numbers/", &form).await;
    assert!(refused.status == 409 && refused.body.contains("The account is stopped"), "{}", refused.body);
    // What was ordered before still receives.
    world.text(&digits(&ann.get(&order).await), "482910 is your Instagram code.").await;
    assert!(ann.get(&order).await.body.contains("data-copy=\"482910\""));
});

on_both!(a_rental_is_renewed_for_the_price_on_its_button_and_no_more, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "20.00").await;
    let rental = buy(&mut ann, "instagram", "rental_1day+3.65").await;
    let page = ann.get(&rental).await;
    let form = format!("form={}&price=", field(&page, "form"));
    assert_eq!(field(&page, "price"), "3.65");
    let refused = ann.post(&format!("{rental}renew/"), &format!("{form}3.64")).await;
    assert!(refused.status == 409 && refused.body.contains("The price is now $3.65"), "{}", refused.body);
    assert_eq!(ann.post(&format!("{rental}renew/"), &form).await.status, 400);
    assert_eq!(place(&ann.post(&format!("{rental}renew/"), &format!("{form}3.65")).await), rental);
    assert!(ann.get("/statement/").await.body.contains("$12.70"));
});

on_both!(the_statement_is_had_as_a_table, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let order = order.trim_matches('/').rsplit('/').next().expect("an id").to_owned();
    assert!(ann.get("/statement/").await.body.contains("action=\"/statement/statement.csv\""));
    let file = ann.get("/statement/statement.csv").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(
        file.body.starts_with("\u{feff}seq,at,kind,amount_usd,to_spend_usd,set_aside_usd,order\r\n"),
        "{}",
        file.body
    );
    let lines = format!(
        "\r\n2,2026-05-22T14:30:00Z,hold,0.42,4.58,0.42,{order}\r\n\
         1,2026-05-22T14:30:00Z,credit,5.00,5.00,0.00,\r\n"
    );
    assert!(file.body.contains(&lines), "{}", file.body);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn funds_are_added_as_the_operator_offers_it() {
    let funds_text = "Send it to <b>12345678</b>.\n\nWe book it within a day.".to_owned();
    let settings = web::Settings { funds_text, ..crate::world::quiet() };
    let world = World::open_with(domain::db::EngineKind::Sqlite, settings).await;
    let mut ann = rich(&world, "ann@example.org", "5.00").await;
    let page = ann.get("/funds/").await;
    assert!(page.body.contains("Send it to &#60;b&#62;12345678&#60;/b&#62;.</p>"), "{}", page.body);
    assert!(page.body.contains("We book it within a day.</p>") && page.body.contains("$5.00"));
    assert!(ann.get("/orders/").await.body.contains("href=\"/funds/\""));
    world.close().await;
}

on_both!(a_statement_s_file_is_of_the_days_that_are_asked_for_and_says_where_it_is_cut, async |world: &World| {
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let account = account::list(&world.app, 0, 500).await.expect("listed").last().expect("an account").id;
    // A thousand movements an hour, from a day after the credit on, which was on 22 May.
    let start_ms = world.app.now_ms() + 86_400_000;
    let insert = move |tx: &mut Tx<'_>| {
        let sql =
            "INSERT INTO transfer (account_id, seq, kind, debit, credit, amount, available_after, held_after, at_ms)
             WITH RECURSIVE place (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM place WHERE n < 100001)
             SELECT $1, n, 'credit', 'funding', 'available', 10000, 4990000 + n * 10000, 0,
               CAST($2 AS BIGINT) + CAST(n AS BIGINT) * 3600
             FROM place";
        let inserted = tx.run(sql, values![account, start_ms])?;
        let sql = "UPDATE account SET available = available + 1000000000, ledger_seq = 100001 WHERE id = $1";
        tx.run(sql, values![account])?;
        Ok::<_, DbError>(inserted)
    };
    assert_eq!(world.app.db.write(Lane::Work, insert).await.expect("written"), 100_000);
    let whole = ann.get("/statement/statement.csv").await.body;
    assert!(whole.ends_with("\"This file ends here and is not whole: ask for it in parts, by days.\"\r\n"));
    assert_eq!(whole.lines().count(), 100_002);
    let day = ann.get("/statement/statement.csv?from=2026-05-24&to=2026-05-24").await.body;
    assert_eq!(day.lines().count(), 24_001);
    assert!(day.lines().skip(1).all(|line| line.contains(",2026-05-24T")), "another day");
    let first = ann.get("/statement/statement.csv?to=2026-05-22").await.body;
    assert_eq!(first.lines().count(), 2);
    assert_eq!(ann.get("/statement/statement.csv?from=2027-01-01").await.body.lines().count(), 1);
});

on_both!(what_money_was_for_is_named_after_the_order_is_forgotten, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let place = buy(&mut ann, "instagram", "short_term+0.42").await;
    let id = place.trim_matches('/').rsplit('/').next().expect("an id").to_owned();
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let link = format!("href=\"/operator/orders/{id}/\"");
    assert!(ann.get("/statement/").await.body.contains(&format!("href=\"{place}\"")));
    assert!(olga.get("/operator/ledger/1/").await.body.contains(&link));
    world.pass_ms(HOUR_MS);
    order::expire_due(&world.app).await.expect("ended");
    world.pass_ms(91 * DAY_MS);
    number::erase_ended(&world.app).await.expect("erased");
    while kept::forget_records(&world.app).await.expect("forgotten") > 0 {}
    let signed_in = ann.post("/sign-in/", &format!("email=ann%40example.org&password={PASSWORD}")).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
    assert_eq!(ann.get(&place).await.status, 404);
    let statement = ann.get("/statement/").await.body;
    assert!(statement.contains(&format!("Set aside for {id}</td>")) && !statement.contains(&place), "{statement}");
    let mut olga = operator(world, "otto", Role::Auditor).await;
    let postings = olga.get("/operator/ledger/1/").await.body;
    assert!(postings.contains(&format!("<td>{id}</td>")) && !postings.contains(&link), "{postings}");
});

on_both!(pages_say_how_long_this_account_s_texts_are_kept, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let place = buy(&mut ann, "instagram", "short_term+0.42").await;
    assert!(ann.get("/history/").await.body.contains("until 24 hours after the end"));
    let name = account::list(&world.app, 0, 9).await.expect("listed")[0].name.clone();
    account::set_retention(&world.app, &name, 1, &why("she asked"), &may("test")).await.expect("set");
    world.pass_ms(HOUR_MS);
    for page in [place.as_str(), "/history/"] {
        assert!(ann.get(page).await.body.contains("until an hour after the end"), "{page}");
    }
});

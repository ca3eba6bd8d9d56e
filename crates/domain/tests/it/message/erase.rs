//! What should be gone is gone.

use domain::account::{self, RetentionRefusal};
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::message::{self, QuarantineRefusal};
use domain::{number, order};

use crate::house::{House, may, why};
use crate::on_both;

on_both!(a_delivered_text_is_gone_after_its_retention, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(20 * MINUTE_MS + 24 * HOUR_MS - 1);
    assert_eq!(number::erase_ended(&house.app).await.expect("looked"), 0);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(inbox.messages.len(), 1);
    house.pass_ms(1);
    assert_eq!(number::erase_ended(&house.app).await.expect("erased"), 1);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.messages.is_empty() && inbox.state == order::State::Received);
});

on_both!(a_customer_s_texts_are_kept_for_less_if_they_ask, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    account::set_retention(&house.app, "ann", 1, &why("she asked"), &may("olga")).await.expect("set");
    let key = house.key("ann").await;
    let caller = account::authenticate(&house.app, &key).await.expect("it opens");
    let placed = house.order(caller, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(20 * MINUTE_MS + HOUR_MS);
    assert_eq!(number::erase_ended(&house.app).await.expect("erased"), 1);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.messages.is_empty());
    for hours in [-1, 169] {
        let refused = account::set_retention(&house.app, "ann", hours, &why("no"), &may("olga")).await;
        assert!(matches!(refused, Err(RetentionRefusal::BadHours)));
    }
    let refused = account::set_retention(&house.app, "eve", 1, &why("no"), &may("olga")).await;
    assert!(matches!(refused, Err(RetentionRefusal::NoAccount)));
});

on_both!(a_text_is_not_read_past_its_time_though_its_order_was_cut_short, async |house: House| {
    let house = House::stocked(house, 1).await;
    house.customer("ann", "5.00").await;
    account::set_retention(&house.app, "ann", 0, &why("she asked"), &may("olga")).await.expect("set");
    let ann = account::authenticate(&house.app, &house.key("ann").await).await.expect("it opens");
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "Your Instagram account is new here").await;
    let read = async || {
        let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
        inbox.messages.len()
    };
    assert_eq!(read().await, 1);
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    // Nothing was erased yet, and another process may have cancelled it.
    assert_eq!(read().await, 0);
    assert_eq!(number::erase_ended(&house.app).await.expect("erased"), 1);
    assert_eq!(read().await, 0);
});

on_both!(a_quarantined_text_is_gone_72_hours_after_its_day, async |house: House| {
    let house = House::stocked(house, 1).await;
    house.text("12025550100", "1", "Your WhatsApp code: 739551").await;
    let id = message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].id;
    house.pass_ms(3 * DAY_MS);
    message::erase_days(&house.app).await.expect("looked");
    message::read_quarantined(&house.app, id, &why("a complaint"), &may("eve")).await.expect("still there");
    house.pass_ms(DAY_MS);
    assert_eq!(message::erase_days(&house.app).await.expect("erased"), 1);
    let refused = message::read_quarantined(&house.app, id, &why("a complaint"), &may("eve")).await;
    assert!(matches!(refused, Err(QuarantineRefusal::Erased)));
    assert_eq!(house.number_of("SELECT COUNT(*) FROM message WHERE sealed IS NOT NULL").await, 0);
});

on_both!(no_text_lies_open_in_the_database, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    let rows = house.app.db.rows("SELECT sealed FROM message", &[]).await.expect("read");
    assert!(!rows[0].blob(0).windows(6).any(|bytes| bytes == b"482910"));
});

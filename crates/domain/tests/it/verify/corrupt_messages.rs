//! Messages that were tampered with are told, by their rule.

use domain::order;

use super::{AGES_MS, busy, rules};
use crate::house::House;
use crate::{caught, on_both};

caught!(a_quarantined_message_without_a_reason, "S2", ["UPDATE message SET reason = NULL WHERE state = 'quarantined'"]);

caught!(
    a_message_that_waits_for_its_parts_for_ever,
    "S2",
    ["UPDATE message SET received_ms = received_ms - 120000 WHERE state = 'joining'"]
);

caught!(a_delivered_message_under_a_day_s_key, "S2", ["UPDATE message SET sealed_day = 1 WHERE state = 'delivered'"]);

caught!(
    a_message_that_was_told_twice,
    "S6",
    [
        "DROP INDEX message_ref",
        "INSERT INTO message (id, source_id, ref, state, reason, complete, received_ms)
         SELECT id + 1000, source_id, ref, 'quarantined', 'no lease', 1, received_ms FROM message",
    ]
);

caught!(a_message_in_another_account, "S3", ["UPDATE message SET account_id = 2 WHERE account_id = 1"]);

caught!(a_message_that_is_counted_twice, "S3", ["UPDATE lease SET messages = messages + 1 WHERE messages > 0"]);

caught!(a_message_of_another_number, "S4", ["UPDATE message SET number_id = 29 WHERE state = 'delivered'"]);

caught!(
    a_message_from_before_its_lease,
    "S4",
    ["UPDATE message SET received_ms = received_ms - 86400000 WHERE state = 'delivered'"]
);

caught!(a_dropped_message_that_kept_its_text, "S9", ["UPDATE message SET sealed = ref WHERE state = 'dropped'"]);

on_both!(a_lease_whose_key_is_kept_too_long, async |house: House| {
    let house = busy(house).await;
    house.pass_ms(AGES_MS);
    order::expire_due(&house.app).await.expect("expired");
    assert!(rules(&house).await.contains(&"S9"));
});

on_both!(a_quarantined_text_that_is_kept_past_its_day, async |house: House| {
    let house = busy(house).await;
    house.pass_ms(AGES_MS);
    domain::message::tell_incomplete(&house.app).await.expect("told");
    domain::number::erase_ended(&house.app).await.expect("erased");
    let rules = rules(&house).await;
    assert!(rules.contains(&"S9"), "{rules:?}");
});

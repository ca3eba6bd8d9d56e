//! A sound house yields no finding, at rest and at work.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::{event, message, number, order, rental, request};

use super::{AGES_MS, busy, findings};
use crate::house::House;
use crate::on_both;

on_both!(an_empty_house_is_sound, async |house: House| {
    assert_eq!(findings(&house).await, []);
});

on_both!(a_busy_house_is_sound, async |house: House| {
    let house = busy(house).await;
    assert_eq!(findings(&house).await, []);
});

on_both!(a_house_whose_workers_cleaned_up_after_months_is_sound, async |house: House| {
    let house = busy(house).await;
    house.pass_ms(AGES_MS + 100 * DAY_MS);
    order::expire_due(&house.app).await.expect("expired");
    rental::expire_due(&house.app).await.expect("expired");
    message::tell_incomplete(&house.app).await.expect("told");
    message::erase_days(&house.app).await.expect("erased");
    number::erase_ended(&house.app).await.expect("erased");
    event::delete_old(&house.app).await.expect("deleted");
    request::forget_old(&house.app).await.expect("forgotten");
    assert_eq!(findings(&house).await, []);
});

on_both!(a_house_at_work_is_sound, async |house: House| {
    let house = busy(house).await;
    let mut workers = Vec::new();
    for name in ["carol", "dave", "erin"] {
        let caller = house.customer(name, "90.00").await;
        let app = house.app.clone();
        workers.push(tokio::spawn(async move {
            for turn in 0..40 {
                let ask = crate::house::ask("whatsapp");
                let Ok(placed) = order::place(&app, caller, &ask, None).await else { continue };
                if turn % 2 == 0 {
                    order::cancel(&app, caller, placed.order, None).await.expect("cancelled");
                } else {
                    let text =
                        crate::house::part(&format!("{name} {turn}"), &placed.digits, "1", "WhatsApp code 739551");
                    message::receive(&app, 1, text).await.expect("kept");
                }
            }
        }));
    }
    while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        assert_eq!(findings(&house).await, []);
    }
    house.pass_ms(MINUTE_MS);
    assert_eq!(findings(&house).await, []);
});

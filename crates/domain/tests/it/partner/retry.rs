//! What was given up is pushed again when an operator says so.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::partner::{self, PartnerRefusal, Pushed, Retried};
use domain::policy::deeds::{DeedFilter, deeds};

use super::{listed, push, served, shop};
use crate::house::{House, may, why};
use crate::on_both;

/// Says that all is given up that waits, as after a day in vain.
async fn give_up(house: &House) {
    let sql = "UPDATE push SET state = 'given_up', tries = 152, settled_ms = next_ms WHERE state = 'waiting'";
    house.side(sql).await.expect("written");
}

async fn retry(house: &House, order: Option<i64>) -> Result<Retried, PartnerRefusal> {
    partner::retry(&house.app, "shop", order, &why("their address is mended"), &may("olga")).await
}

on_both!(what_was_given_up_is_pushed_again_under_its_id_and_for_another_day, async |house: House| {
    let (house, courier, shop) = shop(house, 2, "5.00").await;
    courier.answers(vec![Pushed::Later("nobody answers".into()); 2]);
    served(&house, &shop).await;
    push(&house).await;
    give_up(&house).await;
    assert_eq!((listed(&house).await.given_up, listed(&house).await.lost), (1, 1));
    house.pass_ms(20 * MINUTE_MS);
    assert_eq!(push(&house).await, 0);
    assert_eq!(retry(&house, None).await.expect("put back"), Retried { count: 1, left: 0 });
    let (deeds, _) = deeds(&house.app, &DeedFilter::default(), None, 1).await.expect("the log");
    let told = (deeds[0].deed.as_str(), deeds[0].subject.as_str(), deeds[0].reason.as_str());
    assert_eq!(told, ("partner.retry", "shop", "their address is mended"));
    assert_eq!(deeds[0].after.as_deref(), Some("1 SMS pushed again"));
    assert_eq!(push(&house).await, 1, "it is not taken yet");
    assert_eq!((listed(&house).await.waiting, listed(&house).await.given_up), (1, 0));
    house.pass_ms(20 * MINUTE_MS);
    assert_eq!(push(&house).await, 1);
    let ids: Vec<i64> = courier.pushed().iter().map(|sms| sms.id).collect();
    assert_eq!((ids.as_slice(), listed(&house).await.taken), (&[1, 1, 1][..], 1));
});

on_both!(of_one_order_alone_it_is_pushed_again, async |house: House| {
    let (house, courier, shop) = shop(house, 2, "5.00").await;
    let (first, _) = served(&house, &shop).await;
    served(&house, &shop).await;
    courier.answers(vec![Pushed::Later("nobody answers".into()); 2]);
    push(&house).await;
    give_up(&house).await;
    assert_eq!(retry(&house, Some(first)).await.expect("put back"), Retried { count: 1, left: 0 });
    assert!(matches!(retry(&house, Some(first)).await, Err(PartnerRefusal::NothingGivenUp)));
    assert_eq!((listed(&house).await.waiting, listed(&house).await.given_up), (1, 1));
});

on_both!(what_was_refused_or_taken_or_is_erased_is_not_pushed_again, async |house: House| {
    let (house, courier, shop) = shop(house, 3, "5.00").await;
    courier.answers([Pushed::Refused("NO_OPERATION".into()), Pushed::Taken, Pushed::Later("status 500".into())]);
    for _ in 0..3 {
        served(&house, &shop).await;
        push(&house).await;
    }
    assert!(matches!(retry(&house, None).await, Err(PartnerRefusal::NothingGivenUp)));
    give_up(&house).await;
    house.pass_ms(2 * DAY_MS);
    domain::number::erase_ended(&house.app).await.expect("erased");
    assert_eq!(retry(&house, None).await.expect("put back"), Retried { count: 1, left: 0 });
    push(&house).await;
    assert_eq!((courier.pushed().len(), listed(&house).await.given_up), (3, 1));
    assert_eq!(listed(&house).await.fault.as_deref(), Some("its text is erased"));
    let nobody = partner::retry(&house.app, "nobody", None, &why("a test"), &may("olga")).await;
    assert!(matches!(nobody, Err(PartnerRefusal::NoPartner)));
});

on_both!(a_new_sms_goes_before_what_is_pushed_again, async |house: House| {
    let (house, courier, shop) = shop(house, 3, "5.00").await;
    courier.answers(vec![Pushed::Later("nobody answers".into()); 6]);
    let (_, digits) = served(&house, &shop).await;
    for turn in 0..5 {
        house.text(&digits, "instagram", &format!("instagram code 48291{turn}")).await;
    }
    push(&house).await;
    give_up(&house).await;
    house.side("UPDATE push SET tries = 0").await.expect("as where the outbox was full");
    assert_eq!(retry(&house, None).await.expect("put back").count, 6);
    served(&house, &shop).await;
    assert_eq!(push(&house).await, 5, "four of the old, and the new one");
    assert!(courier.pushed()[6..].iter().any(|sms| sms.id == 7));
});

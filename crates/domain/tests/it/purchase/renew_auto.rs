//! What the house renews by itself of other houses: asked for once a term.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::event::Kind;
use domain::rental::{self, State};

use super::renew::{DAY, Tenant};
use super::shop::{Term, cents};
use crate::account::low_balance::person;
use crate::house::House;
use crate::login::{mail_to, mails};
use crate::on_both;

/// A tenant whose rental is in its last hour and is to be renewed by itself.
async fn due(house: House, dollars: &str) -> Tenant {
    let tenant = Tenant::of(house, dollars).await;
    person(&tenant.market.house, "ann").await;
    let app = &tenant.market.house.app;
    let most = Some(cents(365));
    rental::auto_renew(app, tenant.ann.account, (DAY, tenant.rental), most).await.expect("switched on");
    tenant.market.later(DAY_MS - 75 * MINUTE_MS).await;
    tenant.market.house.pass_ms(3_000);
    tenant
}

async fn look(tenant: &Tenant) -> usize {
    rental::auto_renew_due(&tenant.market.house.app).await.expect("looked")
}

async fn letters(tenant: &Tenant, kind: &str) -> usize {
    mails(&tenant.market.house).await.iter().filter(|mail| mail.kind == kind).count()
}

on_both!(it_is_bought_in_its_last_hour_and_told, async |house: House| {
    let tenant = due(house, "20.00").await;
    for looked_at in [1, 0] {
        assert_eq!(look(&tenant).await, looked_at);
    }
    assert_eq!((tenant.asked(), tenant.end().await), (1, (tenant.end_ms + DAY_MS, State::Active)));
    tenant.has("12.70", "0.00").await;
    assert!(mail_to(&tenant.market.house, "ann@example.org", "rental_renewed").await.contains("for $3.65"));
    tenant.market.is_sound().await;
});

on_both!(what_its_house_refused_is_told_and_not_asked_for_again_in_the_term, async |house: House| {
    let tenant = due(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::Refuses);
    for _ in 0..3 {
        look(&tenant).await;
        tenant.market.later(10 * MINUTE_MS).await;
    }
    assert_eq!((tenant.asked(), tenant.told(Kind::RentalNotRenewed).await), (1, 1));
    assert_eq!(letters(&tenant, "rental_not_renewed").await, 1);
    tenant.has("16.35", "0.00").await;
    // Its customer may still ask.
    assert!(tenant.renew("k").await.is_ok());
    tenant.market.is_sound().await;
});

on_both!(a_doubt_is_not_asked_for_again_and_told_once_it_is_found_out, async |house: House| {
    let tenant = due(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::LosesAnswer);
    tenant.market.alpha.at().is_silent = true;
    for _ in 0..2 {
        look(&tenant).await;
        tenant.market.later(10 * MINUTE_MS).await;
    }
    tenant.has("12.70", "3.65").await;
    tenant.market.alpha.at().is_silent = false;
    tenant.market.later(MINUTE_MS).await;
    look(&tenant).await;
    assert_eq!((tenant.asked(), tenant.end().await), (1, (tenant.end_ms + DAY_MS, State::Active)));
    assert_eq!((tenant.told(Kind::RentalRenewed).await, letters(&tenant, "rental_renewed").await), (1, 1));
    tenant.has("12.70", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_doubt_that_came_to_nothing_is_told_and_not_asked_for_again, async |house: House| {
    let tenant = due(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::LosesQuestion);
    look(&tenant).await;
    tenant.market.round().await;
    for _ in 0..2 {
        tenant.market.later(10 * MINUTE_MS).await;
        look(&tenant).await;
    }
    assert_eq!((tenant.asked(), tenant.told(Kind::RentalNotRenewed).await), (1, 1));
    tenant.has("16.35", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_house_that_was_not_reached_is_asked_again_in_ten_minutes, async |house: House| {
    let tenant = due(house, "20.00").await;
    tenant.market.alpha.at().terms.extend([Term::IsAway, Term::WantsMoney]);
    for _ in 0..3 {
        for _ in 0..2 {
            look(&tenant).await;
        }
        tenant.market.later(10 * MINUTE_MS).await;
    }
    assert_eq!((tenant.asked(), tenant.end().await), (3, (tenant.end_ms + DAY_MS, State::Active)));
    assert_eq!((tenant.told(Kind::RentalNotRenewed).await, tenant.told(Kind::RentalRenewed).await), (1, 1));
    tenant.market.is_sound().await;
});

on_both!(what_the_balance_does_not_cover_is_not_asked_for, async |house: House| {
    let tenant = due(house, "4.00").await;
    look(&tenant).await;
    assert_eq!((tenant.asked(), tenant.told(Kind::RentalNotRenewed).await), (0, 1));
    assert_eq!(letters(&tenant, "rental_not_renewed").await, 1);
    tenant.market.is_sound().await;
});

on_both!(two_nodes_buy_one_term, async |house: House| {
    let tenant = due(house, "20.00").await;
    let rival = tenant.market.house.rival().await;
    tenant.market.connect(&rival);
    let (one, other) = tokio::join!(rental::auto_renew_due(&tenant.market.house.app), rental::auto_renew_due(&rival));
    one.and(other).expect("both looked");
    assert_eq!((tenant.asked(), tenant.end().await), (1, (tenant.end_ms + DAY_MS, State::Active)));
    tenant.has("12.70", "0.00").await;
    tenant.market.is_sound().await;
});

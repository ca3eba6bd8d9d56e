//! What is sold, and what never is.

mod tier;

use domain::catalog;
use domain::catalog::edit::{self, EditRefusal, NewPrice, NewService};
use domain::money::Usd;
use domain::product::Product;

use crate::house::{House, may};
use crate::on_both;

fn service(slug: &str, category: &str) -> NewService {
    NewService {
        slug: slug.into(),
        name: slug.into(),
        code: Some("zz".into()),
        category: category.into(),
        is_enabled: true,
        any_text_counts: false,
        senders: Vec::new(),
        texts: vec![slug.into()],
    }
}

on_both!(a_service_of_a_denied_category_is_refused, async |house: House| {
    let refused = edit::put_service(&house.app, service("quillbank", "banking"), may("test")).await;
    assert!(matches!(refused, Err(EditRefusal::Denied(_))));
});

on_both!(a_denied_brand_is_refused_whatever_its_category_says, async |house: House| {
    let refused = edit::put_service(&house.app, service("chase", "social"), may("test")).await;
    assert!(matches!(refused, Err(EditRefusal::Denied(_))));
});

on_both!(two_services_cannot_share_a_code, async |house: House| {
    edit::put_service(&house.app, service("quill", "social"), may("test")).await.expect("kept");
    let refused = edit::put_service(&house.app, service("other", "social"), may("test")).await;
    assert!(matches!(refused, Err(EditRefusal::CodeTaken(by)) if by == "quill"));
});

on_both!(no_code_is_another_service_s_slug_or_code_in_other_letters, async |house: House| {
    let put = async |slug: &str, code: Option<&str>| {
        let new = NewService { code: code.map(str::to_owned), ..service(slug, "social") };
        match edit::put_service(&house.app, new, may("test")).await {
            Ok(_) => None,
            Err(EditRefusal::CodeTaken(by)) => Some(by),
            Err(refusal) => panic!("{refusal}"),
        }
    };
    assert_eq!(put("quill", Some("Qu")).await, None);
    assert_eq!(put("other", Some("qU")).await.as_deref(), Some("quill"));
    assert_eq!(put("other", Some("Quill")).await.as_deref(), Some("quill"));
    assert_eq!(put("qu", None).await.as_deref(), Some("quill"));
    assert_eq!(put("other", Some("OTHER")).await, None, "its own slug is no other's");
    assert_eq!(put("quill", Some("qu")).await, None, "its own code may change");
});

on_both!(a_changed_price_is_seen_at_once, async |house: House| {
    house.service("instagram", "social", &[]).await;
    let amount = Some(Usd::from_cents(99));
    let price = NewPrice { service: "instagram".into(), product: Product::ShortTerm, amount };
    edit::set_prices(&house.app, vec![price], may("test")).await.expect("set");
    let catalog = catalog::catalog(&house.app).await.expect("read");
    assert_eq!(catalog.by_slug("Instagram").expect("a service").prices[&Product::ShortTerm], Usd::from_cents(99));
});

on_both!(another_process_sees_a_changed_price_within_a_second, async |house: House| {
    house.service("instagram", "social", &[]).await;
    let rival = house.rival().await;
    catalog::catalog(&rival).await.expect("read");
    let price = NewPrice { service: "instagram".into(), product: Product::ShortTerm, amount: None };
    edit::set_prices(&house.app, vec![price], may("test")).await.expect("set");
    house.pass_ms(1_000);
    let catalog = catalog::catalog(&rival).await.expect("read");
    assert!(!catalog.by_slug("instagram").expect("a service").prices.contains_key(&Product::ShortTerm));
});

on_both!(prices_are_set_all_or_none, async |house: House| {
    house.service("instagram", "social", &[]).await;
    let price = |service: &str| {
        let amount = Some(Usd::from_cents(99));
        NewPrice { service: service.into(), product: Product::ShortTerm, amount }
    };
    let refused = edit::set_prices(&house.app, vec![price("instagram"), price("nowhere")], may("test")).await;
    assert!(matches!(refused, Err(EditRefusal::NoService(slug)) if slug == "nowhere"));
    let catalog = catalog::catalog(&house.app).await.expect("read");
    assert_eq!(catalog.by_slug("instagram").expect("a service").prices[&Product::ShortTerm], Usd::from_cents(42));
});

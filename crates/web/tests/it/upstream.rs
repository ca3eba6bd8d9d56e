//! What customers and operators see of numbers that another house sells.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use domain::login::Role;
use domain::money::Usd;
use domain::product::Product;
use domain::purchase::{self, Houses, NewMapping};
use domain::supply::{
    self, Answer, Bought, Calling, Fault, House, List, Looked, NewSource, Offer, Registry, Rejected, Renewed, Setting,
    Settings, Standing, Supply, TheirState, Told, Trouble, Window, Wish,
};

use crate::browser::Browser;
use crate::dashboard::field;
use crate::on_both;
use crate::people::{operator, rich};
use crate::world::{World, may, why};

/// A house that sells one number and terms of it, and may lose its answer, refuse a term, or keep silent.
#[derive(Clone, Default)]
pub(crate) struct Shop {
    pub(crate) loses: Arc<AtomicBool>,
    pub(crate) refuses: Arc<AtomicBool>,
    keeps_silent: Arc<AtomicBool>,
    pub(crate) text: Arc<Mutex<Option<String>>>,
}

impl Shop {
    fn bought() -> Bought {
        Bought {
            id: "7".to_owned(),
            number: Some("13125550100".to_owned()),
            price: Some(Usd::from_cents(20)),
            end: None,
        }
    }
}

fn silence<T>() -> Result<T, Fault> {
    Err(Fault::Unknown(Trouble::new("it did not answer")))
}

impl House for Shop {
    fn balance<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async { Ok(None) })
    }

    fn offers<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        let (code, name) = ("ig".to_owned(), "Instagram".to_owned());
        let (price, window) = (Usd::from_cents(20), Window::Whole { ms: None });
        let offer = Offer { code, name, product: None, price, available: None, window };
        Box::pin(async { Ok(vec![offer]) })
    }

    fn buy<'a>(&'a self, _: &'a Settings, _: &'a Wish) -> Calling<'a, Answer> {
        let is_lost = self.loses.load(Ordering::SeqCst);
        Box::pin(async move {
            if is_lost { Answer::Unknown(Trouble::new("it did not answer")) } else { Answer::Bought(Self::bought()) }
        })
    }

    fn look<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        let text = self.text.lock().expect("no panic").clone();
        let told = |text: String| Told {
            reference: None,
            sender: "32665".to_owned(),
            raw: text.clone().into_bytes(),
            text,
            sent_ms: None,
        };
        let messages = text.map(told).into_iter().collect();
        Box::pin(async { Ok(Looked { state: TheirState::Open, number: None, end: None, messages }) })
    }

    fn reject<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        let is_silent = self.keeps_silent.load(Ordering::SeqCst);
        Box::pin(async move { if is_silent { silence() } else { Ok(Rejected::Done) } })
    }

    fn renew<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Renewed, Fault>> {
        let (is_lost, is_refused) = (self.loses.load(Ordering::SeqCst), self.refuses.load(Ordering::SeqCst));
        Box::pin(async move {
            match (is_lost, is_refused) {
                (true, _) => silence(),
                (false, true) => Ok(Renewed::NotPossible(Trouble::new("not before its last day"))),
                (false, false) => Ok(Renewed::Until { end: None, price: Some(Usd::from_cents(20)) }),
            }
        })
    }

    fn standing<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Option<List>, Fault>> {
        let one = Standing { bought: Self::bought(), code: None, reference: None, bought_ms: None };
        Box::pin(async { Ok(Some(List { all: vec![one], is_whole: true })) })
    }
}

impl Supply for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn about(&self) -> &'static str {
        "sells one number"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn house(&self) -> Option<&dyn House> {
        Some(self)
    }
}

/// The house buys Instagram numbers from a shop; tells the shop and its source.
pub(crate) async fn shop(world: &World) -> (Shop, i64) {
    let shop = Shop::default();
    let registry = Arc::new(Registry::new(vec![Box::new(shop.clone())]));
    let settings = Settings::new(BTreeMap::new());
    let new = NewSource { slug: "shop".into(), connector: "shop".into(), settings, by: may("test") };
    let source = supply::add_source(&world.app, &registry, new).await.expect("a source");
    world.app.buy_from(Houses::new(registry, Houses::PATIENCE, || 1));
    let (source_name, service, code, by) = ("shop".into(), "instagram".into(), "ig".into(), may("test"));
    let product = Product::ShortTerm;
    let new = NewMapping { source: source_name, service, product, code, short_ok: false, by };
    purchase::map(&world.app, new).await.expect("mapped");
    purchase::round(&world.app, source).await.expect("a round");
    (shop, source)
}

pub(crate) const ORDER: &str = r#"{"service":"instagram"}"#;

on_both!(a_bought_number_looks_like_our_own, async |world: &World| {
    let (shop, source) = shop(world).await;
    let ann = world.customer("ann", "5.00").await;
    let placed = world.post(&ann, "short-term/order/", ORDER).await;
    assert_eq!((placed.status, placed.text("number").as_str()), (200, "13125550100"));
    assert!(placed.body.contains(r#""price":0.42,"expires_in":"20 minutes""#), "{}", placed.body);
    *shop.text.lock().expect("no panic") = Some("482910 is your Instagram code.".to_owned());
    world.pass_ms(3_000);
    purchase::round(&world.app, source).await.expect("a round");
    let order = placed.text("order_id");
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    assert!(sms.body.starts_with(r#"{"success":true,"code":"482910""#), "{}", sms.body);
    // The operator sees from whom, and why.
    let mut olga: Browser = operator(world, "olga", Role::Auditor).await;
    let page = olga.get(&format!("/operator/orders/{order}/")).await;
    assert!(page.body.contains("Asked in this order: <bdi>shop: costs $0.20, not known yet</bdi>"), "{}", page.body);
});

on_both!(an_order_in_doubt_is_told_with_its_id_and_later_what_became_of_it, async |world: &World| {
    let (shop, source) = shop(world).await;
    shop.loses.store(true, Ordering::SeqCst);
    let ann = world.customer("ann", "5.00").await;
    let key = &["Idempotency-Key: one"];
    let open = world.post_with(&ann, "short-term/order/", ORDER, key).await;
    assert_eq!(open.refusal(), (500, "server_error".to_owned()));
    let order = open.text("order_id");
    let again = world.post_with(&ann, "short-term/order/", ORDER, key).await;
    assert_eq!((again.status, again.body.as_str()), (500, open.body.as_str()));
    purchase::round(&world.app, source).await.expect("a round");
    let placed = world.post_with(&ann, "short-term/order/", ORDER, key).await;
    assert_eq!((placed.status, placed.text("order_id")), (200, order));
});

on_both!(a_cancel_that_is_open_is_told_and_done_later, async |world: &World| {
    let (shop, source) = shop(world).await;
    let ann = world.customer("ann", "5.00").await;
    let order = world.post(&ann, "short-term/order/", ORDER).await.text("order_id");
    let body = format!(r#"{{"order_id":"{order}"}}"#);
    shop.keeps_silent.store(true, Ordering::SeqCst);
    let open = world.post(&ann, "short-term/cancel/", &body).await;
    assert_eq!((open.refusal(), open.text("order_id")), ((500, "server_error".to_owned()), order));
    shop.keeps_silent.store(false, Ordering::SeqCst);
    world.pass_ms(16_000);
    purchase::round(&world.app, source).await.expect("a round");
    let done = world.post(&ann, "short-term/cancel/", &body).await;
    assert_eq!((done.status, done.body.as_str()), (200, r#"{"success":true,"refunded":0.42}"#));
});

on_both!(a_page_whose_purchase_is_in_doubt_shows_what_is_set_aside, async |world: &World| {
    let (shop, _) = shop(world).await;
    shop.loses.store(true, Ordering::SeqCst);
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let page = ann.get("/numbers/").await;
    let form = format!("form={}&service=instagram&buy=short_term+0.42", field(&page, "form"));
    let told = ann.post("/numbers/", &form).await;
    assert!(told.status == 409 && told.body.contains("We cannot tell yet"), "{}", told.body);
    assert!(told.body.contains("$4.58") && told.body.contains("$0.42 held"), "{}", told.body);
    purchase::settle(&world.app, 1, purchase::Verdict::NotBought, &why("they say so"), &may("test"))
        .await
        .expect("settled");
});

//! A sale: the house's only number is ordered by a customer, who reads the code.

use domain::account::{self, Caller, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::money::Usd;
use domain::order::{self, Ask};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;

use crate::house::House;

/// The code in the SMS of the tests.
pub(crate) const CODE: &str = "123456";

/// An order that waits for its code.
pub(crate) struct Sale {
    caller: Caller,
    order: i64,
}

impl Sale {
    /// Sells the number for a service whose SMS name it.
    pub(crate) async fn of(house: &House, service: &str) -> Self {
        let new = NewService {
            slug: service.to_owned(),
            name: service.to_owned(),
            code: None,
            category: "social".to_owned(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: vec![service.to_owned()],
        };
        edit::put_service(&house.app, new, Permit::at_the_machine("test")).await.expect("a service");
        let amount = Some(Usd::from_cents(42));
        let price = NewPrice { service: service.to_owned(), product: Product::ShortTerm, amount };
        edit::set_prices(&house.app, vec![price], Permit::at_the_machine("test")).await.expect("a price");
        let new = NewAccount { name: "ann".to_owned(), tier: Tier::Business, by: "test".to_owned() };
        account::create(&house.app, new).await.expect("an account");
        let (reason, by) = (Reason::parse("a gift").expect("a reason"), Permit::at_the_machine("test"));
        let amount = Usd::from_cents(500);
        let credit = NewCredit { account: "ann".to_owned(), amount, reason, reference: None, by };
        account::credit(&house.app, credit).await.expect("a credit");
        let new = NewKey {
            account: "ann".to_owned(),
            name: "test".to_owned(),
            expires_ms: None,
            limits: account::KeyLimits::default(),
            by: "test".to_owned(),
        };
        let key = account::create_key(&house.app, new).await.expect("a key");
        let caller = account::authenticate(&house.app, &key).await.expect("the key opens");
        let ask = Ask { service: service.to_owned(), max_price: None, area_code: None };
        let placed = order::place(&house.app, caller, &ask, None).await;
        let Ok(placed) = placed else { panic!("no order") };
        Self { caller, order: placed.order }
    }

    /// The code, once it is there.
    pub(crate) async fn code(&self, house: &House) -> Option<String> {
        let inbox = order::inbox(&house.app, self.caller.account, self.order).await.expect("read")?;
        inbox.messages.get(inbox.answer?)?.code.clone()
    }
}

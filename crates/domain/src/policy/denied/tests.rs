//! Both ways: what must be stopped, and what must not be.

use super::*;

#[test]
fn the_list_is_long_enough() {
    assert!(BRANDS.owners.len() >= 120);
}

#[test]
fn every_category_has_brands_a_name_and_a_sentence() {
    let text = include_str!("../../../data/denied.toml");
    let file: BTreeMap<Denied, Vec<Brand>> = toml::from_str(text).expect("the list parses");
    assert_eq!(file.len(), 13);
    for (denied, brands) in file {
        assert!(brands.len() >= 8, "{denied:?}");
        assert_eq!(denied_category(denied.name()), Some(denied));
        assert!(denied.sentence().ends_with('.'));
    }
}

#[test]
fn every_brand_is_denied_as_a_service_and_as_a_sender() {
    let text = include_str!("../../../data/denied.toml");
    let file: BTreeMap<Denied, Vec<Brand>> = toml::from_str(text).expect("the list parses");
    for (denied, brand) in file.iter().flat_map(|(d, brands)| brands.iter().map(move |b| (d, b))) {
        assert_eq!(denied_service("x", &brand.name), Some(*denied), "{}", brand.name);
        for sender in &brand.senders {
            assert_eq!(denied_message(sender, "1234"), Some(*denied), "{}", brand.name);
        }
    }
}

#[test]
fn a_category_is_known_in_other_words_and_forms() {
    assert_eq!(denied_category("Banks"), Some(Denied::Bank));
    assert_eq!(denied_category("Crypto Exchange"), Some(Denied::CryptoExchange));
    assert_eq!(denied_category("KYC"), Some(Denied::IdentityProofing));
}

#[test]
fn an_ordinary_category_is_not_denied() {
    assert_eq!(denied_category("social"), None);
    assert_eq!(denied_category("food"), None);
    assert_eq!(denied_category(""), None);
}

#[test]
fn well_known_services_are_denied() {
    assert_eq!(denied_service("chase", "Chase"), Some(Denied::Bank));
    assert_eq!(denied_service("paypal", "PayPal"), Some(Denied::PaymentWallet));
    assert_eq!(denied_service("coinbase", "Coinbase"), Some(Denied::CryptoExchange));
    assert_eq!(denied_service("venmo", "Venmo"), Some(Denied::PaymentWallet));
    assert_eq!(denied_service("cashapp", "Cash App"), Some(Denied::PaymentWallet));
    assert_eq!(denied_service("irs", "IRS"), Some(Denied::Tax));
    assert_eq!(denied_service("idme", "ID.me"), Some(Denied::IdentityProofing));
    assert_eq!(denied_service("logingov", "login.gov"), Some(Denied::Government));
    assert_eq!(denied_service("experian", "Experian"), Some(Denied::CreditBureau));
}

#[test]
fn a_denied_name_hides_neither_in_the_slug_nor_in_a_longer_name() {
    assert_eq!(denied_service("paypal", "Pay a friend"), Some(Denied::PaymentWallet));
    assert_eq!(denied_service("pp", "PayPal (USA)"), Some(Denied::PaymentWallet));
    assert_eq!(denied_service("x", "Chase Bank US"), Some(Denied::Bank));
    assert_eq!(denied_service("x", "First Horizon Bank"), Some(Denied::Bank));
}

#[test]
fn a_name_that_only_looks_like_a_denied_one_is_sold() {
    assert_eq!(denied_service("purchasely", "Purchasely"), None);
    assert_eq!(denied_service("apple", "Apple"), None);
    assert_eq!(denied_service("google", "Google"), None);
    assert_eq!(denied_service("wechat", "WeChat"), None);
    assert_eq!(denied_service("tinder", "Tinder"), None);
}

#[test]
fn a_bank_is_known_by_its_short_code() {
    assert_eq!(denied_message("24273", "Your code is 1234"), Some(Denied::Bank));
    assert_eq!(denied_message("+729725", "1234"), Some(Denied::PaymentWallet));
}

#[test]
fn a_bank_is_known_by_its_name_as_sender() {
    assert_eq!(denied_message("CHASE", "1234"), Some(Denied::Bank));
    assert_eq!(denied_message("Cash App", "1234"), Some(Denied::PaymentWallet));
    assert_eq!(denied_message("IDme", "1234"), Some(Denied::IdentityProofing));
}

#[test]
fn a_brand_that_leads_the_text_is_denied() {
    let denied = |text| denied_message("+12025550147", text);
    assert_eq!(denied("Chase: DON'T share. Use code 12345678."), Some(Denied::Bank));
    assert_eq!(denied("BofA: DO NOT share this Sign In code."), Some(Denied::Bank));
    assert_eq!(denied("PayPal: 123456 is your security code."), Some(Denied::PaymentWallet));
    assert_eq!(denied("Your Coinbase verification code is: 1234567"), Some(Denied::CryptoExchange));
    assert_eq!(denied("123456 is your ID.me verification code."), Some(Denied::IdentityProofing));
    assert_eq!(denied("Login.gov: Your one-time code is 123456."), Some(Denied::Government));
    assert_eq!(denied("<#> Your Experian code is 123456"), Some(Denied::CreditBureau));
    assert_eq!(denied("Your T-Mobile verification code is 123456"), Some(Denied::Carrier));
    assert_eq!(denied("Dear customer, your MyChart code: 123456"), Some(Denied::Health));
}

#[test]
fn a_brand_that_signs_the_text_is_denied() {
    let text = "123456 lets you in. We never ask for it. - Wells Fargo";
    assert_eq!(denied_message("", text), Some(Denied::Bank));
}

#[test]
fn a_pay_service_of_an_allowed_brand_is_denied() {
    let text = "Your Google Pay verification code is 123456";
    assert_eq!(denied_message("", text), Some(Denied::PaymentWallet));
    let text = "Your Google verification code is 123456";
    assert_eq!(denied_message("", text), None);
}

#[test]
fn chase_as_a_verb_is_not_a_bank() {
    assert_eq!(denied_message("", "Chase your dreams with code 1234"), None);
    assert_eq!(denied_message("Nike", "Chase greatness: 1234 is your code"), None);
    assert_eq!(denied_message("", "Your chase is over: 1234"), None);
}

#[test]
fn a_payment_that_is_merely_mentioned_is_not_denied() {
    let texts = [
        "Uber: your PayPal payment went through. Code 1234",
        "Your Uber code is 1234. Your bank will never ask for it.",
        "Airbnb: 1234. Pay with Chase Bank, Venmo or Apple Pay.",
        "Your Lyft code is 1234. AT&T customers ride for less.",
        "[TikTok] 1234. Do not tell anyone who says they are the IRS",
    ];
    assert!(texts.iter().all(|text| denied_message("", text).is_none()));
}

#[test]
fn ordinary_words_that_are_also_brands_are_not_denied() {
    let texts = [
        "Discover new music with code 1234",
        "Your current code is 1234",
        "Hi Dave, your Uber code is 1234",
        "Public places are safest. Your code is 1234",
        "Your visible progress: 1234",
        "Sprint to the door with code 1234",
        "Clear your cache and enter 1234",
        "Your square is B4, code 1234",
        "Vote for your favourite song with code 1234",
        "Wise choice! Your code is 1234",
        "Citi Bike: 1234 unlocks your bike",
    ];
    for text in texts {
        assert_eq!(denied_message("", text), None, "{text}");
    }
}

#[test]
fn a_code_that_starts_with_an_emergency_number_is_not_an_emergency() {
    assert_eq!(denied_message("", "911-234 is your WhatsApp code"), None);
    assert_eq!(denied_message("", "988123 is your Uber code"), None);
}

#[test]
fn an_emergency_number_is_denied_as_sender() {
    assert_eq!(denied_message("911", "Help is coming"), Some(Denied::Emergency));
}

#[test]
fn an_empty_message_is_not_denied() {
    assert_eq!(denied_message("", ""), None);
}

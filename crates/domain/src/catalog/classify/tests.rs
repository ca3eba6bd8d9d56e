//! Confusing pairs: which of two brands a text belongs to, and when it is nobody's.

use super::*;
use crate::catalog::seed::seed_services;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

/// A service as these tests write it: its name, its senders, its phrases.
type Written<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

/// A classifier that answers with the names of services.
struct World {
    classifier: Classifier,
    names: Vec<String>,
}

impl World {
    fn new(services: &[Written<'_>]) -> World {
        let strings = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect();
        let owned: Vec<(Vec<String>, Vec<String>)> =
            services.iter().map(|(_, senders, texts)| (strings(senders), strings(texts))).collect();
        let patterns = (0_i64..).zip(&owned).map(|(service, (senders, texts))| Patterns { service, senders, texts });
        World {
            classifier: Classifier::new(&patterns.collect::<Vec<_>>()),
            names: services.iter().map(|(name, ..)| (*name).to_owned()).collect(),
        }
    }

    /// The shipped catalogue.
    fn shipped() -> World {
        let seeds = seed_services();
        let patterns = (0_i64..).zip(&seeds).map(|(service, seed)| Patterns {
            service,
            senders: &seed.senders,
            texts: &seed.texts,
        });
        World {
            classifier: Classifier::new(&patterns.collect::<Vec<_>>()),
            names: seeds.iter().map(|seed| seed.slug.clone()).collect(),
        }
    }

    fn says(&self, sender: &str, text: &str) -> Option<&str> {
        let service = self.classifier.classify(sender, text)?;
        let place = usize::try_from(service).expect("places are small");
        Some(self.names[place].as_str())
    }
}

/// What the shipped catalogue makes of a text.
fn shipped(sender: &str, text: &str) -> Option<String> {
    World::shipped().says(sender, text).map(str::to_owned)
}

fn is(slug: &str) -> Option<String> {
    Some(slug.to_owned())
}

#[test]
fn an_instagram_text_that_mentions_facebook_is_instagrams() {
    let text = "Instagram: 123456 is your code. You can also log in with your Facebook account.";
    assert_eq!(shipped("32665", text), is("instagram"));
    assert_eq!(shipped("", text), is("instagram"));
}

#[test]
fn a_facebook_text_that_mentions_instagram_is_facebooks() {
    let text = "12345 is your Facebook code. It also works for Instagram.";
    assert_eq!(shipped("32665", text), is("facebook"));
}

#[test]
fn a_shared_short_code_alone_decides_nothing() {
    assert_eq!(shipped("32665", "Your code is 123456"), None);
}

#[test]
fn a_mention_decides_between_those_who_share_a_short_code() {
    let text = "123456 works for ten minutes, only inside the Instagram app";
    assert_eq!(shipped("32665", text), is("instagram"));
    assert_eq!(shipped("+12025550147", text), None);
}

#[test]
fn a_link_of_whatsapp_is_part_of_its_text() {
    let text = "Your WhatsApp code: 123-456\nYou can also tap: v.whatsapp.com/123456";
    assert_eq!(shipped("+12025550147", text), is("whatsapp"));
}

#[test]
fn a_leading_brand_wins_over_the_short_code_of_another() {
    let text = "Telegram code: 12345";
    assert_eq!(shipped("247262", text), is("telegram"));
}

#[test]
fn a_sender_by_name_that_writes_of_another_brand_is_nobody() {
    assert_eq!(shipped("WhatsApp", "Telegram code: 12345"), None);
}

#[test]
fn google_voice_is_not_google() {
    let text = "123456 is your Google Voice verification code";
    assert_eq!(shipped("22000", text), is("googlevoice"));
    assert_eq!(shipped("", text), is("googlevoice"));
}

#[test]
fn google_is_not_google_voice() {
    let text = "G-123456 is your Google verification code";
    assert_eq!(shipped("22000", text), is("google"));
}

#[test]
fn a_linkedin_text_that_mentions_microsoft_is_linkedins() {
    let text = "Your LinkedIn verification code is 123456. LinkedIn is part of Microsoft.";
    assert_eq!(shipped("", text), is("linkedin"));
}

#[test]
fn a_microsoft_text_that_mentions_linkedin_is_microsofts() {
    let text = "Use 123456 as Microsoft account security code, for instance on LinkedIn";
    assert_eq!(shipped("", text), is("microsoft"));
}

#[test]
fn uber_eats_is_ubers_where_it_is_not_sold_itself() {
    assert_eq!(shipped("", "Your Uber Eats code is 1234"), is("uber"));
}

#[test]
fn uber_eats_is_its_own_where_it_is_sold() {
    let world = World::new(&[("uber", &["89203"], &["uber"]), ("eats", &["89203"], &["uber eats"])]);
    assert_eq!(world.says("89203", "Your Uber Eats code is 1234"), Some("eats"));
    assert_eq!(world.says("89203", "Your Uber code is 1234"), Some("uber"));
}

#[test]
fn amazon_web_services_is_not_amazon() {
    let text = "Your Amazon Web Services (AWS) verification code is: 1234";
    assert_eq!(shipped("262966", text), is("aws"));
}

#[test]
fn amazon_is_not_amazon_web_services() {
    assert_eq!(shipped("262966", "123456 is your Amazon OTP."), is("amazon"));
}

#[test]
fn signal_as_a_word_is_nobody() {
    let text = "Your signal is weak here. Use code 123456 to see our plans.";
    assert_eq!(shipped("", text), None);
}

#[test]
fn signal_in_its_phrase_is_signals() {
    assert_eq!(shipped("", "SIGNAL: Your code is: 123456"), is("signal"));
    assert_eq!(shipped("", "Your Signal code is 123-456"), is("signal"));
    assert_eq!(shipped("Signal", "123456"), is("signal"));
}

#[test]
fn discord_as_a_word_is_nobody() {
    let text = "There was discord in the family. Your pickup code is 1234.";
    assert_eq!(shipped("", text), None);
}

#[test]
fn discord_in_its_phrase_is_discords() {
    let text = "Your Discord verification code is: 123456";
    assert_eq!(shipped("", text), is("discord"));
}

#[test]
fn line_as_a_word_is_nobody() {
    assert_eq!(shipped("", "You are next in line: use code 1234"), None);
    assert_eq!(shipped("", "Your line is ready, code 1234"), None);
    assert_eq!(shipped("", "Acme: your credit line verification code is 1234"), None);
}

#[test]
fn target_as_a_word_is_nobody() {
    assert_eq!(shipped("", "You reached your target! Code 1234 wins"), None);
}

#[test]
fn target_in_its_phrase_is_targets() {
    assert_eq!(shipped("", "Target: your code is 123456"), is("target"));
}

#[test]
fn an_apple_pie_is_not_apples() {
    assert_eq!(shipped("", "Your apple pie is ready. Pickup code 1234"), None);
}

#[test]
fn an_apple_account_is_apples() {
    let text = "Your Apple Account code is: 123456. Don't share it with anyone.";
    assert_eq!(shipped("", text), is("apple"));
}

#[test]
fn kick_match_bolt_and_bumble_as_words_are_nobody() {
    assert_eq!(shipped("", "We kick off at nine, code 1234"), None);
    assert_eq!(shipped("", "Your match starts now. Code 1234"), None);
    assert_eq!(shipped("", "The bolt is locked with code 1234"), None);
    assert_eq!(shipped("", "Do not bumble about: code 1234"), None);
}

#[test]
fn a_brand_in_brackets_wins_over_one_that_is_mentioned_later() {
    let text = "[TikTok] 1234 is your code. Never enter it on Instagram or WhatsApp.";
    assert_eq!(shipped("", text), is("tiktok"));
    assert_eq!(shipped("", "【TikTok】验证码1234，请勿在Instagram输入"), is("tiktok"));
}

#[test]
fn signs_beside_a_brand_are_boundaries() {
    assert_eq!(shipped("", "您的TikTok验证码是1234"), is("tiktok"));
    assert_eq!(shipped("", "您可以用TikTok登录1234"), None);
}

#[test]
fn a_hint_at_another_brand_does_not_make_an_unknown_text_its_own() {
    assert_eq!(shipped("", "Acme: 1234. You may also sign in with Google"), None);
    assert_eq!(shipped("", "Acme: 1234. Help at facebook.com/acme"), None);
    assert_eq!(shipped("", "Acme code 1234. Get the app on Google Play."), None);
}

#[test]
fn two_brands_that_nothing_parts_are_nobody() {
    let text = "Someone made a code for Airbnb and a code for Netflix: 1234";
    assert_eq!(shipped("", text), None);
}

#[test]
fn a_sender_parts_two_brands() {
    let text = "Someone made a code for Airbnb and a code for Netflix: 1234";
    assert_eq!(shipped("247262", text), is("airbnb"));
}

#[test]
fn a_brand_that_signs_a_text_is_its_sender() {
    let text = "1234 lets you in. Keep it to yourself. - Airbnb";
    assert_eq!(shipped("", text), is("airbnb"));
}

#[test]
fn a_sender_of_one_service_decides_where_the_text_is_silent() {
    assert_eq!(shipped("247262", "Your code is 1234"), is("airbnb"));
    assert_eq!(shipped("AirBnB", "Your code is 1234"), is("airbnb"));
}

#[test]
fn a_sender_of_one_service_wins_over_a_mention() {
    let text = "Use 1234 within the hour. Get our app on Google Play.";
    assert_eq!(shipped("247262", text), is("airbnb"));
}

#[test]
fn a_sender_of_one_service_that_brings_anothers_code_is_nobody() {
    let text = "Someone asked for your Netflix verification code";
    assert_eq!(shipped("247262", text), None);
}

#[test]
fn a_number_is_the_same_with_and_without_its_country() {
    let world = World::new(&[("acme", &["202-555-0147"], &["acme"])]);
    assert_eq!(world.says("+12025550147", "1234"), Some("acme"));
    assert_eq!(world.says("12025550147", "1234"), Some("acme"));
    assert_eq!(world.says("2025550147", "1234"), Some("acme"));
    assert_eq!(world.says("2025550148", "1234"), None);
}

#[test]
fn a_phrase_that_two_services_claim_is_nobody_without_a_sender() {
    let world = World::new(&[("one", &["11111"], &["meta"]), ("two", &["22222"], &["meta"])]);
    assert_eq!(world.says("", "Meta: 1234"), None);
    assert_eq!(world.says("22222", "Meta: 1234"), Some("two"));
}

#[test]
fn an_empty_catalogue_knows_nobody() {
    let world = World::new(&[]);
    assert_eq!(world.says("Uber", "Your Uber code is 1234"), None);
}

#[test]
fn empty_patterns_match_nothing() {
    let world = World::new(&[("void", &[""], &["", " ", "^"])]);
    assert_eq!(world.says("", ""), None);
    assert_eq!(world.says("", "Your code is 1234"), None);
}

#[test]
fn a_service_listed_twice_with_one_phrase_is_still_found() {
    let world = World::new(&[("acme", &["Acme", "ACME"], &["acme", "Acme"])]);
    assert_eq!(world.says("acme", "Acme: 1234"), Some("acme"));
}

proptest! {
    #[test]
    fn no_text_makes_the_classifier_panic(sender in any::<String>(), text in any::<String>()) {
        let world = World::new(&[("uber", &["Uber"], &["uber", "微信", "^x:", "é"])]);
        let told = world.says(&sender, &text);
        prop_assert!(told.is_none_or(|name| name == "uber"));
    }

    #[test]
    fn letter_case_changes_nothing(text in "(Uber|uber eats|code|lyft|is|[ .:-]|\n){0,12}") {
        let world = World::new(&[
            ("uber", &["89203"], &["uber"]),
            ("lyft", &["89203"], &["lyft"]),
        ]);
        let loud = text.to_uppercase();
        prop_assert_eq!(world.says("89203", &text), world.says("89203", &loud));
    }
}

//! What a place in a text is worth.

use super::*;

fn places(phrase: &str, text: &str) -> Vec<Place> {
    let phrases = Phrases::new([(0, phrase)]);
    phrases.find(text).iter().map(|found| found.place).collect()
}

#[test]
fn a_brand_after_filler_leads() {
    assert_eq!(places("uber", "123456 is your Uber code"), [Place::Lead]);
    assert_eq!(places("uber", "Your code to log in to Uber"), [Place::Lead]);
    assert_eq!(places("uber", "<#> [Uber] 1234"), [Place::Lead]);
    assert_eq!(places("uber", "Hi Ann, your Uber code is 1"), [Place::Lead]);
}

#[test]
fn a_brand_after_another_word_does_not_lead() {
    let text = "Lyft: 1234. Never tell Uber";
    assert_eq!(places("uber", text), [Place::Mention]);
}

#[test]
fn a_brand_after_a_dash_at_the_end_signs_off() {
    let text = "1234 proves it is really you. Do not share it. - Uber";
    assert_eq!(places("uber", text), [Place::SignOff]);
    let text = "1234 proves it is really you. Thanks, Uber\n\nFA+9qCX9VSu";
    assert_eq!(places("uber", text), [Place::SignOff]);
    let text = "1234 proves it is really you, says Uber";
    assert_eq!(places("uber", text), [Place::Mention]);
}

#[test]
fn a_brand_beside_the_word_code_is_told() {
    let text = "Somebody wants your Uber verification code";
    assert_eq!(places("uber", text), [Place::ByCode]);
    let text = "We made a code for your Uber account";
    assert_eq!(places("uber", text), [Place::ByCode]);
}

#[test]
fn the_word_code_of_another_sentence_is_not_beside_it() {
    let text = "Lyft sent a code. Uber did not";
    assert_eq!(places("uber", text), [Place::Mention]);
}

#[test]
fn part_of_a_word_is_nothing() {
    assert_eq!(places("uber", "Your tuber code"), []);
    assert_eq!(places("uber", "Your ubers code"), []);
    assert_eq!(places("uber", "Your uberé code"), []);
}

#[test]
fn signs_without_blanks_are_boundaries() {
    assert_eq!(places("tiktok", "【TikTok】验证码1234"), [Place::Lead]);
    assert_eq!(places("tiktok", "您的TikTok验证码1234").len(), 1);
    assert_eq!(places("微信", "您的微信验证码1234").len(), 1);
}

#[test]
fn full_width_and_invisible_signs_do_not_hide_a_brand() {
    assert_eq!(places("uber", "Ｕｂｅｒ: 1234"), [Place::Lead]);
    assert_eq!(places("uber", "Ub\u{200b}er: 1234"), [Place::Lead]);
}

#[test]
fn blanks_of_any_kind_are_one() {
    assert_eq!(places("uber eats", "Uber\u{a0}  Eats: 1"), [Place::Lead]);
}

#[test]
fn an_anchored_phrase_counts_at_the_start_only() {
    assert_eq!(places("^line:", "[LINE: 1234"), [Place::Lead]);
    assert_eq!(places("^line:", "Your line: 1234"), []);
}

#[test]
fn a_phrase_inside_a_longer_one_is_dropped() {
    let phrases = Phrases::new([(0, "google"), (1, "google voice")]);
    let found = phrases.find("1234 is your Google Voice code");
    assert_eq!(found.iter().map(|f| f.owner).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_longer_phrase_that_is_no_whole_word_hides_nothing() {
    let phrases = Phrases::new([(0, "google"), (1, "google voice")]);
    let found = phrases.find("1234 is your Google voicemail code");
    assert_eq!(found.iter().map(|f| f.owner).collect::<Vec<_>>(), [0]);
}

#[test]
fn one_phrase_of_two_owners_is_found_for_both() {
    let phrases = Phrases::new([(0, "meta"), (1, "meta")]);
    assert_eq!(phrases.find("Meta: 1234").len(), 2);
}

#[test]
fn an_empty_phrase_is_never_found() {
    assert_eq!(places(" ^ ", "anything"), []);
}

#[test]
fn a_brand_in_a_second_sentence_does_not_lead() {
    let text = "Your code is 1234. Uber riders pay less";
    assert_eq!(places("uber", text), [Place::Mention]);
    assert_eq!(places("uber", "Hello. Your Uber code is 1234"), [Place::Lead]);
    assert_eq!(places("uber", "1234\nYour Uber code"), [Place::Lead]);
}

#[test]
fn an_origin_line_names_the_sender() {
    let text = "Your code is 1234\n\n@uber.com #1234";
    assert_eq!(places("uber", text), [Place::Lead]);
    let text = "Your code is 1234\n\n@www.uber.com #1234";
    assert_eq!(places("uber", text), [Place::Lead]);
}

#[test]
fn a_name_with_a_digit_is_not_a_code() {
    assert_eq!(places("uber", "7-Eleven and Uber: 1234"), [Place::Mention]);
}

#[test]
fn a_long_text_is_read_only_so_far() {
    let text = format!("{} Uber", "word ".repeat(2000));
    assert_eq!(places("uber", &text), []);
}

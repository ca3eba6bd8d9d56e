//! The services a fresh house knows, as shipped in `data/services.toml`.

use serde::Deserialize;

use super::catalog;
use super::edit::{EditRefusal, NewPrice, NewService, put_service, set_prices};
use crate::App;
use crate::money::Usd;
use crate::policy::permit::{Permit, Run};
use crate::product::Product;

/// One service of the shipped catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedService {
    /// What clients call it: small letters and digits, such as `instagram`.
    pub slug: String,
    /// What people call it, such as `Instagram`.
    pub name: String,
    /// What `handler_api` clients call it: two letters, or three where the field uses three.
    pub code: String,
    /// What kind of service it is, such as `social`.
    pub category: String,
    /// Names and short codes its texts come from.
    pub senders: Vec<String>,
    /// Phrases its texts are known by, in the form that `classify::Patterns` explains.
    pub texts: Vec<String>,
    /// Texts in its manner, each with one or more `{code}`.
    pub samples: Vec<String>,
    /// How its codes look: `digits:6`, `digits:3-3`, `letters:5`, `G-digits:6`.
    pub code_shape: String,
    /// What a fresh house asks for it.
    pub prices: SeedPrices,
}

/// Prices of one service in US dollars, as digits with two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPrices {
    /// One code on one number.
    pub short_term: String,
    /// One number for a day.
    pub rental_1day: String,
    /// One number for thirty days.
    pub rental_30day: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    service: Vec<SeedService>,
}

/// All services of the shipped catalogue, in the order of the file.
#[must_use]
pub fn seed_services() -> Vec<SeedService> {
    let text = include_str!("../../data/services.toml");
    let file: SeedFile = toml::from_str(text).expect("the shipped catalogue parses");
    file.service
}

/// Whether what is added is sold at once, for the shipped prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// Nothing is sold before somebody has looked at its price and switched it on.
    Later,
    /// All of it is sold from now on.
    Now,
}

/// How many services of the shipped catalogue were added, and how many the house had already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seeded {
    /// Added with the shipped prices.
    pub added: usize,
    /// Left as the operator has them.
    pub kept: usize,
}

/// Adds what the shipped catalogue has and the house has not.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn seed(app: &App, sale: Sale, by: &Permit<Run>) -> Result<Seeded, EditRefusal> {
    let known = catalog(app).await?;
    let mut seeded = Seeded::default();
    for service in seed_services() {
        if known.by_slug(&service.slug).is_some() {
            seeded.kept += 1;
            continue;
        }
        let prices = new_prices(&service);
        let new = NewService {
            slug: service.slug,
            name: service.name,
            code: Some(service.code),
            category: service.category,
            is_enabled: sale == Sale::Now,
            any_text_counts: false,
            senders: service.senders,
            texts: service.texts,
        };
        put_service(app, new, by).await?;
        set_prices(app, prices, by).await?;
        seeded.added += 1;
    }
    Ok(seeded)
}

fn new_prices(service: &SeedService) -> Vec<NewPrice> {
    let asked = [&service.prices.short_term, &service.prices.rental_1day, &service.prices.rental_30day];
    let price = |(product, amount): (Product, &String)| {
        let amount = Usd::parse(amount).expect("the shipped prices are amounts");
        NewPrice { service: service.slug.clone(), product, amount: Some(amount) }
    };
    Product::ALL.into_iter().zip(asked).map(price).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::classify::{Classifier, Patterns};
    use crate::policy::denied::{denied_category, denied_message, denied_service};
    use std::collections::HashSet;

    fn classifier(services: &[SeedService]) -> Classifier {
        let patterns: Vec<_> = (0_i64..)
            .zip(services)
            .map(|(service, seed)| Patterns { service, senders: &seed.senders, texts: &seed.texts })
            .collect();
        Classifier::new(&patterns)
    }

    /// The code of a sample as the simulator would make it.
    fn code_of(shape: &str) -> String {
        let (prefix, rest) = match shape.split_once(':') {
            Some(("digits" | "letters", rest)) => ("", rest),
            Some(("G-digits", rest)) => ("G-", rest),
            _ => panic!("{shape} is no shape"),
        };
        let sign = if shape.starts_with("letters") { "K" } else { "7" };
        let groups: Vec<String> = rest.split('-').map(|count| sign.repeat(count.parse().expect("a count"))).collect();
        format!("{prefix}{}", groups.join("-"))
    }

    /// Each sample, filled in, with the place of its service and the service itself.
    fn samples(services: &[SeedService]) -> Vec<(i64, &SeedService, String)> {
        let mut filled = Vec::new();
        for (place, seed) in (0_i64..).zip(services) {
            for sample in &seed.samples {
                let text = sample.replace("{code}", &code_of(&seed.code_shape));
                filled.push((place, seed, text));
            }
        }
        filled
    }

    fn cents(price: &str) -> u64 {
        let (dollars, cents) = price.split_once('.').expect("a point");
        assert_eq!(cents.len(), 2, "{price} has two decimals");
        let dollars: u64 = dollars.parse().expect("whole dollars");
        dollars * 100 + cents.parse::<u64>().expect("whole cents")
    }

    fn seed(slug: &str) -> SeedService {
        let mut services = seed_services().into_iter();
        services.find(|seed| seed.slug == slug).expect("in the catalogue")
    }

    #[test]
    fn the_catalogue_is_large_enough() {
        assert!(seed_services().len() >= 64);
    }

    #[test]
    fn slugs_are_unique_and_plain() {
        let services = seed_services();
        let slugs: HashSet<_> = services.iter().map(|seed| &seed.slug).collect();
        assert_eq!(slugs.len(), services.len());
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        assert!(slugs.iter().all(|slug| slug.chars().all(is_plain)));
    }

    #[test]
    fn codes_are_unique_and_two_or_three_letters() {
        let services = seed_services();
        let codes: HashSet<_> = services.iter().map(|seed| &seed.code).collect();
        assert_eq!(codes.len(), services.len());
        for code in codes {
            assert!((2..=3).contains(&code.len()), "{code}");
            assert!(code.chars().all(|c| c.is_ascii_lowercase()), "{code}");
            let named = services.iter().find(|seed| seed.slug == *code);
            assert!(named.is_none_or(|seed| seed.code == *code), "{code} is the slug of another service");
        }
    }

    #[test]
    fn no_service_is_denied() {
        for seed in seed_services() {
            assert_eq!(denied_category(&seed.category), None, "{}", seed.slug);
            assert_eq!(denied_service(&seed.slug, &seed.name), None, "{}", seed.slug);
        }
    }

    #[test]
    fn no_sample_is_denied() {
        for (_, seed, text) in samples(&seed_services()) {
            assert_eq!(denied_message("", &text), None, "{text}");
            for sender in &seed.senders {
                assert_eq!(denied_message(sender, &text), None, "{sender}: {text}");
            }
        }
    }

    #[test]
    fn every_sample_belongs_to_its_service_by_text_alone() {
        let services = seed_services();
        let classifier = classifier(&services);
        for (place, _, text) in samples(&services) {
            assert_eq!(classifier.classify("", &text), Some(place), "{text}");
            assert_eq!(classifier.classify("+12025550147", &text), Some(place), "{text}");
        }
    }

    #[test]
    fn every_sample_belongs_to_its_service_from_each_of_its_senders() {
        let services = seed_services();
        let classifier = classifier(&services);
        for (place, seed, text) in samples(&services) {
            for sender in &seed.senders {
                let told = classifier.classify(sender, &text);
                assert_eq!(told, Some(place), "{sender}: {text}");
            }
        }
    }

    #[test]
    fn every_sample_belongs_to_its_service_in_small_letters_too() {
        let services = seed_services();
        let classifier = classifier(&services);
        for (place, _, text) in samples(&services) {
            let text = text.to_lowercase();
            assert_eq!(classifier.classify("", &text), Some(place), "{text}");
        }
    }

    #[test]
    fn every_service_has_senders_texts_and_samples() {
        for seed in seed_services() {
            assert!(!seed.senders.is_empty(), "{}", seed.slug);
            assert!(!seed.texts.is_empty(), "{}", seed.slug);
            assert!(seed.samples.len() >= 2, "{}", seed.slug);
            assert!(seed.samples.iter().all(|s| s.contains("{code}")), "{}", seed.slug);
        }
    }

    #[test]
    fn prices_are_whole_cents_and_grow_with_time() {
        for SeedService { slug, prices, .. } in seed_services() {
            let short_term = cents(&prices.short_term);
            let day = cents(&prices.rental_1day);
            assert!(short_term > 0 && short_term < day, "{slug}");
            assert!(day < cents(&prices.rental_30day), "{slug}");
        }
    }

    #[test]
    fn the_documented_prices_are_the_shipped_ones() {
        assert_eq!(seed("instagram").prices.short_term, "0.42");
        assert_eq!(seed("whatsapp").prices.rental_30day, "19.99");
        assert_eq!(seed("telegram").prices.rental_1day, "3.65");
    }

    #[test]
    fn the_well_known_codes_are_the_fields() {
        for (slug, code) in [("google", "go"), ("whatsapp", "wa"), ("telegram", "tg")] {
            assert_eq!(seed(slug).code, code);
        }
    }
}

//! How a service words its texts: what the simulated supply sends.

use std::collections::HashMap;

use domain::catalog::seed::{SeedService, seed_services};
use rand::seq::IndexedRandom;

/// Letters of codes that have letters: none that could be taken for another.
const LETTERS: &[u8] = b"BCDFGHJKMNPQRTVWXY";
const DIGITS: &[u8] = b"0123456789";

/// The manners of all services of the shipped catalogue, by their slugs.
pub(super) struct Manners(HashMap<String, SeedService>);

/// A text as a service would send it. It has no `Debug`, like every text.
pub(super) struct Written {
    pub(super) sender: String,
    pub(super) text: String,
}

impl Manners {
    pub(super) fn shipped() -> Self {
        Self(seed_services().into_iter().map(|seed| (seed.slug.clone(), seed)).collect())
    }

    /// Writes a text with a fresh code. A service that the operator added speaks plainly.
    pub(super) fn write(&self, service: &str) -> Written {
        let mut rng = rand::rng();
        let seed = self.0.get(service);
        let sender = seed.and_then(|seed| seed.senders.choose(&mut rng));
        let sample = seed.and_then(|seed| seed.samples.choose(&mut rng));
        let code = code(seed.map_or("digits:6", |seed| &seed.code_shape));
        let plain = format!("{{code}} is your {service} verification code.");
        Written {
            sender: sender.cloned().unwrap_or_else(|| "22395".to_owned()),
            text: sample.unwrap_or(&plain).replace("{code}", &code),
        }
    }
}

/// A code of a shape such as `digits:6`, `digits:3-3`, `letters:5` or `G-digits:6`.
fn code(shape: &str) -> String {
    let (kind, lengths) = shape.split_once(':').unwrap_or(("digits", "6"));
    let (prefix, signs) = match kind {
        "letters" => ("", LETTERS),
        "G-digits" => ("G-", DIGITS),
        _ => ("", DIGITS),
    };
    let draw = |count: usize| -> String {
        (0..count).map(|_| char::from(signs[rand::random_range(0..signs.len())])).collect()
    };
    // Four digits that look like a year of these days are taken for one, unless the text is very clear.
    let looks_like_a_year = |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let group = |length: &str| {
        let drawn = draw(length.parse().unwrap_or(6));
        if looks_like_a_year(&drawn) { drawn.replacen(['1', '2'], "7", 1) } else { drawn }
    };
    let groups: Vec<String> = lengths.split('-').map(group).collect();
    format!("{prefix}{}", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::message::code_in;

    #[test]
    fn a_code_has_the_shape_of_its_service() {
        assert!(code("digits:6").bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(code("digits:3-3").len(), 7);
        assert!(code("G-digits:6").starts_with("G-"));
        assert!(code("letters:5").bytes().all(|byte| byte.is_ascii_uppercase()));
    }

    /// What the demo sends must end as a code with its customer, whichever sample and code were drawn.
    #[test]
    fn every_service_writes_texts_whose_code_is_found() {
        let manners = Manners::shipped();
        for slug in manners.0.keys() {
            for _ in 0..50 {
                let written = manners.write(slug);
                assert!(code_in(&written.text).code.is_some(), "{slug}: {}", written.text);
            }
        }
    }
}

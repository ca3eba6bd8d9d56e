//! Finding a service by what a person types.

use super::{Catalog, Service};

/// Letters of a search that are looked at.
const ASKED_MAX: usize = 80;

impl Catalog {
    /// The services that are sold and whose name or slug holds what was typed, in any case of letters; first those
    /// that begin with it, then in the order of their names. Nothing typed finds them all.
    #[must_use]
    pub fn search(&self, typed: &str) -> Vec<&Service> {
        let asked: String = typed.trim().chars().take(ASKED_MAX).flat_map(char::to_lowercase).collect();
        let rank = |service: &Service| rank(&asked, &service.name.to_lowercase(), &service.slug);
        let sold = self.services.iter().filter(|service| service.is_sold());
        let mut found: Vec<(u8, String, &Service)> =
            sold.filter_map(|service| rank(service).map(|rank| (rank, service.name.to_lowercase(), service))).collect();
        found.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        found.into_iter().map(|(_, _, service)| service).collect()
    }
}

/// How well a service fits, 0 best; none if it does not.
fn rank(asked: &str, name: &str, slug: &str) -> Option<u8> {
    if name.starts_with(asked) || slug.starts_with(asked) {
        return Some(0);
    }
    let begins_a_word = name.split_whitespace().any(|word| word.starts_with(asked));
    if begins_a_word {
        return Some(1);
    }
    (name.contains(asked) || slug.contains(asked)).then_some(2)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn service(slug: &str, name: &str, category: &str) -> Service {
        Service {
            id: 1,
            slug: slug.to_owned(),
            name: name.to_owned(),
            code: None,
            category: category.to_owned(),
            is_enabled: true,
            any_text_counts: false,
            senders: Vec::new(),
            texts: Vec::new(),
            prices: HashMap::new(),
            tier_prices: HashMap::new(),
        }
    }

    fn found(typed: &str) -> Vec<String> {
        let mut off = service("instant", "Instant", "social");
        off.is_enabled = false;
        let services = vec![
            service("whatsapp", "WhatsApp", "messaging"),
            service("fastinsta", "Fast Insta", "social"),
            service("instagram", "Instagram", "social"),
            service("mybank", "Instabank", "bank"),
            off,
        ];
        let catalog = Catalog::new(services, false, Vec::new());
        catalog.search(typed).into_iter().map(|service| service.slug.clone()).collect()
    }

    #[test]
    fn what_begins_with_it_comes_first_and_what_is_not_sold_never() {
        assert_eq!(found(" INSTA"), ["instagram", "fastinsta"]);
        assert_eq!(found("app"), ["whatsapp"]);
        assert_eq!(found("zzz"), Vec::<String>::new());
    }

    #[test]
    fn nothing_typed_finds_all_that_is_sold_by_name() {
        assert_eq!(found(""), ["fastinsta", "instagram", "whatsapp"]);
    }
}

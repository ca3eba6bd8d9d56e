//! What may never be verified here: which services are not sold and which texts nobody gets.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalog::classify::phrases::{Phrases, Place};
use crate::phone::{Sender, SenderKind};

/// A kind of service whose codes are never handed to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denied {
    /// Banks and credit unions.
    Bank,
    /// Stockbrokers and investment apps.
    Broker,
    /// Places that trade or keep cryptocurrency.
    CryptoExchange,
    /// Wallets, transfers and credit at the till.
    PaymentWallet,
    /// Credit bureaus and score services.
    CreditBureau,
    /// Government portals.
    Government,
    /// Tax offices and tax programs.
    Tax,
    /// Social benefits and public insurance.
    Benefits,
    /// Houses that prove who somebody is.
    IdentityProofing,
    /// Care, pharmacies and health insurance.
    Health,
    /// Phone carriers and SIM accounts.
    Carrier,
    /// Emergency services and alerts.
    Emergency,
    /// Elections and voter registration.
    Voting,
}

impl Denied {
    /// The name that settings, metrics and the audit use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Denied::Bank => "bank",
            Denied::Broker => "broker",
            Denied::CryptoExchange => "crypto-exchange",
            Denied::PaymentWallet => "payment-wallet",
            Denied::CreditBureau => "credit-bureau",
            Denied::Government => "government",
            Denied::Tax => "tax",
            Denied::Benefits => "benefits",
            Denied::IdentityProofing => "identity-proofing",
            Denied::Health => "health",
            Denied::Carrier => "carrier",
            Denied::Emergency => "emergency",
            Denied::Voting => "voting",
        }
    }

    /// What to tell a person who asks why.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Denied::Bank => "Codes of banks and credit unions are not handed out here.",
            Denied::Broker => "Codes of brokers and investment apps are not handed out here.",
            Denied::CryptoExchange => "Codes of crypto exchanges are not handed out here.",
            Denied::PaymentWallet => "Codes of payment wallets are not handed out here.",
            Denied::CreditBureau => "Codes of credit bureaus are not handed out here.",
            Denied::Government => "Codes of government portals are not handed out here.",
            Denied::Tax => "Codes of tax services are not handed out here.",
            Denied::Benefits => "Codes of benefit programs are not handed out here.",
            Denied::IdentityProofing => "Codes of identity proofing are not handed out here.",
            Denied::Health => "Codes of health services are not handed out here.",
            Denied::Carrier => "Codes of carriers and SIM accounts are not handed out here.",
            Denied::Emergency => "Codes of emergency services are not handed out here.",
            Denied::Voting => "Codes of voting services are not handed out here.",
        }
    }
}

/// Category names an operator might choose, each with what it comes under.
const CATEGORIES: &[(&str, Denied)] = &[
    ("bank", Denied::Bank),
    ("banking", Denied::Bank),
    ("banks", Denied::Bank),
    ("finance", Denied::Bank),
    ("fintech", Denied::Bank),
    ("loans", Denied::Bank),
    ("broker", Denied::Broker),
    ("brokerage", Denied::Broker),
    ("brokers", Denied::Broker),
    ("investing", Denied::Broker),
    ("trading", Denied::Broker),
    ("crypto", Denied::CryptoExchange),
    ("cryptoexchange", Denied::CryptoExchange),
    ("cryptoexchanges", Denied::CryptoExchange),
    ("exchange", Denied::CryptoExchange),
    ("payment", Denied::PaymentWallet),
    ("payments", Denied::PaymentWallet),
    ("paymentwallet", Denied::PaymentWallet),
    ("paymentwallets", Denied::PaymentWallet),
    ("wallet", Denied::PaymentWallet),
    ("wallets", Denied::PaymentWallet),
    ("credit", Denied::CreditBureau),
    ("creditbureau", Denied::CreditBureau),
    ("creditbureaus", Denied::CreditBureau),
    ("government", Denied::Government),
    ("tax", Denied::Tax),
    ("taxes", Denied::Tax),
    ("benefits", Denied::Benefits),
    ("identity", Denied::IdentityProofing),
    ("identityproofing", Denied::IdentityProofing),
    ("kyc", Denied::IdentityProofing),
    ("health", Denied::Health),
    ("healthcare", Denied::Health),
    ("insurance", Denied::Health),
    ("medical", Denied::Health),
    ("pharmacy", Denied::Health),
    ("carrier", Denied::Carrier),
    ("carriers", Denied::Carrier),
    ("mobile", Denied::Carrier),
    ("sim", Denied::Carrier),
    ("telecom", Denied::Carrier),
    ("emergency", Denied::Emergency),
    ("elections", Denied::Voting),
    ("voting", Denied::Voting),
];

/// Words that give a service away whatever else is in its name.
const SERVICE_WORDS: &[(&str, Denied)] = &[
    ("bank", Denied::Bank),
    ("brokerage", Denied::Broker),
    ("bitcoin", Denied::CryptoExchange),
    ("medicaid", Denied::Benefits),
    ("pharmacy", Denied::Health),
    ("telecom", Denied::Carrier),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brand {
    name: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    senders: Vec<String>,
    #[serde(default)]
    texts: Vec<String>,
}

/// All brands of `data/denied.toml`, ready to be looked up.
struct Brands {
    names: HashMap<String, Denied>,
    short_codes: HashMap<String, Denied>,
    phrases: Phrases,
    /// The category of each owner of a phrase.
    owners: Vec<Denied>,
}

static BRANDS: LazyLock<Brands> = LazyLock::new(|| {
    let text = include_str!("../../data/denied.toml");
    let file: BTreeMap<Denied, Vec<Brand>> = toml::from_str(text).expect("the shipped list parses");
    Brands::new(&file)
});

impl Brands {
    fn new(file: &BTreeMap<Denied, Vec<Brand>>) -> Brands {
        let mut names = HashMap::new();
        let mut short_codes = HashMap::new();
        let mut owners = Vec::new();
        let mut phrases = Vec::new();
        let brands = file.iter().flat_map(|(denied, brands)| {
            let brands = brands.iter();
            brands.map(move |brand| (*denied, brand))
        });
        for (denied, brand) in brands {
            let written: Vec<&String> = std::iter::once(&brand.name).chain(&brand.also).collect();
            names.extend(written.iter().map(|name| (compact(name), denied)));
            let senders = brand.senders.iter();
            short_codes.extend(senders.map(|sender| (Sender::new(sender).key(), denied)));
            let texts = match brand.texts.is_empty() {
                true => written,
                false => brand.texts.iter().collect(),
            };
            phrases.extend(texts.iter().map(|text| (owners.len(), text.as_str())));
            owners.push(denied);
        }
        Brands { names, short_codes, phrases: Phrases::new(phrases), owners }
    }
}

/// Letters and digits alone, small: "Id.me" and "ID ME" are one name.
fn compact(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether services of this category may not be in the catalogue.
#[must_use]
pub fn denied_category(category: &str) -> Option<Denied> {
    let wanted = compact(category);
    let found = CATEGORIES.iter().find(|(name, _)| *name == wanted);
    found.map(|(_, denied)| *denied)
}

/// Whether a service of this name may not be in the catalogue, whatever its category says.
#[must_use]
pub fn denied_service(slug: &str, name: &str) -> Option<Denied> {
    let brands = &*BRANDS;
    let by_name = [slug, name].into_iter().find_map(|written| {
        let denied = brands.names.get(&compact(written));
        denied.copied()
    });
    let by_phrase = || {
        let found = brands.phrases.find(name);
        found.first().map(|found| brands.owners[found.owner])
    };
    let by_word = || {
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        words.find_map(|word| {
            let known = SERVICE_WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
            known.map(|(_, denied)| *denied)
        })
    };
    by_name.or_else(by_phrase).or_else(by_word)
}

/// Whether a text comes from somebody whose codes nobody gets.
///
/// Only the sender and a brand that leads or signs the text, or stands by its code, count: a ride paid with PayPal
/// may say so. Takes time in proportion to the length of the text.
#[must_use]
pub fn denied_message(sender: &str, text: &str) -> Option<Denied> {
    let brands = &*BRANDS;
    let sender = Sender::new(sender);
    let by_sender = match sender.kind() {
        SenderKind::Alphanumeric => brands.names.get(&compact(sender.normal())),
        SenderKind::ShortCode | SenderKind::Phone => brands.short_codes.get(&sender.key()),
    };
    let by_text = || {
        let mut found = brands.phrases.find(text).into_iter();
        let own = found.find(|found| matches!(found.place, Place::Lead | Place::ByCode | Place::SignOff));
        own.map(|found| brands.owners[found.owner])
    };
    by_sender.copied().or_else(by_text)
}

#[cfg(test)]
mod tests;

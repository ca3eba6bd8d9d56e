//! Buying at NonVoipUsNumber: one question, one POST.

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Calling, Fault, House, Looked, NotBought, Offer, Opened, Rejected, Renewed, Settings, Trouble, Wish,
};
use serde_json::{Map, Value, json};

use super::read::{self, Envelope, Words};
use super::{ADDRESS, NonVoipUsNumber};
use crate::call::Call;
use crate::supply::upstream::{self, Verdict, status_trouble, verdict};

/// Its words for what is sold, and ours. `1day` was not seen, so the house may not know it.
const TYPES: [(&str, Product); 3] =
    [("short_term", Product::ShortTerm), ("long_term", Product::Rental30Day), ("1day", Product::Rental1Day)];
/// How long we stay away where a throttled house does not say.
const RETRY_AFTER_MS: i64 = 60_000;

/// What came of a question.
enum Said {
    Success { told: Value, raw: Vec<u8> },
    Error(Words),
    Throttled(Trouble),
    Refused(Trouble),
    Unreachable(Trouble),
    Unknown(Trouble),
}

impl Said {
    /// The answer or the house's sentence, where there is either. A house that does not know us says nothing else.
    fn heard(self, secrets: &[&str]) -> Result<Result<(Value, Vec<u8>), Words>, Fault> {
        match self {
            Self::Success { told, raw } => Ok(Ok((told, raw))),
            Self::Error(words) if words.is_about_us() => Err(Fault::NotDone(words.trouble(secrets))),
            Self::Error(words) => Ok(Err(words)),
            Self::Throttled(trouble) | Self::Refused(trouble) | Self::Unreachable(trouble) => {
                Err(Fault::NotDone(trouble))
            }
            Self::Unknown(trouble) => Err(Fault::Unknown(trouble)),
        }
    }
}

impl NonVoipUsNumber {
    /// Asks, saying who we are.
    async fn ask(&self, settings: &Settings, path: &'static str, fields: &[(&str, Value)]) -> Said {
        let reach = match self.callers.reach(settings, Some(ADDRESS)) {
            Ok(reach) => reach,
            Err(wrong) => return Said::Unreachable(Trouble::new(wrong)),
        };
        let mut body = Map::new();
        for name in ["email", "password"] {
            body.insert(name.to_owned(), json!(settings.get(name).unwrap_or_default()));
        }
        body.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let call =
            Call::post(path, "application/json", Value::Object(body).to_string()).header("accept", "application/json");
        match reach.ask(&call).await {
            Ok(answer) => heard(answer),
            Err(error) => match upstream::fault(error) {
                Fault::NotDone(trouble) => Said::Unreachable(trouble),
                Fault::Unknown(trouble) => Said::Unknown(trouble),
            },
        }
    }

    async fn ask_of_order(&self, settings: &Settings, path: &'static str, id: &str) -> Said {
        // Ids are numbers there; one that is none is sent as it came.
        let order = id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number));
        self.ask(settings, path, &[("order_id", order)]).await
    }

    async fn offers_of(&self, settings: &Settings, of: (&str, Product)) -> Result<Result<Vec<Offer>, Words>, Fault> {
        let network = settings.get("network").map(|network| ("network", json!(network)));
        let fields: Vec<(&str, Value)> = std::iter::once(("type", json!(of.0))).chain(network).collect();
        match self.ask(settings, "/api/products", &fields).await.heard(&secrets(settings))? {
            Ok((told, _)) => read::offers(&told, of.1).map(Ok).ok_or_else(unreadable),
            Err(words) => Ok(Err(words)),
        }
    }

    async fn all_offers(&self, settings: &Settings) -> Result<Vec<Offer>, Fault> {
        let mut all = Vec::new();
        let mut refused = None;
        for of in TYPES {
            match self.offers_of(settings, of).await? {
                Ok(mut offers) => all.append(&mut offers),
                // It knows no such type, or has nothing of it.
                Err(words) => refused = Some(words),
            }
        }
        match refused {
            Some(words) if all.is_empty() => Err(Fault::NotDone(words.trouble(&secrets(settings)))),
            _ => Ok(all),
        }
    }

    async fn order(&self, settings: &Settings, wish: &Wish) -> Answer {
        if wish.area_code.is_some() {
            return Answer::NotBought(NotBought::NoNumbers);
        }
        let product = wish.code.parse::<i64>().map_or_else(|_| json!(wish.code), |number| json!(number));
        match self.ask(settings, "/api/order", &[("product_id", product)]).await {
            Said::Success { told, .. } => read::bought(&told),
            Said::Error(words) => Answer::NotBought(read::not_bought(&words, &secrets(settings))),
            Said::Throttled(trouble) => Answer::NotBought(NotBought::Throttled(trouble)),
            Said::Refused(trouble) => Answer::NotBought(NotBought::Refused(trouble)),
            Said::Unreachable(trouble) => Answer::NotBought(NotBought::Unreachable(trouble)),
            Said::Unknown(trouble) => Answer::Unknown(trouble),
        }
    }

    async fn open(&self, settings: &Settings, path: &'static str, id: &str) -> Result<Opened, Fault> {
        let secrets = secrets(settings);
        Ok(match self.ask_of_order(settings, path, id).await.heard(&secrets)? {
            Ok((told, _)) => read::opened(&told),
            Err(words) => Opened::NotPossible(words.trouble(&secrets)),
        })
    }
}

impl House for NonVoipUsNumber {
    fn balance<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async {
            let secrets = secrets(settings);
            match self.ask(settings, "/api/balance", &[]).await.heard(&secrets)? {
                Ok((told, _)) => read::balance(&told).map(Some).ok_or_else(unreadable),
                Err(words) => Err(Fault::NotDone(words.trouble(&secrets))),
            }
        })
    }

    fn offers<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        Box::pin(self.all_offers(settings))
    }

    fn buy<'a>(&'a self, settings: &'a Settings, wish: &'a Wish) -> Calling<'a, Answer> {
        Box::pin(self.order(settings, wish))
    }

    fn look<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        Box::pin(async {
            let heard = self.ask_of_order(settings, "/api/getsms", id).await.heard(&secrets(settings))?;
            Ok(match &heard {
                Ok((told, raw)) => read::looked(Ok(told), raw),
                Err(words) => read::looked(Err(words), &[]),
            })
        })
    }

    fn reject<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        Box::pin(async {
            let secrets = secrets(settings);
            Ok(match self.ask_of_order(settings, "/api/reject", id).await.heard(&secrets)? {
                Ok(_) => Rejected::Done,
                Err(words) => read::not_rejected(&words, &secrets),
            })
        })
    }

    fn reuse<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        Box::pin(self.open(settings, "/api/reuse", id))
    }

    fn activate<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        Box::pin(self.open(settings, "/api/activate", id))
    }

    fn renew<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Renewed, Fault>> {
        Box::pin(async {
            let secrets = secrets(settings);
            Ok(match self.ask_of_order(settings, "/api/renew", id).await.heard(&secrets)? {
                Ok((told, _)) => read::renewed(&told),
                Err(words) if words.is_wallet_empty() => Renewed::WalletEmpty,
                Err(words) => Renewed::NotPossible(words.trouble(&secrets)),
            })
        })
    }

    /// After one message a number is deaf until it is reused.
    fn stops_after_message(&self) -> bool {
        true
    }
}

/// What an answer came to.
fn heard(answer: crate::call::Answer) -> Said {
    let trouble = status_trouble(&answer);
    match (verdict(answer.status), read::envelope(&answer.body)) {
        (Verdict::Answered, Envelope::Success(told)) => Said::Success { told, raw: answer.body },
        (Verdict::Answered | Verdict::Refused, Envelope::Error(words)) => Said::Error(words),
        (Verdict::Answered, Envelope::Unreadable) => Said::Unknown(Trouble::new("the house's answer cannot be read")),
        (Verdict::Refused, Envelope::Success(_) | Envelope::Unreadable) => Said::Refused(trouble),
        (Verdict::Throttled, _) => {
            let retry_after_ms = trouble.retry_after_ms.or(Some(RETRY_AFTER_MS));
            Said::Throttled(Trouble { retry_after_ms, ..trouble })
        }
        (Verdict::Unknown, _) => Said::Unknown(trouble),
    }
}

fn unreadable() -> Fault {
    Fault::Unknown(Trouble::new("the house's answer cannot be read"))
}

/// What no sentence may show.
fn secrets(settings: &Settings) -> [&str; 2] {
    ["email", "password"].map(|name| settings.get(name).unwrap_or_default())
}

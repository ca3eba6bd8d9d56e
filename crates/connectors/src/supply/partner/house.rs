//! Asking a farm: for what is for sale, for a number, and that it be let go.

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Bought, Calling, Fault, House, Looked, NotBought, Offer, Rejected, Settings, TheirState, Trouble, Window,
    Wish,
};
use serde_json::{Map, Number, Value, json};

use super::Partner;
use super::terms::Terms;
use crate::call::Call;
use crate::supply::upstream::{self, Verdict, bad_settings, lenient, status_trouble, verdict};

/// Offers that are read of one answer.
const OFFERS_MAX: usize = 20_000;
/// "FINISH_ACTIVATION": it was sold, and is owed.
const SOLD: i64 = 3;
/// "FINISH_ACTIVATION": it was given up without an SMS, and is not owed.
const GIVEN_UP: i64 = 4;

/// What came of a question.
enum Said {
    /// The farm's answer, whatever its `status`.
    Answered(Value),
    Throttled(Trouble),
    Refused(Trouble),
    Unreachable(Trouble),
    Unknown(Trouble),
}

impl Said {
    fn answer(self) -> Result<Value, Fault> {
        match self {
            Self::Answered(told) => Ok(told),
            Self::Throttled(trouble) | Self::Refused(trouble) | Self::Unreachable(trouble) => {
                Err(Fault::NotDone(trouble))
            }
            Self::Unknown(trouble) => Err(Fault::Unknown(trouble)),
        }
    }
}

impl Partner {
    async fn ask(&self, settings: &Settings, action: &str, fields: &[(&str, Value)]) -> Said {
        let ready = Terms::of(settings).and_then(|terms| Ok((terms, self.callers.reach(settings, None)?)));
        let (terms, reach) = match ready {
            Ok(ready) => ready,
            Err(wrong) => return Said::Unreachable(Trouble::new(wrong)),
        };
        let mut body = Map::new();
        let first = [("action", json!(action)), ("key", json!(terms.key))];
        body.extend(first.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), value.clone())));
        let answer = match reach.ask(&Call::post("", "application/json", Value::Object(body).to_string())).await {
            Ok(answer) => answer,
            Err(error) => {
                return match upstream::fault(error) {
                    Fault::NotDone(trouble) => Said::Unreachable(trouble),
                    Fault::Unknown(trouble) => Said::Unknown(trouble),
                };
            }
        };
        let told: Option<Value> =
            serde_json::from_slice(&answer.body).ok().filter(|told: &Value| told["status"].is_string());
        match (verdict(answer.status), told) {
            (Verdict::Answered | Verdict::Refused, Some(told)) => Said::Answered(told),
            (Verdict::Answered, None) => Said::Unknown(Trouble::new("the farm's answer cannot be read")),
            (Verdict::Refused, None) => Said::Refused(status_trouble(&answer)),
            (Verdict::Throttled, _) => Said::Throttled(status_trouble(&answer)),
            (Verdict::Unknown, _) => Said::Unknown(status_trouble(&answer)),
        }
    }

    async fn for_sale(&self, settings: &Settings) -> Result<Vec<Offer>, Fault> {
        let terms = Terms::of(settings).map_err(bad_settings)?;
        let told = self.ask(settings, "GET_SERVICES", &[]).await.answer()?;
        if !is(&told, "SUCCESS") {
            return Err(Fault::NotDone(trouble(&told, settings)));
        }
        let unreadable = || Fault::Unknown(Trouble::new("the farm's answer cannot be read"));
        let countries = told["countryList"].as_array().ok_or_else(unreadable)?;
        let here = countries.iter().find(|told| told["country"] == terms.country);
        let services = here.and_then(|told| told["operatorMap"][terms.operator].as_object());
        let offer = |(code, count): (&String, &Value)| {
            Some(Offer {
                code: lenient::is_id(code).then(|| code.clone())?,
                name: code.chars().take(100).collect(),
                product: Some(Product::ShortTerm),
                price: terms.price(code)?,
                available: lenient::number(count).map(|count| count.max(0)),
                window: Window::Whole { ms: Some(terms.window_ms) },
            })
        };
        // A farm that has nothing here tells no country, and that is an answer too.
        Ok(services.into_iter().flatten().take(OFFERS_MAX).filter_map(offer).collect())
    }

    async fn number(&self, settings: &Settings, wish: &Wish) -> Answer {
        let refused = |says: &str| Answer::NotBought(NotBought::Refused(Trouble::new(says)));
        let terms = match Terms::of(settings) {
            Ok(terms) => terms,
            Err(wrong) => return refused(&wrong),
        };
        if wish.product != Product::ShortTerm {
            return refused("a farm's numbers are not rented");
        }
        if wish.area_code.is_some() {
            return Answer::NotBought(NotBought::NoNumbers);
        }
        let price = match terms.price(&wish.code) {
            Some(price) if price <= wish.most => price,
            price => return Answer::NotBought(NotBought::PriceAbove { price }),
        };
        // It is shown to the farm, never counted with.
        let sum: Option<Number> = lenient::dollars(price).parse().ok();
        let (country, operator) = (json!(terms.country), json!(terms.operator));
        let fields = [("country", country), ("operator", operator), ("service", json!(wish.code)), ("sum", json!(sum))];
        match self.ask(settings, "GET_NUMBER", &fields).await {
            Said::Answered(told) => bought(&told, price).unwrap_or_else(|| {
                let none = is(&told, "NO_NUMBERS");
                Answer::NotBought(if none {
                    NotBought::NoNumbers
                } else {
                    NotBought::Refused(trouble(&told, settings))
                })
            }),
            Said::Throttled(trouble) => Answer::NotBought(NotBought::Throttled(trouble)),
            Said::Unreachable(trouble) => Answer::NotBought(NotBought::Unreachable(trouble)),
            // Whatever the farm did: what we do not finish as sold is not owed, so there is no doubt.
            Said::Refused(trouble) | Said::Unknown(trouble) => Answer::NotBought(NotBought::Refused(trouble)),
        }
    }

    async fn end(&self, settings: &Settings, id: &str, status: i64) -> Result<Value, Fault> {
        // Ids are numbers there; one that is none is sent as it came.
        let id = id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number));
        self.ask(settings, "FINISH_ACTIVATION", &[("activationId", id), ("status", json!(status))]).await.answer()
    }
}

impl House for Partner {
    /// There is none: a farm is paid by bill.
    fn balance<'a>(&'a self, _settings: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async { Ok(None) })
    }

    fn offers<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        Box::pin(self.for_sale(settings))
    }

    fn buy<'a>(&'a self, settings: &'a Settings, wish: &'a Wish) -> Calling<'a, Answer> {
        Box::pin(self.number(settings, wish))
    }

    /// A farm cannot be asked; it pushes.
    fn look<'a>(&'a self, _settings: &'a Settings, _id: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        Box::pin(async { Ok(Looked { state: TheirState::Open, number: None, end: None, messages: Vec::new() }) })
    }

    fn reject<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        Box::pin(async move {
            let told = self.end(settings, id, GIVEN_UP).await?;
            Ok(if is(&told, "SUCCESS") { Rejected::Done } else { Rejected::NotPossible(trouble(&told, settings)) })
        })
    }

    fn finish<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<(), Fault>> {
        Box::pin(async move {
            let told = self.end(settings, id, SOLD).await?;
            if is(&told, "SUCCESS") { Ok(()) } else { Err(Fault::NotDone(trouble(&told, settings))) }
        })
    }

    /// What we do not finish as sold is not owed.
    fn leaves_doubt(&self) -> bool {
        false
    }
}

fn is(told: &Value, status: &str) -> bool {
    told["status"] == status
}

fn bought(told: &Value, price: Usd) -> Option<Answer> {
    let id = lenient::id(told, "activationId").filter(|_| is(told, "SUCCESS"))?;
    let number = lenient::text(told, "number").filter(|number| number.len() <= 32)?;
    Some(Answer::Bought(Bought { id, number: Some(number), price: Some(price), end: None }))
}

/// What a farm says instead of what was asked.
fn trouble(told: &Value, settings: &Settings) -> Trouble {
    let secrets = ["key", "push_key"].map(|name| settings.get(name).unwrap_or_default());
    let words = ["error", "message", "status"].iter().find_map(|name| lenient::text(told, name)).unwrap_or_default();
    Trouble::new(format!("the farm says: {}", lenient::sentence(&words, &secrets)))
}

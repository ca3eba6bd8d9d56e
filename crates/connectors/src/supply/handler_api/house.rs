//! Buying by handler_api: one question, one GET with the key in it.

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Calling, Fault, House, List, Looked, NotBought, Offer, Opened, Rejected, Settings, Standing, Trouble, Wish,
};

use super::manner::{Manner, Text};
use super::{HandlerApi, read};
use crate::call::{self, Call, form};
use crate::supply::upstream::{bad_settings, fault, lenient, no_answer};

/// What is ours is asked for in pages of so many, and so many of them at most.
const PAGE: usize = 100;
const PAGES_MAX: usize = 20;

impl HandlerApi {
    /// Asks for one action, and gives back whatever was answered.
    async fn ask(&self, settings: &Settings, fields: &[(&str, &str)]) -> Result<call::Answer, Failed> {
        let manner = Manner::of(settings).map_err(Failed::Settings)?;
        let reach = self.callers.reach(settings, None).map_err(Failed::Settings)?;
        let fields: Vec<(&str, &str)> = [("api_key", manner.key)].iter().chain(fields).copied().collect();
        reach.ask(&Call::get(format!("?{}", form(&fields)))).await.map_err(Failed::Call)
    }

    /// The same, read.
    async fn hear(&self, settings: &Settings, fields: &[(&str, &str)]) -> Result<read::Said, Fault> {
        read::heard(&self.ask(settings, fields).await.map_err(Failed::fault)?)
    }

    async fn set(&self, settings: &Settings, id: &str, status: &str) -> Result<read::Said, Fault> {
        self.hear(settings, &[("action", "setStatus"), ("id", id), ("status", status)]).await
    }

    async fn order(&self, settings: &Settings, wish: &Wish) -> Answer {
        let manner = match Manner::of(settings) {
            Ok(manner) => manner,
            Err(wrong) => return Answer::NotBought(NotBought::Refused(Trouble::new(wrong))),
        };
        if wish.product != Product::ShortTerm {
            let trouble = Trouble::new("numbers are not rented by this connector");
            return Answer::NotBought(NotBought::Refused(trouble));
        }
        let most = lenient::dollars(wish.most);
        let area = wish.area_code.map(|area| area.to_string());
        let mut fields = vec![("action", manner.buys_by), ("service", &wish.code), ("country", manner.country)];
        fields.extend(manner.operator.map(|operator| ("operator", operator)));
        fields.extend(manner.price_field.map(|field| (field, most.as_str())));
        match &area {
            None => {}
            Some(area) if manner.has_areas => fields.push(("areas", area)),
            Some(_) => return Answer::NotBought(NotBought::NoNumbers),
        }
        if manner.buys_by == "getNumberV2" {
            // Houses that keep it refuse a second purchase under it.
            fields.push(("orderId", &wish.reference));
        }
        match self.ask(settings, &fields).await {
            Ok(answer) => read::bought(&answer),
            Err(Failed::Settings(wrong)) => Answer::NotBought(NotBought::Unreachable(Trouble::new(wrong))),
            Err(Failed::Call(error)) => no_answer(error),
        }
    }

    async fn state(&self, settings: &Settings, id: &str) -> Result<Looked, Fault> {
        let manner = Manner::of(settings).map_err(bad_settings)?;
        let action = if manner.text == Text::V2 { "getStatusV2" } else { "getStatus" };
        let mut fields = vec![("action", action), ("id", id)];
        if manner.text == Text::Header {
            fields.push(("text", "1"));
        }
        let answer = self.ask(settings, &fields).await.map_err(Failed::fault)?;
        let text = answer.header("x-text").filter(|text| manner.text == Text::Header && !text.is_empty());
        read::looked(&read::heard(&answer)?, text, &answer.body)
    }

    async fn all_standing(&self, settings: &Settings) -> Result<Option<List>, Fault> {
        if !Manner::of(settings).map_err(bad_settings)?.has_list {
            return Ok(None);
        }
        let (mut all, mut rows, mut is_readable) = (Vec::<Standing>::new(), 0, true);
        for _ in 0..PAGES_MAX {
            let (start, limit) = (rows.to_string(), PAGE.to_string());
            let fields = [("action", "getActiveActivations"), ("start", &start), ("limit", &limit)];
            let page = read::standing(&self.hear(settings, &fields).await?)?;
            rows += page.len();
            is_readable &= page.iter().all(Option::is_some);
            let before = all.len();
            for told in page.into_iter().flatten() {
                if !all.iter().any(|known| known.bought.id == told.bought.id) {
                    all.push(told);
                }
            }
            // A house may tell fewer than it was asked for. Only one that has nothing more to tell is at the end; those
            // that know no pages tell the same again.
            if all.len() == before {
                return Ok(Some(List { all, is_whole: is_readable }));
            }
        }
        Ok(Some(List { all, is_whole: false }))
    }
}

impl House for HandlerApi {
    fn balance<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async { read::balance(&self.hear(settings, &[("action", "getBalance")]).await?).map(Some) })
    }

    fn offers<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        Box::pin(async {
            let manner = Manner::of(settings).map_err(bad_settings)?;
            let mut fields = vec![("action", "getPrices"), ("country", manner.country)];
            fields.extend(manner.operator.map(|operator| ("operator", operator)));
            read::offers(&self.hear(settings, &fields).await?, &manner)
        })
    }

    fn area_price(&self, settings: &Settings, price: Usd) -> Usd {
        Manner::of(settings).map_or(price, |manner| manner.area_price(price))
    }

    fn buy<'a>(&'a self, settings: &'a Settings, wish: &'a Wish) -> Calling<'a, Answer> {
        Box::pin(self.order(settings, wish))
    }

    fn look<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        Box::pin(self.state(settings, id))
    }

    fn reject<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        Box::pin(async { read::rejected(&self.set(settings, id, "8").await?) })
    }

    fn finish<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<(), Fault>> {
        Box::pin(async {
            let said = self.set(settings, id, "6").await?;
            let is_over = ["ACCESS_ACTIVATION", "NO_ACTIVATION", "BAD_STATUS", "STATUS_FINISH", "ALREADY_FINISH"];
            if said.is(&is_over) { Ok(()) } else { Err(said.fault()) }
        })
    }

    fn reuse<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        Box::pin(async { read::reused(&self.set(settings, id, "3").await?) })
    }

    fn standing<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Option<List>, Fault>> {
        Box::pin(self.all_standing(settings))
    }

    /// After one code another is waited for only if it is asked for.
    fn stops_after_message(&self) -> bool {
        true
    }
}

/// Why there is no answer.
enum Failed {
    /// Settings that stopped being right; nothing was sent.
    Settings(String),
    /// The call.
    Call(call::CallError),
}

impl Failed {
    fn fault(self) -> Fault {
        match self {
            Self::Settings(wrong) => bad_settings(wrong),
            Self::Call(error) => fault(error),
        }
    }
}

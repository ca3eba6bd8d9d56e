//! A house in memory that sells numbers and misbehaves as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::clock::DAY_MS;
use domain::money::Usd;
use domain::supply::{
    Answer, Bought, Calling, Fault, House as Upstream, List, Looked, NotBought, Offer, Opened, Rejected, Renewed,
    Setting, Settings, Standing, Supply, TheirState, Told, Trouble, Until, WALLET_LOW, Window, Wish,
};
use tokio::sync::Notify;

/// How a house answers to one wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// It sells.
    Sells,
    /// It has none.
    HasNone,
    /// Our account is empty.
    WantsMoney,
    /// It cannot be reached.
    IsAway,
    /// It sells and its answer is lost.
    LosesAnswer,
    /// It does nothing, and nobody hears of that.
    LosesQuestion,
    /// It sells, and the number comes with the first look.
    IsSlow,
    /// It sells for more than it said.
    IsDear,
    /// It sells what it sold before, by the same id.
    SellsTwice,
    /// It answers only when the test lets it.
    Waits,
    /// It sells, and answers only when the test lets it.
    SellsAndWaits,
}

/// How a house answers to one wish that a number run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    /// It renews, and its answer is lost.
    LosesAnswer,
    /// It does nothing, and nobody hears of that.
    LosesQuestion,
    /// It renews for more than it said.
    IsDear,
    /// It says no.
    Refuses,
    /// Our account is empty.
    WantsMoney,
    /// It cannot be reached.
    IsAway,
    /// It says that it renewed, and tells the end that it had.
    TellsOldEnd,
    /// It renews when the test lets it.
    Waits,
}

/// Something that was sold.
#[derive(Clone)]
pub(super) struct Sold {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) state: TheirState,
    pub(super) price: Usd,
    /// Until when it is ours, where the house tells.
    pub(super) end_ms: Option<i64>,
    messages: Vec<(String, String)>,
    /// Whether its number came later, and is told by a look.
    is_slow: bool,
    code: String,
    reference: String,
}

pub(super) struct Stand {
    pub(super) wallet: Usd,
    pub(super) price: Usd,
    pub(super) window: Window,
    pub(super) moods: VecDeque<Mood>,
    pub(super) terms: VecDeque<Term>,
    /// What it tells as the end of what it sells next, and how long a term of it is.
    pub(super) end_ms: Option<i64>,
    pub(super) term_ms: i64,
    pub(super) sold: Vec<Sold>,
    /// What it was asked, in its own words.
    pub(super) calls: Vec<String>,
    /// Whether it lists what is ours.
    pub(super) lists: bool,
    /// Whether that list keeps our names; one that does not tells the code, and no time.
    pub(super) keeps_names: bool,
    /// Whether nothing of that list can be read.
    pub(super) cuts_list: bool,
    /// How much more it takes for a number of a chosen area code.
    pub(super) area_cents: i32,
    /// Whether it waits for the test before and after it reads our balance, once.
    pub(super) balance_waits: bool,
    /// What it answers to a rejection, instead of taking back.
    pub(super) rejects: VecDeque<Result<Rejected, Fault>>,
    /// What it answers to a word that a number receive again, or is done with, instead of yes.
    pub(super) opens: VecDeque<Result<Opened, Fault>>,
    pub(super) finishes: VecDeque<Result<(), Fault>>,
    /// Whether it is paid by bill for what is finished, and for nothing else.
    pub(super) is_by_bill: bool,
    pub(super) is_silent: bool,
    pub(super) stops_after_message: bool,
    area: u32,
}

/// A house; clones share it.
#[derive(Clone)]
pub(super) struct Shop {
    stand: Arc<Mutex<Stand>>,
    pub(super) gate: Arc<Notify>,
}

pub(super) fn cents(cents: i32) -> Usd {
    Usd::from_cents(cents)
}

impl Shop {
    pub(super) fn new(area: u32, price: i32) -> Self {
        let stand = Stand {
            wallet: cents(10_000),
            price: cents(price),
            window: Window::Whole { ms: None },
            moods: VecDeque::new(),
            terms: VecDeque::new(),
            end_ms: None,
            term_ms: DAY_MS,
            sold: Vec::new(),
            calls: Vec::new(),
            lists: true,
            keeps_names: true,
            cuts_list: false,
            area_cents: 0,
            balance_waits: false,
            rejects: VecDeque::new(),
            opens: VecDeque::new(),
            finishes: VecDeque::new(),
            is_by_bill: false,
            is_silent: false,
            stops_after_message: false,
            area,
        };
        Self { stand: Arc::new(Mutex::new(stand)), gate: Arc::default() }
    }

    pub(super) fn at(&self) -> MutexGuard<'_, Stand> {
        self.stand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it does next.
    pub(super) fn will(&self, moods: &[Mood]) {
        self.at().moods.extend(moods);
    }

    /// A text comes in on the last number that it sold.
    pub(super) fn text(&self, text: &str) {
        let mut stand = self.at();
        let sold = stand.sold.last_mut().expect("something was sold");
        let id = format!("m{}", sold.messages.len());
        sold.messages.push((id, text.to_owned()));
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.at().calls.clone()
    }

    /// Waits until it is asked so.
    pub(super) async fn is_asked(&self, call: &str) {
        while !self.calls().iter().any(|known| known == call) {
            tokio::task::yield_now().await;
        }
    }

    fn buy_now(&self, wish: &Wish, mood: Mood) -> Answer {
        let mut stand = self.at();
        let lost = Trouble::new("it did not answer");
        match mood {
            Mood::HasNone => return Answer::NotBought(NotBought::NoNumbers),
            Mood::WantsMoney => return Answer::NotBought(NotBought::WalletEmpty),
            Mood::IsAway => return Answer::NotBought(NotBought::Unreachable(lost)),
            Mood::LosesQuestion => return Answer::Unknown(lost),
            Mood::SellsTwice => {
                let sold = stand.sold.last().expect("something was sold");
                let (id, number) = (sold.id.clone(), Some("13125550199".to_owned()));
                return Answer::Bought(Bought { id, number, price: None, end: None });
            }
            Mood::Sells | Mood::LosesAnswer | Mood::IsSlow | Mood::IsDear | Mood::Waits | Mood::SellsAndWaits => {}
        }
        let count = stand.sold.len();
        let price = if mood == Mood::IsDear { stand.price.checked_add(cents(7)).expect("a sum") } else { stand.price };
        let number = format!("1{}555{:04}", stand.area, 100 + count);
        stand.wallet = stand.wallet.checked_sub(price).expect("a wallet");
        let sold = Sold {
            id: format!("{}-{count}", stand.area),
            number: number.clone(),
            state: TheirState::Open,
            price,
            end_ms: stand.end_ms,
            messages: Vec::new(),
            is_slow: mood == Mood::IsSlow,
            code: wish.code.clone(),
            reference: wish.reference.clone(),
        };
        let (id, end) = (sold.id.clone(), sold.end_ms.map(Until::At));
        let number = (mood != Mood::IsSlow).then_some(number);
        stand.sold.push(sold);
        match mood {
            Mood::LosesAnswer => Answer::Unknown(lost),
            _ => Answer::Bought(Bought { id, number, price: Some(price), end }),
        }
    }
}

impl Shop {
    fn renew_now(&self, id: &str, term: Option<Term>) -> Result<Renewed, Fault> {
        let mut stand = self.at();
        let lost = || Trouble::new("it did not answer");
        match term {
            Some(Term::LosesQuestion) => return Err(Fault::Unknown(lost())),
            Some(Term::Refuses) => return Ok(Renewed::NotPossible(Trouble::new("not before its last day"))),
            Some(Term::WantsMoney) => return Ok(Renewed::WalletEmpty),
            Some(Term::IsAway) => return Err(Fault::NotDone(lost())),
            Some(Term::LosesAnswer | Term::IsDear | Term::TellsOldEnd | Term::Waits) | None => {}
        }
        let more = if term == Some(Term::IsDear) { cents(7) } else { Usd::ZERO };
        let price = stand.price.checked_add(more).expect("a sum");
        stand.wallet = stand.wallet.checked_sub(price).expect("a wallet");
        let term_ms = stand.term_ms;
        let sold = stand.sold.iter_mut().find(|sold| sold.id == id).expect("something that it sold");
        let old = sold.end_ms;
        sold.end_ms = old.map(|end_ms| end_ms + term_ms);
        let end = if term == Some(Term::TellsOldEnd) { old } else { sold.end_ms };
        match term {
            Some(Term::LosesAnswer) => Err(Fault::Unknown(lost())),
            _ => Ok(Renewed::Until { end: end.map(Until::At), price: Some(price) }),
        }
    }
}

impl Shop {
    fn opened(&self, call: String) -> Result<Opened, Fault> {
        let mut stand = self.at();
        stand.calls.push(call);
        stand.opens.pop_front().unwrap_or(Ok(Opened::Open { end: None }))
    }
}

impl Upstream for Shop {
    fn balance<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async {
            if !std::mem::take(&mut self.at().balance_waits) {
                let stand = self.at();
                return Ok((!stand.is_by_bill).then_some(stand.wallet));
            }
            self.at().calls.push("balance".to_owned());
            self.gate.notified().await;
            let balance = self.at().wallet;
            self.at().calls.push("balance read".to_owned());
            self.gate.notified().await;
            Ok(Some(balance))
        })
    }

    fn offers<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        let stand = self.at();
        let offer = |code: &str| Offer {
            code: code.to_owned(),
            name: code.to_owned(),
            product: None,
            price: stand.price,
            available: Some(1_000),
            window: stand.window,
        };
        let offers = vec![offer("ig"), offer("wa")];
        Box::pin(async move { Ok(offers) })
    }

    fn area_price(&self, _: &Settings, price: Usd) -> Usd {
        price.checked_add(cents(self.at().area_cents)).expect("a sum")
    }

    fn buy<'a>(&'a self, _: &'a Settings, wish: &'a Wish) -> Calling<'a, Answer> {
        let mood = {
            let mut stand = self.at();
            stand.calls.push(format!("buy {} {}", wish.code, wish.most));
            stand.moods.pop_front().unwrap_or(Mood::Sells)
        };
        Box::pin(async move {
            if mood == Mood::Waits {
                self.gate.notified().await;
            }
            let answer = self.buy_now(wish, mood);
            if mood == Mood::SellsAndWaits {
                self.gate.notified().await;
            }
            answer
        })
    }

    fn look<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        let mut stand = self.at();
        stand.calls.push(format!("look {id}"));
        let (is_silent, sold) = (stand.is_silent, stand.sold.iter().find(|sold| sold.id == id));
        let looked = match sold {
            _ if is_silent => Err(Fault::Unknown(Trouble::new("it is silent"))),
            None => Ok(Looked { state: TheirState::Missing, number: None, end: None, messages: Vec::new() }),
            Some(sold) => {
                let told = |(id, text): &(String, String)| Told {
                    reference: Some(id.clone()),
                    sender: "32665".to_owned(),
                    text: text.clone(),
                    sent_ms: None,
                    raw: text.clone().into_bytes(),
                };
                let messages = sold.messages.iter().map(told).collect();
                let number = sold.is_slow.then(|| sold.number.clone());
                Ok(Looked { state: sold.state, number, end: None, messages })
            }
        };
        Box::pin(async move { looked })
    }

    fn reject<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        let mut stand = self.at();
        stand.calls.push(format!("reject {id}"));
        let told = stand.rejects.pop_front();
        let answer = told.unwrap_or_else(|| {
            let Some(sold) = stand.sold.iter_mut().find(|sold| sold.id == id) else {
                return Ok(Rejected::NotPossible(Trouble::new("it knows nothing of it")));
            };
            if !sold.messages.is_empty() {
                return Ok(Rejected::AlreadyReceived);
            }
            let back = if sold.state == TheirState::Refunded { Usd::ZERO } else { sold.price };
            sold.state = TheirState::Refunded;
            stand.wallet = stand.wallet.checked_add(back).expect("a wallet");
            Ok(Rejected::Done)
        });
        Box::pin(async move { answer })
    }

    fn finish<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<(), Fault>> {
        let mut stand = self.at();
        stand.calls.push(format!("finish {id}"));
        let answer = stand.finishes.pop_front().unwrap_or(Ok(()));
        Box::pin(async move { answer })
    }

    fn reuse<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        let answer = self.opened(format!("reuse {id}"));
        Box::pin(async move { answer })
    }

    fn activate<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        let answer = self.opened(format!("activate {id}"));
        Box::pin(async move { answer })
    }

    fn renew<'a>(&'a self, _: &'a Settings, id: &'a str) -> Calling<'a, Result<Renewed, Fault>> {
        let term = {
            let mut stand = self.at();
            stand.calls.push(format!("renew {id}"));
            stand.terms.pop_front()
        };
        Box::pin(async move {
            if term == Some(Term::Waits) {
                self.gate.notified().await;
            }
            self.renew_now(id, term)
        })
    }

    fn standing<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Option<List>, Fault>> {
        let stand = self.at();
        let standing = |sold: &Sold| Standing {
            bought: Bought {
                id: sold.id.clone(),
                number: Some(sold.number.clone()),
                price: Some(sold.price),
                end: sold.end_ms.map(Until::At),
            },
            code: (!stand.keeps_names).then(|| sold.code.clone()),
            reference: stand.keeps_names.then(|| sold.reference.clone()),
            bought_ms: None,
        };
        let is_whole = !stand.cuts_list;
        let shown = if is_whole { stand.sold.as_slice() } else { &[] };
        let list = stand.lists.then(|| List { all: shown.iter().map(standing).collect(), is_whole });
        let answer = if stand.is_silent { Err(Fault::NotDone(Trouble::new("it is silent"))) } else { Ok(list) };
        Box::pin(async move { answer })
    }

    fn stops_after_message(&self) -> bool {
        self.at().stops_after_message
    }

    fn leaves_doubt(&self) -> bool {
        !self.at().is_by_bill
    }
}

/// What a source of such a house is told by.
pub(super) struct Connector(pub(super) &'static str, pub(super) Shop);

impl Supply for Connector {
    fn name(&self) -> &'static str {
        self.0
    }

    fn about(&self) -> &'static str {
        "another house, in memory"
    }

    fn settings(&self) -> &'static [Setting] {
        &[WALLET_LOW]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn house(&self) -> Option<&dyn Upstream> {
        Some(&self.1)
    }
}

//! The table of cases of houses upstream: each line is a test that every connector that buys must pass.

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{Answer, Fault, NotBought, Settings, Wish};

use crate::house::{Log, run};
use crate::upstream::{Says, Server, house};

/// One kind of house.
pub(crate) struct Peer {
    /// The connector that buys there.
    pub(crate) connector: &'static str,
    /// Its settings, for a house at this address, without the networks that may be called.
    pub(crate) settings: fn(&str) -> Vec<(&'static str, String)>,
    /// Its secrets.
    pub(crate) secrets: &'static [&'static str],
    /// Whether what is bought is owed at once. Where it is not, nothing is ever in doubt.
    pub(crate) is_owed_at_once: bool,
}

/// What may not be told.
const TEXT: &str = "G-493817 is your code";

/// A wish for one.
pub(crate) fn wish(code: &str) -> Wish {
    let most = Usd::from_cents(50);
    Wish { code: code.to_owned(), product: Product::ShortTerm, area_code: None, most, reference: "jn-1".to_owned() }
}

impl Peer {
    pub(crate) fn at(&self, port: u16) -> Settings {
        self.with(port, &[("allow_network", "127.0.0.1")])
    }

    pub(crate) fn with(&self, port: u16, more: &[(&'static str, &str)]) -> Settings {
        let mut all = (self.settings)(&format!("http://127.0.0.1:{port}/base"));
        all.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// What a wish comes to at a house that says this to everything, and looking with it. The wish is asked once.
    async fn wishes(&self, says: Says) -> Answer {
        let server = Server::open(move |_| says.clone()).await;
        let (house, settings) = (house(self.connector), self.at(server.port));
        let answer = house.buy(&settings, &wish("7")).await;
        assert_eq!(server.asked().len(), 1, "asked once, whatever came of it");
        answer
    }

    fn is_in_doubt(&self, answer: &Answer) {
        match answer {
            Answer::Unknown(trouble) => assert!(self.is_owed_at_once && !trouble.says.is_empty()),
            Answer::NotBought(NotBought::Refused(trouble)) => {
                assert!(!self.is_owed_at_once && !trouble.says.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
}

fn leads_elsewhere() -> Says {
    Says::Answer(302, "location: http://127.0.0.1:1/\r\n".to_owned(), String::new())
}

pub(crate) async fn an_answer_that_does_not_come_is_in_doubt(peer: &Peer) {
    peer.is_in_doubt(&peer.wishes(Says::HangsUp).await);
    peer.is_in_doubt(&peer.wishes(Says::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")).await);
}

pub(crate) async fn an_answer_that_cannot_be_read_is_in_doubt(peer: &Peer) {
    for body in ["", "fine", "{}", "[]", "null", "{\"status\":7}", "<html>", "\u{0}", &"[".repeat(60_000)] {
        peer.is_in_doubt(&peer.wishes(Says::ok(body)).await);
    }
    peer.is_in_doubt(&peer.wishes(Says::Bytes("220 mail ready\r\n")).await);
}

pub(crate) async fn a_house_that_is_broken_is_in_doubt(peer: &Peer) {
    for status in [500, 502, 503, 504] {
        for body in ["NO_NUMBERS", r#"{"status":"error","message":"Insufficient balance."}"#, ""] {
            peer.is_in_doubt(&peer.wishes(Says::status(status, body)).await);
        }
    }
}

pub(crate) async fn a_huge_answer_is_in_doubt(peer: &Peer) {
    peer.is_in_doubt(&peer.wishes(Says::Pours).await);
}

pub(crate) async fn a_house_that_leads_elsewhere_is_not_followed(peer: &Peer) {
    peer.is_in_doubt(&peer.wishes(leads_elsewhere()).await);
}

pub(crate) async fn a_house_that_refuses_has_surely_sold_nothing(peer: &Peer) {
    for status in [400, 401, 403, 404] {
        let answer = peer.wishes(Says::status(status, "<html>no</html>")).await;
        assert!(matches!(answer, Answer::NotBought(NotBought::Refused(_))), "{status}: {answer:?}");
    }
}

pub(crate) async fn a_throttled_house_says_when_to_come_again(peer: &Peer) {
    let says = Says::Answer(429, "retry-after: 7\r\n".to_owned(), "slow down".to_owned());
    let Answer::NotBought(NotBought::Throttled(trouble)) = peer.wishes(says).await else { panic!("throttled") };
    assert_eq!(trouble.retry_after_ms, Some(7_000));
}

pub(crate) async fn a_house_that_cannot_be_reached_was_told_nothing(peer: &Peer) {
    let answer = house(peer.connector).buy(&peer.at(1), &wish("7")).await;
    assert!(matches!(answer, Answer::NotBought(NotBought::Unreachable(_))), "{answer:?}");
    let looked = house(peer.connector).look(&peer.at(1), "7").await;
    assert!(matches!(looked, Err(Fault::NotDone(_)) | Ok(_)));
}

pub(crate) async fn an_address_of_ours_is_refused(peer: &Peer) {
    let server = Server::open(|_| Says::ok("{}")).await;
    for networks in ["", "10.0.0.0/8"] {
        let settings = peer.with(server.port, &[("allow_network", networks)]);
        let answer = house(peer.connector).buy(&settings, &wish("7")).await;
        let Answer::NotBought(NotBought::Unreachable(trouble)) = answer else { panic!("{answer:?}") };
        assert!(trouble.says.contains("not allowed"), "{}", trouble.says);
    }
    assert!(server.asked().is_empty(), "nobody came");
}

pub(crate) async fn an_area_code_is_never_forgotten(peer: &Peer) {
    let server = Server::open(|_| Says::ok("{}")).await;
    let answer = house(peer.connector).buy(&peer.at(server.port), &Wish { area_code: Some(212), ..wish("7") }).await;
    assert_eq!(answer, Answer::NotBought(NotBought::NoNumbers));
    assert!(server.asked().is_empty(), "nobody was asked");
}

pub(crate) async fn whatever_it_says_is_no_panic_and_no_secret(peer: &Peer) {
    let told = peer.secrets.join(" ");
    let sentence = format!("{{\"status\":\"error\",\"message\":\"{told} +12025550147 {TEXT}\"}}");
    let bodies = [sentence, told, "{\"message\":{\"message\":[]}}".to_owned(), "[[[]]]".to_owned()];
    let says = bodies.into_iter().flat_map(|body| [200, 400, 500].map(|status| Says::status(status, body.clone())));
    for says in says.chain([Says::HangsUp, Says::Pours, leads_elsewhere()]) {
        let server = Server::open(move |_| says.clone()).await;
        let (house, settings) = (house(peer.connector), peer.at(server.port));
        let told = [
            format!("{:?}", house.balance(&settings).await),
            format!("{:?}", house.offers(&settings).await),
            format!("{:?}", house.buy(&settings, &wish("7")).await),
            format!("{:?}", house.look(&settings, "7").await.err()),
            format!("{:?}", house.reject(&settings, "7").await),
            format!("{:?}", house.finish(&settings, "7").await),
            format!("{:?}", house.reuse(&settings, "7").await),
            format!("{:?}", house.activate(&settings, "7").await),
            format!("{:?}", house.renew(&settings, "7").await),
            format!("{:?}", house.standing(&settings).await.err()),
        ];
        for told in told {
            let hidden = ["12025550147", "493817"].iter().chain(peer.secrets);
            hidden.for_each(|secret| assert!(!told.contains(secret), "{told}"));
        }
    }
}

/// Of the log; it is one thread's, so the case has a runtime of its own.
fn the_log_says_nothing(peer: &Peer) {
    let log = Log::default();
    log.listen(|| run(whatever_it_says_is_no_panic_and_no_secret(peer)));
    let said = log.said();
    let hidden = ["12025550147", "493817"].iter().chain(peer.secrets);
    hidden.for_each(|secret| assert!(!said.contains(secret), "{said}"));
}

fn the_settings_are_named_and_checked(peer: &Peer) {
    let registry = connectors::registry();
    let connector = crate::peer::connector(&registry, peer.connector);
    let names: Vec<&str> = connector.settings().iter().map(|setting| setting.name).collect();
    for name in ["allow_network", "ca", "address"] {
        assert!(names.contains(&name), "{name}");
    }
    assert_eq!(names.contains(&"wallet_low"), peer.is_owed_at_once, "a wallet is there where it is paid from");
    assert!(connector.settings().iter().all(|setting| !setting.help.is_empty() && !setting.label.is_empty()));
    assert!(!connector.is_voip() && !connector.holds() && !connector.about().is_empty());
    assert_eq!(connector.check(&peer.at(80)), Ok(()));
    for (name, value) in [("allow_network", "here"), ("ca", "no PEM"), ("address", "ftp://a.example")] {
        let wrong = connector.check(&peer.with(80, &[(name, value)])).expect_err("wrong");
        assert!(wrong.contains(name), "{wrong}");
    }
    for secret in connector.settings().iter().filter(|setting| setting.is_secret && !setting.is_optional) {
        let wrong = connector.check(&peer.with(80, &[(secret.name, "")])).expect_err("missing");
        assert!(wrong.contains(secret.name), "{wrong}");
    }
}

/// The houses that the table below holds to all this.
macro_rules! table {
    ($($house:ident)*) => {
        pub(crate) mod table {
            $(
                pub(crate) mod $house {
                    table!(@each $house
                        an_answer_that_does_not_come_is_in_doubt
                        an_answer_that_cannot_be_read_is_in_doubt
                        a_house_that_is_broken_is_in_doubt
                        a_huge_answer_is_in_doubt
                        a_house_that_leads_elsewhere_is_not_followed
                        a_house_that_refuses_has_surely_sold_nothing
                        a_throttled_house_says_when_to_come_again
                        a_house_that_cannot_be_reached_was_told_nothing
                        an_address_of_ours_is_refused
                        an_area_code_is_never_forgotten
                    );

                    #[test]
                    pub(crate) fn the_log_says_nothing() {
                        crate::houses::the_log_says_nothing(&crate::$house::HOUSE);
                    }

                    #[test]
                    pub(crate) fn the_settings_are_named_and_checked() {
                        crate::houses::the_settings_are_named_and_checked(&crate::$house::HOUSE);
                    }
                }
            )*
        }
    };
    (@each $house:ident $($case:ident)*) => {
        $(
            #[tokio::test]
            pub(crate) async fn $case() {
                crate::houses::$case(&crate::$house::HOUSE).await;
            }
        )*
    };
}

table! { nonvoipusnumber handler_api partner }

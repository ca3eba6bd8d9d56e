//! How long the house takes for each page, on the demo's data.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::door::median;
use crate::fixture::{machine_ms, scratch};
use crate::load::{Connection, form, post};
use crate::program::build;

/// Times that each page is asked for, one after the other.
const TIMES: usize = 200;
/// The pages of customers.
const CUSTOMERS: [&str; 11] = [
    "/",
    "/api-docs",
    "/numbers/",
    "/orders/",
    "/rentals/",
    "/history/",
    "/statement/",
    "/complaints/",
    "/funds/",
    "/keys/",
    "/account/",
];
/// The pages of the console.
const OPERATORS: [&str; 18] = [
    "/operator/",
    "/operator/orders/",
    "/operator/customers/",
    "/operator/complaints/",
    "/operator/numbers/",
    "/operator/sources/",
    "/operator/houses/",
    "/operator/houses/offers/",
    "/operator/houses/days/",
    "/operator/houses/partners/",
    "/operator/services/",
    "/operator/quarantine/",
    "/operator/ledger/",
    "/operator/audit/",
    "/operator/mails/",
    "/operator/operators/",
    "/operator/stops/",
    "/operator/settings/",
];
/// What is bought before, so that the pages have something to show.
const ORDERS: usize = 20;

pub(crate) async fn run() {
    let binary = build();
    let folder = scratch();
    let (demo, address, said) = Demo::start(&binary, folder.path());
    let mut connection = Connection::open(address).await;
    let key = word_after(&said, "API key");
    for _ in 0..ORDERS {
        let body = r#"{"service":"instagram"}"#;
        assert_eq!(connection.ask(&post("/api/v1/short-term/order/", &key, body)).await.status, 200);
    }
    println!("{:<24} {:>10} {:>10} {:>10}   (wanted: at most 20 ms)", "page", "median", "99 %", "longest");
    let session = as_customer(&mut connection, &said).await;
    measure(&mut connection, &CUSTOMERS, &session).await;
    let session = as_operator(&mut connection, &said).await;
    measure(&mut connection, &OPERATORS, &session).await;
    drop(demo);
}

/// Signs in as the demo's customer and tells the cookie.
async fn as_customer(connection: &mut Connection, said: &str) -> String {
    let (email, password) = (word_after(said, "/sign-in/ with"), after(said, "the password: "));
    let fields = format!("email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+"));
    let entered = connection.ask(&form("/sign-in/", &[], &fields)).await;
    assert_eq!(entered.status, 303, "the demo's customer signs in");
    cookie(&connection.last(), "__Host-session")
}

/// Sets an operator up by the demo's link and tells the cookie.
async fn as_operator(connection: &mut Connection, said: &str) -> String {
    let link = word_after(said, "Operator");
    let token = after(&link, "token=");
    let request = format!("GET /operator/set-up/?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let shown = String::from_utf8(connection.ask(request.as_bytes()).await.body).expect("a page is text");
    let (secret, _) = after(&shown, "<code class=\"secret\">").split_once('<').expect("the secret of a generator");
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).expect("base 32");
    let generator = totp_rs::Builder::new().with_secret(secret).build().expect("a generator");
    let code = generator.generate(u64::try_from(machine_ms() / 1_000).expect("it is after 1970"));
    let fields = format!("token={token}&password=a+long+password+for+a+bench&code={code}");
    let entered = connection.ask(&form("/operator/set-up/", &[], &fields)).await;
    assert_eq!(entered.status, 200, "the demo's operator comes in");
    cookie(&connection.last(), "__Host-operator")
}

async fn measure(connection: &mut Connection, pages: &[&str], cookie: &str) {
    for page in pages {
        let request = format!("GET {page} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        let mut took = Vec::new();
        for _ in 0..TIMES {
            let asked = Instant::now();
            let answer = connection.ask(request.as_bytes()).await;
            took.push(asked.elapsed().as_secs_f64() * 1e3);
            assert_eq!(answer.status, 200, "{page}");
        }
        let middle = median(&mut took);
        println!("{page:<24} {middle:>7.2} ms {:>7.2} ms {:>7.2} ms", took[TIMES * 99 / 100], took[TIMES - 1]);
    }
}

/// A running demo; it is killed when this is dropped.
struct Demo(Child);

impl Demo {
    /// Starts it, and tells where it listens and what it said.
    fn start(binary: &Path, folder: &Path) -> (Self, SocketAddr, String) {
        let mut child = Command::new(binary)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("demo"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut said = String::new();
        // The last command of its welcome rents a number.
        while !said.contains("/rental/1day/order/") {
            said.push_str(&lines.next().expect("it says more").expect("it is text"));
            said.push('\n');
        }
        let port = after(&said, "open at http://localhost:");
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        let address = SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port")));
        (Self(child), address, said)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The rest of the line after some words.
fn after<'a>(said: &'a str, words: &str) -> &'a str {
    let (_, rest) = said.split_once(words).expect("the demo says so");
    rest.lines().next().unwrap_or(rest).trim()
}

fn word_after(said: &str, words: &str) -> String {
    after(said, words).split_whitespace().next().expect("a word").to_owned()
}

/// A cookie that an answer sets, as a request brings it.
fn cookie(answer: &str, name: &str) -> String {
    let place = answer.find(&format!("{name}=")).expect("the cookie is set");
    answer[place..].split(';').next().unwrap_or_default().to_owned()
}

//! `jesusnumber demo`.

use std::path::Path;

use crate::http::Client;
use crate::program::{Program, run, text};

fn start(data: &Path, more: &[&str]) -> (Program, Client) {
    let data = data.to_str().expect("a path that is text");
    let arguments = [&["demo", "--listen", "127.0.0.1:0", "--data", data], more].concat();
    let program = Program::start(&arguments);
    let port = program.line_with("open at http://localhost:");
    let port: u16 = port.split(';').next().and_then(|port| port.parse().ok()).expect("a port");
    let key = program.line_with("API key").trim().to_owned();
    (program, Client { address: ([127, 0, 0, 1], port).into(), key })
}

#[test]
fn a_newcomer_orders_reads_cancels_and_rents_and_finds_it_all_again() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (program, client) = start(folder.path(), &[]);

    let ordered = client.post("/api/v1/short-term/order/", "service=instagram").json();
    let order = ordered["order_id"].as_str().expect("an order").to_owned();
    let rented = client.post("/api/v1/rental/1day/order/", "service=whatsapp").json();
    let rental = rented["rental_id"].as_str().expect("a rental").to_owned();

    let other = client.post("/api/v1/short-term/order/", "service=telegram").json();
    let cancel = format!("order_id={}", other["order_id"].as_str().expect("an order"));
    let cancelled = client.post("/api/v1/short-term/cancel/", &cancel).json();
    assert_eq!((&cancelled["success"], &cancelled["refunded"]), (&true.into(), &other["price"]), "{cancelled}");

    let read = client.get(&format!("/api/v1/short-term/sms/?order_id={order}&wait=30")).json();
    assert_eq!(read["success"], true, "{read}");
    assert!(read["code"].as_str().is_some_and(|code| code.len() == 6), "{read}");
    assert!(read["message"].as_str().is_some_and(|message| message.contains("Instagram")), "{read}");
    let on_rental = client.get(&format!("/api/v1/rental/1day/sms/?rental_id={rental}&wait=30")).json();
    assert!(on_rental["messages"][0]["code"].is_string(), "{on_rental}");

    program.signal("INT");
    assert_eq!(program.end().code(), Some(0));

    let (_program, again) = start(folder.path(), &[]);
    assert_eq!(again.key, client.key);
    let read_again = again.get(&format!("/api/v1/short-term/sms/?order_id={order}")).json();
    assert_eq!(read_again["code"], read["code"]);
}

#[test]
fn its_customer_signs_in_and_its_operator_gets_a_fresh_link_at_each_start() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut links = Vec::new();
    for _ in 0..2 {
        let (program, client) = start(folder.path(), &[]);
        let customer = program.line_with("Customer");
        let (_, password) = customer.split_once("demo@example.com and the password: ").expect("the words");
        let form = format!("email=demo%40example.com&password={}", password.trim().replace(' ', "+"));
        let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
        let entered = client.call("POST", "/sign-in/", &headers, form.as_bytes());
        assert_eq!(entered.status, 303, "{}", entered.body);
        let link = program.line_with("Operator").trim().to_owned();
        let path = link.strip_prefix("http://localhost:").and_then(|rest| rest.split_once('/')).expect("a link").1;
        let page = client.get(&format!("/{path}"));
        assert!(page.status == 200 && page.body.contains("Set up your sign-in"), "{}", page.body);
        links.push(path.to_owned());
        program.signal("TERM");
        assert_eq!(program.end().code(), Some(0));
    }
    assert_ne!(links[0], links[1]);
}

#[test]
fn a_second_demo_on_the_same_data_is_refused() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_program, _) = start(folder.path(), &[]);
    let data = folder.path().to_str().expect("text");
    let output = run(&["demo", "--listen", "127.0.0.1:0", "--data", data, "--fresh"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("a demo runs in"), "{}", text(&output.stderr));
}

#[test]
fn a_taken_address_is_told_with_what_to_do() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a scratch folder"));
    let (_program, client) = start(folders[0].path(), &[]);
    let (listen, data) = (client.address.to_string(), folders[1].path().to_str().expect("text"));
    let output = run(&["demo", "--listen", &listen, "--data", data], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains(&listen) && told.contains("--listen"), "{told}");
}

#[test]
fn a_fresh_demo_has_another_key() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (program, client) = start(folder.path(), &[]);
    program.signal("TERM");
    assert_eq!(program.end().code(), Some(0));
    let (_program, fresh) = start(folder.path(), &["--fresh"]);
    assert_ne!(fresh.key, client.key);
    let old = Client { key: client.key, ..fresh.clone() };
    assert_eq!((old.get("/api/v1/balance/").status, fresh.get("/api/v1/balance/").status), (401, 200));
}

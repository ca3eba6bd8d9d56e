//! Mails leave the house by the mail server that its settings name.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::http::Client;
use crate::program::Program;

/// A mail server that takes one mail and tells what it was told.
fn mail_server() -> (u16, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a caller");
        let mut lines = BufReader::new(stream.try_clone().expect("the same line")).lines();
        let (mut said, mut is_text) = (Vec::new(), false);
        stream.write_all(b"220 ready\r\n").expect("said");
        while let Some(Ok(line)) = lines.next() {
            let answer = match line.as_str() {
                "DATA" => "354 go on\r\n",
                "." | "QUIT" => "250 fine\r\n",
                _ if is_text => "",
                _ => "250 fine\r\n",
            };
            is_text = line == "DATA" || (is_text && line != ".");
            said.push(line);
            if stream.write_all(answer.as_bytes()).is_err() || said.last().is_some_and(|line| line == ".") {
                break;
            }
        }
        tell.send(said).expect("the test waits");
    });
    (port, told)
}

#[test]
fn whoever_signs_up_is_sent_the_link() {
    let (port, told) = mail_server();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("house.toml");
    let house = folder.path().join("house").display().to_string();
    let text = format!(
        "database = 'sqlite:{house}.db'\nkey_file = '{house}.key'\nlisten = '127.0.0.1:0'\n\
         private_listen = '127.0.0.1:0'\nbase_url = 'https://house.example'\nsmtp_host = 'localhost'\n\
         smtp_port = {port}\nsmtp_encryption = 'none'\nmail_from = 'noreply@house.example'\n"
    );
    std::fs::write(&path, text).expect("a settings file");
    let program = Program::start(&["serve", "--config", path.to_str().expect("text")]);
    let line = program.line_with("the house is open listen=");
    let address = line.split(' ').next().and_then(|address| address.parse().ok()).expect("an address");
    let client = Client { address, key: String::new() };
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
    let form = b"email=ann%40example.org&accept=2026-11-24";
    assert_eq!(client.call("POST", "/sign-up/", &headers, form).status, 200);
    let said = told.recv_timeout(Duration::from_secs(40)).expect("a mail");
    assert!(said.iter().any(|line| line == "RCPT TO:<ann@example.org>"), "{said:#?}");
    assert!(said.iter().any(|line| line.starts_with("https://house.example/sign-up/confirm/?token")), "{said:#?}");
}

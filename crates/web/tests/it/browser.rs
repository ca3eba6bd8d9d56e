//! A browser as far as the house can tell one: it keeps cookies and says where a form comes from.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::http::{self, Answer, request};
use crate::world::World;

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One that was never here.
    pub(crate) fn new(world: &World) -> Self {
        Self { address: world.address, cookies: BTreeMap::new() }
    }

    /// The cookies as a header has them.
    pub(crate) fn cookie(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, target: &str) -> Answer {
        self.send("GET", target, &[], "").await
    }

    /// Fetches a page as its script does by itself.
    pub(crate) async fn refresh(&mut self, target: &str) -> Answer {
        self.send("GET", target, &["X-By-Itself: 1"], "").await
    }

    /// Sends a form of one of our own pages.
    pub(crate) async fn post(&mut self, target: &str, form: &str) -> Answer {
        self.post_from(target, form, &["Sec-Fetch-Site: same-origin", "Origin: http://localhost:8080"]).await
    }

    /// Sends a form with other words about where it comes from.
    pub(crate) async fn post_from(&mut self, target: &str, form: &str, words: &[&str]) -> Answer {
        let headers = [words, &["Content-Type: application/x-www-form-urlencoded"]].concat();
        self.send("POST", target, &headers, form).await
    }

    /// Sends a form of one of our own pages that has a file: its other fields with their values, and the file's field.
    pub(crate) async fn upload(&mut self, target: &str, fields: &[(&str, &str)], file: (&str, &str)) -> Answer {
        let mut body = String::new();
        for (name, value) in fields {
            body.push_str(&format!("--mark\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        let (name, text) = file;
        body.push_str(&format!(
            "--mark\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n--mark--\r\n"
        ));
        let headers = ["Sec-Fetch-Site: same-origin", "Content-Type: multipart/form-data; boundary=mark"];
        self.send("POST", target, &headers, &body).await
    }

    async fn send(&mut self, method: &str, target: &str, headers: &[&str], body: &str) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = format!("Cookie: {}", cookies.join("; "));
        let agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let headers = [headers, &[cookies.as_str(), agent]].concat();
        let answer = http::send(self.address, &request(method, target, &headers, body.as_bytes())).await;
        for line in answer.headers("set-cookie") {
            let (pair, rest) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a cookie");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

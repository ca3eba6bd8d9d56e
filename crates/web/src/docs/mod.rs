//! The page `/api-docs` and the OpenAPI document, as pure functions and their routes.

pub mod additions;
pub mod errors;
pub mod markup;
pub mod published;
pub mod rental_additions;
pub(crate) mod routes;

use askama::Template;

const DEFAULT_ORIGIN: &str = "https://jesusnumber.com";
const API_ROOT: &str = "/api/v1";
const OPEN_API: &str = include_str!("openapi.json");

/// One call of the API as the page shows it.
#[derive(Debug)]
pub struct Call {
    /// The anchor of its heading.
    pub id: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path as printed, with its query.
    pub path: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What it does, in paragraphs; names between backticks are shown as code.
    pub about: &'static [&'static str],
    /// The parameters; the published page prints none beside its examples.
    pub inputs: &'static [Input],
    /// An example body, or nothing.
    pub request: &'static str,
    /// Example answers.
    pub responses: &'static [Response],
}

/// One parameter of a call.
#[derive(Debug)]
pub struct Input {
    /// Its name in the body, the query or the headers.
    pub name: &'static str,
    /// Where it is sent, and whether it may be left out.
    pub place: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// One example answer.
#[derive(Debug)]
pub struct Response {
    /// The words above it.
    pub label: &'static str,
    /// Its body, JSON.
    pub body: &'static str,
}

/// A deed on one line, with a command that can be pasted.
#[derive(Debug)]
pub struct Step {
    /// The anchor of its heading.
    pub id: &'static str,
    /// The deed.
    pub title: &'static str,
    /// What comes of it.
    pub about: &'static str,
    /// The command.
    pub curl: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "api_docs.html")]
pub struct ApiDocs {
    /// The address of the API, up to and including `/api/v1/`.
    pub base_url: String,
}

/// The whole page. `base_url` is the API's address, or only its origin.
pub fn page(base_url: &str) -> String {
    let docs = ApiDocs { base_url: format!("{}{API_ROOT}/", origin(base_url)) };
    docs.render().expect("writing into a string cannot fail")
}

/// The page for somebody with a key that begins with `prefix`, which is letters, digits and `_` alone.
pub fn page_for(base_url: &str, prefix: &str) -> String {
    page(base_url).replace("YOUR_API_KEY", &format!("{prefix}…"))
}

/// The OpenAPI 3.1 document. `base_url` is the API's address, or only its origin.
pub fn open_api(base_url: &str) -> String {
    let server = |origin: &str| {
        let origin = serde_json::to_string(origin).expect("a string is always JSON");
        format!(r#""url": {origin}"#)
    };
    OPEN_API.replacen(&server(DEFAULT_ORIGIN), &server(origin(base_url)), 1)
}

fn origin(base_url: &str) -> &str {
    let root = base_url.trim_end_matches('/');
    root.strip_suffix(API_ROOT).unwrap_or(root)
}

impl ApiDocs {
    const ERROR_BODY: &'static str = r#"{
  "success": false,
  "error": "insufficient_balance",
  "message": "Add funds to your account.",
  "required": 0.42,
  "balance": 0.10
}"#;
    const LIMITED_BODY: &'static str = r#"{
  "success": false,
  "error": "rate_limited",
  "message": "Too many requests. Wait 12 seconds.",
  "retry_after": 12
}"#;

    fn steps(&self) -> [Step; 4] {
        [
            Step {
                id: "start-order",
                title: "Order",
                about: "You get a `number` and an `order_id`.",
                curl: self.curl_post("short-term/order/", r#"{"service": "instagram"}"#),
            },
            Step {
                id: "start-read",
                title: "Read",
                about: "You get the `code`, as soon as it is here.",
                curl: self.curl_get("short-term/sms/", "-d order_id=ORD-123456 -d wait=60"),
            },
            Step {
                id: "start-cancel",
                title: "Cancel",
                about: "No SMS came: you get all your money back.",
                curl: self.curl_post("short-term/cancel/", r#"{"order_id": "ORD-123456"}"#),
            },
            Step {
                id: "start-rent",
                title: "Rent",
                about: "You keep a number for 30 days, or for one.",
                curl: self.curl_post("rental/30day/order/", r#"{"service": "whatsapp"}"#),
            },
        ]
    }

    fn curl_get(&self, path: &str, query: &str) -> String {
        let base = &self.base_url;
        format!("curl -G {base}{path} \\\n  {query} \\\n  -H \"Authorization: Bearer YOUR_API_KEY\"")
    }

    fn curl_post(&self, path: &str, body: &str) -> String {
        let base = &self.base_url;
        format!(
            "curl {base}{path} \\\n  -H \"Authorization: Bearer YOUR_API_KEY\" \\\n  \
             -H \"Content-Type: application/json\" \\\n  -d '{body}'"
        )
    }

    fn curl_repeatable(&self) -> String {
        let order = self.curl_post("short-term/order/", r#"{"service": "instagram"}"#);
        format!("{order} \\\n  -H \"Idempotency-Key: signup-8841\"")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const BASE: &str = "https://jesusnumber.com/api/v1/";

    fn calls() -> impl Iterator<Item = &'static Call> {
        published::ALL.iter().chain(additions::ALL).copied().flatten()
    }

    fn document() -> Value {
        serde_json::from_str(&open_api(BASE)).expect("the document is JSON")
    }

    /// Every call of the document as (method, path), with its description.
    fn documented() -> Vec<((String, String), Value)> {
        let document = document();
        let paths = document["paths"].as_object().expect("paths are an object");
        let mut found = Vec::new();
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("a path is an object") {
                found.push(((method.to_uppercase(), path.clone()), operation.clone()));
            }
        }
        found
    }

    fn ids(page: &str) -> Vec<&str> {
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().expect("split yields one part")).collect()
    }

    #[test]
    fn the_page_shows_every_call() {
        let page = page(BASE);
        for call in calls() {
            assert!(page.contains(&format!("id=\"{}\"", call.id)), "{}", call.id);
            for response in call.responses {
                assert!(page.contains(&markup::json(response.body)), "{}", call.id);
            }
        }
    }

    #[test]
    fn every_id_is_used_once_and_every_link_within_the_page_arrives() {
        let page = page(BASE);
        let ids = ids(&page);
        let set: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), set.len());
        for link in page.split("href=\"#").skip(1) {
            let target = link.split('"').next().expect("split yields one part");
            assert!(set.contains(target), "{target}");
        }
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        let page = page(BASE);
        assert!(!page.contains("http://"));
        for attribute in ["src=\"", "href=\""] {
            for rest in page.split(attribute).skip(1) {
                assert!(rest.starts_with('/') || rest.starts_with('#'), "{attribute}{rest:.60}");
                assert!(!rest.starts_with("//"));
            }
        }
    }

    #[test]
    fn the_page_holds_no_inline_style_or_script() {
        let page = page(BASE).to_lowercase();
        assert!(!page.contains("<style"));
        assert!(!page.contains(" style="));
        assert!(!page.contains("javascript:"));
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("<script src=\"/assets/docs."));
        let handler = page.split_whitespace().find(|word| word.starts_with("on") && word.contains("=\""));
        assert_eq!(handler, None);
    }

    #[test]
    fn the_sections_stand_in_the_published_order() {
        let page = page(BASE);
        let nav = page.split("</nav>").next().expect("split yields one part");
        let names = [
            "Introduction",
            "Authentication",
            "USA Short-Term Numbers",
            "USA Long-Term 30-Day",
            "USA Long-Term 1-Day",
            "Error Codes",
        ];
        let places = names.map(|name| nav.find(&format!(">{name}</a>")).expect(name));
        assert!(places.is_sorted());
    }

    #[test]
    fn the_dashboard_arrow_is_an_arrow() {
        assert!(page(BASE).contains("Dashboard → API Keys"));
    }

    #[test]
    fn another_address_is_shown_in_every_command() {
        let page = page("https://numbers.example/api/v1");
        assert!(page.contains("https://numbers.example/api/v1/short-term/order/"));
        assert!(!page.contains("jesusnumber.com"));
    }

    #[test]
    fn an_address_cannot_break_out_of_the_page() {
        assert!(!page("https://a\"><script>").contains("\"><script>"));
    }

    #[test]
    fn the_page_stays_small() {
        // Uncompressed; it travels as about an eighth of this.
        assert!(page(BASE).len() < 150 * 1024);
    }

    #[test]
    fn the_document_is_of_openapi_3_1_and_all_its_paths_are_below_the_root() {
        assert_eq!(document()["openapi"], "3.1.0");
        for ((_, path), _) in documented() {
            assert!(path.starts_with("/api/v1/"), "{path}");
        }
    }

    #[test]
    fn the_document_and_the_page_hold_the_same_calls() {
        let shown: BTreeSet<_> = calls()
            .map(|call| {
                let path = call.path.split('?').next().expect("split yields one part");
                (call.method.to_owned(), path.to_owned())
            })
            .collect();
        let documented: BTreeSet<_> = documented().into_iter().map(|(call, _)| call).collect();
        assert_eq!(shown, documented);
    }

    #[test]
    fn the_documents_examples_are_the_pages_examples() {
        let shown: Vec<Value> = calls()
            .flat_map(|call| call.responses)
            .map(|response| serde_json::from_str(response.body).expect(response.body))
            .collect();
        for (call, operation) in documented() {
            let content = &operation["responses"]["200"]["content"]["application/json"];
            let examples = content["examples"].as_object().expect("examples are given");
            for example in examples.values() {
                assert!(shown.contains(&example["value"]), "{call:?}");
            }
        }
    }

    #[test]
    fn every_input_on_the_page_is_in_the_document() {
        let documented = documented();
        for call in calls() {
            let path = call.path.split('?').next().expect("split yields one part");
            let (_, operation) =
                documented.iter().find(|((method, at), _)| method == call.method && at == path).expect(call.path);
            let text = operation.to_string();
            for input in call.inputs {
                let by_reference = format!("#/components/parameters/{}", input.name);
                let by_name = format!("\"{}\":", input.name);
                let as_parameter = format!("\"name\":\"{}\"", input.name);
                assert!(
                    [by_reference, by_name, as_parameter].iter().any(|form| text.contains(form)),
                    "{} {}",
                    call.path,
                    input.name
                );
            }
        }
    }

    #[test]
    fn the_document_names_the_server_it_is_asked_for() {
        let document: Value = serde_json::from_str(&open_api("http://localhost:8080/api/v1/")).expect("JSON");
        assert_eq!(document["servers"][0]["url"], "http://localhost:8080");
    }

    #[test]
    fn page_and_document_know_every_type_of_event() {
        let (page, document) = (page(BASE), open_api(BASE));
        for kind in domain::event::Kind::ALL {
            assert!(page.contains(&format!("<code>{}</code>", kind.word())), "{}", kind.word());
            assert!(document.contains(kind.word()), "{}", kind.word());
        }
    }

    #[test]
    fn the_document_knows_every_error_value() {
        let document = document();
        let listed: BTreeSet<_> = document["components"]["schemas"]["Error"]["properties"]["error"]["enum"]
            .as_array()
            .expect("an enum")
            .iter()
            .map(|value| value.as_str().expect("a string"))
            .collect();
        let table: BTreeSet<_> = errors::ROWS.iter().map(|row| row.error).collect();
        assert_eq!(listed, table);
    }
}

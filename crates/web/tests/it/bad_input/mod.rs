//! Requests that are wrong: each gets the error body and a status of the documented set, and changes nothing.

mod bodies;
mod headers;
mod queries;
mod raw;

use domain::clock::{DAY_MS, MINUTE_MS};

use crate::http::request;
use crate::on_both;
use crate::world::World;

/// What a wrong request is, what its answer must be, and which field it must blame.
pub(crate) struct Case {
    method: &'static str,
    target: String,
    headers: Vec<String>,
    body: Vec<u8>,
    /// Status and `error`.
    expected: (u16, &'static str),
    /// The value of `field`; empty where none is to blame.
    field: &'static str,
}

pub(crate) const INVALID: (u16, &str) = (400, "invalid_request");
pub(crate) const UNAUTHORIZED: (u16, &str) = (401, "unauthorized");
pub(crate) const NOT_FOUND: (u16, &str) = (404, "not_found");

/// The header by which most cases are let in; the story puts the key there.
const AUTH: &str = "Authorization: Bearer {key}";

impl Case {
    /// A JSON body that must be refused as [`INVALID`] unless the case goes on with other words.
    pub(crate) fn post(target: &str, body: impl AsRef<[u8]>) -> Self {
        Self {
            method: "POST",
            target: format!("/api/v1/{target}"),
            headers: vec![AUTH.to_owned(), "Content-Type: application/json".to_owned()],
            body: body.as_ref().to_vec(),
            expected: INVALID,
            field: "",
        }
    }

    pub(crate) fn get(target: &str) -> Self {
        let headers = vec![AUTH.to_owned()];
        Self {
            method: "GET",
            target: format!("/api/v1/{target}"),
            headers,
            body: Vec::new(),
            expected: INVALID,
            field: "",
        }
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn headers(self, headers: &[&str]) -> Self {
        Self { headers: headers.iter().map(|header| (*header).to_owned()).collect(), ..self }
    }

    pub(crate) fn header(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    pub(crate) fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    pub(crate) fn is(self, expected: (u16, &'static str)) -> Self {
        Self { expected, ..self }
    }
}

/// What the places in a case stand for.
struct Scene {
    key: String,
    foreign: String,
    foreign_rental: String,
    expired: String,
    cancelled: String,
    received: String,
    over_rental: String,
    cancelled_rental: String,
    revoked: String,
}

impl Scene {
    async fn set(world: &World) -> Self {
        let numbers = ["12025550147", "13105550198", "17325550164", "14155550123", "16175550123"];
        world.numbers(&[&numbers[..], &["17025550123", "18085550123"]].concat()).await;
        let (ann, bob) = (world.customer("ann", "5.45").await, world.customer("bob", "5.00").await);
        let rent =
            async |key| world.post(key, "rental/1day/order/", r#"{"service":"whatsapp"}"#).await.text("rental_id");
        let cancelled_rental = rent(&ann).await;
        world.post(&ann, "rental/1day/cancel/", &format!(r#"{{"rental_id":"{cancelled_rental}"}}"#)).await;
        let over_rental = rent(&ann).await;
        world.pass_ms(DAY_MS);
        domain::rental::expire_due(&world.app).await.expect("ended");
        let (received, digits) = world.order(&ann, "instagram").await;
        world.text(&digits, "482910 is your Instagram code").await;
        let (cancelled, _) = world.order(&ann, "whatsapp").await;
        world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{cancelled}"}}"#)).await;
        let (expired, _) = world.order(&ann, "telegram").await;
        world.pass_ms(20 * MINUTE_MS);
        domain::order::expire_due(&world.app).await.expect("ended");
        let (foreign, _) = world.order(&bob, "instagram").await;
        let foreign_rental = rent(&bob).await;
        let revoked = world.key("bob").await;
        let keys = domain::account::keys(&world.app, "bob").await.expect("listed");
        domain::account::revoke_key(&world.app, keys[0].id, "test").await.expect("revoked");
        let key = ann;
        Self { key, foreign, foreign_rental, expired, cancelled, received, over_rental, cancelled_rental, revoked }
    }

    fn fill(&self, text: &str) -> String {
        let places = [
            ("{key}", &self.key),
            ("{foreign}", &self.foreign),
            ("{foreign_rental}", &self.foreign_rental),
            ("{expired}", &self.expired),
            ("{cancelled}", &self.cancelled),
            ("{received}", &self.received),
            ("{over_rental}", &self.over_rental),
            ("{cancelled_rental}", &self.cancelled_rental),
            ("{revoked}", &self.revoked),
        ];
        places.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    fn bytes(&self, case: &Case) -> Vec<u8> {
        let headers: Vec<String> = case.headers.iter().map(|header| self.fill(header)).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let body = match std::str::from_utf8(&case.body) {
            Ok(text) => self.fill(text).into_bytes(),
            Err(_) => case.body.clone(),
        };
        request(case.method, &self.fill(&case.target), &headers, &body)
    }
}

/// How many rows each table has, and the sums of what they hold.
async fn everything(world: &World) -> Vec<(i64, i64)> {
    const SUMS: [&str; 21] = [
        "SELECT COUNT(*), CAST(SUM(next) AS BIGINT) FROM counter",
        "SELECT COUNT(*), CAST(SUM(length(value)) AS BIGINT) FROM house",
        "SELECT COUNT(*), CAST(SUM(available + held + ledger_seq + event_seq + risk) AS BIGINT) FROM account",
        "SELECT COUNT(*), CAST(SUM(COALESCE(revoked_ms, 1)) AS BIGINT) FROM api_key",
        "SELECT COUNT(*), CAST(SUM(amount + available_after + held_after) AS BIGINT) FROM transfer",
        "SELECT COUNT(*), CAST(SUM(enabled) AS BIGINT) FROM service",
        "SELECT COUNT(*), CAST(SUM(amount) AS BIGINT) FROM price",
        "SELECT COUNT(*), CAST(SUM(id) AS BIGINT) FROM source",
        "SELECT COUNT(*), CAST(SUM(quiet_ms + rented_until_ms) AS BIGINT) FROM number",
        "SELECT COUNT(*), CAST(SUM(free_ms + burnt) AS BIGINT) FROM number_use",
        "SELECT COUNT(*), CAST(SUM(end_ms + messages) AS BIGINT) FROM lease",
        "SELECT COUNT(*), CAST(SUM(rows_done) AS BIGINT) FROM number_import",
        "SELECT COUNT(*), CAST(SUM(price + end_ms + COALESCE(again_ms, 0) + length(state)) AS BIGINT) FROM orders",
        "SELECT COUNT(*), CAST(SUM(price + end_ms + renewals + length(state)) AS BIGINT) FROM rental",
        "SELECT COUNT(*), CAST(SUM(id + length(state)) AS BIGINT) FROM message",
        "SELECT COUNT(*), CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM message_part",
        "SELECT COUNT(*), CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM message_join",
        "SELECT COUNT(*), CAST(COALESCE(SUM(day), 0) AS BIGINT) FROM day_key",
        "SELECT COUNT(*), CAST(SUM(seq + COALESCE(amount, 0)) AS BIGINT) FROM event",
        "SELECT COUNT(*), CAST(COALESCE(SUM(at_ms), 0) AS BIGINT) FROM idempotency",
        "SELECT COUNT(*), CAST(SUM(seq) AS BIGINT) FROM audit",
    ];
    let mut sums = Vec::new();
    for sql in SUMS {
        let row = world.app.db.row(sql, &[]).await.expect("read").expect("a sum has a row");
        sums.push((row.int(0), row.int(1)));
    }
    sums
}

async fn refuse_all(world: &World, cases: Vec<Case>) {
    let scene = Scene::set(world).await;
    let before = everything(world).await;
    for (place, case) in cases.iter().enumerate() {
        let name = format!("case {place}: {} {}", case.method, case.target);
        let answer = world.send(&scene.bytes(case)).await;
        let body = answer.json();
        assert_eq!((answer.status, body["error"].as_str().unwrap_or("")), case.expected, "{name}: {body}");
        assert_eq!(body["success"], false, "{name}");
        assert!(body["message"].as_str().is_some_and(|message| message.len() > 10), "{name}: {body}");
        assert_eq!(body["field"].as_str().unwrap_or(""), case.field, "{name}: {body}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{name}");
    }
    assert_eq!(everything(world).await, before);
}

on_both!(wrong_bodies_are_refused_and_change_nothing, async |world: &World| {
    refuse_all(world, bodies::cases()).await;
});

on_both!(wrong_queries_are_refused_and_change_nothing, async |world: &World| {
    refuse_all(world, queries::cases()).await;
});

on_both!(wrong_keys_methods_and_headers_are_refused_and_change_nothing, async |world: &World| {
    refuse_all(world, headers::cases()).await;
});

#[test]
fn there_are_at_least_120_of_them() {
    assert!(bodies::cases().len() + queries::cases().len() + headers::cases().len() >= 120);
}

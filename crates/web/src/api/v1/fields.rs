//! The fields of a request, wherever they were sent, read as what they should be.

use std::ops::RangeInclusive;

use axum::http::{HeaderMap, HeaderValue, header};
use domain::clock;
use domain::ids;
use domain::money::Usd;
use domain::order::{Ask, Which};
use domain::product::Product;

use super::key::ApiKey;
use super::refusal::Refusal;
use super::{form, json};

/// Every field that some call knows.
const KNOWN: [&str; 11] = [
    "api_key",
    "service",
    "max_price",
    "area_code",
    "order_id",
    "rental_id",
    "status",
    "cursor",
    "limit",
    "wait",
    "after",
];

/// The usual length of a page, where the published page does not make it longer.
pub(crate) const LIMIT_USUAL: u16 = 50;
/// The greatest length of a page.
pub(crate) const LIMIT_MAX: u16 = 200;

/// A field and what was sent as it.
pub(super) type Pair = (&'static str, Value);

/// What was sent as a field.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// A JSON number, by its digits.
    Number(String),
    Null,
    /// A list, an object, true or false.
    Other,
}

/// Why fields cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Unreadable,
    Field(&'static str),
    Twice(&'static str),
}

/// A known field's name, as it is kept.
pub(super) fn known(name: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == name)
}

/// The fields of one request.
pub(super) struct Fields(Vec<Pair>);

impl Fields {
    /// The fields of a query.
    pub(super) fn of_query(query: &str) -> Result<Self, Refusal> {
        let unreadable = "The query cannot be read; send it as `name=value&name=value` in UTF-8, percent-encoded.";
        form::fields(query.as_bytes()).map(Self).map_err(|fault| refusal(fault, unreadable))
    }

    /// The fields of a body, by its content type.
    pub(super) fn of_body(headers: &HeaderMap, bytes: &[u8]) -> Result<Self, Refusal> {
        check_coding(headers)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(Vec::new()));
        }
        let pairs = match Kind::of(headers)? {
            // `curl -d '{…}'` calls its JSON a form, and no form begins like that.
            Kind::Form if bytes.trim_ascii_start().first() != Some(&b'{') => form::fields(bytes),
            Kind::Form | Kind::Json => std::str::from_utf8(bytes).map_err(|_| Fault::Unreadable).and_then(json::fields),
        };
        let unreadable = "The body cannot be read; send a JSON object in UTF-8, such as {\"service\":\"instagram\"}.";
        pairs.map(Self).map_err(|fault| refusal(fault, unreadable))
    }

    /// Takes the key out of the fields; one that is no text is a wrong key.
    pub(super) fn take_api_key(&mut self) -> Option<ApiKey> {
        let place = self.0.iter().position(|(name, _)| *name == "api_key")?;
        match self.0.swap_remove(place).1 {
            Value::Text(key) => Some(ApiKey::new(key)),
            Value::Number(_) | Value::Null | Value::Other => None,
        }
    }

    fn find(&self, name: &'static str) -> Option<&Value> {
        let (_, value) = self.0.iter().find(|(field, _)| *field == name)?;
        (*value != Value::Null).then_some(value)
    }

    /// A text that is not empty and has no NUL.
    fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Text(text)) if !text.is_empty() && !text.contains('\0') => Ok(Some(text)),
            Some(_) => Err(Refusal::invalid(Some(name), format!("`{name}` must be a text that is not empty."))),
        }
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::invalid(Some(name), format!("Send `{name}`.")))
    }

    /// A number's digits, whether they came as a number or as a text.
    fn digits(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Number(digits) | Value::Text(digits)) => Ok(Some(digits)),
            Some(_) => Err(Refusal::invalid(Some(name), format!("`{name}` must be a number."))),
        }
    }

    /// A whole number within a range.
    pub(super) fn int<T>(&self, name: &'static str, range: RangeInclusive<T>) -> Result<Option<T>, Refusal>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(digits) = self.digits(name)? else { return Ok(None) };
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse::<T>().ok().filter(|number| is_plain && range.contains(number));
        let fault = || format!("`{name}` must be a whole number from {} to {}.", range.start(), range.end());
        number.map(Some).ok_or_else(|| Refusal::invalid(Some(name), fault()))
    }

    /// How many lines of a list are asked for.
    pub(super) fn limit(&self) -> Result<i64, Refusal> {
        Ok(self.int("limit", 1..=LIMIT_MAX)?.unwrap_or(LIMIT_USUAL).into())
    }

    /// The most that a caller would pay.
    pub(super) fn max_price(&self) -> Result<Option<Usd>, Refusal> {
        let Some(digits) = self.digits("max_price")? else { return Ok(None) };
        let fault = |_| Refusal::invalid(Some("max_price"), "`max_price` must be dollars such as 0.50.");
        Usd::parse(digits).map(Some).map_err(fault)
    }

    fn area_code(&self) -> Result<Option<u16>, Refusal> {
        let Some(digits) = self.digits("area_code")? else { return Ok(None) };
        let is_area_code = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let code = digits.parse().ok().filter(|code| is_area_code && (200..=999).contains(code));
        let fault = || Refusal::invalid(Some("area_code"), "`area_code` must be three digits such as \"202\".");
        code.map(Some).ok_or_else(fault)
    }

    /// What is to be bought.
    pub(super) fn ask(&self) -> Result<Ask, Refusal> {
        let service = self.required("service")?.to_owned();
        Ok(Ask { service, max_price: self.max_price()?, area_code: self.area_code()? })
    }

    /// The slug of a service that a list is narrowed to.
    pub(super) fn service(&self) -> Result<Option<&str>, Refusal> {
        self.text("service")
    }

    /// The id of an order or a rental. One that could be an id but is none of this product names nothing.
    pub(super) fn id(&self, product: Product) -> Result<i64, Refusal> {
        let (name, example) = match product {
            Product::ShortTerm => ("order_id", "ORD-123456"),
            Product::Rental1Day => ("rental_id", "RNT-1D-345678"),
            Product::Rental30Day => ("rental_id", "RNT-789012"),
        };
        let text = self.required(name)?;
        if let Some(id) = ids::parse(product, text) {
            return Ok(id);
        }
        let mut digits = ["RNT-1D-", "RNT-", "ORD-"].into_iter().filter_map(|prefix| text.strip_prefix(prefix));
        if digits.any(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(Refusal::not_found());
        }
        Err(Refusal::invalid(Some(name), format!("`{name}` must be an id such as {example}.")))
    }

    /// Whether ended ones are listed too.
    pub(super) fn which(&self) -> Result<Which, Refusal> {
        match self.text("status")? {
            None | Some("active") => Ok(Which::Active),
            Some("all") => Ok(Which::All),
            Some(_) => Err(Refusal::invalid(Some("status"), "`status` must be `active` or `all`.")),
        }
    }

    /// A place in a list, as it was given out.
    pub(super) fn cursor(&self) -> Result<Option<&str>, Refusal> {
        self.text("cursor")
    }

    /// A time, in ms since 1970.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let fault = || format!("`{name}` must be a time such as 2026-05-22T14:30:00Z.");
        clock::parse_rfc3339(text).map(Some).ok_or_else(|| Refusal::invalid(Some(name), fault()))
    }
}

/// Refuses a body that says it is packed: what is read as it stands would be something else than what its sender meant.
fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Ok(());
    }
    Err(Refusal::invalid(Some("Content-Encoding"), "Send the body as it is, without a Content-Encoding."))
}

/// How a body is written.
enum Kind {
    Json,
    Form,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(header::CONTENT_TYPE).iter();
        let Some(value) = values.next() else { return Ok(Self::Json) };
        let is_one = values.all(|other| other == value);
        let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        if is_one && essence.eq_ignore_ascii_case(b"application/json") {
            return Ok(Self::Json);
        }
        if is_one && essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
            return Ok(Self::Form);
        }
        let message = "Send the body as application/json or application/x-www-form-urlencoded.";
        Err(Refusal::invalid(Some("Content-Type"), message))
    }
}

fn refusal(fault: Fault, unreadable: &'static str) -> Refusal {
    match fault {
        Fault::Unreadable => Refusal::invalid(None, unreadable),
        Fault::Field(name) => Refusal::invalid(Some(name), format!("`{name}` cannot be read; send it in UTF-8.")),
        Fault::Twice(name) => Refusal::invalid(Some(name), format!("`{name}` came twice; send it once.")),
    }
}

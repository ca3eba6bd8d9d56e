//! Reading what a partner asks. Houses write numbers as texts and texts as numbers; both are taken.

use domain::money::Usd;
use domain::partner::{EXCEPT_MAX, Finish, Wish};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::Answer;

/// Characters of a service, a country or an operator.
const WORD_MAX: usize = 100;
/// Digits of a number.
const DIGITS_MAX: usize = 15;

/// A question, with the key of whoever asks. It has no `Debug`.
pub(super) struct Asked {
    pub(super) key: String,
    pub(super) action: Action,
}

/// What is asked.
pub(super) enum Action {
    /// What is for sale.
    Services,
    /// A number.
    Number(Wish),
    /// That an activation, which is an order of ours, has ended so.
    Finish(i64, Finish),
}

/// The fields of all questions together.
#[derive(Deserialize)]
struct Fields<'a> {
    action: String,
    key: String,
    country: Option<Value>,
    operator: Option<Value>,
    service: Option<Value>,
    #[serde(borrow)]
    sum: Option<&'a RawValue>,
    #[serde(rename = "exceptionPhoneSet")]
    except: Option<Vec<Value>>,
    #[serde(rename = "activationId")]
    activation: Option<Value>,
    status: Option<Value>,
}

impl Asked {
    /// Reads the body of a request.
    pub(super) fn read(body: &[u8]) -> Result<Self, Answer> {
        let unreadable = |_| Answer::malformed("the body must be JSON with `action` and `key`");
        let fields: Fields<'_> = serde_json::from_slice(body).map_err(unreadable)?;
        let action = match fields.action.as_str() {
            "GET_SERVICES" => Action::Services,
            "GET_NUMBER" => Action::Number(wish(&fields)?),
            "FINISH_ACTIVATION" => finish(&fields)?,
            _ => return Err(Answer::malformed("`action` must be GET_SERVICES, GET_NUMBER or FINISH_ACTIVATION")),
        };
        Ok(Self { key: fields.key, action })
    }
}

fn wish(fields: &Fields<'_>) -> Result<Wish, Answer> {
    let sum = fields.sum.and_then(|sum| most(sum.get()));
    Ok(Wish {
        service: word(fields.service.as_ref()).ok_or_else(|| Answer::malformed("`service` must be a code"))?,
        country: word(fields.country.as_ref()).ok_or_else(|| Answer::malformed("`country` must be a name"))?,
        operator: match &fields.operator {
            None => "any".to_owned(),
            told => word(told.as_ref()).ok_or_else(|| Answer::malformed("`operator` must be a name"))?,
        },
        most: sum.ok_or_else(|| Answer::malformed("`sum` must be the most that you pay, in dollars such as 0.30"))?,
        except: except(fields.except.as_deref().unwrap_or_default())?,
    })
}

fn finish(fields: &Fields<'_>) -> Result<Action, Answer> {
    let whole = |value: Option<&Value>| word(value).and_then(|text| text.parse::<i64>().ok());
    let order =
        whole(fields.activation.as_ref()).ok_or_else(|| Answer::malformed("`activationId` must be a number"))?;
    let how = whole(fields.status.as_ref()).and_then(Finish::from_status);
    Ok(Action::Finish(order, how.ok_or_else(|| Answer::malformed("`status` must be 1, 3, 4 or 5"))?))
}

/// A word or a number as text.
fn word(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    ((1..=WORD_MAX).contains(&text.len()) && !text.contains(char::is_control)).then_some(text)
}

/// Dollars from their digits, never through a float. What is finer than a cent is left out: it is the most that is paid.
fn most(raw: &str) -> Option<Usd> {
    let text = raw.trim_matches('"');
    let cut = text.find('.').map_or(text.len(), |point| text.len().min(point + 3));
    let (kept, rest) = text.split_at_checked(cut)?;
    if rest.bytes().all(|byte| byte.is_ascii_digit()) { Usd::parse(kept).ok() } else { None }
}

fn except(values: &[Value]) -> Result<Vec<String>, Answer> {
    let fault = || Answer::malformed("`exceptionPhoneSet` must be at most 500 beginnings of numbers, in digits");
    if values.len() > EXCEPT_MAX {
        return Err(fault());
    }
    let is_beginning = |text: &String| text.len() <= DIGITS_MAX && text.bytes().all(|byte| byte.is_ascii_digit());
    values.iter().map(|value| word(Some(value)).filter(is_beginning).ok_or_else(fault)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_that_is_paid_is_read_from_its_digits() {
        let cents = |raw: &str| most(raw).map(|most| most.micros() / 10_000);
        for (raw, read) in [("0.42", 42), ("\"0.42\"", 42), ("40", 4_000), ("0.3", 30), ("0.42999999999999999", 42)] {
            assert_eq!(cents(raw), Some(read), "{raw}");
        }
        for raw in ["", "\"\"", "-1", "4e1", "1.2e3", "0.425e1", "null", "true", "[1]", "1.", "0.4x", "üü.üü"] {
            assert_eq!(cents(raw), None, "{raw}");
        }
    }
}

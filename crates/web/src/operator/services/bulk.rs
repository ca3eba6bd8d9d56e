//! `/operator/services/prices/`: many prices by one rule, each shown before and after, then set.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::catalog::change::{self, PERCENT_MAX, PriceChange, PriceRange, PriceStep};
use domain::catalog::{self, edit};
use domain::policy::author::Author;
use domain::policy::powers::Power;
use domain::product::Product;

use super::{HERE, categories, told, typed_amount};
use crate::Door;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{Told, product_name};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/services/prices/";

#[derive(Template)]
#[template(path = "operator/services/prices.html")]
struct PricesPage {
    told: Option<Told>,
    categories: Vec<String>,
    category: String,
    product: Product,
    percent: String,
    to: String,
    /// Why they are changed.
    reason: String,
    /// What would change, once it was asked for.
    steps: Option<Vec<PriceStep>>,
    mark: String,
}

impl PricesPage {
    fn empty(categories: Vec<String>) -> Self {
        Self {
            told: None,
            categories,
            category: String::new(),
            product: Product::ShortTerm,
            percent: String::new(),
            to: String::new(),
            reason: String::new(),
            steps: None,
            mark: String::new(),
        }
    }
}

pub(super) async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    let catalog = catalog::catalog(&door.app).await?;
    render(&door, &operator, PricesPage::empty(categories(&catalog)), StatusCode::OK).await
}

async fn render(door: &Door, operator: &Operator, page: PricesPage, status: StatusCode) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    Ok(page::show(ROUTE, status, &page, &frame))
}

/// The rule that was typed: a percentage or an amount, one of them.
fn typed_change(form: &Form) -> Result<PriceChange, String> {
    match (form.text("percent").trim(), form.text("amount").trim()) {
        ("", "") => Err("type a percentage or an amount".to_owned()),
        ("", amount) => match typed_amount(amount)? {
            Some(amount) => Ok(PriceChange::To(amount)),
            None => Err("an amount for many services is not `off`".to_owned()),
        },
        (percent, "") => {
            let percent = percent.trim_end_matches('%').trim().trim_start_matches('+').parse::<i64>();
            let percent = percent.ok().filter(|percent| (-99..=PERCENT_MAX).contains(percent));
            percent
                .map(PriceChange::Percent)
                .ok_or_else(|| "a percentage is a whole number from -99 to 1000".to_owned())
        }
        _ => Err("type a percentage or an amount, not both".to_owned()),
    }
}

/// Shows what would change; changes it, if that was seen and still holds.
pub(super) async fn change(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let catalog = catalog::catalog(&door.app).await?;
    let product = Product::from_word(form.text("product")).ok_or(PageError::BadForm)?;
    let mut page = PricesPage {
        category: form.text("category").to_owned(),
        product,
        percent: form.text("percent").to_owned(),
        to: form.text("amount").to_owned(),
        reason: form.text("reason").to_owned(),
        ..PricesPage::empty(categories(&catalog))
    };
    let range = PriceRange { category: page.category.clone(), product };
    let steps = match typed_change(&form) {
        Ok(rule) => change::preview(&catalog, &range, rule).ok_or_else(|| "that makes no price".to_owned()),
        Err(why) => Err(why),
    };
    let steps = match steps {
        Ok(steps) => steps,
        Err(why) => {
            page.told = Some(Told::bad(format!("Nothing was changed: {why}.")));
            return render(&door, &operator, page, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    page.mark = change::mark(&steps);
    if form.text("mark") == page.mark {
        page.told = Some(match Author::typed(by, &page.reason) {
            Ok(by) => match edit::set_prices(&door.app, change::prices(&steps), by).await {
                Ok(()) => return Ok(page::see_other(ROUTE, &format!("{HERE}?done=prices"))),
                Err(refusal) => told(refusal)?,
            },
            Err(bad) => bad.into(),
        });
        page.steps = Some(steps);
        return render(&door, &operator, page, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if !form.text("mark").is_empty() {
        page.told = Some(Told::bad("Prices have changed since you looked. Nothing was changed: look again."));
    }
    page.steps = Some(steps);
    render(&door, &operator, page, StatusCode::OK).await
}

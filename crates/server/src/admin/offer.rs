//! `admin offer`: what other houses sell as which of our services.

use clap::Subcommand;
use domain::clock::rfc3339;
use domain::product::Product;
use domain::purchase::{self, Mapping, NewMapping};
use domain::supply::{Offer, Window};
use serde_json::json;

use super::{Answer, Desk, Refusal, words};

/// What can be done with offers.
#[derive(Subcommand)]
pub(crate) enum OfferCommand {
    /// List what is mapped, with what each house's own list said last
    #[command(after_help = "Example: jesusnumber admin offer list")]
    List,
    /// Ask a house what it sells, so that you know its codes
    #[command(after_help = "Example: jesusnumber admin offer theirs upstream-1 --like telegram")]
    Theirs {
        /// The source that is a house
        source: String,
        /// Only those whose code or name has this
        #[arg(long)]
        like: Option<String>,
    },
    /// Say that a house's code is one of your services; its price and stock are read within a minute
    #[command(after_help = "Example: jesusnumber admin offer map upstream-1 telegram short_term tg")]
    Map {
        /// The source that is a house
        source: String,
        /// The service's slug
        service: String,
        /// short_term, rental_1day or rental_30day
        #[arg(value_parser = words::product)]
        product: Product,
        /// What the house calls it
        code: String,
        /// Sell it although its number receives for less than 20 minutes; the order then ends with it
        #[arg(long)]
        short_ok: bool,
    },
    /// Buy a service from a house no more; what was bought goes on
    #[command(after_help = "Example: jesusnumber admin offer unmap upstream-1 telegram short_term")]
    Unmap {
        /// The source that is a house
        source: String,
        /// The service's slug
        service: String,
        /// short_term, rental_1day or rental_30day
        #[arg(value_parser = words::product)]
        product: Product,
    },
}

pub(super) async fn run(desk: &Desk<'_>, command: OfferCommand) -> Result<Answer, Refusal> {
    match command {
        OfferCommand::List => Ok(list(purchase::mappings(desk.app).await?)),
        OfferCommand::Theirs { source, like } => {
            let like = like.unwrap_or_default().to_lowercase();
            let fits =
                |offer: &Offer| offer.code.to_lowercase().contains(&like) || offer.name.to_lowercase().contains(&like);
            let offers = purchase::theirs(desk.app, &source).await?;
            Ok(theirs(offers.into_iter().filter(fits)))
        }
        OfferCommand::Map { source, service, product, code, short_ok } => {
            let by = desk.permit()?;
            let line = format!("{code} of {source} is {service} {}", product.word());
            let json = json!({"source": source, "service": service, "product": product.word(), "code": code});
            purchase::map(desk.app, NewMapping { source, service, product, code, short_ok, by }).await?;
            Ok(Answer::line(line, json))
        }
        OfferCommand::Unmap { source, service, product } => {
            purchase::unmap(desk.app, &source, &service, product, &desk.permit()?).await?;
            let line = format!("{service} {} is not bought from {source} any more", product.word());
            Ok(Answer::line(line, json!({"source": source, "service": service, "product": product.word()})))
        }
    }
}

fn list(mappings: Vec<Mapping>) -> Answer {
    let row = |mapping: Mapping| {
        json!({
            "source": mapping.source,
            "service": mapping.service,
            "product": mapping.product.word(),
            "code": mapping.code,
            "cost": mapping.cost.map(|cost| cost.to_string()),
            "available": mapping.available,
            "short_ok": mapping.short_ok,
            "read_at": mapping.refreshed_ms.map(rfc3339),
        })
    };
    let columns = &["source", "service", "product", "code", "cost", "available", "read_at"];
    Answer::list(columns, mappings.into_iter().map(row).collect())
}

fn theirs(offers: impl Iterator<Item = Offer>) -> Answer {
    let row = |offer: Offer| {
        let (receives, ms) = match offer.window {
            Window::Whole { ms } => ("to its end", ms),
            Window::Reused { ms } => ("again after reuse", Some(ms)),
            Window::Activated { ms } => ("while activated", Some(ms)),
        };
        json!({
            "code": offer.code,
            "name": offer.name,
            "product": offer.product.map(Product::word),
            "price": offer.price.to_string(),
            "available": offer.available,
            "receives": receives,
            "minutes": ms.map(|ms| ms / 60_000),
        })
    };
    Answer::list(&["code", "name", "product", "price", "available", "receives", "minutes"], offers.map(row).collect())
}

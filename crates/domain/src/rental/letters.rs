//! The words of the mails about rentals.

use crate::clock::rfc3339;
use crate::ids;
use crate::mail::Letter;
use crate::product::Product;

use super::Renewed;

/// To somebody whose rental the house renewed by itself.
pub(super) fn renewed(to: String, (product, id): (Product, i64), renewed: &Renewed) -> Letter {
    let (shown, price, end) = (ids::shown(product, id), renewed.price, rfc3339(renewed.end_ms));
    let body = format!(
        "Your rental {shown} was renewed for ${price}, as you had switched on. It runs until {end}.\n\n\
         You switch it off on the page of the rental.\n"
    );
    Letter { to, kind: "rental_renewed", subject: format!("Rental {shown} was renewed"), body, end_ms: None }
}

/// To somebody whose rental the house could not renew.
pub(super) fn not_renewed(to: String, (product, id): (Product, i64), end_ms: i64) -> Letter {
    let (shown, end) = (ids::shown(product, id), rfc3339(end_ms));
    let body = format!(
        "Your rental {shown} was to be renewed, and could not be: your balance does not cover it, your account has \
         reached a limit, the price is above the one that you were shown, or it is not sold just now. It ends at \
         {end}.\n\n\
         Until then we try again every ten minutes. Add funds, or renew it yourself on its page.\n"
    );
    Letter { to, kind: "rental_not_renewed", subject: format!("Rental {shown} ends soon"), body, end_ms: None }
}

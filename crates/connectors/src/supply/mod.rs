//! The wires that SMS come by.

mod own;
mod signature;
mod smpp;
mod sms_gateway_android;
mod telling;

use domain::supply::Registry;

/// Every connector that this program has.
#[must_use]
pub fn registry() -> Registry {
    Registry::new(vec![Box::new(own::Own), Box::new(sms_gateway_android::SmsGatewayAndroid), Box::new(smpp::Smpp)])
}

//! The wires that SMS come by.

mod httpsms;
mod own;
mod signature;
mod sms_gateway_android;
mod telling;
mod token;

use domain::supply::Registry;

/// Every connector that this program has.
#[must_use]
pub fn registry() -> Registry {
    Registry::new(vec![
        Box::new(own::Own),
        Box::new(sms_gateway_android::SmsGatewayAndroid),
        Box::new(httpsms::HttpSms),
    ])
}

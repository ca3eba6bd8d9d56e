//! The wires that SMS come by.

mod charset;
mod dinstar;
mod ejoin;
mod form;
mod httpsms;
mod kannel;
mod local_time;
mod openvox;
mod own;
mod signature;
mod smpp;
mod sms_gateway_android;
mod telling;
mod template;
mod textbee;
mod token;
mod word;

use domain::supply::Registry;

/// Every connector that this program has.
#[must_use]
pub fn registry() -> Registry {
    Registry::new(vec![
        Box::new(own::Own),
        Box::new(sms_gateway_android::SmsGatewayAndroid),
        Box::new(httpsms::HttpSms),
        Box::new(textbee::Textbee),
        Box::new(ejoin::Ejoin),
        Box::new(dinstar::Dinstar),
        Box::new(kannel::Kannel),
        Box::new(openvox::OpenVox),
        Box::new(template::Template),
        Box::new(smpp::Smpp),
    ])
}

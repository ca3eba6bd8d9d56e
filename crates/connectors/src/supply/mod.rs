//! The wires that SMS come by.

mod address;
mod at;
mod bandwidth;
mod charset;
mod digest;
mod dinstar;
mod ejoin;
mod form;
mod handler_api;
mod httpsms;
mod jasmin;
mod kannel;
mod local_time;
mod modemmanager;
mod nonvoipusnumber;
mod openvox;
mod own;
mod partner;
mod pdu;
mod plivo;
mod poll;
mod roster;
mod signature;
mod silence;
mod smpp;
mod sms_gateway_android;
mod spool;
mod stream;
mod telling;
mod telnyx;
mod template;
mod textbee;
mod token;
mod twilio;
pub(crate) mod upstream;
mod vonage;
mod vonage_messages;
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
        Box::new(jasmin::Jasmin),
        Box::new(openvox::OpenVox),
        Box::new(template::Template),
        Box::new(twilio::Twilio),
        Box::new(telnyx::Telnyx),
        Box::new(plivo::Plivo),
        Box::new(bandwidth::Bandwidth),
        Box::new(vonage::Vonage),
        Box::new(vonage_messages::VonageMessages),
        Box::new(smpp::Smpp),
        Box::new(nonvoipusnumber::NonVoipUsNumber::default()),
        Box::new(handler_api::HandlerApi::default()),
        Box::new(partner::Partner::default()),
        Box::new(at::At),
        Box::new(modemmanager::ModemManager),
        Box::new(spool::smstools::SmsTools),
        Box::new(spool::gammu::Gammu),
    ])
}

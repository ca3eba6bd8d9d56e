//! Every connector answers the same table of cases, and some of its own; mails meet a mail server of the tests.

mod at;
mod bandwidth;
mod cases;
mod dinstar;
mod ejoin;
mod house;
mod httpsms;
mod jasmin;
mod kannel;
mod mail_server;
mod openvox;
mod own;
mod peer;
mod plivo;
mod smpp;
mod sms;
mod sms_gateway_android;
mod smtp;
mod spool;
mod telnyx;
mod template;
mod textbee;
mod twilio;

//! Every connector answers the same table of cases, and some of its own; mails meet a mail server of the tests.

mod cases;
mod house;
mod httpsms;
mod mail_server;
mod own;
mod peer;
mod sms_gateway_android;
mod smtp;

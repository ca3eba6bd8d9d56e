//! Every connector answers the same table of cases, and some of its own.

mod cases;
mod own;
mod peer;
mod sms_gateway_android;

//! The program as a whole, started and spoken to as its users do.

mod admin;
mod demo;
mod deploy;
mod docs;
mod extract;
mod house;
mod http;
mod mail;
mod partners;
mod program;
mod purchases;
mod serve;
mod settings;
mod tidy;
mod tls;

//! Stories over HTTP, on both engines, against a server on the loopback.

mod account;
mod bad_input;
mod browser;
mod busy;
mod complaints;
mod console;
mod console_books;
mod console_numbers;
mod console_people;
mod dashboard;
mod down;
mod forgery;
mod golden;
mod http;
mod ingest;
mod keys;
mod limits;
mod login;
mod own_account;
mod pages;
mod rental;
mod repeat;
mod second;
mod short_term;
mod waiting;
mod world;

//! Verbs and steps on real engines, both of them; the tree mirrors `src`.

mod account;
mod alert;
mod catalog;
mod complaint;
mod db;
mod dossier;
mod event;
mod figures;
mod history;
mod house;
mod ledger;
mod login;
mod mail;
mod message;
mod number;
mod order;
mod partner;
mod policy;
mod purchase;
mod rental;
mod side;
mod supply;
mod verify;

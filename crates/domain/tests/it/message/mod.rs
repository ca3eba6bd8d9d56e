//! Messages: who gets them, and who never does.

mod code;
mod erase;
mod join;
mod pumping;
mod quarantine;
mod receive;
mod route;

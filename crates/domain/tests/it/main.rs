//! Verbs and steps on real engines, both of them; the tree mirrors `src`.

mod house;
mod message;
mod order;

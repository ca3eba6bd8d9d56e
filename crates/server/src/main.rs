//! The program: settings, wiring, workers, operator commands.

fn main() {}

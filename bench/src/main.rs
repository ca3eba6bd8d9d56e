//! Measurements anyone can run: each prints a ratio against a limit measured in the same run.

fn main() {}

//! The program as a whole, started and spoken to as its users do.

//! The whole program, run as its users run it, on the bundled model with the engine that every
//! build has.

mod bad_input;
mod command;
mod extract;
mod golden;

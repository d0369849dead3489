//! The whole program, run as its users run it, on the bundled model with the engine that every
//! build has.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod add;
mod agree;
mod bad_input;
mod closed_pipe;
mod command;
mod docs;
mod documents;
mod durable;
mod extract;
mod golden;
mod hub;
mod info;
mod judged;
mod kept;
mod label;
mod learn;
mod learned;
mod names;
mod parse;
mod pull;
mod rules;
mod view;

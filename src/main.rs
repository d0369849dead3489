//! The command `triplewire`.

fn main() {}

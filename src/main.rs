//! The command `triplewire`.

use std::process::ExitCode;

fn main() -> ExitCode {
    triplewire::cli::run()
}

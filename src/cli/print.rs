//! What commands print.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anyhow::Context;

/// Prints on standard output. That a reader has gone away (`| head`) is no error: it has seen enough.
pub(super) fn print(text: impl Display) -> anyhow::Result<()> {
    match write!(io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        _ => Ok(()),
    }
}

/// Prints a line on standard error. Nobody can be told that it cannot be written.
pub(super) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

//! Output of commands.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::error::{self, Error, Result};

/// Prints on standard output. A closed pipe (`| head`) is no error.
pub(super) fn print(text: impl Display) -> Result<()> {
    print_on(text).map(|_| ())
}

/// The same for one part of many; false if the pipe is closed.
pub(super) fn print_on(text: impl Display) -> Result<bool> {
    let mut output = io::stdout();
    match write!(output, "{text}").and_then(|()| output.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(unprintable(error)),
    }
}

/// The error if standard output cannot be written.
pub(super) fn unprintable(error: io::Error) -> Error {
    Error::io("standard output", error, "Make room where it goes to, then run again")
}

/// Prints the error that has ended a command.
pub(super) fn fail(error: &anyhow::Error) {
    complain(error::line("error", format_args!("{error:#}")));
}

/// Prints a line on standard error, if it can be written.
pub(super) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

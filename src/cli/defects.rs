//! Panics, reported as defects of the program.

use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use crate::error::line;

/// Place and message of the last panic.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Silences panics until they end the program: most are caught and reported as the loss of a file or batch. With
/// `RUST_BACKTRACE` set, each is shown at once.
pub(super) fn note() {
    let usual = panic::take_hook();
    let show = std::env::var_os("RUST_BACKTRACE").is_some_and(|it| it != "0");
    panic::set_hook(Box::new(move |defect| {
        if show {
            usual(defect);
        }
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = place(defect);
    }));
}

fn place(defect: &PanicHookInfo<'_>) -> String {
    let place = defect.location().map(|it| format!(" at {}, line {}", it.file(), it.line()));
    let said = defect.payload_as_str().map(|said| format!(" ({said})"));
    place.unwrap_or_default() + &said.unwrap_or_default()
}

/// The message of the last panic, when it has ended the program.
pub(super) fn told() -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    line(
        "error",
        format_args!("triplewire has a defect{last}. Please report it, with the command and its input"),
    )
}

//! What is said where the program itself is wrong.

use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use crate::error::line;

/// Where the last defect is, and what was said there.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Keeps defects to themselves until they end the program: most are caught, cost one file or batch, and are told of there.
/// With `RUST_BACKTRACE` set each is shown as it occurs.
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

/// What the last defect has to say, when it has ended the program.
pub(super) fn told() -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    line(
        "error",
        format_args!("triplewire has a defect{last}. Please report it, with the command and its input"),
    )
}

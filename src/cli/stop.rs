//! Ctrl-C: the first finishes the articles in work, the second stops at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::print::complain;

/// A flag that the first Ctrl-C sets; `how` says how the command stops then. The second ends the program.
pub(crate) fn on_ctrl_c(how: &'static str) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        complain(format_args!("stopping: {how}. Ctrl-C again stops at once"));
    };
    // Without a handler Ctrl-C ends the program as usual; no file is left half-written either.
    let _ = ctrlc::set_handler(handler);
    stop
}

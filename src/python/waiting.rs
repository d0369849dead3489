//! Work that Ctrl-C interrupts.

use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// How often Python is asked for signals.
pub(crate) const POLL: Duration = Duration::from_millis(50);

/// Runs `work` while other Python threads run. Ctrl-C does not wait for its end.
///
/// # Errors
/// What the handler of Ctrl-C raises, or if `work` panics.
pub(crate) fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    wait(py, &started(work))
}

/// Starts `work` on its own thread; its result comes by the channel.
pub(crate) fn started<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Receiver<T> {
    let (send, receive) = bounded(1);
    thread::spawn(move || send.send(work()));
    receive
}

/// Waits for the result of [`started`].
///
/// # Errors
/// What the handler of Ctrl-C raises, or if the work panics.
pub(crate) fn wait<T: Send>(py: Python<'_>, receive: &Receiver<T>) -> PyResult<T> {
    loop {
        match py.detach(|| receive.recv_timeout(POLL)) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                let said =
                    "the program failed. This is a defect of triplewire: please report it with the input";
                return Err(PyRuntimeError::new_err(said));
            }
        }
    }
}

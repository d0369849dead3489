//! How a command ends.

use crate::pipeline::Ending;

/// The end of a command without an error.
///
/// See the [example](crate::cli#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything asked for was done: exit code 0.
    Done,
    /// Done, but some inputs were skipped, each named on standard error: exit code 2.
    SomeSkipped,
    /// Ctrl-C: finished articles are kept: exit code 130.
    Interrupted,
}

impl Outcome {
    /// The outcome of a run over articles, with or without skipped inputs.
    pub(super) fn of(ending: Ending, some_skipped: bool) -> Self {
        match ending {
            Ending::Stopped => Outcome::Interrupted,
            Ending::Complete if some_skipped => Outcome::SomeSkipped,
            Ending::Complete => Outcome::Done,
        }
    }
}

//! How a command ends.

use crate::pipeline::Ending;

/// How a command ended, when it ended without an error.
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
    /// Of a run over articles that ended so, with or without skipped inputs.
    pub(super) fn of(ending: Ending, some_skipped: bool) -> Self {
        match ending {
            Ending::Stopped => Outcome::Interrupted,
            Ending::Complete if some_skipped => Outcome::SomeSkipped,
            Ending::Complete => Outcome::Done,
        }
    }
}

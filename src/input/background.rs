//! Runs a parser on a thread of its own.
//!
//! Some parsers lend out what they hold, call themselves deep down, or fail on damaged files by a panic. On a thread
//! with a large stack they can do all three: what they find comes through a channel, which holds a few articles.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::reader::{ReadItem, Reader};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// Bytes of the stack. It takes memory only where it is used.
const STACK: usize = 64 << 20;

/// What waits to be read.
const WAITING: usize = 4;

/// Reads what a parser finds.
pub(super) struct Background {
    found: Receiver<ReadItem>,
    thread: Option<JoinHandle<()>>,
    place: Place,
}

/// Where a parser puts what it finds.
pub(super) struct Outlet(SyncSender<ReadItem>);

/// The receiver is gone: no more is wanted.
pub(super) struct Unwanted;

impl Outlet {
    pub(super) fn put(&self, found: ReadItem) -> Result<(), Unwanted> {
        self.0.send(found).map_err(|_| Unwanted)
    }

    pub(super) fn put_all(&self, found: impl IntoIterator<Item = ReadItem>) -> Result<(), Unwanted> {
        found.into_iter().try_for_each(|it| self.put(it))
    }

    /// Says that something is left out.
    pub(super) fn skipped(
        &self,
        kind: ProblemKind,
        place: Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Result<(), Unwanted> {
        self.put(ReadItem::Problem(kind, Problem::skipped(place, message, remedy)))
    }
}

impl Background {
    /// Starts `parse` on the file at `place`. It ends early if the receiver is gone.
    pub(super) fn start(
        place: Place,
        parse: impl FnOnce(&Outlet) -> Result<(), Unwanted> + Send + 'static,
    ) -> Result<Background, Problem> {
        let (sender, found) = sync_channel(WAITING);
        let work = move || drop(parse(&Outlet(sender)));
        let thread = Builder::new().name("reader".to_owned()).stack_size(STACK).spawn(work);
        let thread = thread.map_err(|error| super::unreadable(&place.file, &error))?;
        Ok(Background { found, thread: Some(thread), place })
    }
}

impl Reader for Background {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        if let Ok(found) = self.found.recv() {
            out.push_back(found);
            return true;
        }
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            let problem = Problem::skipped(
                self.place.clone(),
                "the file is damaged in a way that the program cannot handle",
                "What was found before is kept. Open it in the program that it is made for, save it again, and name \
                 the new file.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
        }
        false
    }
}

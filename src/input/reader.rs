//! What every format reader does, and what it finds.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::{Place, Problem, words};
use crate::text::Article;

use super::bytes;
use super::repeats::ProblemKind;

/// A format reader.
pub(super) trait Reader: Send {
    /// Reads on, putting what it finds after what is in `out`. False when there is no more to read.
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool;
}

/// What a format reader finds.
pub(super) enum ReadItem {
    Article(Box<Given>),
    /// An article that is ready to be yielded.
    Settled(Article),
    Problem(ProblemKind, Problem),
}

/// An article as its file gives it: the id may be another's too, and the date be in any form.
pub(super) struct Given {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    pub(super) source: Option<String>,
    pub(super) url: Option<String>,
    /// Where it came from.
    pub(super) place: Place,
}

impl Given {
    /// An article of which nothing else is known.
    pub(super) fn new(id: String, text: String, place: Place) -> Self {
        Given { id, text, title: None, date: None, source: None, url: None, place }
    }
}

/// A file that cannot be opened.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "It was there when the run started. Put it back and run again.",
        io::ErrorKind::PermissionDenied => "Ask its owner for the right to read it.",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            "Check that it is what its name says (.gz, .zst), and copy or download it again."
        }
        _ => "Check that the disk or network share is there, and run again.",
    };
    Problem::skipped(Place::file(path), format!("cannot be read ({})", words::io(error)), remedy)
}

/// The bytes of a file that can be opened.
pub(super) fn size(path: &Path) -> Result<u64, Problem> {
    let size = File::open(path).and_then(|file| Ok(file.metadata()?.len()));
    size.map_err(|error| unreadable(path, &error))
}

/// A file that could be read up to here and no further.
pub(super) fn stopped(place: Place, error: &io::Error, kept: &str) -> ReadItem {
    let problem = Problem::skipped(
        place,
        format!("the file is damaged or cut off here ({})", words::io(error)),
        format!("{kept} Copy or download the file again."),
    );
    ReadItem::Problem(ProblemKind::File, problem)
}

/// An article of whose text nothing is left.
pub(super) fn empty_text(place: Place) -> ReadItem {
    let problem = Problem::skipped(
        place,
        "the text is empty",
        "Nothing can be found in it; no need to do anything if that is right.",
    );
    ReadItem::Problem(ProblemKind::EmptyText, problem)
}

/// An article that is longer than may be.
pub(super) fn too_long(place: Place, what: &str) -> ReadItem {
    let problem = Problem::skipped(
        place,
        format!("{what} is longer than {} MB", bytes::LONGEST >> 20),
        "No article is; look at what made this file. What follows is read.",
    );
    ReadItem::Problem(ProblemKind::TooLong, problem)
}

//! What can go wrong, and the form in which it is said. An [`Error`] ends the run; a [`Problem`] is about one input and
//! does not.
//!
//! # Example
//!
//! ```
//! use triplewire::error::{Error, Place, Problem, Result};
//!
//! fn score(text: &str) -> Result<f64> {
//!     text.parse().map_err(|_| {
//!         let problem = format!("`{text}` is no number");
//!         Error::config(Place::line("my.toml", 7), problem, "Give a score from 0 to 1")
//!     })
//! }
//!
//! assert_eq!(score("0.8").ok(), Some(0.8));
//! let error = score("high").unwrap_err().to_string();
//! assert_eq!(error, "my.toml, line 7: `high` is no number. Give a score from 0 to 1");
//!
//! // What costs one article says so in the same form.
//! let problem = Problem::skipped(Place::row("news.xlsx", 3), "the text is empty", "Fill it in, or delete the row");
//! let said = "skipped: news.xlsx, row 3: the text is empty. Fill it in, or delete the row.";
//! assert_eq!(problem.to_string(), said);
//! ```

pub(crate) mod words;

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail for good.
///
/// See the [example](crate::error#example).
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that stops a command. Every message names the file (and line, where there is one) and
/// says what to do.
///
/// See the [example](crate::error#example).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}", form(path.display(), words::io(said), remedy))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said. No source of this error: it is in the message already.
        said: std::io::Error,
        /// What the user can do.
        remedy: String,
    },
    /// A model folder cannot be used.
    #[error("{}", form(format_args!("model {}", path.display()), problem, remedy))]
    Model {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// A model cannot be fetched from the hub.
    #[error("{}", form(format_args!("hub model {model}"), problem, remedy))]
    Hub {
        /// The model's id, with its revision.
        model: String,
        /// What is wrong.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// A rule file, alias table or map written by the user is wrong.
    #[error("{}", form(place, problem, remedy))]
    Config {
        /// Where.
        place: Place,
        /// What is wrong.
        problem: String,
        /// What the user can do.
        remedy: String,
    },
    /// The engine failed on a batch. This is a defect of the model or of the program.
    #[error("{}", form(format_args!("engine {engine}"), problem, OF_ENGINE))]
    Engine {
        /// The engine's name.
        engine: &'static str,
        /// What it said.
        problem: String,
    },
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
}

const OF_ENGINE: &str = "Use another with --engine, or another model with --model";

/// The form of a message: where, what happened, and what to do.
fn form(place: impl fmt::Display, problem: impl fmt::Display, remedy: &str) -> String {
    sentences(&format!("{place}: {problem}. {remedy}"))
}

/// Sentences of a message, of which the last has no full stop: who prints them ends them, see [`line`].
fn sentences(text: &str) -> String {
    text.trim_end().trim_end_matches('.').to_owned()
}

/// A message as it is printed: on a line, after what it is (`error`, `skipped`, `warning`).
pub(crate) fn line(kind: &str, message: impl fmt::Display) -> String {
    format!("{kind}: {}.", sentences(&message.to_string()))
}

impl Error {
    /// An [`Error::Io`].
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error, remedy: impl Into<String>) -> Self {
        Error::Io { path: path.into(), said: source, remedy: remedy.into() }
    }

    /// An [`Error::Model`].
    pub fn model(path: impl Into<PathBuf>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Error::Model { path: path.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// An [`Error::Hub`].
    pub fn hub(model: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Error::Hub { model: model.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// An [`Error::Config`].
    pub fn config(place: Place, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Error::Config { place, problem: problem.into(), remedy: remedy.into() }
    }
}

/// A file and, where it makes sense, a line or record in it (the first is 1).
///
/// See the [example](crate::error#example).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// The line, or the record where a file has no lines, counted from 1.
    pub line: Option<u64>,
    /// What `line` counts.
    pub unit: Unit,
}

/// What a place in a file is counted in.
///
/// See the [example](crate::error#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Unit {
    /// Lines of text.
    Line,
    /// Records of a file that has no lines.
    Record,
    /// Rows of a sheet, as a spreadsheet numbers them.
    Row,
    /// Messages of a mailbox.
    Message,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl AsRef<Path>) -> Self {
        Place { file: file.as_ref().to_path_buf(), line: None, unit: Unit::Line }
    }

    /// A line of a file, counted from 1.
    pub fn line(file: impl AsRef<Path>, line: u64) -> Self {
        Place { file: file.as_ref().to_path_buf(), line: Some(line), unit: Unit::Line }
    }

    /// A record of a file that has no lines, counted from 1.
    pub fn record(file: impl AsRef<Path>, record: u64) -> Self {
        Place { file: file.as_ref().to_path_buf(), line: Some(record), unit: Unit::Record }
    }

    /// A row of a sheet, counted from 1.
    pub fn row(file: impl AsRef<Path>, row: u64) -> Self {
        Place { file: file.as_ref().to_path_buf(), line: Some(row), unit: Unit::Row }
    }

    /// A message of a mailbox, counted from 1.
    pub fn message(file: impl AsRef<Path>, message: u64) -> Self {
        Place { file: file.as_ref().to_path_buf(), line: Some(message), unit: Unit::Message }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, {} {line}", self.file.display(), self.unit),
            None => write!(f, "{}", self.file.display()),
        }
    }
}

/// Something wrong with one input. The run goes on; the problem is printed on standard error and
/// recorded in `run.json`.
///
/// See the [example](crate::error#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong, without a final full stop.
    pub message: String,
    /// What the user can do, or what was done about it.
    pub remedy: String,
    /// Whether the input is missing from the output because of it (exit code 2).
    pub skipped: bool,
}

impl Problem {
    /// The input is left out.
    pub fn skipped(place: Place, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem { place, message: message.into(), remedy: remedy.into(), skipped: true }
    }

    /// The input is used, with something mended.
    pub fn mended(place: Place, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem { place, message: message.into(), remedy: remedy.into(), skipped: false }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.skipped { "skipped" } else { "warning" };
        f.write_str(&line(kind, form(&self.place, &self.message, &self.remedy)))
    }
}

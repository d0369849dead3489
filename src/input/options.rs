//! How inputs are read.

use std::path::PathBuf;

/// How to read tables and JSON, and what to leave alone.
///
/// See the [example](crate::input#example).
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The column (for JSON: the key) that holds the id; guessed from `id|url|title` if not given.
    pub id_column: Option<String>,
    /// The column (for JSON: the key) that holds the text; guessed from `text|body|content` if not
    /// given.
    pub text_column: Option<String>,
    /// The column (for JSON: the key) that holds the date of publication; guessed from `date`, `published` and the like
    /// if not given.
    pub date_column: Option<String>,
    /// The column (for JSON: the key) that holds the headline; guessed from `title|headline` if not given.
    pub title_column: Option<String>,
    /// The column (for JSON: the key) that holds the publisher; guessed from `source`, `publisher` and the like if not
    /// given.
    pub source_column: Option<String>,
    /// The sheet of a spreadsheet that holds the articles; the first with a text column if not given.
    pub sheet: Option<String>,
    /// Standard input holds a part of the lines of some other input: its first one says nothing about the
    /// others, and there may be none.
    pub dealt: bool,
    /// Folders not to enter when they are met inside an input folder: the one that output goes to.
    pub pass_over: Vec<PathBuf>,
}

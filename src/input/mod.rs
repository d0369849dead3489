//! Articles from files: one reader per format, all yielding a stream of [`Item`]s.

use std::path::PathBuf;

use crate::error::{Problem, Result};
use crate::text::Article;

/// How to read tables.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The column that holds the id; guessed from `id|url|title` if not given.
    pub id_column: Option<String>,
    /// The column that holds the text; guessed from `text|body|content` if not given.
    pub text_column: Option<String>,
}

/// What a reader yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The next article.
    Article(Article),
    /// Something wrong, at this point of the stream.
    Problem(Problem),
}

/// The articles of all inputs, in order. Files are opened one at a time and read as they are
/// needed, so memory does not grow with the number of articles.
pub struct Articles {}

/// Opens `inputs` (files, folders, or `-` for JSONL on standard input).
///
/// # Errors
/// If an input does not exist or is of no known format: then nothing is read at all.
pub fn open(_inputs: &[PathBuf], _options: Options) -> Result<Articles> {
    Ok(Articles {})
}

impl Iterator for Articles {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        None
    }
}

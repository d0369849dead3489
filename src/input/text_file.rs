//! A text file: one article.

use std::collections::VecDeque;
use std::io::Read;

use super::bytes::{Bytes, LONGEST};
use super::decode::{self, Charset};
use super::reader::{Given, ReadItem, Reader, stopped, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// Reads one file whole.
pub(super) struct TextFile {
    bytes: Bytes,
    place: Place,
    name: String,
    /// Whether the content must show that it is text.
    doubtful: bool,
}

impl TextFile {
    pub(super) fn new(bytes: Bytes, place: Place, name: String, doubtful: bool) -> Self {
        TextFile { bytes, place, name, doubtful }
    }
}

impl Reader for TextFile {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let mut bytes = Vec::new();
        if let Err(error) = self.bytes.by_ref().take(LONGEST as u64 + 1).read_to_end(&mut bytes) {
            out.push_back(stopped(self.place.clone(), &error, "The article is left out."));
            return false;
        }
        if bytes.len() > LONGEST {
            out.push_back(too_long(self.place.clone(), "the file"));
            return false;
        }
        if self.doubtful && bytes.contains(&0) {
            let problem = Problem::skipped(
                self.place.clone(),
                "this is no text",
                "Name .txt, .csv, .tsv or .jsonl files, or save its text as .txt.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
            return false;
        }
        let empty = bytes.is_empty();
        let decoded = Charset::default().decode(bytes);
        if decoded.text.trim().is_empty() {
            let message = if empty { "the file is empty" } else { "the file holds nothing but blanks" };
            let problem = Problem::skipped(
                self.place.clone(),
                message,
                "Put the article in, or delete the file, to be rid of this message.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
            return false;
        }
        if decoded.foreign > 0 {
            let place = Place::line(&self.place.file, decoded.lines_before + 1);
            let problem = decode::foreign_problem(place, decoded.foreign, decoded.encoding);
            out.push_back(ReadItem::Problem(ProblemKind::Encoding, problem));
        }
        if decoded.nuls > 0 {
            let problem = decode::nul_problem(self.place.clone(), decoded.nuls);
            out.push_back(ReadItem::Problem(ProblemKind::Nul, problem));
        }
        let given = Given::new(std::mem::take(&mut self.name), decoded.text, self.place.clone());
        out.push_back(ReadItem::Article(Box::new(given)));
        false
    }
}

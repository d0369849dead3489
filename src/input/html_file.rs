//! A saved web page: one article.

use std::collections::VecDeque;
use std::io::Read;

use super::bytes::Bytes;
use super::decode;
use super::page::{self, LONGEST_PAGE};
use super::reader::{ReadItem, Reader, stopped};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// Reads one page.
pub(super) struct Html {
    bytes: Bytes,
    place: Place,
    name: String,
}

impl Html {
    pub(super) fn new(bytes: Bytes, place: Place, name: String) -> Self {
        Html { bytes, place, name }
    }

    fn problem(&self, kind: ProblemKind, message: impl Into<String>, remedy: &str) -> ReadItem {
        ReadItem::Problem(kind, Problem::skipped(self.place.clone(), message, remedy))
    }
}

impl Reader for Html {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let mut bytes = Vec::new();
        if let Err(error) = self.bytes.by_ref().take(LONGEST_PAGE as u64 + 1).read_to_end(&mut bytes) {
            out.push_back(stopped(self.place.clone(), &error, "The page is left out."));
            return false;
        }
        if bytes.len() > LONGEST_PAGE {
            let message = format!("the page is longer than {} MB", LONGEST_PAGE >> 20);
            out.push_back(self.problem(
                ProblemKind::TooLong,
                message,
                "Save its text as .txt and name that file.",
            ));
            return false;
        }
        let decoded = page::decode(bytes, None);
        let page = match page::read(&decoded.text) {
            Ok(page) => page,
            Err(why) => {
                let remedy = "If a browser shows one, save it from there as text (.txt).";
                out.push_back(self.problem(ProblemKind::Page, why.message(), remedy));
                return false;
            }
        };
        out.extend(decode::problems(&self.place, &decoded));
        let id = std::mem::take(&mut self.name);
        out.push_back(ReadItem::Article(Box::new(page.given(id, self.place.clone()))));
        false
    }
}

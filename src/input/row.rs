//! An article from a row with columns, whatever the row is written in.

use super::bytes::LONGEST;
use super::columns::Columns;
use super::decode::{self, Decoded};
use super::reader::{Given, ReadItem, empty_text, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// What a row holds: its text, and its other cells, of which those that are empty are none.
pub(super) struct Row<F> {
    pub(super) text: Decoded,
    /// The cell of a column.
    pub(super) cell: F,
    /// What the article is called if the row does not say: after the file and the number of the row.
    pub(super) name: String,
    pub(super) place: Place,
}

impl<F: FnMut(usize) -> Option<String>> Row<F> {
    /// The article, after what is wrong with it.
    pub(super) fn article(mut self, columns: &Columns) -> impl Iterator<Item = ReadItem> {
        let mut found = Vec::with_capacity(1);
        self.take(columns, &mut found);
        found.into_iter()
    }

    fn take(&mut self, columns: &Columns, out: &mut Vec<ReadItem>) {
        let place = &self.place;
        if self.text.text.len() > LONGEST {
            out.push(too_long(place.clone(), "the text"));
            return;
        }
        if self.text.text.trim().is_empty() {
            out.push(empty_text(place.clone()));
            return;
        }
        out.extend(decode::problems(place, &self.text));
        // One column may be the id and the address.
        let mut cell = |column: Option<usize>| (self.cell)(column?);
        let id = cell(columns.id).unwrap_or_else(|| {
            if columns.id.is_some() {
                let remedy = format!("The article is called {}, after its row.", self.name);
                let problem = Problem::mended(place.clone(), "the id is empty", remedy);
                out.push(ReadItem::Problem(ProblemKind::NoId, problem));
            }
            std::mem::take(&mut self.name)
        });
        let Columns { title, date, source, url, .. } = *columns;
        let [title, date, source, url] = [title, date, source, url].map(cell);
        let text = std::mem::take(&mut self.text.text);
        out.push(ReadItem::Article(Box::new(Given {
            id,
            text,
            title,
            date,
            source,
            url,
            place: place.clone(),
        })));
    }
}

//! Tables (CSV, TSV): one article a row.
//!
//! [`rows`] finds the rows, the crate `csv` takes them apart. Finding them here gives every row its physical line, and
//! lets a forgotten quotation mark cost one row wherever the rows after it can be distinguished from prose ([`quotes`]): a parser
//! takes everything up to the next one, or to the end of the file, for one cell.

mod cells;
mod quotes;
mod rows;

use std::collections::VecDeque;
use std::path::PathBuf;

use csv::ByteRecord;

use super::bytes::Bytes;
use super::columns::{self, Columns};
use super::decode::{self, Charset};
use super::options::Options;
use super::reader::{Given, ReadItem, Reader, empty_text, stopped, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};
use cells::{cells, names, trim};
use quotes::{LOOKS, resume_at};
use rows::{Row, Rows};

/// Bytes of a file that may be read again in any case.
const MAY_BE_PUT_BACK: u64 = 1 << 20;

/// Reads a file row by row.
pub(super) struct TableReader {
    rows: Rows,
    file: PathBuf,
    name: String,
    options: Options,
    charset: Charset,
    /// None before the header was read.
    header: Option<Header>,
    /// The number of rows so far, the header not counted.
    row: u64,
    /// Bytes that were read and put back.
    put_back: u64,
}

#[derive(Clone, Copy)]
struct Header {
    columns: Columns,
    width: usize,
}

impl TableReader {
    pub(super) fn new(bytes: Bytes, file: PathBuf, name: String, delimiter: u8, options: Options) -> Self {
        let rows = Rows::new(bytes, delimiter);
        TableReader {
            rows,
            file,
            name,
            options,
            charset: Charset::default(),
            header: None,
            row: 0,
            put_back: 0,
        }
    }

    /// Reads the header. False if there is no going on.
    fn start(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let row = match self.rows.guess_delimiter(&self.options).and_then(|()| self.rows.next()) {
            Ok(row) => row,
            Err(error) => {
                out.push_back(stopped(Place::file(&self.file), &error, "Nothing was read from it."));
                return false;
            }
        };
        let Some(row) = row else {
            let problem = Problem::skipped(
                Place::file(&self.file),
                "the file is empty",
                "Put the articles in: a first row with the names of the columns, then one article a row.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
            return false;
        };
        let place = Place::line(&self.file, row.line);
        if row.too_long {
            out.push_back(too_long(place, "the first row"));
            return false;
        }
        let names = names(&row.bytes, self.rows.delimiter);
        match Columns::find(names.iter().map(String::as_str), &self.options) {
            Ok(columns) => {
                let width = names.len();
                self.header = Some(Header { columns, width });
                true
            }
            Err(missing) => {
                let names = names.iter().map(String::as_str);
                let (message, remedy) = columns::explain(missing, "column", names, &self.options);
                let remedy = format!("{remedy} The first row must hold the names of the columns.");
                let problem = Problem::skipped(place, message, remedy);
                out.push_back(ReadItem::Problem(ProblemKind::File, problem));
                false
            }
        }
    }

    /// Takes in one row that was read.
    fn row(&mut self, header: Header, row: Row, out: &mut VecDeque<ReadItem>) {
        if row.too_long && !row.open {
            out.push_back(too_long(Place::line(&self.file, row.line), "the row"));
            self.row += 1;
            return;
        }
        let mut records = cells(&row.bytes, self.rows.delimiter);
        records.iter_mut().for_each(|record| trim(record, header.width));
        let fits = records.iter().all(|record| record.len() == header.width);
        if row.open || (row.lines > 1 && (!fits || row.dropped)) {
            let place = Place::line(&self.file, row.line);
            let again = self.put_back + row.bytes.len() as u64;
            // Otherwise the time for a file of nothing but quotation marks would grow with the square of its length.
            let may_go_back = again <= MAY_BE_PUT_BACK + LOOKS * self.rows.bytes_taken();
            let resumed = resume_at(&row.bytes, row.open, header.width, self.rows.delimiter);
            if let Some(lines) = resumed.filter(|_| may_go_back) {
                self.put_back = again;
                out.push_back(ReadItem::Problem(ProblemKind::Quotes, self.unclosed(&row, Some(lines))));
                self.rows.put_back(row, lines);
                self.row += 1;
                return;
            }
            if row.too_long {
                out.push_back(too_long(place, "the row, in which a quotation mark may never be closed,"));
                self.row += 1;
                return;
            }
            if row.open {
                out.push_back(ReadItem::Problem(ProblemKind::Quotes, self.unclosed(&row, None)));
                self.row += 1;
                return;
            }
        }
        let place = Place::line(&self.file, row.line);
        if row.dropped && fits {
            let mut message = "a quoted cell goes on after its closing quotation mark".to_owned();
            if row.lines > 1 {
                let last = row.line + row.lines as u64 - 1;
                message += &format!("; the row was read up to line {last}, which may be too far");
            }
            let problem = Problem::mended(
                place.clone(),
                message,
                "That quotation mark was dropped. Inside quoted cells, write \"\" for a quotation mark.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::Dropped, problem));
        }
        for record in records {
            self.row += 1;
            if record.len() != header.width {
                out.push_back(ReadItem::Problem(
                    ProblemKind::Columns,
                    wrong_width(&place, record.len(), header.width),
                ));
            } else if record.iter().any(|cell| !cell.is_empty()) {
                self.article(header, &record, &place, out);
            }
        }
    }

    fn article(&mut self, header: Header, record: &ByteRecord, place: &Place, out: &mut VecDeque<ReadItem>) {
        let (mut foreign, mut encoding, mut nuls) = (0, "", 0);
        let charset = &mut self.charset;
        let mut cell = |column: usize| {
            let decoded = charset.decode(record.get(column).unwrap_or_default().to_vec());
            if foreign == 0 {
                encoding = decoded.encoding;
            }
            foreign += decoded.foreign;
            nuls += decoded.nuls;
            decoded.text
        };
        let text = cell(header.columns.text);
        if text.trim().is_empty() {
            out.push_back(empty_text(place.clone()));
            return;
        }
        let mut short = |column: Option<usize>| {
            let cell = cell(column?);
            Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty())
        };
        let id = short(header.columns.id);
        let Columns { title, date, source, url, .. } = header.columns;
        let [title, date, source, url] = [title, date, source, url].map(&mut short);
        if foreign > 0 {
            let problem = decode::foreign_problem(place.clone(), foreign, encoding);
            out.push_back(ReadItem::Problem(ProblemKind::Encoding, problem));
        }
        if nuls > 0 {
            out.push_back(ReadItem::Problem(ProblemKind::Nul, decode::nul_problem(place.clone(), nuls)));
        }
        let id = id.unwrap_or_else(|| {
            let id = format!("{}#{}", self.name, self.row);
            if header.columns.id.is_some() {
                let problem = Problem::mended(
                    place.clone(),
                    "the id is empty",
                    format!("The article is called {id}, after its row."),
                );
                out.push_back(ReadItem::Problem(ProblemKind::NoId, problem));
            }
            id
        });
        let place = place.clone();
        out.push_back(ReadItem::Article(Box::new(Given { id, text, title, date, source, url, place })));
    }

    fn unclosed(&self, row: &Row, resumed: Option<usize>) -> Problem {
        let last = row.line + row.lines as u64 - 1;
        let message = match resumed {
            Some(lines) => format!(
                "a quotation mark is opened in this row and never closed; reading went on at line {}",
                row.line + lines as u64
            ),
            None if row.lines == 1 => "a quotation mark is opened in this row and never closed".to_owned(),
            None => format!(
                "a quotation mark is opened in this row and never closed; everything from here to line \
                 {last}, the end of the file, was taken for one cell"
            ),
        };
        Problem::skipped(
            Place::line(&self.file, row.line),
            message,
            "Close it, or write \"\" for a quotation mark that belongs to the text.",
        )
    }
}

impl Reader for TableReader {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let Some(header) = self.header else { return self.start(out) };
        match self.rows.next() {
            Ok(Some(row)) => {
                self.row(header, row, out);
                true
            }
            Ok(None) => {
                if self.row == 0 {
                    let problem = Problem::skipped(
                        Place::file(&self.file),
                        "there is a header but not one row below it",
                        "Put the articles in, one a row.",
                    );
                    out.push_back(ReadItem::Problem(ProblemKind::File, problem));
                }
                false
            }
            Err(error) => {
                let place = Place::line(&self.file, self.rows.lines_read() + 1);
                out.push_back(stopped(place, &error, "The rows before this line are kept."));
                false
            }
        }
    }
}

fn wrong_width(place: &Place, found: usize, width: usize) -> Problem {
    let few = if found < width { "too few" } else { "too many" };
    let cells = if found == 1 { "cell" } else { "cells" };
    Problem::skipped(
        place.clone(),
        format!("{few} columns: {found} {cells}, but the first row names {width}"),
        "Put cells that hold commas, quotation marks or line breaks in quotation marks, or save the table \
         again from a spreadsheet.",
    )
}

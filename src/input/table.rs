//! Tables (CSV, TSV): one article a row.
//!
//! Rows are found here and taken apart by the `csv` crate. Finding them here gives every row its
//! physical line, and lets a forgotten quotation mark cost one row wherever the rows behind it can
//! be told from prose: a parser takes everything up to the next one, or to the end of the file, for
//! one cell.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;

use csv::{ByteRecord, ReaderBuilder};

use super::bytes::{self, Bytes, LONGEST};
use super::columns::{self, Columns};
use super::decode::{self, Charset};
use super::options::Options;
use super::reader::{Found, Given, Reader, stopped, too_long};
use super::repeats::Kind;
use crate::error::{Place, Problem};

/// Tried in this order, after the one that the extension says. Spreadsheets write `;` where the
/// comma is the decimal sign.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How often a row is looked at to find where the next one starts, and the bytes of a file are read again.
const AGAIN: u64 = 8;
/// Bytes of a file that may be read again in any case.
const MAY_BE_PUT_BACK: u64 = 1 << 20;

/// Reads a file row by row.
pub(super) struct Table {
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

impl Table {
    pub(super) fn new(bytes: Bytes, file: PathBuf, name: String, delimiter: u8, options: Options) -> Self {
        let lines = Lines { back: Vec::new(), position: 0, bytes, read: 0, taken: 0, cut: false };
        let rows = Rows { lines, delimiter };
        Table { rows, file, name, options, charset: Charset::default(), header: None, row: 0, put_back: 0 }
    }

    /// Reads the header. False if there is no going on.
    fn start(&mut self, out: &mut VecDeque<Found>) -> bool {
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
            out.push_back(Found::Problem(Kind::File, problem));
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
                out.push_back(Found::Problem(Kind::File, problem));
                false
            }
        }
    }

    /// Takes in one row that was read.
    fn row(&mut self, header: Header, row: Row, out: &mut VecDeque<Found>) {
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
            // Or a file of nothing but quotation marks would be read for days.
            let may_go_back = again <= MAY_BE_PUT_BACK + AGAIN * self.rows.lines.taken;
            if let Some(lines) = self.resume_at(header.width, &row).filter(|_| may_go_back) {
                self.put_back = again;
                out.push_back(Found::Problem(Kind::Quotes, self.unclosed(&row, Some(lines))));
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
                out.push_back(Found::Problem(Kind::Quotes, self.unclosed(&row, None)));
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
            out.push_back(Found::Problem(Kind::Dropped, problem));
        }
        for record in records {
            self.row += 1;
            if record.len() != header.width {
                out.push_back(Found::Problem(Kind::Columns, wrong_width(&place, record.len(), header.width)));
            } else if record.iter().any(|cell| !cell.is_empty()) {
                self.article(header, &record, &place, out);
            }
        }
    }

    fn article(&mut self, header: Header, record: &ByteRecord, place: &Place, out: &mut VecDeque<Found>) {
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
            let problem = Problem::skipped(
                place.clone(),
                "the text is empty",
                "Nothing can be found in it; no need to do anything if that is right.",
            );
            out.push_back(Found::Problem(Kind::EmptyText, problem));
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
            out.push_back(Found::Problem(Kind::Encoding, problem));
        }
        if nuls > 0 {
            out.push_back(Found::Problem(Kind::Nul, decode::nul_problem(place.clone(), nuls)));
        }
        let id = id.unwrap_or_else(|| {
            let id = format!("{}#{}", self.name, self.row);
            if header.columns.id.is_some() {
                let problem = Problem::mended(
                    place.clone(),
                    "the id is empty",
                    format!("The article is called {id}, after its row."),
                );
                out.push_back(Found::Problem(Kind::NoId, problem));
            }
            id
        });
        let place = place.clone();
        out.push_back(Found::Article(Box::new(Given { id, text, title, date, source, url, place })));
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

    /// The number of lines of `row` after which complete rows start again, if they do. Prose with
    /// line breaks must not pass for rows: every row up to the end, or the next three, must have the
    /// right number of cells and no loose quotation mark; and where the quotation mark was never
    /// closed, so that the prose may end anywhere, there must be at least two of them.
    fn resume_at(&self, width: usize, row: &Row) -> Option<usize> {
        const ENOUGH: usize = 3;
        const TRIES: usize = 1000;
        let mut budget = AGAIN as usize * row.bytes.len().max(1 << 12);
        let least = if row.open { 2 } else { 1 };
        let starts = row.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let starts = starts.take_while(|&start| start < row.bytes.len()).take(TRIES);
        for (lines, start) in (1..).zip(starts) {
            let mut good = 0;
            let mut rest = &row.bytes[start..];
            while good < ENOUGH && !rest.trim_ascii().is_empty() {
                let (length, scan) = scan_row(rest, self.rows.delimiter);
                budget = budget.checked_sub(length)?;
                let (candidate, behind) = rest.split_at(length);
                let fits = || {
                    let records = cells(candidate, self.rows.delimiter);
                    width > 1 && records.iter().all(|record| record.len() == width)
                };
                if scan.open() || scan.dropped || scan.loose || !fits() {
                    good = 0;
                    break;
                }
                good += 1;
                rest = behind;
            }
            if good >= least {
                return Some(lines);
            }
        }
        None
    }
}

impl Reader for Table {
    fn read(&mut self, out: &mut VecDeque<Found>) -> bool {
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
                    out.push_back(Found::Problem(Kind::File, problem));
                }
                false
            }
            Err(error) => {
                let place = Place::line(&self.file, self.rows.lines.read + 1);
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

/// Drops empty cells behind the last column: spreadsheets write them.
fn trim(record: &mut ByteRecord, width: usize) {
    while record.len() > width && record.get(record.len() - 1).is_some_and(<[u8]>::is_empty) {
        record.truncate(record.len() - 1);
    }
}

/// The cells of one row. More than one record only where line ends are lone carriage returns.
fn cells(row: &[u8], delimiter: u8) -> Vec<ByteRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().clamp(1, 64 * 1024))
        .from_reader(row);
    // Reading from memory cannot fail, and `flexible` accepts any number of cells.
    reader.byte_records().map_while(Result::ok).collect()
}

fn names(row: &[u8], delimiter: u8) -> Vec<String> {
    let Some(record) = cells(row, delimiter).into_iter().next() else { return Vec::new() };
    let mut names: Vec<String> =
        record.iter().map(|name| Charset::default().decode(name.to_vec()).text.trim().to_owned()).collect();
    // A spreadsheet that was once wider leaves nameless columns behind.
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

/// One row, as it stands in the file.
struct Row {
    bytes: Vec<u8>,
    /// Its first line in the file.
    line: u64,
    /// How many lines it takes.
    lines: usize,
    /// Whether the file ended inside quotation marks.
    open: bool,
    /// Whether a quoted cell goes on after its closing quotation mark.
    dropped: bool,
    /// Whether it was given up after [`LONGEST`] bytes.
    too_long: bool,
}

/// Cuts a file into rows.
struct Rows {
    lines: Lines,
    delimiter: u8,
}

impl Rows {
    /// Chooses the end of lines, and the delimiter with which the first line names the columns that are needed. With none
    /// of them it stays as it is.
    fn guess_delimiter(&mut self, options: &Options) -> io::Result<()> {
        let mut first = Vec::new();
        let mut blank = 0;
        while self.lines.next(&mut first)? && first.trim_ascii().is_empty() {
            first.clear();
            blank = self.lines.read;
        }
        if self.lines.cut {
            // It is said when the row is read.
        } else if first.last() != Some(&b'\n') {
            // Not one line feed in the whole file: carriage returns end its lines, if anything does.
            first.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        let header = first.trim_ascii_start();
        let header = header.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
        let names_columns = |delimiter: u8| {
            let names = names(header, delimiter);
            names.len() > 1 && Columns::find(names.iter().map(String::as_str), options).is_ok()
        };
        let tried = [self.delimiter].into_iter().chain(DELIMITERS);
        if !self.lines.cut {
            self.delimiter = tried.into_iter().find(|&it| names_columns(it)).unwrap_or(self.delimiter);
        }
        self.lines.read = blank + line_count(&first);
        self.lines.put_back(first);
        Ok(())
    }

    /// The next row that is not blank.
    fn next(&mut self) -> io::Result<Option<Row>> {
        let mut bytes = Vec::new();
        let mut scan = Scan::new(self.delimiter);
        let before = self.lines.read;
        let mut blank = 0;
        loop {
            let start = bytes.len();
            let more = self.lines.next(&mut bytes)?;
            scan.take(&bytes[start..]);
            if more && start == 0 && bytes.trim_ascii().is_empty() {
                blank += 1;
                self.lines.cut = false;
                bytes.clear();
                scan = Scan::new(self.delimiter);
            } else if more && scan.open() && bytes.len() <= LONGEST && !self.lines.cut {
                // The row goes on in the next line.
            } else if bytes.is_empty() {
                return Ok(None);
            } else {
                let lines = (self.lines.read - before - blank) as usize;
                let line = before + blank + 1;
                let too_long = std::mem::take(&mut self.lines.cut) || bytes.len() > LONGEST;
                return Ok(Some(Row {
                    bytes,
                    line,
                    lines,
                    open: scan.open(),
                    dropped: scan.dropped,
                    too_long,
                }));
            }
        }
    }

    /// Goes back to read `row` again from behind its first `lines` lines.
    fn put_back(&mut self, row: Row, lines: usize) {
        let mut bytes = row.bytes;
        let line_ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let start = line_ends.take(lines).last().unwrap_or(0);
        bytes.drain(..start);
        self.lines.put_back(bytes);
    }
}

/// The lines of a file. The last ones handed out can be put back.
struct Lines {
    back: Vec<u8>,
    position: usize,
    bytes: Bytes,
    /// How many lines were handed out and not put back.
    read: u64,
    /// Bytes taken from the file.
    taken: u64,
    /// Whether a line was longer than [`LONGEST`], so that the rest of it is missing.
    cut: bool,
}

impl Lines {
    /// Appends the next line with its end. False at the end of the file.
    fn next(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        let rest = &self.back[self.position..];
        if rest.is_empty() {
            let bytes::Line { read, cut } = bytes::read_line(&mut self.bytes, line)?;
            self.cut |= cut;
            self.read += u64::from(read > 0);
            self.taken += read as u64;
            return Ok(read > 0);
        }
        let length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
        line.extend_from_slice(&rest[..length]);
        self.position += length;
        self.read += 1;
        if self.position == self.back.len() {
            self.back = Vec::new();
            self.position = 0;
        }
        Ok(true)
    }

    fn put_back(&mut self, mut lines: Vec<u8>) {
        self.read -= line_count(&lines);
        if self.position >= lines.len() {
            // They came from there.
            self.position -= lines.len();
            return;
        }
        lines.extend_from_slice(&self.back[self.position..]);
        self.back = lines;
        self.position = 0;
    }
}

fn line_count(lines: &[u8]) -> u64 {
    let ends = lines.iter().filter(|&&byte| byte == b'\n').count() as u64;
    ends + u64::from(lines.last().is_some_and(|&byte| byte != b'\n'))
}

/// The length of the first row in `bytes`, and how it ended.
fn scan_row(bytes: &[u8], delimiter: u8) -> (usize, Scan) {
    let mut scan = Scan::new(delimiter);
    let mut length = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        length += line.len();
        scan.take(line);
        if !scan.open() {
            break;
        }
    }
    (length, scan)
}

/// Follows quotation marks as the `csv` crate does.
struct Scan {
    delimiter: u8,
    at: At,
    /// Whether a quoted cell goes on after its closing quotation mark.
    dropped: bool,
    /// Whether a quotation mark stands inside an unquoted cell, where it means nothing.
    loose: bool,
}

enum At {
    CellStart,
    Bare,
    Quoted,
    /// Behind a quotation mark in a quoted cell: its end, or the first of two.
    Quote,
}

impl Scan {
    fn new(delimiter: u8) -> Self {
        Scan { delimiter, at: At::CellStart, dropped: false, loose: false }
    }

    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.at = match (&self.at, byte) {
                (At::Quoted, b'"') => At::Quote,
                (At::Quoted, _) => At::Quoted,
                (At::CellStart | At::Quote, b'"') => At::Quoted,
                (_, b'\n' | b'\r') => At::CellStart,
                (_, byte) if byte == self.delimiter => At::CellStart,
                (At::Quote, _) => {
                    self.dropped = true;
                    At::Bare
                }
                (At::Bare, b'"') => {
                    self.loose = true;
                    At::Bare
                }
                _ => At::Bare,
            }
        }
    }

    /// Whether a quoted cell is still open.
    fn open(&self) -> bool {
        matches!(self.at, At::Quoted)
    }
}

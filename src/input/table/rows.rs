//! Cuts a file into rows, each with its line.

use std::io;

use crate::input::bytes::{self, Bytes, LONGEST};
use crate::input::columns::Columns;
use crate::input::options::Options;
use crate::input::table::cells::names;
use crate::input::table::quotes::Scan;

/// Tried in this order, after the one that the extension says. Spreadsheets write `;` where the
/// comma is the decimal sign.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// One row, as it stands in the file.
pub(super) struct Row {
    pub(super) bytes: Vec<u8>,
    /// Its first line in the file.
    pub(super) line: u64,
    /// How many lines it takes.
    pub(super) lines: usize,
    /// Whether the file ended inside quotation marks.
    pub(super) open: bool,
    /// Whether a quoted cell goes on after its closing quotation mark.
    pub(super) dropped: bool,
    /// Whether it was given up after [`LONGEST`] bytes.
    pub(super) too_long: bool,
}

/// Cuts a file into rows.
pub(super) struct Rows {
    lines: Lines,
    pub(super) delimiter: u8,
}

impl Rows {
    pub(super) fn new(bytes: Bytes, delimiter: u8) -> Self {
        let lines = Lines { back: Vec::new(), position: 0, bytes, read: 0, taken: 0, cut: false };
        Rows { lines, delimiter }
    }

    /// How many lines were read so far.
    pub(super) fn lines_read(&self) -> u64 {
        self.lines.read
    }

    /// How many bytes were taken from the file so far.
    pub(super) fn bytes_taken(&self) -> u64 {
        self.lines.taken
    }

    /// Chooses the end of lines, and the delimiter with which the first line names the columns that are needed. With none
    /// of them it stays as it is.
    pub(super) fn guess_delimiter(&mut self, options: &Options) -> io::Result<()> {
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
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
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

    /// Goes back to read `row` again from after its first `lines` lines.
    pub(super) fn put_back(&mut self, row: Row, lines: usize) {
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

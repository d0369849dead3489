//! Quotation marks in tables: where a row ends, and where rows start again after one that is never closed.

use crate::input::table::cells::cells;

/// How often the bytes of a row may be looked at to find where the next one starts, so that time stays linear.
pub(super) const LOOKS: u64 = 8;

/// Consecutive rows that must be well formed to be taken for rows and not for prose.
const ENOUGH_ROWS: usize = 3;
/// Line ends that are tried as the end of a broken row.
const MOST_TRIES: usize = 1000;

/// After how many lines of a row complete rows start again, if they do. Prose with line breaks must not pass for rows:
/// every row up to the end, or the next three, must have the right number of cells and no loose quotation mark; and
/// where the quotation mark was never closed (`open`), so that the prose may end anywhere, there must be at least two of
/// them.
pub(super) fn resume_at(row: &[u8], open: bool, width: usize, delimiter: u8) -> Option<usize> {
    let mut budget = LOOKS as usize * row.len().max(1 << 12);
    let least = if open { 2 } else { 1 };
    let starts = row.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let starts = starts.take_while(|&start| start < row.len()).take(MOST_TRIES);
    for (lines, start) in (1..).zip(starts) {
        let mut good = 0;
        let mut rest = &row[start..];
        while good < ENOUGH_ROWS && !rest.trim_ascii().is_empty() {
            let (length, scan) = scan_row(rest, delimiter);
            budget = budget.checked_sub(length)?;
            let (candidate, behind) = rest.split_at(length);
            let fits = || width > 1 && cells(candidate, delimiter).iter().all(|record| record.len() == width);
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
pub(super) struct Scan {
    delimiter: u8,
    state: CellState,
    /// Whether a quoted cell goes on after its closing quotation mark.
    pub(super) dropped: bool,
    /// Whether a quotation mark stands inside an unquoted cell, where it means nothing.
    loose: bool,
}

/// Where in a cell the scan is.
enum CellState {
    CellStart,
    Bare,
    Quoted,
    /// Behind a quotation mark in a quoted cell: its end, or the first of two.
    Quote,
}

impl Scan {
    pub(super) fn new(delimiter: u8) -> Self {
        Scan { delimiter, state: CellState::CellStart, dropped: false, loose: false }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = match (&self.state, byte) {
                (CellState::Quoted, b'"') => CellState::Quote,
                (CellState::Quoted, _) => CellState::Quoted,
                (CellState::CellStart | CellState::Quote, b'"') => CellState::Quoted,
                (_, b'\n' | b'\r') => CellState::CellStart,
                (_, byte) if byte == self.delimiter => CellState::CellStart,
                (CellState::Quote, _) => {
                    self.dropped = true;
                    CellState::Bare
                }
                (CellState::Bare, b'"') => {
                    self.loose = true;
                    CellState::Bare
                }
                _ => CellState::Bare,
            }
        }
    }

    /// Whether a quoted cell is still open.
    pub(super) fn open(&self) -> bool {
        matches!(self.state, CellState::Quoted)
    }
}

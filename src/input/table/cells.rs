//! The cells of one row.

use csv::{ByteRecord, ReaderBuilder};

use crate::input::decode::Charset;

/// Drops empty cells after the last column: spreadsheets write them.
pub(super) fn trim(record: &mut ByteRecord, width: usize) {
    while record.len() > width && record.get(record.len() - 1).is_some_and(<[u8]>::is_empty) {
        record.truncate(record.len() - 1);
    }
}

/// The cells of one row. More than one record only where line ends are lone carriage returns.
pub(super) fn cells(row: &[u8], delimiter: u8) -> Vec<ByteRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().clamp(1, 64 * 1024))
        .from_reader(row);
    // Reading from memory cannot fail, and `flexible` accepts any number of cells.
    reader.byte_records().map_while(Result::ok).collect()
}

/// The names of the columns in a header.
pub(super) fn names(row: &[u8], delimiter: u8) -> Vec<String> {
    let Some(record) = cells(row, delimiter).into_iter().next() else { return Vec::new() };
    let mut names: Vec<String> =
        record.iter().map(|name| Charset::default().decode(name.to_vec()).text.trim().to_owned()).collect();
    // A spreadsheet that was once wider leaves nameless columns behind.
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

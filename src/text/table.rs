//! Tables that people write: small, with a header, from any spreadsheet.

use csv::{Position, Reader, ReaderBuilder, StringRecord};

/// What separates the cells of a table: what its first line has most of. Spreadsheets of half of Europe write semicolons.
fn delimiter(content: &[u8]) -> u8 {
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // The last of equal ones is taken: commas, where nothing separates.
    [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

/// A table in memory.
pub(crate) struct Table<'c> {
    content: &'c [u8],
    reader: Reader<&'c [u8]>,
    /// The names of the columns, in small letters.
    pub(crate) header: StringRecord,
}

/// A row that cannot be read, and the line on which it starts.
pub(crate) type Unreadable = (u64, csv::Error);

impl<'c> Table<'c> {
    /// Reads the header.
    pub(crate) fn open(content: &'c [u8]) -> Result<Self, csv::Error> {
        let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter(content)).flexible(true).from_reader(content);
        let header = reader.headers()?.iter().map(|cell| cell.trim().to_lowercase()).collect();
        Ok(Table { content, reader, header })
    }

    /// Where the column of that name is.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell == name)
    }

    /// The rows in which there is anything, each with the line on which it starts.
    pub(crate) fn rows(self) -> impl Iterator<Item = Result<(u64, StringRecord), Unreadable>> {
        let content = self.content;
        self.reader.into_records().filter_map(move |row| match row {
            Ok(row) if row.iter().all(|cell| cell.trim().is_empty()) => None,
            Ok(row) => Some(Ok((line_of(content, row.position()), row))),
            Err(error) => Some(Err((line_of(content, error.position()), error))),
        })
    }
}

/// The line on which a row starts. The reader counts the `\n` of a `\r\n`, and blank lines, to the next row.
fn line_of(content: &[u8], position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| content.get(byte..));
    let breaks = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + breaks.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_any_spreadsheet_are_read() {
        for content in [
            "Name;B\r\n\r\nAna;x\r\nBo;y, z\r\n",
            "\u{feff}name\tb\n\nAna\tx\nBo\ty, z\n",
            " NAME ,b\n,\nAna,x\nBo,\"y, z\"\n",
        ] {
            let table = Table::open(content.as_bytes()).unwrap();
            assert_eq!(
                (table.column("name"), table.column("b"), table.column("c")),
                (Some(0), Some(1), None)
            );
            let rows: Vec<_> = table.rows().map(Result::unwrap).collect();
            let read: Vec<_> = rows.iter().map(|(line, row)| (*line, &row[0], &row[1])).collect();
            assert_eq!(read, [(3, "Ana", "x"), (4, "Bo", "y, z")], "{content:?}");
        }
        assert!(Table::open(b"").unwrap().header.is_empty());
    }

    #[test]
    fn a_row_that_is_no_text_is_placed() {
        let table = Table::open(b"name\nAna\n\xff\n").unwrap();
        let lines: Vec<_> = table.rows().filter_map(Result::err).map(|(line, _)| line).collect();
        assert_eq!(lines, [3]);
    }
}

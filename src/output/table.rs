//! One table of rows: a CSV file or JSON lines, under a temporary name until it is whole.

use std::io::{BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use tempfile::NamedTempFile;

use crate::error::Result;
use crate::output::file::{Whole, temporary, unwritable};

/// The file format of tables.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// RFC 4180, UTF-8, header row.
    #[default]
    Csv,
    /// One JSON object a line, with the CSV's columns as keys.
    Jsonl,
}

impl Format {
    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
        }
    }
}

/// With what a text cell begins that a spreadsheet runs as a formula.
pub(crate) const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// How tables are written.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// The file format.
    pub format: Format,
    /// For Excel: byte-order mark, `\r\n`, and no text cell that a spreadsheet runs as a formula.
    pub excel: bool,
}

impl Style {
    /// A text cell: as it is, or with `'` in front if a spreadsheet would take it for a formula.
    pub fn text(self, text: &str) -> String {
        if self.excel && text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
    }
}

/// The cell of which [`Style::text`] made this one.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if text.starts_with(FORMULA_STARTS) => text,
        _ => cell,
    }
}

impl Style {
    /// A list whose cell is no formula either.
    pub(super) fn list(self, mut members: Vec<String>) -> Vec<String> {
        if let Some(first) = members.first_mut() {
            *first = self.text(first);
        }
        members
    }
}

/// A table of `R`s that is being written.
pub(super) struct Table<R> {
    path: PathBuf,
    rows: Rows,
    row: PhantomData<R>,
}

enum Rows {
    Csv(Box<csv::Writer<NamedTempFile>>),
    Jsonl(BufWriter<NamedTempFile>),
}

impl<R: Serialize + DeserializeOwned> Table<R> {
    /// Begins `folder/name.csv` or `.jsonl`; a CSV with its header, whether a row follows or not.
    pub(super) fn create(folder: &Path, name: &str, style: Style) -> Result<Self> {
        let path = folder.join(format!("{name}.{}", style.format.extension()));
        let file = temporary(&path)?;
        let rows = match style.format {
            Format::Jsonl => Rows::Jsonl(BufWriter::new(file)),
            Format::Csv => {
                Rows::Csv(Box::new(csv_of::<R, _>(file, style.excel).map_err(|e| unwritable(&path, e))?))
            }
        };
        Ok(Table { path, rows, row: PhantomData })
    }

    /// Adds a row.
    pub(super) fn write(&mut self, row: &R) -> Result<()> {
        let written = match &mut self.rows {
            Rows::Csv(writer) => writer.serialize(row).map_err(csv_to_io),
            Rows::Jsonl(writer) => serde_json::to_writer(&mut *writer, row)
                .map_err(std::io::Error::from)
                .and_then(|()| writer.write_all(b"\n")),
        };
        written.map_err(|e| unwritable(&self.path, e))
    }

    /// Flushes the last row to disk.
    pub(super) fn close(self) -> Result<Whole> {
        let file = match self.rows {
            Rows::Csv(writer) => writer.into_inner().map_err(|e| e.into_error()),
            Rows::Jsonl(writer) => writer.into_inner().map_err(|e| e.into_error()),
        };
        file.map_err(|e| unwritable(&self.path, e)).and_then(|file| Whole::new(self.path, file))
    }
}

/// Begins a CSV of `R`s: with its header, whether a row follows or not, and as Excel wants it.
pub(crate) fn csv_of<R: DeserializeOwned, W: Write>(
    mut to: W,
    excel: bool,
) -> std::io::Result<csv::Writer<W>> {
    if excel {
        to.write_all("\u{feff}".as_bytes())?;
    }
    let end = if excel { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().terminator(end).has_headers(false).from_writer(to);
    writer.write_record(columns::<R>()).map_err(csv_to_io)?;
    Ok(writer)
}

/// The field names of a row.
fn columns<R: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    let _ = R::deserialize(Fields(&mut names));
    names
}

/// Takes the names that a struct asks for, and gives it nothing.
struct Fields<'n>(&'n mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn csv_to_io(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => std::io::ErrorKind::InvalidData.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct Row {
        text: String,
        number: i64,
    }

    fn written(rows: &[Row], style: Style) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut table = Table::create(folder.path(), "t", style).unwrap();
        rows.iter().for_each(|row| table.write(row).unwrap());
        let path = table.close().unwrap().name().unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn excel_gets_a_mark_crlf_and_no_formula() {
        let style = Style { format: Format::Csv, excel: true };
        let rows = [Row { text: style.text("=1+1"), number: -1 }];
        assert_eq!(written(&rows, style), "\u{feff}text,number\r\n'=1+1,-1\r\n");
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        assert_eq!(written(&[], Style::default()), "text,number\n");
        assert_eq!(written(&[], Style { format: Format::Jsonl, excel: false }), "");
    }

    #[test]
    fn an_unfinished_table_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), "old").unwrap();
        let mut table = Table::create(folder.path(), "t", Style::default()).unwrap();
        table.write(&Row { text: String::new(), number: 0 }).unwrap();
        drop(table);
        let files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(files, ["t.csv"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("t.csv")).unwrap(), "old");
    }

    proptest! {
        #[test]
        fn any_text_survives_the_csv(texts in proptest::collection::vec("(\\PC|[\",\n\r'=])*", 0..8), excel: bool) {
            let style = Style { format: Format::Csv, excel };
            let rows: Vec<Row> = texts.iter().map(|t| Row { text: style.text(t), number: 1 }).collect();
            let file = written(&rows, style);
            let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
            let read: Vec<String> = reader.records().map(|r| r.unwrap()[0].to_owned()).collect();
            prop_assert_eq!(read, rows.into_iter().map(|r| r.text).collect::<Vec<_>>());
        }
    }
}

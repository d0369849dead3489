//! Parquet: one article a row. Only the columns that are needed are read, a page of each at a time.

use std::collections::VecDeque;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::{ReaderIter, TreeBuilder};
use parquet::record::{Field, Row};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};

use super::columns::{self, Columns};
use super::decode::{self, Charset};
use super::guards::parquet_guard::{Bounded, Checked};
use super::options::Options;
use super::reader::{ReadItem, Reader};
use super::repeats::ProblemKind;
use super::row;
use crate::error::{Place, Problem, words};

/// Rows that are decoded together.
const BATCH: usize = 16;

/// Reads a file row by row.
pub(super) struct Parquet {
    file: SerializedFileReader<Bounded>,
    path: PathBuf,
    name: String,
    /// The columns to read, and where they stand in a row that is read.
    schema: SchemaDescPtr,
    columns: Columns,
    charset: Charset,
    read: Arc<AtomicU64>,
    /// The number of the next group of rows.
    group: usize,
    rows: Option<ReaderIter>,
    /// The number of rows up to the end of the open group.
    group_end: u64,
    /// The number of the last row that was read, counted from 1.
    row: u64,
}

/// What the parser says, or that it failed.
type Parsed<T> = Result<T, String>;

impl Parquet {
    /// Opens a file. Also says how many bytes it has on disk.
    ///
    /// # Errors
    /// If it is no Parquet file, or has no text column.
    pub(super) fn open(
        path: PathBuf,
        name: String,
        options: &Options,
        read: Arc<AtomicU64>,
    ) -> Result<(Self, u64), Problem> {
        let file = File::open(&path).map_err(|error| super::unreadable(&path, &error))?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let broken = |message: String| {
            Problem::skipped(
                Place::file(&path),
                format!("this is no Parquet file, or a damaged one ({message})"),
                "Copy or download it again; unpack it if it is compressed as a whole.",
            )
        };
        let file = shielded(|| SerializedFileReader::new(Bounded::new(file, size))).map_err(broken)?;
        let (schema, columns) = wanted(&file, &path, options)?;
        let parquet = Parquet {
            file,
            path,
            name,
            schema,
            columns,
            charset: Charset::default(),
            read,
            group: 0,
            rows: None,
            group_end: 0,
            row: 0,
        };
        Ok((parquet, size))
    }

    /// Goes to the next group of rows. False after the last.
    fn advance(&mut self) -> Parsed<bool> {
        self.rows = None;
        // Also past what was not read of a broken group.
        self.row = self.group_end;
        if self.group == self.file.num_row_groups() {
            return Ok(false);
        }
        let metadata = self.file.metadata().row_group(self.group);
        self.group_end += u64::try_from(metadata.num_rows()).unwrap_or(0);
        let size = u64::try_from(metadata.compressed_size()).unwrap_or(0);
        self.read.fetch_add(size, Ordering::Relaxed);
        self.group += 1;
        let builder = TreeBuilder::new().with_batch_size(BATCH);
        let rows = shielded(|| {
            let group = self.file.get_row_group(self.group - 1)?;
            builder.as_iter(Arc::clone(&self.schema), &Checked(group))
        })?;
        self.rows = Some(rows);
        Ok(true)
    }

    fn article(&mut self, row: Row, out: &mut VecDeque<ReadItem>) {
        let place = Place::record(&self.path, self.row);
        let mut cells: Vec<Field> = row.into_columns().into_iter().map(|(_, cell)| cell).collect();
        let text = cells.get_mut(self.columns.text).map(|cell| std::mem::replace(cell, Field::Null));
        let decoded = match text {
            Some(Field::Str(text)) => self.charset.decode(text.into_bytes()),
            Some(Field::Bytes(bytes)) => self.charset.decode(bytes.data().to_vec()),
            _ => decode::Decoded::default(),
        };
        let cell = |column: usize| cells.get(column).and_then(scalar);
        let name = format!("{}#{}", self.name, self.row);
        out.extend(row::Row { text: decoded, cell, name, place }.article(&self.columns));
    }

    fn broken_group(&self, why: &str) -> ReadItem {
        let (from, to) = (self.row + 1, self.group_end);
        let problem = Problem::skipped(
            Place::record(&self.path, from),
            format!("the rows from here to {to} are damaged ({why})"),
            "The other groups of rows are read. Copy or download the file again.",
        );
        ReadItem::Problem(ProblemKind::File, problem)
    }
}

impl Reader for Parquet {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let Some(rows) = &mut self.rows else {
            return match self.advance() {
                Ok(true) => true,
                Ok(false) => {
                    if self.group_end == 0 {
                        let problem = Problem::skipped(
                            Place::file(&self.path),
                            "there is not one row in it",
                            "Put the articles in, one a row.",
                        );
                        out.push_back(ReadItem::Problem(ProblemKind::File, problem));
                    }
                    false
                }
                Err(why) => {
                    out.push_back(self.broken_group(&why));
                    true
                }
            };
        };
        match shielded(|| rows.next().transpose()) {
            Ok(Some(row)) => {
                self.row += 1;
                self.article(row, out);
            }
            Ok(None) => self.rows = None,
            Err(why) => {
                out.push_back(self.broken_group(&why));
                self.rows = None;
            }
        }
        true
    }
}

/// The columns to read, in the order of the file, and what each of them is.
fn wanted(
    file: &SerializedFileReader<Bounded>,
    path: &Path,
    options: &Options,
) -> Result<(SchemaDescPtr, Columns), Problem> {
    let root = file.metadata().file_metadata().schema_descr().root_schema();
    let fields = root.get_fields();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let skipped = |message: String, remedy: String| Problem::skipped(Place::file(path), message, remedy);
    let all = Columns::find(names.iter().copied(), options).map_err(|missing| {
        let (message, remedy) = columns::explain(missing, "column", names.iter().copied(), options);
        skipped(message, remedy)
    })?;
    let text = &fields[all.text];
    if !text.is_primitive() || text.get_physical_type() != parquet::basic::Type::BYTE_ARRAY {
        return Err(skipped(
            format!("the column `{}` holds no text", text.name()),
            "Say with --text-column which column does.".to_owned(),
        ));
    }
    let mut positions: Vec<usize> =
        [Some(all.text), all.id, all.title, all.date, all.source, all.url].into_iter().flatten().collect();
    positions.sort_unstable();
    positions.dedup();
    let place = |column: Option<usize>| positions.iter().position(|&position| Some(position) == column);
    let columns = Columns {
        id: place(all.id),
        text: place(Some(all.text)).unwrap_or_default(),
        title: place(all.title),
        date: place(all.date),
        source: place(all.source),
        url: place(all.url),
    };
    let chosen = positions.iter().map(|&position| Arc::clone(&fields[position])).collect();
    let projection = Type::group_type_builder(root.name()).with_fields(chosen).build().map_err(|error| {
        skipped(
            format!("its columns make no sense ({})", said(&error.to_string())),
            "Write the file again.".to_owned(),
        )
    })?;
    Ok((Arc::new(SchemaDescriptor::new(Arc::new(projection))), columns))
}

/// A cell as a short text; none for what is empty or nested.
fn scalar(cell: &Field) -> Option<String> {
    let text = match cell {
        Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => return None,
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string(),
    };
    let text = text.trim().replace('\0', " ");
    Some(text).filter(|text| !text.is_empty())
}

/// Runs the parser. A file that makes it fail costs that file and not the run.
fn shielded<T>(parse: impl FnOnce() -> parquet::errors::Result<T>) -> Parsed<T> {
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(parsed)) => Ok(parsed),
        Ok(Err(error)) => Err(said(&error.to_string())),
        Err(_) => Err("the parser failed".to_owned()),
    }
}

/// What the parser says, without the words that are for programmers.
fn said(error: &str) -> String {
    let said = ["Parquet error: ", "EOF: ", "External: ", "NYI: "]
        .iter()
        .fold(error, |said, start| said.strip_prefix(start).unwrap_or(said));
    words::plain(said)
}

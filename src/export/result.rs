//! Reading a result folder: each table as a stream of typed rows, in the order of the file.
//!
//! Only a row at a time is in memory. What a table holds is said in [`crate::output`]; it may be CSV, CSV for Excel or
//! JSON lines.
//!
//! # Example
//!
//! ```
//! use std::fs;
//!
//! use triplewire::export::result::{Entity, ResultFolder};
//! use triplewire::output::Run;
//!
//! // What `triplewire extract --out` writes; here one table of it.
//! let folder = tempfile::tempdir()?;
//! fs::write(folder.path().join("run.json"), serde_json::to_string(&Run::default())?)?;
//! let table = "entity_id,entity,type,mentions,articles,aliases,external_id,first_date,last_date\n\
//!              e1,Ana Ruiz,PER,3,2,A. Ruiz,,2020-05,2020-06-07\n";
//! fs::write(folder.path().join("entities.csv"), table)?;
//!
//! let result = ResultFolder::open(folder.path())?;
//! let entities = result.entities()?.collect::<triplewire::Result<Vec<Entity>>>()?;
//! assert_eq!((entities[0].entity.as_str(), entities[0].mentions), ("Ana Ruiz", 3));
//! assert_eq!(entities[0].aliases, ["A. Ruiz"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::error::{Error, Place, Result, words};
use crate::output::{Format, Run, unguarded};
use crate::relation::{Predicate, Predicates};
use crate::text::hash64;

pub use crate::output::{
    ArticleRow as Article, CooccurrenceRow as Cooccurrence, DuplicateRow as Duplicate, EntityRow as Entity,
    MentionRow as Mention, RelationRow as Relation, TripleRow as Triple,
};

/// What to do where a table cannot be read.
const REMEDY: &str = "Run the extraction again; it writes all tables";

/// What `extract` or `merge` wrote. [An example](crate::export::export).
#[derive(Debug)]
pub struct ResultFolder {
    folder: PathBuf,
    format: Format,
    run: Run,
    predicates: Predicates,
}

impl ResultFolder {
    /// Opens the folder and reads its `run.json`.
    ///
    /// # Errors
    /// If there is no such folder, or it holds no result.
    pub fn open(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            let what = if folder.exists() { "this is a file" } else { "there is no such folder" };
            return Err(Error::Usage(format!(
                "{}: {what}. Give the folder that `triplewire extract --out` wrote",
                folder.display()
            )));
        }
        let path = folder.join("run.json");
        let file = File::open(&path).map_err(|e| {
            Error::io(&path, e, "Give the folder that `triplewire extract --out` wrote; it has this file")
        })?;
        let run: Run = serde_json::from_reader(BufReader::new(file)).map_err(|e| {
            Error::config(Place::file(&path), format!("it is damaged ({})", words::json(&e)), REMEDY)
        })?;
        let has = |format: Format| folder.join(format!("triples.{}", format.extension())).exists();
        let format = if !has(Format::Csv) && has(Format::Jsonl) { Format::Jsonl } else { Format::Csv };
        let predicates = Predicates::with(run.predicates.clone());
        Ok(ResultFolder { folder: folder.to_path_buf(), format, run, predicates })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The predicates of the run.
    pub fn predicates(&self) -> &Predicates {
        &self.predicates
    }

    /// The rows of `articles.csv`.
    ///
    /// # Errors
    /// If there is no such table; and so for the others.
    pub fn articles(&self) -> Result<Rows<Article>> {
        self.rows("articles")
    }

    /// The rows of `mentions.csv`.
    #[allow(clippy::missing_errors_doc)]
    pub fn mentions(&self) -> Result<Rows<Mention>> {
        self.rows("mentions")
    }

    /// The rows of `entities.csv`.
    #[allow(clippy::missing_errors_doc)]
    pub fn entities(&self) -> Result<Rows<Entity>> {
        self.rows("entities")
    }

    /// Whether there is a `mentions.csv`.
    pub(crate) fn has_mentions(&self) -> bool {
        self.path("mentions").exists()
    }

    /// The rows of `relations.csv`.
    #[allow(clippy::missing_errors_doc)]
    pub fn relations(&self) -> Result<Rows<Relation>> {
        self.rows("relations")
    }

    /// The rows of `triples.csv`.
    #[allow(clippy::missing_errors_doc)]
    pub fn triples(&self) -> Result<Rows<Triple>> {
        self.rows("triples")
    }

    /// The rows of `cooccurrences.csv`.
    #[allow(clippy::missing_errors_doc)]
    pub fn cooccurrences(&self) -> Result<Rows<Cooccurrence>> {
        self.rows("cooccurrences")
    }

    /// The rows of `duplicates.csv`; none if the run counted every article and wrote no such table.
    #[allow(clippy::missing_errors_doc)]
    pub fn duplicates(&self) -> Result<Option<Rows<Duplicate>>> {
        if self.path("duplicates").exists() { self.rows("duplicates").map(Some) } else { Ok(None) }
    }

    fn path(&self, table: &str) -> PathBuf {
        self.folder.join(format!("{table}.{}", self.format.extension()))
    }

    fn rows<R: DeserializeOwned>(&self, table: &str) -> Result<Rows<R>> {
        Rows::open(self.path(table), self.format)
    }

    /// The number under which a relation counts towards a triple: that of `Triple::key`, where the predicate may
    /// be told either way.
    pub fn key_of(&self, relation: &Relation) -> TripleKey {
        let symmetric = self.predicates.schema(relation.predicate).symmetric;
        let (subject, object) = (&relation.subject_id, &relation.object_id);
        key(subject, relation.predicate, object, &relation.object, symmetric)
    }

    /// The number of a triple.
    pub fn key(&self, triple: &Triple) -> TripleKey {
        let symmetric = self.predicates.schema(triple.predicate).symmetric;
        key(&triple.subject_id, triple.predicate, &triple.object_id, &triple.object, symmetric)
    }
}

/// What tells triples apart: a number made from entities and predicate. Of a million triples two have the same with a
/// chance of one in thirty million.
///
/// See the [example](crate::export::result#example).
pub type TripleKey = u64;

fn key(subject: &str, predicate: Predicate, object: &str, name: &str, symmetric: bool) -> TripleKey {
    // Where both ends are one entity, the object is another name of it.
    let name = if subject == object { name } else { "" };
    let (first, second) = if symmetric && object < subject { (object, subject) } else { (subject, object) };
    hash64(&(predicate.as_str(), first, second, name))
}

/// A number made from a text, to remember many of them in little memory.
///
/// See the [example](crate::export::marked#example).
pub fn number_of(text: &str) -> u64 {
    hash64(text)
}

/// The rows of a table, one after another.
///
/// See the [example](crate::export::result#example).
#[derive(Debug)]
pub struct Rows<R> {
    path: PathBuf,
    source: Source,
    row: PhantomData<R>,
}

#[derive(Debug)]
enum Source {
    Csv {
        reader: Box<csv::Reader<File>>,
        header: csv::StringRecord,
        record: csv::StringRecord,
        /// Whether cells that look like formulas have a `'` in front.
        excel: bool,
    },
    Jsonl {
        reader: BufReader<File>,
        text: String,
        line: u64,
        offset: u64,
    },
}

/// Bytes that are read at once. Little, because [`Rows::at`] throws it away.
const BUFFER: usize = 1 << 12;

impl<R: DeserializeOwned> Rows<R> {
    fn open(path: PathBuf, format: Format) -> Result<Self> {
        let mut file = File::open(&path).map_err(|e| Error::io(&path, e, REMEDY))?;
        let source = match format {
            Format::Jsonl => {
                let reader = BufReader::with_capacity(BUFFER, file);
                Source::Jsonl { reader, text: String::new(), line: 0, offset: 0 }
            }
            Format::Csv => {
                let excel = has_mark(&mut file).map_err(|e| Error::io(&path, e, REMEDY))?;
                let mut reader =
                    Box::new(csv::ReaderBuilder::new().buffer_capacity(BUFFER).from_reader(file));
                let header =
                    reader.headers().map_err(|e| damaged(&path, &e, &csv::StringRecord::new()))?.clone();
                Source::Csv { reader, header, record: csv::StringRecord::new(), excel }
            }
        };
        Ok(Rows { path, source, row: PhantomData })
    }

    /// Where the next row begins, in bytes, for [`Rows::at`].
    pub fn offset(&self) -> u64 {
        match &self.source {
            Source::Csv { reader, .. } => reader.position().byte(),
            Source::Jsonl { offset, .. } => *offset,
        }
    }

    /// The row that begins there; reading goes on after it.
    ///
    /// # Errors
    /// If the file cannot be read, or no row begins there.
    pub fn at(&mut self, offset: u64) -> Result<R> {
        match &mut self.source {
            Source::Csv { reader, header, .. } => {
                let mut position = csv::Position::new();
                position.set_byte(offset);
                reader.seek(position).map_err(|e| damaged(&self.path, &e, header))?;
            }
            Source::Jsonl { reader, offset: here, .. } => {
                reader.seek(SeekFrom::Start(offset)).map_err(|e| Error::io(&self.path, e, REMEDY))?;
                *here = offset;
            }
        }
        let gone = || io::Error::from(io::ErrorKind::UnexpectedEof);
        self.read()?.ok_or_else(|| Error::io(&self.path, gone(), REMEDY))
    }

    fn read(&mut self) -> Result<Option<R>> {
        match &mut self.source {
            Source::Csv { reader, header, record, excel } => {
                if !reader.read_record(record).map_err(|e| damaged(&self.path, &e, header))? {
                    return Ok(None);
                }
                if *excel {
                    *record = record.iter().map(unguarded).collect();
                }
                let row = record.deserialize(Some(header)).map_err(|e| damaged(&self.path, &e, header))?;
                Ok(Some(row))
            }
            Source::Jsonl { reader, text, line, offset } => {
                text.clear();
                *line += 1;
                let read = reader.read_line(text).map_err(|e| Error::io(&self.path, e, REMEDY))?;
                *offset += read as u64;
                if read == 0 {
                    return Ok(None);
                }
                let row = serde_json::from_str(text).map_err(|e| {
                    let problem = format!("it is damaged ({})", words::json_line(&e));
                    Error::config(Place::line(&self.path, *line), problem, REMEDY)
                })?;
                Ok(Some(row))
            }
        }
    }
}

impl<R: DeserializeOwned> Iterator for Rows<R> {
    type Item = Result<R>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Whether a file begins with the mark that `--excel` writes.
fn has_mark(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(&mut *file, 3), &mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(start == "\u{feff}".as_bytes())
}

fn damaged(path: &Path, error: &csv::Error, header: &csv::StringRecord) -> Error {
    let place = match error.position() {
        Some(position) if position.line() > 0 => Place::line(path, position.line()),
        _ => Place::file(path),
    };
    Error::config(place, format!("it is damaged ({})", words::csv(error, header)), REMEDY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sample;
    use crate::output::Style;

    #[test]
    fn tables_are_read_alike_from_every_format() {
        for style in [
            Style::default(),
            Style { format: Format::Csv, excel: true },
            Style { format: Format::Jsonl, excel: false },
        ] {
            let folder = sample::written(style);
            let result = ResultFolder::open(folder.path()).unwrap();
            let triples: Vec<Triple> = result.triples().unwrap().map(Result::unwrap).collect();
            let told: Vec<_> = triples
                .iter()
                .map(|it| (it.subject.as_str(), it.predicate.as_str(), it.object.as_str()))
                .collect();
            assert_eq!(told, sample::TRIPLES, "{style:?}");
            assert_eq!(triples[0].first_date.unwrap().to_string(), "2020-05");
            assert_eq!(triples[0].event_date, None);
            assert_eq!(triples[0].sources, ["Bo Berg", "the police"]);
            let entities: Vec<Entity> = result.entities().unwrap().map(Result::unwrap).collect();
            assert_eq!(entities[0].aliases, ["Ruiz", "A. Ruiz"]);
        }
    }

    #[test]
    fn a_row_is_read_again_from_its_offset() {
        for format in [Format::Csv, Format::Jsonl] {
            let folder = sample::written(Style { format, excel: false });
            let result = ResultFolder::open(folder.path()).unwrap();
            let mut relations = result.relations().unwrap();
            let mut read = Vec::new();
            loop {
                let offset = relations.offset();
                let Some(row) = relations.next() else { break };
                read.push((offset, row.unwrap().sentence));
            }
            let mut again = result.relations().unwrap();
            for (offset, sentence) in read.into_iter().rev() {
                assert_eq!(again.at(offset).unwrap().sentence, sentence);
            }
        }
    }

    #[test]
    fn every_relation_counts_towards_a_triple_either_way_round() {
        let folder = sample::written(Style::default());
        let result = ResultFolder::open(folder.path()).unwrap();
        let triples: Vec<TripleKey> = result.triples().unwrap().map(|it| result.key(&it.unwrap())).collect();
        for relation in result.relations().unwrap() {
            let relation = relation.unwrap();
            assert!(triples.contains(&result.key_of(&relation)), "{relation:?}");
        }
    }

    #[test]
    fn what_is_no_result_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = ResultFolder::open(&folder.path().join("none")).unwrap_err().to_string();
        assert!(missing.contains("there is no such folder"), "{missing}");
        let empty = ResultFolder::open(folder.path()).unwrap_err().to_string();
        assert!(empty.contains("run.json") && empty.contains("extract --out"), "{empty}");
        let written = sample::written(Style::default());
        let path = written.path().join("triples.csv");
        let table = std::fs::read_to_string(&path).unwrap().replace("stated", "sworn");
        std::fs::write(&path, table).unwrap();
        let result = ResultFolder::open(written.path()).unwrap();
        let error = result.triples().unwrap().find_map(Result::err).unwrap().to_string();
        assert!(error.contains("triples.csv, line") && error.contains("sworn"), "{error}");
    }
}

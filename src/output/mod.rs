//! The files of a run.
//!
//! An extraction becomes a `record`, which goes to the `log`; when all is read, `tables` are made
//! from it: `row`s as serde structs, written by `table` as CSV or JSON lines under temporary names
//! until they are whole, with the names of one entity joined `across` articles, and what needs all articles, added up by `aggregate` with a `sorter` that
//! uses the disk where memory ends. `merge` makes tables from the logs of several runs.
//! `copy` writes a finished result to another folder; [`questions`] reads the tables again for what an analyst may decide about names;
//! [`annotation`] writes what an annotation tool can hold of it, to be corrected.
//!
//! # Example
//!
//! ```
//! use std::fs;
//!
//! use triplewire::entity::Names;
//! use triplewire::input::Shard;
//! use triplewire::output::{Making, Output, Run, copy_result};
//! use triplewire::pipeline::{Delivery, Extraction};
//! use triplewire::relation::{Bracketed, Matcher, RuleSet};
//! use triplewire::text::Article;
//!
//! // What a pipeline delivers; here of names that are known.
//! let rules = RuleSet::built_in();
//! let read = Bracketed::text("[PER Ana Ruiz] is the president of [ORG Acme].");
//! let found = Extraction {
//!     relations: Matcher::new(&rules)?.relations(read.document()),
//!     names: Names { mentions: read.mentions, entities: read.entities, ..Names::default() },
//!     article: Article { id: "a".into(), text: read.text, ..Article::default() },
//!     sentences: read.sentences,
//!     syntax: read.syntax,
//!     left_out: 0,
//! };
//!
//! let folder = tempfile::tempdir()?;
//! let out = folder.path().join("result");
//! let mut output = Output::open(&out, Shard::WHOLE, false)?;
//! output.add(&Delivery::Extraction(Box::new(found)))?;
//! let tables = output.tables(Making::new(rules.predicates()))?;
//! assert_eq!((tables.counts().articles, tables.counts().entities), (1, 2));
//! let run = Run { complete: true, counts: tables.counts().clone(), ..Run::default() };
//! tables.name(&run)?;
//! output.close(true)?;
//! let triples = fs::read_to_string(out.join("triples.csv"))?;
//! assert!(triples.lines().any(|row| row.starts_with("Ana Ruiz,PER,leads,Acme,ORG,")), "{triples}");
//!
//! let copy = folder.path().join("copy");
//! let copied = copy_result(&run, &out, &copy, false)?;
//! assert!(copied.contains(&copy.join("triples.csv")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod across;
mod add;
mod aggregate;
pub mod annotation;
mod copy;
mod earlier;
mod entries;
mod file;
mod log;
mod making;
mod merge;
mod questions;
mod record;
mod row;
mod run;
mod sorter;
mod table;
mod tables;
mod watch;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::input::{Earlier, Item, Shard};
use crate::pipeline::Delivery;

pub use aggregate::Connected;
pub use copy::copy_result;
pub use earlier::{keep_earlier, keep_from_merge};
pub use making::Making;
pub use merge::Parts;
pub use questions::{Question, questions};
pub(crate) use record::rounded;
pub use record::{Lines, MentionRecord, Record, RelationRecord};
pub(crate) use row::LIST_SEPARATOR;
pub use row::{ArticleRow, CooccurrenceRow, DuplicateRow, EntityRow, MentionRow, RelationRow, TripleRow};
pub use run::{Counts, DecisionRecord, ModelRecord, ProblemRecord, Run, Seconds, Settings};
pub(crate) use table::{FORMULA_STARTS, csv_of, unguarded};
pub use table::{Format, Style};
pub use tables::Tables;
pub use watch::WatchList;

pub(crate) use file::{
    Made, Whole, check_file, check_folder, check_new, create_folder, temporary, unwritable, write_whole,
};

/// Writes a table, for tests of what reads them.
#[cfg(test)]
pub(crate) fn write_table<R: serde::Serialize + serde::de::DeserializeOwned>(
    folder: &Path,
    name: &str,
    style: Style,
    rows: &[R],
) -> Result<PathBuf> {
    let mut table = table::Table::create(folder, name, style)?;
    rows.iter().try_for_each(|row| table.write(row))?;
    table.close()?.name()
}

use log::Log;

/// The output folder of one run.
///
/// [`Output::open`] opens it, [`Output::resume`] goes on where an earlier run stopped, [`Output::add`]
/// takes deliveries in order, [`Output::tables`] makes the files and [`Output::close`] ends the run.
/// Dropped before that, it leaves the folder's earlier files as they were, and what was added so far
/// for the run that continues this one.
///
/// See the [example](crate::output#example).
pub struct Output {
    folder: PathBuf,
    log: Log,
}

impl Output {
    /// Opens `folder`, creating it if needed.
    ///
    /// # Errors
    /// If the folder cannot be written, another run is writing there, another program has a table there open so that
    /// it cannot be replaced, or there is an unfinished run and `resume` is not set.
    pub fn open(folder: &Path, shard: Shard, resume: bool) -> Result<Self> {
        tables::check_free(folder)?;
        Ok(Output { folder: folder.to_path_buf(), log: Log::open(folder, shard, resume)? })
    }

    /// Begins the run, or continues an unfinished one: takes from `items` those that are done.
    ///
    /// # Errors
    /// If the unfinished run had other settings or inputs.
    pub fn resume(&mut self, settings: Settings, items: &mut impl Iterator<Item = Item>) -> Result<()> {
        self.log.resume(settings, items)
    }

    /// Puts the run after the finished result in the folder, if there is one: the tables will be of both. Returns the
    /// articles that are there. `run` is the record of this run.
    ///
    /// # Errors
    /// If the result is of a shard, was made with other settings, or does not have what it was made from.
    pub fn behind(&mut self, run: &Run) -> Result<Option<Earlier>> {
        if self.log.has_begun() {
            return self.log.earlier();
        }
        match add::finished(&self.folder, run)? {
            Some((before, entries)) => self.log.begin_behind(&before, entries).map(Some),
            None => Ok(None),
        }
    }

    /// Whether there is a finished result that the run adds to.
    pub fn adds(&self) -> bool {
        self.log.base().is_some()
    }

    /// The record of the run as that of the result that it has added to.
    #[must_use]
    pub fn with_base(&self, run: Run) -> Run {
        match self.log.base() {
            Some(base) => base.with(run),
            None => run,
        }
    }

    /// How many inputs were skipped in the result that the run adds to.
    pub fn skipped_before(&self) -> u64 {
        self.log.base().map_or(0, |base| base.skipped)
    }

    /// Makes safe what was added so far, for the run that continues this one.
    ///
    /// # Errors
    /// If the disk is full.
    pub fn pause(mut self) -> Result<()> {
        self.log.checkpoint()
    }

    /// Articles done so far, also by the runs that this one continues.
    pub fn articles(&self) -> u64 {
        self.log.articles()
    }

    /// Wall-clock seconds spent by the runs that this one continues.
    pub fn seconds_before(&self) -> f64 {
        self.log.seconds_before()
    }

    /// Notes what became of the next item.
    ///
    /// # Errors
    /// If the disk is full or the folder has gone.
    pub fn add(&mut self, delivery: &Delivery) -> Result<()> {
        self.log.add(delivery)
    }

    /// Makes the tables of everything added so far.
    ///
    /// # Errors
    /// If the disk is full or the folder has gone.
    pub fn tables(&mut self, making: Making<'_>) -> Result<Tables> {
        self.log.checkpoint()?;
        let log = &mut self.log;
        Tables::make(|| log.entries(), &self.folder, making, aggregate::Budget::default())
    }

    /// Ends a run that found nothing to write: the folder is as it was.
    pub fn discard(self) {
        self.log.discard();
    }

    /// Ends the run when its tables have their names. One that is not complete can be continued.
    ///
    /// # Errors
    /// If the folder has gone.
    pub fn close(self, complete: bool) -> Result<()> {
        self.log.close(complete)
    }
}

//! The files of a run: rows as serde structs, tables as CSV or JSON lines, all under temporary
//! names until they are whole; and [`annotation`], the same as labels to correct.

mod aggregate;
pub mod annotation;
mod file;
mod row;
mod run;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::pipeline::Extraction;
use crate::story::{Sketch, Stories};

pub use aggregate::Connected;
pub use row::{CooccurrenceRow, DuplicateRow, EntityRow, MentionRow, RelationRow, TripleRow};
pub use run::{Counts, ModelRecord, ProblemRecord, Run, Seconds};
pub use table::{Format, Style};

pub(crate) use file::write_whole;

use aggregate::Aggregates;
use table::Table;

/// The output folder of one run.
///
/// [`Output::create`] opens it, [`Output::add`] takes extractions in order, [`Output::finish`]
/// writes what needs all of them and gives every file its name. Dropped before that, it leaves
/// the folder's earlier files as they were.
pub struct Output {
    folder: PathBuf,
    style: Style,
    mentions: Table<MentionRow>,
    relations: Table<RelationRow>,
    /// None if every article counts.
    duplicates: Option<Duplicates>,
    aggregates: Aggregates,
}

/// The articles that tell a story again, and what is needed to find them.
struct Duplicates {
    stories: Stories,
    table: Table<DuplicateRow>,
}

impl Duplicates {
    /// Whether the article tells a story again; if so, writes its row.
    fn add(&mut self, extraction: &Extraction, style: Style) -> Result<bool> {
        let article = &extraction.article;
        let duplicate = self.stories.tell(&article.id, Sketch::of(&article.text));
        let Some(duplicate) = duplicate else { return Ok(false) };
        self.table.write(&DuplicateRow {
            article: style.text(&article.id),
            duplicate_of: style.text(&duplicate.of),
            similarity: row::rounded(duplicate.similarity),
        })?;
        Ok(true)
    }
}

impl Output {
    /// Opens `folder`, creating it if needed. If `keep_duplicates`, an article that tells a story again
    /// counts like any other in entities, triples and co-occurrences; else it does not count there, and
    /// `duplicates.csv` names it.
    ///
    /// # Errors
    /// If the folder or a file in it cannot be written.
    pub fn create(folder: &Path, style: Style, keep_duplicates: bool) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| {
            Error::io(folder, e, "Choose a folder you may write to with --out, or free the name")
        })?;
        let duplicates = if keep_duplicates {
            None
        } else {
            Some(Duplicates {
                stories: Stories::default(),
                table: Table::create(folder, "duplicates", style)?,
            })
        };
        Ok(Output {
            folder: folder.to_path_buf(),
            style,
            mentions: Table::create(folder, "mentions", style)?,
            relations: Table::create(folder, "relations", style)?,
            duplicates,
            aggregates: Aggregates::default(),
        })
    }

    /// Writes the rows of one article.
    ///
    /// # Errors
    /// If the disk is full or the folder has gone.
    pub fn add(&mut self, extraction: &Extraction) -> Result<()> {
        for row in row::mentions(extraction, self.style) {
            self.mentions.write(&row)?;
        }
        for row in row::relations(extraction, self.style) {
            self.relations.write(&row)?;
        }
        let again = match &mut self.duplicates {
            Some(duplicates) => duplicates.add(extraction, self.style)?,
            None => false,
        };
        self.aggregates.add(extraction, again);
        Ok(())
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.aggregates.counts()
    }

    /// The `n` entities with the most distinct neighbours in asserted triples, best first.
    pub fn most_connected(&self, n: usize) -> Vec<Connected> {
        self.aggregates.most_connected(n)
    }

    /// Writes the remaining files and gives all of them their names. Returns their paths.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn finish(self, run: &Run) -> Result<Vec<PathBuf>> {
        let Output { folder, style, mentions, relations, duplicates, aggregates } = self;
        let mut entities = Table::create(&folder, "entities", style)?;
        aggregates.entity_rows(style, |row| entities.write(&row))?;
        let mut triples = Table::create(&folder, "triples", style)?;
        aggregates.triple_rows(style, |row| triples.write(&row))?;
        let mut cooccurrences = Table::create(&folder, "cooccurrences", style)?;
        aggregates.cooccurrence_rows(style, |row| cooccurrences.write(&row))?;
        let run = run::write(&folder, run)?;
        // Everything is on disk now; only renames are left.
        let duplicates = match duplicates {
            Some(duplicates) => Some(duplicates.table.close()?),
            None => None,
        };
        let whole = [
            mentions.close()?,
            entities.close()?,
            relations.close()?,
            triples.close()?,
            cooccurrences.close()?,
        ];
        whole.into_iter().chain(duplicates).chain([run]).map(file::Whole::name).collect()
    }
}

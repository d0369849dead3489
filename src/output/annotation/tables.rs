//! A spreadsheet: `mentions.csv` and `relations.csv` with the columns that hand labels need, and the texts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file_name::flat_name;
use super::labelled::{Labelled, Writer};
use crate::entity::EntityType;
use crate::error::Result;
use crate::output::Style;
use crate::output::file::write_whole;
use crate::output::record::Record;
use crate::output::row;
use crate::output::table::Table;
use crate::relation::{Certainty, Predicate, Status};
use crate::text::Date;

/// Both tables, unfinished. Texts are complete as soon as they are there.
pub(super) struct Tables {
    folder: PathBuf,
    mentions: Table<MentionRow>,
    relations: Table<RelationRow>,
}

#[derive(Serialize, Deserialize)]
struct MentionRow {
    article: String,
    start: u64,
    end: u64,
    text: String,
    #[serde(rename = "type")]
    entity_type: EntityType,
    entity: String,
}

#[derive(Serialize, Deserialize)]
struct RelationRow {
    article: String,
    subject: String,
    subject_type: EntityType,
    predicate: Predicate,
    object: String,
    object_type: EntityType,
    negated: bool,
    certainty: Certainty,
    attributed_to: String,
    subject_start: u64,
    subject_end: u64,
    object_start: u64,
    object_end: u64,
    sentence: String,
    status: Status,
    #[serde(with = "row::date_cell")]
    event_date: Option<Date>,
}

impl Tables {
    pub(super) fn create(folder: &Path) -> Result<Self> {
        let style = Style::default();
        Ok(Tables {
            folder: folder.to_path_buf(),
            mentions: Table::create(folder, "mentions", style)?,
            relations: Table::create(folder, "relations", style)?,
        })
    }
}

impl Writer for Tables {
    fn add(&mut self, article: &Labelled<'_>) -> Result<u64> {
        let name = format!("{}.txt", flat_name(article.id()));
        write_whole(&self.folder.join(name), article.extraction.article.text.as_bytes())?;
        let record = Record::new(article.extraction, 0);
        for mention in &record.mentions {
            let row = row::mention(&record.id, mention, Style::default());
            let row::MentionRow { article, start, end, text, entity_type, entity, .. } = row;
            self.mentions.write(&MentionRow { article, start, end, text, entity_type, entity })?;
        }
        let rows = record.relations.iter().map(|it| row::relation(&record, it, Style::default()));
        for (row, relation) in rows.zip(&article.extraction.relations) {
            if article.relations.iter().any(|kept| std::ptr::eq(kept.relation, relation)) {
                self.relations.write(&RelationRow {
                    article: row.article,
                    subject: row.subject,
                    subject_type: row.subject_type,
                    predicate: row.predicate,
                    object: row.object,
                    object_type: row.object_type,
                    negated: row.negated,
                    certainty: row.certainty,
                    attributed_to: row.attributed_to,
                    subject_start: row.subject_start,
                    subject_end: row.subject_end,
                    object_start: row.object_start,
                    object_end: row.object_end,
                    sentence: row.sentence,
                    status: row.status,
                    event_date: row.event_date,
                })?;
            }
        }
        Ok(0)
    }

    fn finish(self: Box<Self>) -> Result<Vec<PathBuf>> {
        let (mentions, relations) = (self.mentions.close()?, self.relations.close()?);
        Ok(vec![mentions.name()?, relations.name()?])
    }
}

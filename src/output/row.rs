//! The columns of every file, as serde structs: field names are column names, in this order. What `extract` writes by them,
//! `export` and `view` read by them.
//!
//! Offsets are Unicode code points into the article's text as read, end exclusive.

use serde::{Deserialize, Serialize};

use crate::entity::EntityType;
use crate::output::Style;
use crate::output::record::{MentionRecord, Record, RelationRecord};
use crate::relation::{Certainty, Predicate, Status};
use crate::text::{Date, one_line};

/// `articles.csv`: one row per article.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)] // the columns are the contract, described in `docs/output.md`
pub struct ArticleRow {
    pub article: String,
    #[serde(with = "date_cell")]
    pub date: Option<Date>,
    pub title: String,
    pub source: String,
    pub url: String,
    pub words: u64,
    pub mentions: u64,
    pub relations: u64,
    /// The first article with the same story, if it repeats one.
    pub duplicate_of: String,
}

/// `mentions.csv`: one row per mention.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct MentionRow {
    pub article: String,
    pub start: u64,
    pub end: u64,
    pub text: String,
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    pub score: f64,
    pub entity_id: String,
    pub entity: String,
    pub sentence: String,
}

/// `entities.csv`: one row per real-world entity.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct EntityRow {
    pub entity_id: String,
    pub entity: String,
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    pub mentions: u64,
    pub articles: u64,
    #[serde(with = "list_cell")]
    pub aliases: Vec<String>,
    /// What the tables of names say that others call it, such as its Wikidata id.
    /// Results of earlier versions have none.
    #[serde(default)]
    pub external_id: String,
    #[serde(with = "date_cell")]
    pub first_date: Option<Date>,
    #[serde(with = "date_cell")]
    pub last_date: Option<Date>,
}

/// `relations.csv`: one row per piece of evidence.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RelationRow {
    pub article: String,
    pub subject: String,
    pub subject_type: EntityType,
    pub predicate: Predicate,
    pub object: String,
    pub object_type: EntityType,
    pub score: f64,
    pub negated: bool,
    pub certainty: Certainty,
    pub attributed_to: String,
    pub sentence: String,
    pub rule: String,
    pub subject_start: u64,
    pub subject_end: u64,
    pub object_start: u64,
    pub object_end: u64,
    pub status: Status,
    /// When it happened or began, as the text says.
    #[serde(with = "date_cell")]
    pub event_date: Option<Date>,
    /// The article's.
    #[serde(with = "date_cell")]
    pub date: Option<Date>,
    pub subject_id: String,
    pub object_id: String,
}

/// `triples.csv`: one row per distinct triple.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct TripleRow {
    pub subject: String,
    pub subject_type: EntityType,
    pub predicate: Predicate,
    pub object: String,
    pub object_type: EntityType,
    pub articles: u64,
    pub evidence: u64,
    /// The best score among the evidence.
    pub score: f64,
    /// Whether every piece of evidence denies it.
    pub negated: bool,
    pub first_article: String,
    /// The sentence of the best evidence.
    pub example: String,
    /// The strongest of the evidence that does not deny it; if all does, of that.
    pub certainty: Certainty,
    /// Whom the same evidence is attributed to, most often first.
    #[serde(with = "list_cell")]
    pub sources: Vec<String>,
    /// `current` if any of the same evidence says so.
    pub status: Status,
    #[serde(with = "date_cell")]
    pub first_date: Option<Date>,
    #[serde(with = "date_cell")]
    pub last_date: Option<Date>,
    /// The first date that the same evidence gives.
    #[serde(with = "date_cell")]
    pub event_date: Option<Date>,
    pub subject_id: String,
    pub object_id: String,
}

/// `cooccurrences.csv`: one row per pair of entities that share a sentence in which no rule
/// connects them.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct CooccurrenceRow {
    pub subject: String,
    pub subject_type: EntityType,
    pub object: String,
    pub object_type: EntityType,
    pub articles: u64,
    pub sentences: u64,
    /// Pointwise mutual information in bits over sentences that name an entity (Church and Hanks
    /// 1990).
    pub pmi: f64,
}

/// `duplicates.csv`: one row per article that repeats a story.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct DuplicateRow {
    pub article: String,
    pub duplicate_of: String,
    pub similarity: f64,
}

/// The separator of lists in a cell.
pub(crate) const LIST_SEPARATOR: &str = " | ";

/// A date as the cell of it: empty where there is none.
pub(super) mod date_cell {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    use crate::text::Date;

    pub(in crate::output) fn serialize<S: Serializer>(date: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        date.map(String::from).unwrap_or_default().serialize(to)
    }

    pub(in crate::output) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Date>, D::Error> {
        let text = String::deserialize(from)?;
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
    }
}

/// A list as the cell of it.
mod list_cell {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::LIST_SEPARATOR;

    pub(super) fn serialize<S: Serializer>(list: &[String], to: S) -> Result<S::Ok, S::Error> {
        list.join(LIST_SEPARATOR).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        let text = String::deserialize(from)?;
        Ok(text.split(LIST_SEPARATOR).filter(|member| !member.is_empty()).map(str::to_owned).collect())
    }
}

/// The row of an article, which may repeat the story of `duplicate_of`.
pub(super) fn article(record: &Record, duplicate_of: Option<&str>, style: Style) -> ArticleRow {
    let line = |text: &Option<String>| style.text(&one_line(text.as_deref().unwrap_or_default()));
    ArticleRow {
        article: style.text(&record.id),
        date: record.date,
        title: line(&record.title),
        source: line(&record.source),
        url: line(&record.url),
        words: record.words,
        mentions: record.mentions.len() as u64,
        relations: record.relations.iter().filter(|it| it.kept).count() as u64,
        duplicate_of: style.text(duplicate_of.unwrap_or_default()),
    }
}

/// The row of a mention.
pub(super) fn mention(article: &str, mention: &MentionRecord, style: Style) -> MentionRow {
    MentionRow {
        article: style.text(article),
        start: mention.start as u64,
        end: mention.end as u64,
        text: style.text(&mention.text),
        entity_type: mention.mention_type,
        score: mention.score,
        entity_id: mention.entity_id.clone(),
        entity: style.text(&mention.entity),
        sentence: style.text(&mention.sentence),
    }
}

/// The row of a relation of that article.
pub(super) fn relation(article: &Record, relation: &RelationRecord, style: Style) -> RelationRow {
    RelationRow {
        article: style.text(&article.id),
        subject: style.text(&relation.subject),
        subject_type: relation.subject_type,
        predicate: relation.predicate,
        object: style.text(&relation.object),
        object_type: relation.object_type,
        score: relation.score,
        negated: relation.negated,
        certainty: relation.certainty,
        attributed_to: style.text(&relation.attributed_to),
        sentence: style.text(&relation.sentence),
        rule: relation.rule.clone(),
        subject_start: relation.subject_start as u64,
        subject_end: relation.subject_end as u64,
        object_start: relation.object_start as u64,
        object_end: relation.object_end as u64,
        status: relation.status,
        event_date: relation.event_date,
        date: article.date,
        subject_id: relation.subject_id.clone(),
        object_id: relation.object_id.clone(),
    }
}

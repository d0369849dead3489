//! The columns of every file, as serde structs: field names are column names, in this order.
//!
//! Offsets are Unicode code points into the article's text as read, end exclusive.

use std::borrow::Cow;

use serde::Serialize;

use crate::entity::Mention;
use crate::output::Style;
use crate::output::record::{MentionRecord, Record, RelationRecord};
use crate::pipeline::Extraction;
use crate::relation::Relation;
use crate::text::Date;

/// `articles.csv`: one row per article.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)] // the columns are the contract, described in `docs/output.md`
pub struct ArticleRow {
    pub article: String,
    pub date: String,
    pub title: String,
    pub source: String,
    pub url: String,
    pub words: u64,
    pub mentions: usize,
    pub relations: usize,
    /// The article that told its story first, if it tells one again.
    pub duplicate_of: String,
}

/// `mentions.csv`: one row per mention.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct MentionRow {
    pub article: String,
    pub start: usize,
    pub end: usize,
    pub text: String,
    #[serde(rename = "type")]
    pub entity_type: &'static str,
    pub score: f64,
    pub entity_id: String,
    pub entity: String,
    pub sentence: String,
}

/// `entities.csv`: one row per real-world entity.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct EntityRow {
    pub entity_id: String,
    pub entity: String,
    #[serde(rename = "type")]
    pub entity_type: &'static str,
    pub mentions: u64,
    pub articles: u64,
    pub aliases: String,
    /// What the tables of names say that others call it, such as its Wikidata id.
    pub external_id: String,
    pub first_date: String,
    pub last_date: String,
}

/// `relations.csv`: one row per piece of evidence.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct RelationRow {
    pub article: String,
    pub subject: String,
    pub subject_type: &'static str,
    pub predicate: &'static str,
    pub object: String,
    pub object_type: &'static str,
    pub score: f64,
    pub negated: bool,
    pub certainty: &'static str,
    pub attributed_to: String,
    pub sentence: String,
    pub rule: String,
    pub subject_start: usize,
    pub subject_end: usize,
    pub object_start: usize,
    pub object_end: usize,
    pub status: &'static str,
    /// When it happened or began, as the text says.
    pub event_date: String,
    /// The article's.
    pub date: String,
    pub subject_id: String,
    pub object_id: String,
}

/// `triples.csv`: one row per distinct triple.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct TripleRow {
    pub subject: String,
    pub subject_type: &'static str,
    pub predicate: &'static str,
    pub object: String,
    pub object_type: &'static str,
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
    pub certainty: &'static str,
    /// Whom the same evidence is attributed to, most often first.
    pub sources: String,
    /// `current` if any of the same evidence says so.
    pub status: &'static str,
    pub first_date: String,
    pub last_date: String,
    /// The first that the same evidence gives.
    pub event_date: String,
    pub subject_id: String,
    pub object_id: String,
}

/// `cooccurrences.csv`: one row per pair of entities that share a sentence in which no rule
/// connects them.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct CooccurrenceRow {
    pub subject: String,
    pub subject_type: &'static str,
    pub object: String,
    pub object_type: &'static str,
    pub articles: u64,
    pub sentences: u64,
    /// Pointwise mutual information in bits over sentences that name an entity (Church and Hanks
    /// 1990).
    pub pmi: f64,
}

/// `duplicates.csv`: one row per article that tells a story again.
#[derive(Debug, Clone, Default, Serialize)]
#[allow(missing_docs)]
pub struct DuplicateRow {
    pub article: String,
    pub duplicate_of: String,
    pub similarity: f64,
}

/// What stands between the members of a list in a cell.
pub(crate) const LIST_SEPARATOR: &str = " | ";

/// A score as it is written: four decimals are more than it means.
pub(crate) fn rounded(score: f64) -> f64 {
    (score * 1e4).round() / 1e4
}

/// A date as it is written; empty where there is none.
pub(super) fn date(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// The row of an article that tells the story of `duplicate_of` again, if that is one.
pub(super) fn article(record: &Record, duplicate_of: Option<&str>, style: Style) -> ArticleRow {
    let line = |text: &Option<String>| style.text(&one_line(text.as_deref().unwrap_or_default()));
    ArticleRow {
        article: style.text(&record.id),
        date: date(record.date),
        title: line(&record.title),
        source: line(&record.source),
        url: line(&record.url),
        words: record.words,
        mentions: record.mentions.len(),
        relations: record.relations.iter().filter(|it| it.kept).count(),
        duplicate_of: style.text(duplicate_of.unwrap_or_default()),
    }
}

/// The row of a mention.
pub(super) fn mention(article: &str, mention: &MentionRecord, style: Style) -> MentionRow {
    MentionRow {
        article: style.text(article),
        start: mention.start,
        end: mention.end,
        text: style.text(&mention.text),
        entity_type: mention.mention_type.as_str(),
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
        subject_type: relation.subject_type.as_str(),
        predicate: relation.predicate.as_str(),
        object: style.text(&relation.object),
        object_type: relation.object_type.as_str(),
        score: relation.score,
        negated: relation.negated,
        certainty: relation.certainty.as_str(),
        attributed_to: style.text(&relation.attributed_to),
        sentence: style.text(&relation.sentence),
        rule: relation.rule.clone(),
        subject_start: relation.subject_start,
        subject_end: relation.subject_end,
        object_start: relation.object_start,
        object_end: relation.object_end,
        status: relation.status.as_str(),
        event_date: date(relation.event_date),
        date: date(article.date),
        subject_id: relation.subject_id.clone(),
        object_id: relation.object_id.clone(),
    }
}

/// The names of a relation's arguments as they are written.
pub(super) struct Arguments<'a> {
    pub(super) subject: &'a str,
    pub(super) object: Cow<'a, str>,
}

/// Canonical names; but where both arguments are one entity, as in `Kurdistan Workers' Party (PKK)`,
/// the object is the other name that the text gives it.
pub(super) fn arguments<'a>(extraction: &'a Extraction, relation: &Relation) -> Arguments<'a> {
    let names = &extraction.names;
    let (subject, object) = (names.argument(relation.subject), names.argument(relation.object));
    let name = names.entities[subject.entity].name.as_str();
    if subject.entity != object.entity {
        return Arguments { subject: name, object: Cow::Borrowed(&names.entities[object.entity].name) };
    }
    let form = |mention: &Mention| one_line(mention.span.of(&extraction.article.text));
    let other = [form(object), form(subject)].into_iter().find(|form| form != name);
    Arguments { subject: name, object: other.map_or(Cow::Borrowed(name), Cow::Owned) }
}

/// White space, line breaks included, as single blanks.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

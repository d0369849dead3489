//! Records: what is kept of an article, enough to write its rows and to count it, without its text.
//!
//! A [`Record`] is one line of JSON. Lines of records are what a run notes while it goes on (as an [`Entry`]), what
//! `extract --out -` prints and what `merge` joins; every table is made from them.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::entity::{EntityType, Mention};
use crate::error::Problem;
use crate::input::Shard;
use crate::output::run::ProblemRecord;
use crate::pipeline::{Delivery, Extraction};
use crate::relation::{Certainty, Predicate, Relation, Status};
use crate::story::Sketch;
use crate::text::{Article, CodePoints, Date, Digest, one_line};

/// Everything found in one article. Offsets are code points into its text, end exclusive.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The article's id.
    pub id: String,
    /// What its input calls it, where another article has that id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Its number among all articles of the input, from 0.
    pub position: u64,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Its headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How many words its text has, which are what stands between white space.
    #[serde(default)]
    pub words: u64,
    /// How many sentences it has.
    pub sentences: u64,
    /// Its mentions, in text order.
    pub mentions: Vec<MentionRecord>,
    /// Its relations.
    pub relations: Vec<RelationRecord>,
    /// How many relations that rules find are left out for their scores.
    #[serde(default)]
    pub left_out: u64,
    /// Names left out because a user says that they are of no entity, folded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// What tells whether it tells a story again, if that is to be found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    /// What tells it from others, if that is to be found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A mention; the keys are the columns of `mentions.csv`, and two more.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)] // the columns are described in `docs/output.md`
pub struct MentionRecord {
    pub start: usize,
    pub end: usize,
    pub text: String,
    #[serde(rename = "type")]
    pub mention_type: EntityType,
    pub score: f64,
    pub entity_id: String,
    pub entity: String,
    /// The type of the entity, which differs from that of the mention for demonyms.
    pub entity_type: EntityType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Shared by the mentions of one sentence.
    pub sentence: Arc<str>,
    /// Where the sentence starts, which tells it from another of the same words.
    pub sentence_start: usize,
}

/// A relation; the keys are the columns of `relations.csv` but for those of the article.
///
/// See the [example](crate::output#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct RelationRecord {
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
    pub subject_start: usize,
    pub subject_end: usize,
    pub object_start: usize,
    pub object_end: usize,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    pub event_date: Option<Date>,
    pub subject_id: String,
    /// That of the entity also where `object` is another name of it.
    pub object_id: String,
    /// Whether it is written: not if it touches no entity of the watch list.
    #[serde(skip, default = "yes")]
    pub kept: bool,
}

fn yes() -> bool {
    true
}

impl Record {
    /// The record of an article that is number `position` of the input.
    pub fn new(extraction: &Extraction, position: u64) -> Self {
        let Extraction { article, sentences, names, relations, .. } = extraction;
        let text = article.text.as_str();
        let points = CodePoints::new(text);
        let quoted: Vec<Arc<str>> = sentences.iter().map(|sentence| sentence.of(text).into()).collect();
        let mention = |mention: &Mention| {
            let entity = &names.entities[mention.entity];
            let (start, end) = points.of_span(mention.span);
            MentionRecord {
                start,
                end,
                text: mention.span.of(text).to_owned(),
                mention_type: mention.entity_type,
                score: rounded(f64::from(mention.score)),
                entity_id: entity.id.clone(),
                entity: entity.name.clone(),
                entity_type: entity.entity_type,
                external_id: entity.external_id.clone(),
                sentence: Arc::clone(&quoted[mention.sentence]),
                sentence_start: points.from_byte(sentences[mention.sentence].start),
            }
        };
        let relations = relations.iter().map(|relation| relation_record(extraction, relation, &points));
        Record {
            id: article.id.clone(),
            called: article.called.clone(),
            position,
            date: article.date,
            title: article.title.clone(),
            source: article.source.clone(),
            url: article.url.clone(),
            words: text.split_whitespace().count() as u64,
            sentences: sentences.len() as u64,
            mentions: names.mentions.iter().map(mention).collect(),
            relations: relations.collect(),
            left_out: extraction.left_out as u64,
            dropped: names.dropped.clone(),
            sketch: None,
            digest: None,
        }
    }

    /// The same with what is needed where several runs come together: a sketch of the article's text, and its digest.
    pub(super) fn to_note(extraction: &Extraction, digest: Digest, position: u64) -> Self {
        let sketch = Some(Sketch::of(&extraction.article.text));
        Record { sketch, digest: Some(digest), ..Record::new(extraction, position) }
    }

    /// Leaves each sentence at its first mention only.
    fn without_repeats(mut self) -> Self {
        for i in (1..self.mentions.len()).rev() {
            if self.mentions[i].sentence_start == self.mentions[i - 1].sentence_start {
                self.mentions[i].sentence = Arc::default();
            }
        }
        self
    }

    /// Gives each mention its sentence again.
    fn with_repeats(mut self) -> Self {
        for i in 1..self.mentions.len() {
            if self.mentions[i].sentence.is_empty() {
                self.mentions[i].sentence = Arc::clone(&self.mentions[i - 1].sentence);
            }
        }
        self
    }

    /// The mention that starts at `start`: mentions do not overlap.
    pub(super) fn mention_at(&self, start: usize) -> Option<&MentionRecord> {
        let found = self.mentions.binary_search_by_key(&start, |mention| mention.start);
        found.ok().map(|i| &self.mentions[i])
    }
}

/// The record of one relation of an article.
fn relation_record(extraction: &Extraction, relation: &Relation, points: &CodePoints<'_>) -> RelationRecord {
    let Extraction { article, names, .. } = extraction;
    let (subject, object) = (names.argument(relation.subject), names.argument(relation.object));
    let named = arguments(extraction, relation);
    let (subject_start, subject_end) = points.of_span(subject.span);
    let (object_start, object_end) = points.of_span(object.span);
    let (subject_entity, object_entity) = (&names.entities[subject.entity], &names.entities[object.entity]);
    RelationRecord {
        subject: named.subject.to_owned(),
        subject_type: subject_entity.entity_type,
        predicate: relation.predicate,
        object: named.object.into_owned(),
        object_type: object_entity.entity_type,
        score: rounded(f64::from(relation.score)),
        negated: relation.negated,
        certainty: relation.certainty,
        attributed_to: relation.attributed_to.clone().unwrap_or_default(),
        sentence: relation.sentence.of(&article.text).to_owned(),
        rule: relation.rule.to_string(),
        subject_start,
        subject_end,
        object_start,
        object_end,
        status: relation.status,
        event_date: relation.when.as_ref().and_then(|when| when.date(article.date)),
        subject_id: subject_entity.id.clone(),
        object_id: object_entity.id.clone(),
        kept: true,
    }
}

/// A score as it is written: four decimals are more than it means.
pub(crate) fn rounded(score: f64) -> f64 {
    (score * 1e4).round() / 1e4
}

/// The names of a relation's arguments as they are written.
struct Arguments<'a> {
    subject: &'a str,
    object: Cow<'a, str>,
}

/// Canonical names; but where both arguments are one entity, as in `Kurdistan Workers' Party (PKK)`,
/// the object is the other name that the text gives it.
fn arguments<'a>(extraction: &'a Extraction, relation: &Relation) -> Arguments<'a> {
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

/// Records as lines of JSON, each written out at once.
///
/// See the [example](crate::output#example).
pub struct Lines<W> {
    to: W,
    shard: Shard,
    articles: u64,
}

impl<W: Write> Lines<W> {
    /// Writes the records of the articles of `shard` to `to`.
    pub fn new(to: W, shard: Shard) -> Self {
        Lines { to, shard, articles: 0 }
    }

    /// Writes the record of an article. One that was skipped has none, but counts for the positions of
    /// those after it.
    ///
    /// # Errors
    /// If the reader is gone, or the disk is full.
    pub fn add(&mut self, delivery: &Delivery) -> std::io::Result<()> {
        let position = self.shard.position(self.articles);
        self.articles += u64::from(!matches!(delivery, Delivery::Problem(_)));
        if let Delivery::Extraction(extraction) = delivery {
            serde_json::to_writer(&mut self.to, &Record::new(extraction, position))?;
            self.to.write_all(b"\n")?;
            self.to.flush()?;
        }
        Ok(())
    }
}

/// What a run notes: articles, and what was wrong with inputs, in input order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    Article(Box<Record>),
    Problem(ProblemEntry),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ProblemEntry {
    problem: ProblemRecord,
    /// Whether the input is missing from the output because of it.
    skipped: bool,
    /// The number of the article that it is about or that comes next.
    position: u64,
    /// Of an article that was skipped: what its input calls it, and what tells it from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    called: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
}

/// How the line of a [`ProblemEntry`] starts; that of a [`Record`] starts with its id.
const PROBLEM: &[u8] = b"{\"problem\":";

impl Entry {
    pub(super) fn problem(problem: &Problem, position: u64) -> Self {
        let skipped = problem.skipped;
        let problem = ProblemRecord::from(problem);
        Entry::Problem(ProblemEntry { problem, skipped, position, called: None, digest: None })
    }

    /// An article that is skipped.
    pub(super) fn skipped(article: &Article, digest: Digest, problem: &Problem, position: u64) -> Self {
        Entry::Problem(ProblemEntry {
            problem: ProblemRecord::from(problem),
            skipped: problem.skipped,
            position,
            called: Some(article.called().to_owned()),
            digest: Some(digest),
        })
    }

    /// What the input of an article calls it, and what tells it from others; none of what is no article.
    pub(super) fn article(&self) -> Option<(&str, &Digest)> {
        match self {
            Entry::Article(record) => {
                Some((record.called.as_deref().unwrap_or(&record.id), record.digest.as_ref()?))
            }
            Entry::Problem(problem) => Some((problem.called.as_deref()?, problem.digest.as_ref()?)),
        }
    }

    /// Puts it among others: at this position, and the article under this id if another has the one that its input
    /// gives it.
    pub(super) fn place(&mut self, place: u64, id: Option<String>) {
        match self {
            Entry::Article(record) => {
                record.position = place;
                let called = record.called.take().unwrap_or_else(|| record.id.clone());
                match id {
                    Some(id) => (record.id, record.called) = (id, Some(called)),
                    None => record.id = called,
                }
            }
            Entry::Problem(problem) => problem.position = place,
        }
    }

    pub(super) fn position(&self) -> u64 {
        match self {
            Entry::Article(record) => record.position,
            Entry::Problem(problem) => problem.position,
        }
    }

    /// Its line of JSON, without the line end. A sentence stands at its first mention only: a long article of
    /// nothing but names would take hundreds of times its size.
    pub(super) fn into_line(self) -> serde_json::Result<Vec<u8>> {
        match self {
            Entry::Article(record) => serde_json::to_vec(&record.without_repeats()),
            Entry::Problem(problem) => serde_json::to_vec(&problem),
        }
    }

    pub(super) fn from_line(line: &[u8]) -> serde_json::Result<Self> {
        if line.starts_with(PROBLEM) {
            serde_json::from_slice(line).map(Entry::Problem)
        } else {
            serde_json::from_slice(line).map(|record: Record| Entry::Article(Box::new(record.with_repeats())))
        }
    }
}

impl ProblemEntry {
    pub(super) fn problem(&self) -> &ProblemRecord {
        &self.problem
    }

    /// The problem, and whether its input was skipped.
    pub(super) fn into_parts(self) -> (ProblemRecord, bool) {
        (self.problem, self.skipped)
    }
}

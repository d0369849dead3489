//! What is added up over all articles: entities, triples, pairs of entities, neighbours.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entity::EntityType;
use crate::output::record::{MentionRecord, Record, RelationRecord};
use crate::output::sorter::Part;
use crate::relation::{Certainty, Predicate, Status};
use crate::text::{Date, one_line};

/// The first and the last date of articles.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Period {
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Period {
    pub(super) fn of(record: &Record) -> Option<Self> {
        record.date.map(|date| Period { first: date, last: date })
    }

    /// From the first of both to the last of both.
    fn both(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(Period { first: a.first.min(b.first), last: a.last.max(b.last) }),
            (one, other) => one.or(other),
        }
    }

    /// First and last date as they are written.
    pub(super) fn cells(period: Option<Self>) -> (Option<Date>, Option<Date>) {
        (period.map(|it| it.first), period.map(|it| it.last))
    }
}

/// How the texts put a triple, and who is said to say so.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Statement {
    /// The strongest; none if there is no evidence.
    pub(super) certainty: Option<Certainty>,
    /// How many pieces each source has.
    pub(super) sources: BTreeMap<String, u64>,
    pub(super) status: Option<Status>,
    /// The first time that is given.
    pub(super) event_date: Option<Date>,
}

impl Statement {
    pub(super) fn of(relation: &RelationRecord) -> Self {
        let source = Some(one_line(&relation.attributed_to)).filter(|source| !source.is_empty());
        Statement {
            certainty: Some(relation.certainty),
            sources: source.into_iter().map(|source| (source, 1)).collect(),
            status: Some(relation.status),
            event_date: relation.event_date,
        }
    }

    fn add(&mut self, other: Self) {
        // The least is the strongest.
        self.certainty = [self.certainty, other.certainty].into_iter().flatten().min();
        count_all(&mut self.sources, other.sources);
        // What is current comes first.
        self.status = [self.status, other.status].into_iter().flatten().min();
        self.event_date = [self.event_date, other.event_date].into_iter().flatten().min();
    }
}

/// Adds up what was counted twice.
fn count_all(counts: &mut BTreeMap<String, u64>, more: BTreeMap<String, u64>) {
    for (counted, count) in more {
        *counts.entry(counted).or_default() += count;
    }
}

/// An entity: the canonical name and the type make one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct EntityKey {
    pub(super) name: String,
    pub(super) entity_type: EntityType,
}

impl EntityKey {
    pub(super) fn of(mention: &MentionRecord) -> Self {
        EntityKey { name: mention.entity.clone(), entity_type: mention.entity_type }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Entity {
    pub(super) name: EntityKey,
    pub(super) id: String,
    pub(super) external_id: Option<String>,
    pub(super) mentions: u64,
    pub(super) articles: u64,
    /// Sentences that name it, which dates do not count in.
    pub(super) sentences: u64,
    /// Surface forms other than the name, and how often each occurs.
    pub(super) forms: BTreeMap<String, u64>,
    pub(super) dates: Option<Period>,
}

impl Part for Entity {
    fn by_key(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }

    fn add(&mut self, other: Self) {
        self.mentions += other.mentions;
        self.articles += other.articles;
        self.sentences += other.sentences;
        count_all(&mut self.forms, other.forms);
        self.dates = Period::both(self.dates, other.dates);
        // Of several the first, whatever the order of the articles.
        self.external_id = [self.external_id.take(), other.external_id].into_iter().flatten().min();
    }
}

impl Entity {
    /// Most mentioned first.
    pub(super) fn by_rank(&self, other: &Self) -> Ordering {
        other.mentions.cmp(&self.mentions).then_with(|| self.by_key(other))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Triple {
    pub(super) subject: EntityKey,
    pub(super) predicate: Predicate,
    pub(super) object: EntityKey,
    /// Where subject and object are one entity: its other name.
    pub(super) alias: Option<String>,
    /// The ids of subject and object.
    pub(super) ids: (String, String),
    pub(super) articles: u64,
    pub(super) evidence: u64,
    pub(super) score: f64,
    pub(super) negated: bool,
    /// The number and the id of the first article.
    pub(super) first: (u64, String),
    /// The best evidence.
    pub(super) example: Example,
    /// The evidence that does not deny it, and that which does.
    pub(super) asserted: Statement,
    pub(super) denied: Statement,
    pub(super) dates: Option<Period>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Example {
    pub(super) negated: bool,
    pub(super) certainty: Certainty,
    pub(super) score: f64,
    pub(super) article: u64,
    pub(super) sentence: String,
}

impl Example {
    /// An assertion is a better example than a denial, and a plain statement than a rumour, whatever the scores, because
    /// that is what the triple's certainty says; of several the first.
    fn rank(&self) -> (Reverse<bool>, Reverse<Certainty>, f64, Reverse<u64>) {
        (Reverse(self.negated), Reverse(self.certainty), self.score, Reverse(self.article))
    }
}

impl Part for Triple {
    fn by_key(&self, other: &Self) -> Ordering {
        self.subject
            .cmp(&other.subject)
            .then_with(|| self.predicate.cmp(&other.predicate))
            .then_with(|| self.object.cmp(&other.object))
            .then_with(|| self.alias.cmp(&other.alias))
    }

    fn add(&mut self, other: Self) {
        self.articles += other.articles;
        self.evidence += other.evidence;
        self.score = self.score.max(other.score);
        self.negated &= other.negated;
        if other.first < self.first {
            self.first = other.first;
        }
        if other.example.rank() > self.example.rank() {
            self.example = other.example;
        }
        self.asserted.add(other.asserted);
        self.denied.add(other.denied);
        self.dates = Period::both(self.dates, other.dates);
    }
}

impl Triple {
    /// Stated by most articles first.
    pub(super) fn by_rank(&self, other: &Self) -> Ordering {
        (other.articles, other.evidence).cmp(&(self.articles, self.evidence)).then_with(|| self.by_key(other))
    }
}

/// Two entities in one sentence that no rule connects there; the first by name comes first.
#[derive(Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) names: (EntityKey, EntityKey),
    pub(super) articles: u64,
    pub(super) sentences: u64,
}

impl Part for Pair {
    fn by_key(&self, other: &Self) -> Ordering {
        self.names.cmp(&other.names)
    }

    fn add(&mut self, other: Self) {
        self.articles += other.articles;
        self.sentences += other.sentences;
    }
}

impl Pair {
    /// Most frequent first.
    pub(super) fn by_rank(&self, other: &Self) -> Ordering {
        other.sentences.cmp(&self.sentences).then_with(|| self.by_key(other))
    }
}

/// That an asserted triple connects an entity with another.
#[derive(Serialize, Deserialize)]
pub(super) struct Neighbour {
    pub(super) of: EntityKey,
    pub(super) other: EntityKey,
}

impl Part for Neighbour {
    fn by_key(&self, other: &Self) -> Ordering {
        self.of.cmp(&other.of).then_with(|| self.other.cmp(&other.other))
    }

    fn add(&mut self, _: Self) {}
}

//! What needs all articles: entities, distinct triples, co-occurrences.
//!
//! Every article's parts of these rows go to [`Sorter`]s, which keep them on disk when they are
//! many. What stays in memory is 16 bytes for each distinct entity: how many sentences name it.

mod article;
mod connected;
mod parts;
mod rows;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use crate::entity::EntityType;
use crate::error::Result;
use crate::output::record::Record;
use crate::output::row::{CooccurrenceRow, EntityRow, TripleRow};
use crate::output::sorter::Sorter;
use crate::output::{Counts, Style};
use crate::relation::Predicates;
use crate::text::hash64;
use article::{entities, naming_sentences, pairs, triples};
use connected::most_connected;
use parts::{Entity, EntityKey, Neighbour, Pair, Triple};
use rows::{entity_row, pair_row, triple_row};

pub use connected::Connected;

/// How many parts of each kind are kept in memory: some 50 MB for each kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub(super) entities: usize,
    pub(super) triples: usize,
    pub(super) pairs: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { entities: 200_000, triples: 100_000, pairs: 400_000 }
    }
}

/// Adds up all articles.
pub(super) struct Aggregates<'a> {
    counts: Counts,
    predicates: &'a Predicates,
    scratch: &'a Path,
    budget: Budget,
    entities: Sorter<Entity>,
    triples: Sorter<Triple>,
    pairs: Sorter<Pair>,
    /// Sentences that name at least one entity.
    naming_sentences: u64,
}

/// Where rows go.
pub(super) trait Rows {
    fn entity(&mut self, row: &EntityRow) -> Result<()>;
    fn triple(&mut self, row: &TripleRow) -> Result<()>;
    fn cooccurrence(&mut self, row: &CooccurrenceRow) -> Result<()>;
}

/// What is known when all rows are written.
pub(super) struct Totals {
    pub(super) counts: Counts,
    /// The entities with the most distinct neighbours in asserted triples, best first.
    pub(super) most_connected: Vec<Connected>,
}

impl<'a> Aggregates<'a> {
    /// What does not fit in `budget` goes to the folder `scratch`.
    pub(super) fn new(scratch: &'a Path, predicates: &'a Predicates, budget: Budget) -> Self {
        Aggregates {
            counts: Counts::default(),
            predicates,
            scratch,
            budget,
            entities: Sorter::by_key(scratch, budget.entities),
            triples: Sorter::by_key(scratch, budget.triples),
            pairs: Sorter::by_key(scratch, budget.pairs),
            naming_sentences: 0,
        }
    }

    /// Counts an article. One that tells a story `again` is part of the run's counts only.
    pub(super) fn add(&mut self, record: &Record, again: bool) -> io::Result<()> {
        self.counts.articles += 1;
        self.counts.sentences += record.sentences;
        self.counts.left_out += record.left_out;
        for mention in &record.mentions {
            *self.counts.mentions.entry(mention.mention_type.to_string()).or_default() += 1;
        }
        for relation in record.relations.iter().filter(|it| it.kept) {
            *self.counts.relations.entry(relation.predicate.to_string()).or_default() += 1;
        }
        if again {
            self.counts.duplicates += 1;
            return Ok(());
        }
        let sentences = naming_sentences(record);
        self.naming_sentences += sentences.len() as u64;
        entities(record, &sentences).try_for_each(|entity| self.entities.push(entity))?;
        triples(record, self.predicates).try_for_each(|triple| self.triples.push(triple))?;
        pairs(record, &sentences).try_for_each(|pair| self.pairs.push(pair))
    }

    /// Writes all rows, in the order in which they stand in the files.
    pub(super) fn finish(self, style: Style, out: &mut impl Rows) -> Result<Totals, Failure> {
        let Aggregates { mut counts, scratch, budget, entities, triples, pairs, naming_sentences, .. } = self;
        let mut sentences: HashMap<u64, u64> = HashMap::new();
        let mut ranked = Sorter::new(scratch, budget.entities, Entity::by_rank);
        for entity in entities.rows()? {
            let entity = entity?;
            counts.entities += 1;
            sentences.insert(hash64(&entity.name), entity.sentences);
            ranked.push(entity)?;
        }
        for entity in ranked.sorted()? {
            out.entity(&entity_row(entity?, style))?;
        }

        let mut ranked = Sorter::new(scratch, budget.triples, Triple::by_rank);
        let mut neighbours = Sorter::by_key(scratch, budget.pairs);
        for triple in triples.rows()? {
            let triple = triple?;
            counts.triples += 1;
            let Triple { subject, object, .. } = &triple;
            if !triple.negated && object.entity_type != EntityType::Date && subject != object {
                neighbours.push(Neighbour { of: subject.clone(), other: object.clone() })?;
                neighbours.push(Neighbour { of: object.clone(), other: subject.clone() })?;
            }
            ranked.push(triple)?;
        }
        for triple in ranked.sorted()? {
            out.triple(&triple_row(triple?, style))?;
        }
        let most_connected = most_connected(neighbours)?;

        let mut ranked = Sorter::new(scratch, budget.pairs, Pair::by_rank);
        for pair in pairs.rows()? {
            counts.cooccurrences += 1;
            ranked.push(pair?)?;
        }
        let sentences = |name: &EntityKey| sentences.get(&hash64(name)).copied().unwrap_or(1) as f64;
        for pair in ranked.sorted()? {
            let pair = pair?;
            let expected = sentences(&pair.names.0) * sentences(&pair.names.1) / naming_sentences as f64;
            out.cooccurrence(&pair_row(pair, expected, style))?;
        }
        Ok(Totals { counts, most_connected })
    }
}

/// Why rows could not be written: the scratch files, or the tables.
pub(super) enum Failure {
    Scratch(io::Error),
    Table(crate::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Scratch(error)
    }
}

impl From<crate::Error> for Failure {
    fn from(error: crate::Error) -> Self {
        Failure::Table(error)
    }
}

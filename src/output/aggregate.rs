//! What needs all articles: entities, distinct triples, co-occurrences.
//!
//! Memory grows with the number of distinct names, triples and pairs, not with the articles.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::entity::EntityType;
use crate::error::Result;
use crate::output::row::{CooccurrenceRow, EntityRow, TripleRow, arguments, one_line, rounded};
use crate::output::{Counts, Style};
use crate::pipeline::Extraction;
use crate::relation::Predicate;

/// Number of an entity among those seen so far.
type EntityNumber = u32;

/// An entity and how many others it is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// The canonical name.
    pub name: String,
    /// Its type.
    pub entity_type: EntityType,
    /// Distinct entities it shares an asserted triple with.
    pub neighbours: usize,
}

#[derive(Default)]
pub(super) struct Aggregates {
    counts: Counts,
    entities: Entities,
    triples: BTreeMap<Triple, TripleEvidence>,
    pairs: BTreeMap<(EntityNumber, EntityNumber), PairEvidence>,
    /// Sentences that name at least one entity.
    naming_sentences: u64,
}

#[derive(Default)]
struct Entities {
    numbers: HashMap<String, EntityNumber>,
    list: Vec<EntityEvidence>,
}

struct EntityEvidence {
    id: String,
    name: String,
    entity_type: EntityType,
    mentions: u64,
    articles: u64,
    sentences: u64,
    /// Surface forms and how often each occurs.
    forms: BTreeMap<String, u64>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Triple {
    subject: EntityNumber,
    predicate: Predicate,
    object: EntityNumber,
    /// Where subject and object are one entity: its other name.
    alias: Option<String>,
}

struct TripleEvidence {
    articles: u64,
    evidence: u64,
    score: f32,
    negated: bool,
    first_article: String,
    last_article: u64,
    example: String,
}

#[derive(Default)]
struct PairEvidence {
    articles: u64,
    sentences: u64,
    last_article: u64,
}

impl Aggregates {
    /// Counts an article. One that tells a story `again` is part of the run's counts only.
    pub(super) fn add(&mut self, extraction: &Extraction, again: bool) {
        self.counts.articles += 1;
        self.counts.sentences += extraction.sentences.len() as u64;
        for mention in &extraction.names.mentions {
            *self.counts.mentions.entry(mention.entity_type.as_str()).or_default() += 1;
        }
        for relation in &extraction.relations {
            *self.counts.relations.entry(relation.predicate.as_str()).or_default() += 1;
        }
        if again {
            self.counts.duplicates += 1;
            return;
        }
        let numbers = self.add_entities(extraction);
        self.add_relations(extraction, &numbers);
        self.add_sentences(extraction, &numbers);
    }

    /// Counts mentions; returns the number of each of the article's entities.
    fn add_entities(&mut self, extraction: &Extraction) -> Vec<EntityNumber> {
        let names = &extraction.names;
        let numbers: Vec<EntityNumber> = names.entities.iter().map(|e| self.entities.number(e)).collect();
        for &number in &numbers {
            self.entities.list[number as usize].articles += 1;
        }
        for mention in &names.mentions {
            let entity = &mut self.entities.list[numbers[mention.entity] as usize];
            entity.mentions += 1;
            let form = one_line(mention.span.of(&extraction.article.text));
            if form != entity.name {
                *entity.forms.entry(form).or_default() += 1;
            }
        }
        numbers
    }

    fn add_relations(&mut self, extraction: &Extraction, numbers: &[EntityNumber]) {
        let names = &extraction.names;
        for relation in &extraction.relations {
            let mut subject = numbers[names.argument(relation.subject).entity];
            let mut object = numbers[names.argument(relation.object).entity];
            if relation.predicate.schema().symmetric
                && self.entities.sort_key(object) < self.entities.sort_key(subject)
            {
                std::mem::swap(&mut subject, &mut object);
            }
            let alias = (subject == object).then(|| arguments(extraction, relation).object.into_owned());
            let triple = Triple { subject, predicate: relation.predicate, object, alias };
            let triple = self.triples.entry(triple).or_insert_with(|| TripleEvidence {
                articles: 0,
                evidence: 0,
                score: f32::NEG_INFINITY,
                negated: true,
                first_article: extraction.article.id.clone(),
                last_article: 0,
                example: String::new(),
            });
            triple.evidence += 1;
            if triple.last_article != self.counts.articles {
                triple.last_article = self.counts.articles;
                triple.articles += 1;
            }
            // An assertion is a better example than a denial, whatever the scores.
            let better = match (triple.negated, relation.negated) {
                (true, false) => true,
                (false, true) => false,
                _ => relation.score > triple.score,
            };
            if better {
                triple.example = relation.sentence.of(&extraction.article.text).to_owned();
            }
            triple.score = triple.score.max(relation.score);
            triple.negated &= relation.negated;
        }
    }

    /// Counts pairs of entities that no rule connects in a sentence.
    fn add_sentences(&mut self, extraction: &Extraction, numbers: &[EntityNumber]) {
        let mentions = &extraction.names.mentions;
        let mut related: BTreeSet<(usize, EntityNumber, EntityNumber)> = BTreeSet::new();
        for relation in &extraction.relations {
            let (subject, object) =
                (extraction.names.argument(relation.subject), extraction.names.argument(relation.object));
            let (a, b) = ordered(numbers[subject.entity], numbers[object.entity]);
            related.insert((subject.sentence, a, b));
            related.insert((object.sentence, a, b));
        }
        let named = mentions.iter().filter(|m| m.entity_type != EntityType::Date);
        let mut by_sentence: BTreeMap<usize, BTreeSet<EntityNumber>> = BTreeMap::new();
        for mention in named {
            by_sentence.entry(mention.sentence).or_default().insert(numbers[mention.entity]);
        }
        for (&sentence, present) in &by_sentence {
            self.naming_sentences += 1;
            for &a in present {
                self.entities.list[a as usize].sentences += 1;
                for &b in present.range(a + 1..) {
                    if related.contains(&(sentence, a, b)) {
                        continue;
                    }
                    let pair = self.pairs.entry((a, b)).or_default();
                    pair.sentences += 1;
                    if pair.last_article != self.counts.articles {
                        pair.last_article = self.counts.articles;
                        pair.articles += 1;
                    }
                }
            }
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            entities: self.entities.list.len() as u64,
            triples: self.triples.len() as u64,
            cooccurrences: self.pairs.len() as u64,
            ..self.counts.clone()
        }
    }

    pub(super) fn most_connected(&self, n: usize) -> Vec<Connected> {
        let mut neighbours: BTreeMap<EntityNumber, BTreeSet<EntityNumber>> = BTreeMap::new();
        for (&Triple { subject, object, .. }, triple) in &self.triples {
            let date = self.entities.list[object as usize].entity_type == EntityType::Date;
            if !triple.negated && !date && subject != object {
                neighbours.entry(subject).or_default().insert(object);
                neighbours.entry(object).or_default().insert(subject);
            }
        }
        let mut ranked: Vec<(EntityNumber, usize)> =
            neighbours.into_iter().map(|(entity, others)| (entity, others.len())).collect();
        ranked.sort_by_key(|&(entity, count)| (Reverse(count), self.entities.sort_key(entity)));
        let connected = |(entity, neighbours): (EntityNumber, usize)| {
            let EntityEvidence { name, entity_type, .. } = &self.entities.list[entity as usize];
            Connected { name: name.clone(), entity_type: *entity_type, neighbours }
        };
        ranked.into_iter().take(n).map(connected).collect()
    }

    /// Most mentioned first.
    pub(super) fn entity_rows(
        &self,
        style: Style,
        mut write: impl FnMut(EntityRow) -> Result<()>,
    ) -> Result<()> {
        let mut order: Vec<&EntityEvidence> = self.entities.list.iter().collect();
        order.sort_by_key(|e| (Reverse(e.mentions), &e.name, e.entity_type));
        order.into_iter().try_for_each(|entity| {
            let mut forms: Vec<(&String, &u64)> = entity.forms.iter().collect();
            forms.sort_by_key(|&(form, count)| (Reverse(count), form));
            let forms: Vec<&str> = forms.into_iter().map(|(form, _)| form.as_str()).collect();
            write(EntityRow {
                entity_id: entity.id.clone(),
                entity: style.text(&entity.name),
                entity_type: entity.entity_type.as_str(),
                mentions: entity.mentions,
                articles: entity.articles,
                aliases: style.text(&forms.join(" | ")),
            })
        })
    }

    /// Told by most articles first.
    pub(super) fn triple_rows(
        &self,
        style: Style,
        mut write: impl FnMut(TripleRow) -> Result<()>,
    ) -> Result<()> {
        let mut order: Vec<_> = self.triples.iter().collect();
        order.sort_by_key(|&(triple, evidence)| {
            let names = (self.entities.sort_key(triple.subject), self.entities.sort_key(triple.object));
            let last = (triple.predicate, names.1, &triple.alias);
            (Reverse(evidence.articles), Reverse(evidence.evidence), names.0, last)
        });
        order.into_iter().try_for_each(|(triple, evidence)| {
            let subject = &self.entities.list[triple.subject as usize];
            let object = &self.entities.list[triple.object as usize];
            write(TripleRow {
                subject: style.text(&subject.name),
                subject_type: subject.entity_type.as_str(),
                predicate: triple.predicate.as_str(),
                object: style.text(triple.alias.as_ref().unwrap_or(&object.name)),
                object_type: object.entity_type.as_str(),
                articles: evidence.articles,
                evidence: evidence.evidence,
                score: rounded(f64::from(evidence.score)),
                negated: evidence.negated,
                first_article: style.text(&evidence.first_article),
                example: style.text(&evidence.example),
            })
        })
    }

    /// Most frequent first.
    pub(super) fn cooccurrence_rows(
        &self,
        style: Style,
        mut write: impl FnMut(CooccurrenceRow) -> Result<()>,
    ) -> Result<()> {
        let key = |&(a, b): &(EntityNumber, EntityNumber)| {
            let (a, b) = (self.entities.sort_key(a), self.entities.sort_key(b));
            if a <= b { (a, b) } else { (b, a) }
        };
        let mut order: Vec<_> = self.pairs.iter().collect();
        order.sort_by_key(|&(pair, evidence)| (Reverse(evidence.sentences), key(pair)));
        order.into_iter().try_for_each(|(&(a, b), evidence)| {
            let (first, second) =
                if self.entities.sort_key(a) <= self.entities.sort_key(b) { (a, b) } else { (b, a) };
            let (first, second) = (&self.entities.list[first as usize], &self.entities.list[second as usize]);
            let expected = first.sentences as f64 * second.sentences as f64 / self.naming_sentences as f64;
            write(CooccurrenceRow {
                subject: style.text(&first.name),
                subject_type: first.entity_type.as_str(),
                object: style.text(&second.name),
                object_type: second.entity_type.as_str(),
                articles: evidence.articles,
                sentences: evidence.sentences,
                pmi: rounded((evidence.sentences as f64 / expected).log2()),
            })
        })
    }
}

impl Entities {
    fn number(&mut self, entity: &crate::entity::Entity) -> EntityNumber {
        if let Some(&number) = self.numbers.get(&entity.id) {
            return number;
        }
        let number = self.list.len() as EntityNumber;
        self.numbers.insert(entity.id.clone(), number);
        self.list.push(EntityEvidence {
            id: entity.id.clone(),
            name: entity.name.clone(),
            entity_type: entity.entity_type,
            mentions: 0,
            articles: 0,
            sentences: 0,
            forms: BTreeMap::new(),
        });
        number
    }

    fn sort_key(&self, number: EntityNumber) -> (&str, EntityType) {
        let entity = &self.list[number as usize];
        (&entity.name, entity.entity_type)
    }
}

fn ordered(a: EntityNumber, b: EntityNumber) -> (EntityNumber, EntityNumber) {
    (a.min(b), a.max(b))
}

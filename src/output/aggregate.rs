//! What needs all articles: entities, distinct triples, co-occurrences.
//!
//! Every article's parts of these rows go to [`Sorter`]s, which keep them on disk when they are
//! many. What stays in memory is 16 bytes for each distinct entity: how many sentences name it.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;

use itertools::Itertools;
use serde::{Deserialize, Serialize};

use crate::entity::EntityType;
use crate::error::Result;
use crate::output::record::{MentionRecord, Record, RelationRecord};
use crate::output::row::{CooccurrenceRow, EntityRow, TripleRow};
use crate::output::sorter::{Part, Sorter};
use crate::output::{Counts, Style, rounded};
use crate::relation::{Certainty, Predicate, Predicates, Status};
use crate::text::{Date, hash64, one_line};

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

/// How many parts of each kind are in memory at most: some 50 MB for each kind.
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

/// The first and the last date of articles.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Period {
    first: Date,
    last: Date,
}

impl Period {
    fn of(record: &Record) -> Option<Self> {
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
    fn cells(period: Option<Self>) -> (Option<Date>, Option<Date>) {
        (period.map(|it| it.first), period.map(|it| it.last))
    }
}

/// How pieces of evidence are told, and who is said to say so.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Telling {
    /// The strongest; none if there is no evidence.
    certainty: Option<Certainty>,
    /// How many pieces each source has.
    sources: BTreeMap<String, u64>,
    status: Option<Status>,
    /// The first time that is given.
    event_date: Option<Date>,
}

impl Telling {
    fn of(relation: &RelationRecord) -> Self {
        let source = Some(one_line(&relation.attributed_to)).filter(|source| !source.is_empty());
        Telling {
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

/// What was counted, most often first.
fn most_often_first(counts: BTreeMap<String, u64>) -> Vec<String> {
    let mut counted: Vec<(String, u64)> = counts.into_iter().collect();
    counted.sort_by_key(|(_, count)| Reverse(*count));
    counted.into_iter().map(|(it, _)| it).collect()
}

/// An entity: the canonical name and the type make one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Name {
    name: String,
    entity_type: EntityType,
}

impl Name {
    fn of(mention: &MentionRecord) -> Self {
        Name { name: mention.entity.clone(), entity_type: mention.entity_type }
    }
}

#[derive(Serialize, Deserialize)]
struct Entity {
    name: Name,
    id: String,
    external_id: Option<String>,
    mentions: u64,
    articles: u64,
    /// Sentences that name it, which dates do not count in.
    sentences: u64,
    /// Surface forms other than the name, and how often each occurs.
    forms: BTreeMap<String, u64>,
    dates: Option<Period>,
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
    fn by_rank(&self, other: &Self) -> Ordering {
        other.mentions.cmp(&self.mentions).then_with(|| self.by_key(other))
    }
}

#[derive(Serialize, Deserialize)]
struct Triple {
    subject: Name,
    predicate: Predicate,
    object: Name,
    /// Where subject and object are one entity: its other name.
    alias: Option<String>,
    /// The ids of subject and object.
    ids: (String, String),
    articles: u64,
    evidence: u64,
    score: f64,
    negated: bool,
    /// The number and the id of the first article.
    first: (u64, String),
    /// The best evidence.
    example: Example,
    /// The evidence that does not deny it, and that which does.
    asserted: Telling,
    denied: Telling,
    dates: Option<Period>,
}

#[derive(Serialize, Deserialize)]
struct Example {
    negated: bool,
    score: f64,
    article: u64,
    sentence: String,
}

impl Example {
    /// An assertion is a better example than a denial, whatever the scores; of several the first.
    fn rank(&self) -> (Reverse<bool>, f64, Reverse<u64>) {
        (Reverse(self.negated), self.score, Reverse(self.article))
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
    /// Told by most articles first.
    fn by_rank(&self, other: &Self) -> Ordering {
        (other.articles, other.evidence).cmp(&(self.articles, self.evidence)).then_with(|| self.by_key(other))
    }
}

/// Two entities in one sentence that no rule connects there; the first by name comes first.
#[derive(Serialize, Deserialize)]
struct Pair {
    names: (Name, Name),
    articles: u64,
    sentences: u64,
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
    fn by_rank(&self, other: &Self) -> Ordering {
        other.sentences.cmp(&self.sentences).then_with(|| self.by_key(other))
    }
}

/// That an asserted triple connects an entity with another.
#[derive(Serialize, Deserialize)]
struct Neighbour {
    of: Name,
    other: Name,
}

impl Part for Neighbour {
    fn by_key(&self, other: &Self) -> Ordering {
        self.of.cmp(&other.of).then_with(|| self.other.cmp(&other.other))
    }

    fn add(&mut self, _: Self) {}
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

/// How many of the most connected entities are told.
const MOST_CONNECTED: usize = 10;

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
        let sentences = |name: &Name| sentences.get(&hash64(name)).copied().unwrap_or(1) as f64;
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

/// The entities that each sentence names, for every sentence that names one. Dates name nothing.
fn naming_sentences(record: &Record) -> BTreeMap<usize, BTreeSet<Name>> {
    let mut sentences: BTreeMap<usize, BTreeSet<Name>> = BTreeMap::new();
    for mention in record.mentions.iter().filter(|it| it.mention_type != EntityType::Date) {
        sentences.entry(mention.sentence_start).or_default().insert(Name::of(mention));
    }
    sentences
}

fn entities(
    record: &Record,
    sentences: &BTreeMap<usize, BTreeSet<Name>>,
) -> impl Iterator<Item = Entity> + use<> {
    let mut entities: BTreeMap<Name, Entity> = BTreeMap::new();
    for mention in &record.mentions {
        let name = Name::of(mention);
        let entity = entities.entry(name).or_insert_with_key(|name| Entity {
            name: name.clone(),
            id: mention.entity_id.clone(),
            external_id: mention.external_id.clone(),
            mentions: 0,
            articles: 1,
            sentences: 0,
            forms: BTreeMap::new(),
            dates: Period::of(record),
        });
        entity.mentions += 1;
        let form = one_line(&mention.text);
        if form != mention.entity {
            *entity.forms.entry(form).or_default() += 1;
        }
    }
    for name in sentences.values().flatten() {
        if let Some(entity) = entities.get_mut(name) {
            entity.sentences += 1;
        }
    }
    entities.into_values()
}

/// The entities of a relation's arguments, the subject first. A pronoun is no mention, but a relation with
/// one is named by its person.
fn arguments(record: &Record, relation: &RelationRecord) -> (Name, Name) {
    let name = |start: usize, name: &str, entity_type| {
        let named = || Name { name: name.to_owned(), entity_type };
        record.mention_at(start).map_or_else(named, Name::of)
    };
    (
        name(relation.subject_start, &relation.subject, relation.subject_type),
        name(relation.object_start, &relation.object, relation.object_type),
    )
}

fn triples(record: &Record, predicates: &Predicates) -> impl Iterator<Item = Triple> {
    let mut triples: BTreeMap<(Name, Predicate, Name, Option<String>), Triple> = BTreeMap::new();
    for relation in record.relations.iter().filter(|it| it.kept) {
        let (mut subject, mut object) = arguments(record, relation);
        let mut ids = (relation.subject_id.clone(), relation.object_id.clone());
        if predicates.schema(relation.predicate).symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
            ids = (ids.1, ids.0);
        }
        let telling = Telling::of(relation);
        let (asserted, denied) = match relation.negated {
            true => (Telling::default(), telling),
            false => (telling, Telling::default()),
        };
        let alias = (subject == object).then(|| relation.object.clone());
        let part = Triple {
            subject: subject.clone(),
            predicate: relation.predicate,
            object: object.clone(),
            alias: alias.clone(),
            ids,
            articles: 1,
            evidence: 1,
            score: relation.score,
            negated: relation.negated,
            first: (record.position, record.id.clone()),
            example: Example {
                negated: relation.negated,
                score: relation.score,
                article: record.position,
                sentence: relation.sentence.clone(),
            },
            asserted,
            denied,
            dates: Period::of(record),
        };
        match triples.entry((subject, relation.predicate, object, alias)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(part);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                entry.get_mut().add(Triple { articles: 0, ..part });
            }
        }
    }
    triples.into_values()
}

fn pairs(record: &Record, sentences: &BTreeMap<usize, BTreeSet<Name>>) -> impl Iterator<Item = Pair> + use<> {
    // By number, in their order: a long article of nothing but names has millions of pairs.
    let names: BTreeSet<&Name> = sentences.values().flatten().collect();
    let names: Vec<Name> = names.into_iter().cloned().collect();
    let number = |name: &Name| names.binary_search(name).map(|number| number as u32);
    let mut related: BTreeSet<(usize, u32, u32)> = BTreeSet::new();
    for relation in &record.relations {
        let (subject, object) = arguments(record, relation);
        let (Ok(subject), Ok(object)) = (number(&subject), number(&object)) else { continue };
        for start in [relation.subject_start, relation.object_start] {
            if let Some(mention) = record.mention_at(start) {
                related.insert((mention.sentence_start, subject.min(object), subject.max(object)));
            }
        }
    }
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (&start, present) in sentences {
        let present = present.iter().filter_map(|name| number(name).ok());
        let together = present.tuple_combinations();
        pairs.extend(together.filter(|&(first, second)| !related.contains(&(start, first, second))));
    }
    pairs.sort_unstable();
    let name = move |number: u32| names[number as usize].clone();
    pairs.into_iter().dedup_with_count().map(move |(sentences, (first, second))| Pair {
        names: (name(first), name(second)),
        articles: 1,
        sentences: sentences as u64,
    })
}

fn most_connected(neighbours: Sorter<Neighbour>) -> io::Result<Vec<Connected>> {
    let mut most: Vec<Connected> = Vec::new();
    let mut rank = |name: Name, neighbours: usize| {
        most.push(Connected { name: name.name, entity_type: name.entity_type, neighbours });
        // They come in order of their names, which the stable sort keeps.
        most.sort_by_key(|it| Reverse(it.neighbours));
        most.truncate(MOST_CONNECTED);
    };
    let mut open: Option<(Name, usize)> = None;
    for neighbour in neighbours.rows()? {
        let of = neighbour?.of;
        match &mut open {
            Some((name, count)) if *name == of => *count += 1,
            _ => {
                if let Some((name, count)) = open.replace((of, 1)) {
                    rank(name, count);
                }
            }
        }
    }
    if let Some((name, count)) = open {
        rank(name, count);
    }
    Ok(most)
}

fn entity_row(entity: Entity, style: Style) -> EntityRow {
    let (first_date, last_date) = Period::cells(entity.dates);
    EntityRow {
        entity_id: entity.id,
        entity: style.text(&entity.name.name),
        entity_type: entity.name.entity_type,
        mentions: entity.mentions,
        articles: entity.articles,
        aliases: style.list(most_often_first(entity.forms)),
        external_id: style.text(&entity.external_id.unwrap_or_default()),
        first_date,
        last_date,
    }
}

fn triple_row(triple: Triple, style: Style) -> TripleRow {
    let Triple { subject, object, .. } = triple;
    let telling = if triple.negated { triple.denied } else { triple.asserted };
    let (first_date, last_date) = Period::cells(triple.dates);
    TripleRow {
        subject: style.text(&subject.name),
        subject_type: subject.entity_type,
        predicate: triple.predicate,
        object: style.text(triple.alias.as_ref().unwrap_or(&object.name)),
        object_type: object.entity_type,
        articles: triple.articles,
        evidence: triple.evidence,
        score: triple.score,
        negated: triple.negated,
        first_article: style.text(&triple.first.1),
        example: style.text(&triple.example.sentence),
        certainty: telling.certainty.unwrap_or_default(),
        sources: style.list(most_often_first(telling.sources)),
        status: telling.status.unwrap_or_default(),
        first_date,
        last_date,
        event_date: telling.event_date,
        subject_id: triple.ids.0,
        object_id: triple.ids.1,
    }
}

/// `expected`: sentences that would name both if they were independent.
fn pair_row(pair: Pair, expected: f64, style: Style) -> CooccurrenceRow {
    let (first, second) = pair.names;
    CooccurrenceRow {
        subject: style.text(&first.name),
        subject_type: first.entity_type,
        object: style.text(&second.name),
        object_type: second.entity_type,
        articles: pair.articles,
        sentences: pair.sentences,
        pmi: rounded(libm::log2(pair.sentences as f64 / expected)),
    }
}

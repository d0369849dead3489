//! What one article adds to the entities, triples and pairs of all.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools;

use crate::entity::EntityType;
use crate::output::aggregate::parts::{Entity, EntityKey, Example, Pair, Period, Statement, Triple};
use crate::output::record::{Record, RelationRecord};
use crate::output::sorter::Part;
use crate::relation::{Predicate, Predicates};
use crate::text::one_line;

/// The entities that each sentence names, for every sentence that names one. Dates name nothing.
pub(super) fn naming_sentences(record: &Record) -> BTreeMap<usize, BTreeSet<EntityKey>> {
    let mut sentences: BTreeMap<usize, BTreeSet<EntityKey>> = BTreeMap::new();
    for mention in record.mentions.iter().filter(|it| it.mention_type != EntityType::Date) {
        sentences.entry(mention.sentence_start).or_default().insert(EntityKey::of(mention));
    }
    sentences
}

/// Its entities.
pub(super) fn entities(
    record: &Record,
    sentences: &BTreeMap<usize, BTreeSet<EntityKey>>,
) -> impl Iterator<Item = Entity> + use<> {
    let mut entities: BTreeMap<EntityKey, Entity> = BTreeMap::new();
    for mention in &record.mentions {
        let name = EntityKey::of(mention);
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
fn arguments(record: &Record, relation: &RelationRecord) -> (EntityKey, EntityKey) {
    let name = |start: usize, name: &str, entity_type| {
        let named = || EntityKey { name: name.to_owned(), entity_type };
        record.mention_at(start).map_or_else(named, EntityKey::of)
    };
    (
        name(relation.subject_start, &relation.subject, relation.subject_type),
        name(relation.object_start, &relation.object, relation.object_type),
    )
}

/// Its distinct triples.
pub(super) fn triples(record: &Record, predicates: &Predicates) -> impl Iterator<Item = Triple> {
    let mut triples: BTreeMap<(EntityKey, Predicate, EntityKey, Option<String>), Triple> = BTreeMap::new();
    for relation in record.relations.iter().filter(|it| it.kept) {
        let (mut subject, mut object) = arguments(record, relation);
        let mut ids = (relation.subject_id.clone(), relation.object_id.clone());
        if predicates.schema(relation.predicate).symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
            ids = (ids.1, ids.0);
        }
        let statement = Statement::of(relation);
        let (asserted, denied) = match relation.negated {
            true => (Statement::default(), statement),
            false => (statement, Statement::default()),
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
                certainty: relation.certainty,
                score: relation.score,
                article: record.position,
                sentence: relation.sentence.clone(),
            },
            asserted,
            denied,
            dates: Period::of(record),
        };
        match triples.entry((subject, relation.predicate, object, alias)) {
            Entry::Vacant(entry) => {
                entry.insert(part);
            }
            Entry::Occupied(mut entry) => {
                entry.get_mut().add(Triple { articles: 0, ..part });
            }
        }
    }
    triples.into_values()
}

/// The pairs of entities that its sentences name and no relation connects there.
pub(super) fn pairs(
    record: &Record,
    sentences: &BTreeMap<usize, BTreeSet<EntityKey>>,
) -> impl Iterator<Item = Pair> + use<> {
    // By number, in their order: a long article of nothing but names has millions of pairs.
    let names: BTreeSet<&EntityKey> = sentences.values().flatten().collect();
    let names: Vec<EntityKey> = names.into_iter().cloned().collect();
    let number = |name: &EntityKey| names.binary_search(name).map(|number| number as u32);
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

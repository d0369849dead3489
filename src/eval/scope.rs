//! What a gold can judge: a label that its annotators did not use is no error.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels, Relation};
use crate::eval::map::Map;
use crate::relation::Predicates;

/// The types and relations that are scored.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Types of mentions that are scored.
    pub entity_types: BTreeSet<EntityType>,
    /// Labels of relations that are scored, unless a document has a list of its own.
    pub relations: BTreeSet<String>,
    /// Whether denied relations are labelled too. If not, they are left out of the predictions.
    pub negation: bool,
    /// Whether mentions say whom they name, so that triples can be compared.
    pub names_entities: bool,
    ignored_relations: BTreeSet<String>,
    symmetric: BTreeSet<String>,
}

impl Scope {
    /// The scope of a gold under a map.
    ///
    /// Types: those that occur in the gold. Relations: those that occur in it, or that its
    /// documents list as annotated; and if at least half of them are predicates of ours, all
    /// built-in ones, because then the labels were made with our schema.
    pub fn of(gold: &Gold, map: Option<&Map>) -> Self {
        let ignores_type = |t: EntityType| map.is_some_and(|map| map.ignores_type(t));
        let mut scope = Scope { negation: gold.has_negation, ..Scope::default() };
        let mut listed = BTreeSet::new();
        for document in &gold.documents {
            if gold.has_mentions {
                let scored = document.labels.mentions.iter().filter(|m| !m.argument_only);
                scope.names_entities |= scored.clone().any(|mention| mention.entity.is_some());
                scope.entity_types.extend(scored.map(|m| m.entity_type).filter(|&t| !ignores_type(t)));
            }
            listed.extend(document.labels.relations.iter().map(|r| r.predicate.clone()));
            listed.extend(document.annotated_types.iter().flatten().cloned());
        }
        let ours = listed.iter().filter(|label| gold.predicates.named(label).is_some()).count();
        if ours > 0 && ours * 2 >= listed.len() {
            listed.extend(Predicates::built_in().all().map(|p| p.as_str().to_owned()));
        }
        for label in listed {
            let symmetric = match map {
                Some(map) if map.has_predicates() => map.is_symmetric(&label),
                _ => gold.predicates.named(&label).is_some_and(|p| p.schema().symmetric),
            };
            if symmetric {
                scope.symmetric.insert(label.clone());
            }
            let ignored = map.is_some_and(|map| map.ignores_relation(&label));
            let set = if ignored { &mut scope.ignored_relations } else { &mut scope.relations };
            set.insert(label);
        }
        scope
    }

    /// Whether mentions of this type are scored.
    pub fn has_type(&self, entity_type: EntityType) -> bool {
        self.entity_types.contains(&entity_type)
    }

    /// Whether relations of this label are scored in this document.
    pub fn has_relation(&self, document: &Document, label: &str) -> bool {
        match &document.annotated_types {
            Some(types) => types.contains(label) && !self.ignored_relations.contains(label),
            None => self.relations.contains(label),
        }
    }

    /// Whether the arguments of this relation may be swapped.
    pub fn is_symmetric(&self, label: &str) -> bool {
        self.symmetric.contains(label)
    }

    /// What of the predictions and of the gold is not scored, and why, for people.
    pub fn notes(&self, gold: &Gold, predicted: &[Labels], map: Option<&Map>) -> Vec<String> {
        let mut notes = Vec::new();
        let mut types = BTreeMap::<&str, u64>::new();
        let mut relations = BTreeMap::<&str, u64>::new();
        let mut predicted_types = BTreeSet::new();
        let mut denied = 0u64;
        for (document, labels) in gold.documents.iter().zip(predicted) {
            for mention in labels.mentions.iter().filter(|m| !m.argument_only) {
                predicted_types.insert(mention.entity_type);
                if !self.has_type(mention.entity_type) {
                    *types.entry(mention.entity_type.as_str()).or_default() += 1;
                }
            }
            for relation in &labels.relations {
                if relation.negated && !self.negation {
                    denied += 1;
                } else if !self.has_relation(document, &relation.predicate) {
                    *relations.entry(&relation.predicate).or_default() += 1;
                }
            }
        }
        if !gold.has_mentions {
            notes.push("Entities are not scored: the gold has no mentions.csv.".to_owned());
        } else if !types.is_empty() {
            notes.push(format!(
                "Predicted entities of types that the gold does not label are not scored: {}.",
                list(&types)
            ));
        }
        let unknown: Vec<&str> = self
            .entity_types
            .iter()
            .filter(|t| matches!(t, EntityType::Other(_)) && !predicted_types.contains(t))
            .map(|t| t.as_str())
            .collect();
        if !unknown.is_empty() {
            notes.push(format!(
                "Unknown labels of the gold, which nothing predicted has; each is scored as missed: {}. \
                 Rename them with [types] or leave them out with [ignore] in --map.",
                unknown.join(", ")
            ));
        }
        if self.relations.is_empty() {
            notes.push("Relations are not scored: the gold has none.".to_owned());
        } else if !relations.is_empty() {
            notes.push(format!(
                "Predicted relations that the gold (or the document's annotated_types) does not label are \
                 not scored: {}.",
                list(&relations)
            ));
        }
        if denied > 0 {
            notes.push(format!("{denied} predicted relations that the text denies are not scored."));
        }
        notes.extend(self.place_notes(gold));
        notes.extend(self.map_notes(gold, predicted, map));
        notes
    }

    fn place_notes(&self, gold: &Gold) -> Vec<String> {
        let count = |is_meant: &dyn Fn(&Relation) -> bool| {
            let scored = |d| scored_gold(d, self).filter(|r| is_meant(r)).count();
            gold.documents.iter().map(scored).sum::<usize>()
        };
        let mut notes = Vec::new();
        let by_entity = count(&|r| r.by_entity);
        if by_entity > 0 {
            notes.push(format!(
                "{by_entity} gold relations name their entities and no places: they are scored as triples only. A \
                 gold of that kind rarely has every place that states a relation, so that strict and boundary \
                 precision are too low."
            ));
        }
        let optional = count(&|r| r.optional);
        if optional > 0 {
            notes.push(format!("{optional} gold relations are optional: neither missed nor wrong."));
        }
        notes
    }

    fn map_notes(&self, gold: &Gold, predicted: &[Labels], map: Option<&Map>) -> Vec<String> {
        let mut notes = Vec::new();
        let mapped = map.filter(|map| map.has_predicates());
        let found: BTreeSet<&str> =
            predicted.iter().flat_map(|labels| &labels.relations).map(|r| r.predicate.as_str()).collect();
        let unreachable: Vec<&str> = self
            .relations
            .iter()
            .map(String::as_str)
            .filter(|label| !found.contains(label))
            .filter(|label| match mapped {
                Some(map) => !map.targets().contains(label),
                None => gold.predicates.named(label).is_none(),
            })
            .collect();
        if !unreachable.is_empty() {
            let why = match mapped {
                Some(_) => "no predicate maps to them",
                None => "they are not predicates of ours (--map says which of ours they are)",
            };
            notes
                .push(format!("Gold relations scored as missed, because {why}: {}.", unreachable.join(", ")));
        }
        if let Some(map) = mapped {
            let absent: Vec<&str> =
                map.targets().into_iter().filter(|label| !self.relations.contains(*label)).collect();
            if !absent.is_empty() {
                notes.push(format!(
                    "The map names relations that this gold does not have: {}.",
                    absent.join(", ")
                ));
            }
        }
        notes.extend(self.unscored_notes(gold));
        if gold.documents.iter().any(|d| d.annotated_types.is_some()) {
            notes.push(
                "Documents were annotated for some relation types only; where their entities were, too, \
                 entity precision is too low."
                    .to_owned(),
            );
        }
        notes
    }

    /// How many relations of the gold are not scored.
    fn unscored_notes(&self, gold: &Gold) -> Vec<String> {
        let mut notes = Vec::new();
        let ignored: u64 = gold
            .documents
            .iter()
            .flat_map(|d| &d.labels.relations)
            .filter(|r| self.ignored_relations.contains(&r.predicate))
            .count() as u64;
        if ignored > 0 {
            notes.push(format!("{ignored} gold relations are not scored, because the map ignores them."));
        }
        let unlisted: u64 = gold
            .documents
            .iter()
            .filter_map(|d| d.annotated_types.as_ref().map(|types| (d, types)))
            .flat_map(|(d, types)| d.labels.relations.iter().filter(|r| !types.contains(&r.predicate)))
            .count() as u64;
        if unlisted > 0 {
            notes.push(format!(
                "{unlisted} gold relations are not scored, because their document's annotated_types lacks them."
            ));
        }
        notes
    }
}

fn list(counts: &BTreeMap<&str, u64>) -> String {
    let items: Vec<String> = counts.iter().map(|(label, n)| format!("{label} ({n})")).collect();
    items.join(", ")
}

/// The relations of the gold that are scored.
pub(super) fn scored_gold<'a>(
    document: &'a Document,
    scope: &'a Scope,
) -> impl Iterator<Item = &'a Relation> {
    document.labels.relations.iter().filter(|r| scope.has_relation(document, &r.predicate))
}

//! Scores of relations, in three modes that are never mixed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use crate::entity::EntityType;
use crate::eval::counts::Counts;
use crate::eval::labels::{Document, Labels, Relation};
use crate::eval::scope::{Scope, scored_gold};
use crate::text::Span;

/// What must be right of a relation besides its label and direction.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Both spans and both types.
    Strict,
    /// Both spans; types are ignored.
    Boundary,
    /// Both entities, once an article, wherever and however often it says so. Only where the gold names its
    /// entities.
    Triples,
}

impl Mode {
    pub(super) const ALL: [Mode; 3] = [Mode::Strict, Mode::Boundary, Mode::Triples];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Boundary => "boundary",
            Mode::Triples => "triples",
        }
    }

    /// What it compares, for people.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Mode::Strict => "strict: both spans, both types and the predicate",
            Mode::Boundary => "boundary: both spans and the predicate, types ignored",
            Mode::Triples => "triples: both entities and the predicate, once an article",
        }
    }
}

/// Additive scores of the relations of one document or of many.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelationScore {
    /// By mode and label.
    pub by_type: BTreeMap<Mode, BTreeMap<String, Counts>>,
    /// By mode and rule; `tp` and `fp` only.
    pub by_rule: BTreeMap<Mode, BTreeMap<String, Counts>>,
    /// Triples by how the gold says that the text puts them; `tp` and `fn_` only.
    pub by_via: BTreeMap<String, Counts>,
}

/// Where an argument stands. The type is `None` in boundary mode.
pub(crate) type Stand = (Span, Option<EntityType>);

/// A relation as far as it is compared: by its arguments' places or, in [`triples`](super::triples), by their
/// entities.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<A = Stand> {
    pub(crate) label: String,
    pub(crate) negated: bool,
    pub(crate) subject: A,
    pub(crate) object: A,
}

impl<A: Ord> Key<A> {
    /// What is compared of a relation between these arguments.
    pub(crate) fn between(relation: &Relation, subject: A, object: A, scope: &Scope) -> Self {
        let swapped = scope.is_symmetric(&relation.predicate) && object < subject;
        let (subject, object) = if swapped { (object, subject) } else { (subject, object) };
        Key { label: relation.predicate.clone(), negated: relation.negated, subject, object }
    }
}

/// The relations of one document in one mode. What is found and only optional in the gold is in neither list.
#[derive(Debug)]
pub(crate) struct Compared<'a, A = Stand> {
    /// What the gold demands.
    pub(crate) gold: BTreeMap<Key<A>, &'a Relation>,
    /// What was predicted, with all that says so, best score first.
    pub(crate) found: BTreeMap<Key<A>, Vec<&'a Relation>>,
}

impl<'a, A: Ord> Compared<'a, A> {
    /// Sorts relations by their keys. `predicted` gives the key of a prediction from those of the gold,
    /// demanded and optional.
    pub(crate) fn of(
        gold: impl Iterator<Item = (Key<A>, &'a Relation)>,
        predictions: impl Iterator<Item = &'a Relation>,
        mut predicted: impl FnMut(&Relation, &dyn Fn(&Key<A>) -> bool) -> Key<A>,
    ) -> Self {
        let (mut firm, mut optional) = (BTreeMap::new(), BTreeSet::new());
        for (key, relation) in gold {
            if relation.optional {
                optional.insert(key);
            } else {
                firm.entry(key).or_insert(relation);
            }
        }
        let mut found = BTreeMap::<Key<A>, Vec<&Relation>>::new();
        for relation in predictions {
            let key = predicted(relation, &|key| firm.contains_key(key) || optional.contains(key));
            if firm.contains_key(&key) || !optional.contains(&key) {
                found.entry(key).or_default().push(relation);
            }
        }
        for relations in found.values_mut() {
            relations.sort_by(|a, b| b.score.unwrap_or(0.0).total_cmp(&a.score.unwrap_or(0.0)));
        }
        Compared { gold: firm, found }
    }

    /// Whether the gold has what was found.
    pub(crate) fn is_right(&self, key: &Key<A>) -> bool {
        self.gold.contains_key(key)
    }
}

impl<'a> Compared<'a> {
    /// Compares places. Relations of which only the entities are known have none.
    pub(crate) fn by_place(
        document: &'a Document,
        predicted: &'a Labels,
        mode: Mode,
        scope: &'a Scope,
    ) -> Self {
        let key = |relation: &Relation, labels: &Labels| {
            let end = |i: usize| {
                let mention = &labels.mentions[i];
                (mention.span, (mode == Mode::Strict).then_some(mention.entity_type))
            };
            Key::between(relation, end(relation.subject), end(relation.object), scope)
        };
        Compared::of(
            scored_gold(document, scope)
                .filter(|relation| !relation.by_entity)
                .map(|relation| (key(relation, &document.labels), relation)),
            scored_predictions(document, predicted, scope).filter(|relation| !relation.by_entity),
            |relation, _| key(relation, predicted),
        )
    }
}

/// The predicted relations that are scored.
pub(super) fn scored_predictions<'a>(
    document: &'a Document,
    predicted: &'a Labels,
    scope: &'a Scope,
) -> impl Iterator<Item = &'a Relation> {
    // What the gold does not label as a name (a date, say) it cannot have as an argument.
    let can_be_argument = |i: usize| {
        let entity_type = predicted.mentions[i].entity_type;
        scope.entity_types.is_empty() || scope.has_type(entity_type) || entity_type != EntityType::Date
    };
    predicted.relations.iter().filter(move |r| {
        (scope.negation || !r.negated)
            && scope.has_relation(document, &r.predicate)
            && can_be_argument(r.subject)
            && can_be_argument(r.object)
    })
}

impl RelationScore {
    /// Compares the relations of one document.
    pub fn of(document: &Document, predicted: &Labels, scope: &Scope) -> Self {
        let mut score = RelationScore::default();
        for mode in [Mode::Strict, Mode::Boundary] {
            score.count(mode, &Compared::by_place(document, predicted, mode, scope));
        }
        if scope.names_entities {
            let triples = Compared::triples(document, predicted, scope);
            for (key, relation) in &triples.gold {
                let Some(via) = &relation.via else { continue };
                let counts = score.by_via.entry(via.clone()).or_default();
                if triples.found.contains_key(key) { counts.tp += 1 } else { counts.fn_ += 1 }
            }
            score.count(Mode::Triples, &triples);
        }
        score
    }

    fn count<A: Ord>(&mut self, mode: Mode, compared: &Compared<'_, A>) {
        let by_type = self.by_type.entry(mode).or_default();
        let by_rule = self.by_rule.entry(mode).or_default();
        for key in compared.gold.keys().filter(|key| !compared.found.contains_key(key)) {
            by_type.entry(key.label.clone()).or_default().fn_ += 1;
        }
        for (key, relations) in &compared.found {
            let counts = if compared.is_right(key) {
                Counts { tp: 1, ..Counts::default() }
            } else {
                Counts { fp: 1, ..Counts::default() }
            };
            let rules: BTreeSet<&str> = relations.iter().filter_map(|r| r.rule.as_deref()).collect();
            for rule in rules {
                *by_rule.entry(rule.to_owned()).or_default() += counts;
            }
            *by_type.entry(key.label.clone()).or_default() += counts;
        }
    }

    /// The modes that were scored, in the order of reports.
    pub fn modes(&self) -> impl Iterator<Item = Mode> {
        self.by_type.keys().copied()
    }

    /// The counts over all labels.
    pub fn micro(&self, mode: Mode) -> Counts {
        self.by_type.get(&mode).into_iter().flat_map(BTreeMap::values).copied().sum()
    }
}

impl AddAssign<&RelationScore> for RelationScore {
    fn add_assign(&mut self, other: &RelationScore) {
        for (mine, theirs) in [(&mut self.by_type, &other.by_type), (&mut self.by_rule, &other.by_rule)] {
            for (mode, labels) in theirs {
                let mine = mine.entry(*mode).or_default();
                for (label, counts) in labels {
                    *mine.entry(label.clone()).or_default() += *counts;
                }
            }
        }
        for (via, counts) in &other.by_via {
            *self.by_via.entry(via.clone()).or_default() += *counts;
        }
    }
}

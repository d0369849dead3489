//! Scores of relations, in two modes that are never mixed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use crate::entity::EntityType;
use crate::eval::counts::Counts;
use crate::eval::labels::{Document, Labels, Relation};
use crate::eval::scope::Scope;
use crate::text::Span;

/// What must be right of a relation besides its label and direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Both spans and both types.
    Strict,
    /// Both spans; types are ignored.
    Boundary,
}

impl Mode {
    /// Both, in the order of reports.
    pub const ALL: [Mode; 2] = [Mode::Strict, Mode::Boundary];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Boundary => "boundary",
        }
    }
}

/// Additive scores of the relations of one document or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelationScore {
    /// By mode and label.
    pub by_type: BTreeMap<Mode, BTreeMap<String, Counts>>,
    /// By mode and rule; `tp` and `fp` only.
    pub by_rule: BTreeMap<Mode, BTreeMap<String, Counts>>,
}

/// A relation as far as it is compared. A type is `None` in boundary mode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) label: String,
    pub(crate) negated: bool,
    pub(crate) subject: (Span, Option<EntityType>),
    pub(crate) object: (Span, Option<EntityType>),
}

impl Key {
    pub(crate) fn of(relation: &Relation, labels: &Labels, mode: Mode, scope: &Scope) -> Self {
        let end = |i: usize| {
            let mention = &labels.mentions[i];
            (mention.span, (mode == Mode::Strict).then_some(mention.entity_type))
        };
        let (mut subject, mut object) = (end(relation.subject), end(relation.object));
        if scope.is_symmetric(&relation.predicate) && object < subject {
            std::mem::swap(&mut subject, &mut object);
        }
        Key { label: relation.predicate.clone(), negated: relation.negated, subject, object }
    }
}

/// The relations of the gold that are scored.
pub(crate) fn scored_gold<'a>(
    document: &'a Document,
    scope: &'a Scope,
) -> impl Iterator<Item = &'a Relation> {
    document.labels.relations.iter().filter(|r| scope.has_relation(document, &r.predicate))
}

/// The predicted relations that are scored.
pub(crate) fn scored_predictions<'a>(
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
        for mode in Mode::ALL {
            let gold: BTreeSet<Key> = scored_gold(document, scope)
                .map(|relation| Key::of(relation, &document.labels, mode, scope))
                .collect();
            let mut found = BTreeMap::<Key, BTreeSet<&str>>::new();
            for relation in scored_predictions(document, predicted, scope) {
                let rules = found.entry(Key::of(relation, predicted, mode, scope)).or_default();
                rules.extend(relation.rule.as_deref());
            }
            let by_type = score.by_type.entry(mode).or_default();
            let by_rule = score.by_rule.entry(mode).or_default();
            for key in gold.iter().filter(|key| !found.contains_key(key)) {
                by_type.entry(key.label.clone()).or_default().fn_ += 1;
            }
            for (key, rules) in found {
                let counts = if gold.contains(&key) {
                    Counts { tp: 1, ..Counts::default() }
                } else {
                    Counts { fp: 1, ..Counts::default() }
                };
                for rule in rules {
                    *by_rule.entry(rule.to_owned()).or_default() += counts;
                }
                *by_type.entry(key.label).or_default() += counts;
            }
        }
        score
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
    }
}

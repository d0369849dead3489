//! Errors one can work from: each wrong, missing or spurious label with its place and sentence, and
//! what only one of two outputs got right.
//!
//! # Example
//!
//! ```
//! use triplewire::eval::errors::{Kind, advantages, mistakes, mistakes_csv};
//! use triplewire::eval::{Evaluation, gold};
//! use triplewire::text::EntityType;
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("hand.conll");
//! std::fs::write(&file, "Ana\tB-PER\nleads\tO\nAcme\tB-ORG\n")?;
//! let gold = gold::read(&file, &[])?;
//! // Two outputs, of which the second takes Acme for a person.
//! let right = gold.documents[0].labels.clone();
//! let mut wrong = right.clone();
//! wrong.mentions[1].entity_type = EntityType::Per;
//! let [right, wrong] = [right, wrong].map(|labels| Evaluation::of(&gold, vec![labels], None));
//!
//! let found = mistakes(&gold, &wrong);
//! assert_eq!(found[0][0].kind, Kind::WrongType);
//! let table = String::from_utf8(mistakes_csv(&gold, &found)?)?;
//! assert!(table.contains("wrong type"));
//! let only_one = &advantages(&gold, &right, &wrong)[0];
//! assert!(!only_one.is_empty() && only_one.iter().all(|advantage| advantage.first));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod advantages;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::entities::{Name, align, names};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::{Document, Labels, Relation};
use crate::eval::relations::{Compared, Key, Mode};
use crate::eval::scope::Scope;
use crate::eval::triples;
use crate::text::Span;

pub(super) use advantages::advantage_counts;
pub use advantages::{Advantage, advantages};
pub use table::{advantages_csv, mistakes_csv};
pub(super) use table::{disagreement_lines, disagreements_csv};

/// What is wrong with a label.
///
/// See the [example](crate::eval::errors#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The gold has it, nothing predicted is near.
    Missed,
    /// Predicted, nothing in the gold is near.
    Spurious,
    /// The right words, another type (of an argument, for a relation).
    WrongType,
    /// The right type, other words.
    WrongBoundary,
    /// Other words and another type, but they overlap.
    WrongTypeAndBoundary,
    /// The right arguments, another predicate.
    WrongPredicate,
    /// The right arguments and predicate, the wrong way round.
    WrongDirection,
    /// Stated where the gold has it denied, or the reverse.
    WrongNegation,
}

impl Kind {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Missed => "missed",
            Kind::Spurious => "spurious",
            Kind::WrongType => "wrong type",
            Kind::WrongBoundary => "wrong boundary",
            Kind::WrongTypeAndBoundary => "wrong type and boundary",
            Kind::WrongPredicate => "wrong predicate",
            Kind::WrongDirection => "wrong direction",
            Kind::WrongNegation => "wrong negation",
        }
    }
}

/// A name or a relation of one document.
///
/// See the [example](crate::eval::errors#example).
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A name.
    Entity(Name),
    /// A relation, with both its arguments.
    Relation {
        /// The subject.
        subject: Name,
        /// The label.
        predicate: String,
        /// The object.
        object: Name,
        /// Whether it is denied.
        negated: bool,
    },
    /// A relation between entities, whatever they are called where the text states it.
    Triple {
        /// The subject.
        subject: Party,
        /// The label.
        predicate: String,
        /// The object; of `alias_of`, the second name.
        object: Party,
        /// Whether it is denied.
        negated: bool,
        /// The words that state it, where they are known.
        sentence: Option<String>,
    },
}

/// An argument of a triple.
///
/// See the [example](crate::eval::errors#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// The name of the entity.
    pub entity: String,
    /// One of its mentions: the one in the relation if that is by name, else the nearest.
    pub mention: Name,
}

/// One error.
///
/// See the [example](crate::eval::errors#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// What is wrong.
    pub kind: Kind,
    /// What was predicted; for [`Kind::Missed`], what the gold has.
    pub item: Item,
    /// What the gold has instead.
    pub gold: Option<Item>,
    /// The score of the prediction.
    pub score: Option<f32>,
    /// The rules behind the prediction, joined by ` | `.
    pub rule: Option<String>,
    /// How the gold says that the text puts what it has.
    pub via: Option<String>,
}

/// The errors of each document of the gold: names in text order, then relations by label, then triples by label
/// where the gold names its entities.
///
/// See the [example](crate::eval::errors#example).
pub fn mistakes(gold: &Gold, evaluation: &Evaluation) -> Vec<Vec<Mistake>> {
    let of = |(document, labels): (&Document, &Labels)| {
        let mut found = entity_mistakes(document, labels, &evaluation.scope);
        found.extend(relation_mistakes(document, labels, &evaluation.scope));
        if evaluation.scope.names_entities {
            found.extend(triple_mistakes(document, labels, &evaluation.scope));
        }
        found
    };
    gold.documents.iter().zip(&evaluation.predicted).map(of).collect()
}

fn entity_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let (gold, found) = (names(&document.labels, scope), names(predicted, scope));
    let scores: BTreeMap<Name, Option<f32>> =
        predicted.mentions.iter().map(|m| ((m.span, m.entity_type), m.score)).collect();
    let mistake = |kind, name: Name, gold: Option<Name>| Mistake {
        kind,
        item: Item::Entity(name),
        gold: gold.map(Item::Entity),
        score: scores.get(&name).copied().flatten().filter(|_| kind != Kind::Missed),
        rule: None,
        via: None,
    };
    let mut mistakes: Vec<(Span, Mistake)> = align(&gold, &found)
        .into_iter()
        .filter_map(|pair| {
            let (gold, found) = (pair.gold.map(|i| gold[i]), pair.predicted.map(|i| found[i]));
            let mistake = match (gold, found) {
                (Some(gold), Some(found)) => {
                    let kind = match (gold.0 == found.0, gold.1 == found.1) {
                        (true, true) => return None,
                        (true, false) => Kind::WrongType,
                        (false, true) => Kind::WrongBoundary,
                        (false, false) => Kind::WrongTypeAndBoundary,
                    };
                    mistake(kind, found, Some(gold))
                }
                (Some(gold), None) => mistake(Kind::Missed, gold, None),
                (None, found) => mistake(Kind::Spurious, found?, None),
            };
            Some((found.or(gold)?.0, mistake))
        })
        .collect();
    mistakes.sort_by_key(|(span, _)| *span);
    mistakes.into_iter().map(|(_, mistake)| mistake).collect()
}

/// The mistakes of relations, by place.
fn relation_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let compared = Compared::by_place(document, predicted, Mode::Strict, scope);
    // The closest pairs first, so that a far match does not take what a close one needs.
    let kinds = [
        Kind::WrongNegation,
        Kind::WrongType,
        Kind::WrongDirection,
        Kind::WrongPredicate,
        Kind::WrongBoundary,
    ];
    compared_mistakes(&compared, &kinds, differs_by, document, predicted, item_of)
}

/// The mistakes of triples.
fn triple_mistakes(document: &Document, predicted: &Labels, scope: &Scope) -> Vec<Mistake> {
    let compared = Compared::triples(document, predicted, scope);
    let kinds = [Kind::WrongNegation, Kind::WrongDirection, Kind::WrongPredicate];
    let item = |relation: &Relation, labels: &Labels| triple_of(relation, labels, &document.article.text);
    compared_mistakes(&compared, &kinds, triple_differs_by, document, predicted, item)
}

fn compared_mistakes<A: Ord>(
    compared: &Compared<'_, A>,
    kinds: &[Kind],
    differs: fn(Kind, &Key<A>, &Key<A>) -> bool,
    document: &Document,
    predicted: &Labels,
    item: impl Fn(&Relation, &Labels) -> Item,
) -> Vec<Mistake> {
    let Compared { gold, found } = compared;
    let mut missed: BTreeSet<&Key<A>> = gold.keys().filter(|key| !found.contains_key(key)).collect();
    let wrong: Vec<&Key<A>> = found.keys().filter(|key| !compared.is_right(key)).collect();
    let mut nearest: BTreeMap<&Key<A>, (Kind, &Key<A>)> = BTreeMap::new();
    for &kind in kinds {
        for &key in &wrong {
            if nearest.contains_key(key) {
                continue;
            }
            if let Some(&same) = missed.iter().find(|gold| differs(kind, gold, key)) {
                missed.remove(same);
                nearest.insert(key, (kind, same));
            }
        }
    }
    let wrong = wrong.into_iter().filter_map(|key| {
        let relations = &found[key];
        let best = relations.first()?;
        let (kind, instead) = nearest.get(key).map_or((Kind::Spurious, None), |&(k, g)| (k, Some(gold[g])));
        let mut rules: Vec<&str> = relations.iter().filter_map(|r| r.rule.as_deref()).collect();
        rules.sort_unstable();
        rules.dedup();
        Some(Mistake {
            kind,
            item: item(best, predicted),
            gold: instead.map(|relation| item(relation, &document.labels)),
            score: best.score,
            rule: (!rules.is_empty()).then(|| rules.join(" | ")),
            via: instead.and_then(|relation| relation.via.clone()),
        })
    });
    let missed = missed.iter().map(|key| Mistake {
        kind: Kind::Missed,
        item: item(gold[*key], &document.labels),
        gold: None,
        score: None,
        rule: None,
        via: gold[*key].via.clone(),
    });
    wrong.chain(missed).collect()
}

fn item_of(relation: &Relation, labels: &Labels) -> Item {
    let name = |i: usize| (labels.mentions[i].span, labels.mentions[i].entity_type);
    Item::Relation {
        subject: name(relation.subject),
        predicate: relation.predicate.clone(),
        object: name(relation.object),
        negated: relation.negated,
    }
}

fn triple_of(relation: &Relation, labels: &Labels, text: &str) -> Item {
    let party = |i: usize, by_words: bool| {
        let mention = &labels.mentions[i];
        let entity = if by_words { mention.span.of(text) } else { triples::name(mention, text) };
        Party { entity: entity.to_owned(), mention: (mention.span, mention.entity_type) }
    };
    Item::Triple {
        subject: party(relation.subject, false),
        predicate: relation.predicate.clone(),
        object: party(relation.object, triples::is_alias(relation)),
        negated: relation.negated,
        sentence: relation.sentence.clone(),
    }
}

fn differs_by(kind: Kind, gold: &Key, found: &Key) -> bool {
    let label = gold.label == found.label;
    let spans = gold.subject.0 == found.subject.0 && gold.object.0 == found.object.0;
    let swapped = gold.subject.0 == found.object.0 && gold.object.0 == found.subject.0;
    match kind {
        Kind::WrongType => label && spans,
        Kind::WrongDirection => label && swapped,
        Kind::WrongPredicate => spans || swapped,
        Kind::WrongBoundary => {
            label && gold.subject.0.overlaps(found.subject.0) && gold.object.0.overlaps(found.object.0)
        }
        _ => triple_differs_by(kind, gold, found),
    }
}

/// Whether two relations differ in this alone, their arguments being the same or not.
fn triple_differs_by<A: Ord>(kind: Kind, gold: &Key<A>, found: &Key<A>) -> bool {
    let label = gold.label == found.label;
    let same = gold.subject == found.subject && gold.object == found.object;
    let swapped = gold.subject == found.object && gold.object == found.subject;
    match kind {
        Kind::WrongNegation => gold.negated != found.negated && label && same,
        Kind::WrongDirection => label && swapped,
        Kind::WrongPredicate => same || swapped,
        _ => false,
    }
}

#[cfg(test)]
mod tests;

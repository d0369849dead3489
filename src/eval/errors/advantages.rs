//! Where two outputs differ in being right.

use std::collections::BTreeSet;

use crate::eval::entities::{Name, names};
use crate::eval::errors::{Item, item_of, triple_of};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::labels::{Labels, Relation};
use crate::eval::relations::{Compared, Mode};

/// A label on which exactly one of two outputs is right.
///
/// See the [example](crate::eval::errors#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Advantage {
    /// Whether the first output is the right one.
    pub first: bool,
    /// Whether the gold has the item, and the right output found it. If not, the other output has it wrongly.
    pub in_gold: bool,
    /// The item.
    pub item: Item,
}

/// Where two outputs differ in being right, for each document of the gold.
///
/// See the [example](crate::eval::errors#example).
pub fn advantages(gold: &Gold, a: &Evaluation, b: &Evaluation) -> Vec<Vec<Advantage>> {
    let pairs = a.predicted.iter().zip(&b.predicted);
    gold.documents
        .iter()
        .zip(pairs)
        .map(|(document, (labels_a, labels_b))| {
            let mut found = Vec::new();
            let all = |labels: &Labels| -> BTreeSet<Name> { names(labels, &a.scope).into_iter().collect() };
            let (truth, of_a, of_b) = (all(&document.labels), all(labels_a), all(labels_b));
            for name in of_a.symmetric_difference(&of_b) {
                let in_gold = truth.contains(name);
                found.push(Advantage {
                    first: of_a.contains(name) == in_gold,
                    in_gold,
                    item: Item::Entity(*name),
                });
            }
            let by_place = |labels| Compared::by_place(document, labels, Mode::Strict, &a.scope);
            found.extend(only_one(&by_place(labels_a), &by_place(labels_b), labels_a, labels_b, item_of));
            if a.scope.names_entities {
                let by_entity = |labels| Compared::triples(document, labels, &a.scope);
                let item = |relation: &Relation, labels: &Labels| {
                    triple_of(relation, labels, &document.article.text)
                };
                found.extend(only_one(&by_entity(labels_a), &by_entity(labels_b), labels_a, labels_b, item));
            }
            found
        })
        .collect()
}

/// What only one of two outputs found.
fn only_one<A: Ord>(
    a: &Compared<'_, A>,
    b: &Compared<'_, A>,
    labels_a: &Labels,
    labels_b: &Labels,
    item: impl Fn(&Relation, &Labels) -> Item,
) -> Vec<Advantage> {
    let mut all = Vec::new();
    for (mine, other, labels, first) in [(a, b, labels_a, true), (b, a, labels_b, false)] {
        for (key, relations) in mine.found.iter().filter(|(key, _)| !other.found.contains_key(key)) {
            let in_gold = mine.is_right(key);
            let items = relations.first().map(|best| item(best, labels));
            all.extend(items.map(|item| Advantage { first: first == in_gold, in_gold, item }));
        }
    }
    all
}

/// How many labels only one of two outputs got right: `[output][entity, relation or triple][found or avoided]`.
pub(in crate::eval) fn advantage_counts(advantages: &[Vec<Advantage>]) -> [[[u64; 2]; 3]; 2] {
    let mut counts = [[[0; 2]; 3]; 2];
    for a in advantages.iter().flatten() {
        let what = match a.item {
            Item::Entity(_) => 0,
            Item::Relation { .. } => 1,
            Item::Triple { .. } => 2,
        };
        counts[usize::from(!a.first)][what][usize::from(!a.in_gold)] += 1;
    }
    counts
}

//! Scores of entity resolution: which mentions were said to name the same entity.

use std::collections::BTreeMap;

use crate::entity::folded;
use crate::eval::counts::Counts;
use crate::eval::gold::Gold;
use crate::eval::labels::Labels;
use crate::eval::scope::Scope;
use crate::text::Span;

/// How well mentions were said to name the same entity, of those that the gold names an entity for and that were
/// found with exactly their span.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Mentions compared.
    pub mentions: u64,
    /// Mentions for which the gold names an entity.
    pub gold_mentions: u64,
    /// Mentions compared whose entity has the very name that the gold gives.
    pub same_name: u64,
    /// Over all documents. Names of the gold that differ only in spelling are one.
    pub across: Clusters,
    /// In each document by itself.
    pub within: Clusters,
}

/// B-cubed and pairwise figures.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// Mean share of each mention's predicted cluster that belongs to its gold entity.
    pub precision: Option<f64>,
    /// Mean share of each mention's gold cluster that its predicted cluster has.
    pub recall: Option<f64>,
    /// Pairs of mentions in one cluster.
    pub pairs: Counts,
}

/// Mentions by the entities that the gold and the prediction give them.
type Cells<T> = BTreeMap<(T, T), u64>;

impl Resolution {
    /// Compares names, or nothing if the gold has no canonical names.
    pub fn of(gold: &Gold, predicted: &[Labels], scope: &Scope) -> Option<Self> {
        let mut across = Cells::<String>::new();
        let mut within = Cells::<(usize, String)>::new();
        let (mut gold_mentions, mut same_name) = (0, 0);
        for (number, (document, labels)) in gold.documents.iter().zip(predicted).enumerate() {
            let found: BTreeMap<Span, &str> = labels
                .mentions
                .iter()
                .filter(|m| !m.argument_only)
                .filter_map(|m| Some((m.span, m.entity.as_deref()?)))
                .collect();
            for mention in document.labels.mentions.iter().filter(|m| scope.has_type(m.entity_type)) {
                let Some(entity) = mention.entity.as_deref() else { continue };
                gold_mentions += 1;
                if let Some(&found) = found.get(&mention.span) {
                    same_name += u64::from(found == entity);
                    let (entity, found) = (folded(entity), found.to_owned());
                    *within.entry(((number, entity.clone()), (number, found.clone()))).or_default() += 1;
                    *across.entry((entity, found)).or_default() += 1;
                }
            }
        }
        let (across_all, within) = (Clusters::of(&across), Clusters::of(&within));
        let mentions = across.values().sum();
        (gold_mentions > 0).then_some(Resolution {
            mentions,
            gold_mentions,
            same_name,
            across: across_all,
            within,
        })
    }
}

impl Clusters {
    fn of<T: Ord>(cells: &Cells<T>) -> Self {
        let (mut rows, mut columns) = (BTreeMap::<&T, u64>::new(), BTreeMap::<&T, u64>::new());
        for ((gold, found), n) in cells {
            *rows.entry(gold).or_default() += n;
            *columns.entry(found).or_default() += n;
        }
        let mentions: u64 = rows.values().sum();
        let share = |size: &dyn Fn(&(T, T)) -> Option<u64>| {
            let squares = cells.iter().map(|(key, &n)| (n * n) as f64 / size(key).unwrap_or(1) as f64);
            (mentions > 0).then(|| squares.sum::<f64>() / mentions as f64)
        };
        let pairs = |n: u64| n * n.saturating_sub(1) / 2;
        let both: u64 = cells.values().map(|&n| pairs(n)).sum();
        Clusters {
            precision: share(&|(_, found)| columns.get(found).copied()),
            recall: share(&|(gold, _)| rows.get(gold).copied()),
            pairs: Counts {
                tp: both,
                fp: columns.values().map(|&n| pairs(n)).sum::<u64>() - both,
                fn_: rows.values().map(|&n| pairs(n)).sum::<u64>() - both,
            },
        }
    }

    /// The harmonic mean of B-cubed precision and recall.
    pub fn f1(&self) -> Option<f64> {
        let (p, r) = (self.precision?, self.recall?);
        (p + r > 0.0).then(|| 2.0 * p * r / (p + r))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Bagga and Baldwin (1998): gold {1..5} {6 7} {8..C}; found {1..5} {6 7 8..C}.
    #[test]
    fn b_cubed_of_the_textbook_example() {
        let cells = BTreeMap::from([(("a", "A"), 5), (("b", "B"), 2), (("c", "B"), 5)]);
        let score = Clusters::of(&cells);
        assert!((score.precision.unwrap() - 0.7619).abs() < 1e-4);
        assert_eq!(score.recall, Some(1.0));
        assert_eq!(score.pairs, Counts { tp: 21, fp: 10, fn_: 0 });
    }

    #[test]
    fn nothing_found_is_undefined() {
        let score = Clusters::of(&Cells::<&str>::new());
        assert_eq!((score.precision, score.f1()), (None, None));
    }
}

//! Scores of entity resolution: which mentions were said to name the same entity.

use std::collections::BTreeMap;

use crate::eval::counts::Counts;
use crate::eval::gold::Gold;
use crate::eval::labels::Labels;
use crate::eval::scope::Scope;
use crate::text::Span;

/// B-cubed and pairwise figures over the mentions that the gold names an entity for and that were
/// found with exactly their span. Clusters reach over all documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Mentions compared.
    pub mentions: u64,
    /// Mentions for which the gold names an entity.
    pub gold_mentions: u64,
    /// Mentions compared whose entity has the very name that the gold gives.
    pub same_name: u64,
    /// Mean share of each mention's predicted cluster that belongs to its gold entity.
    pub b_cubed_precision: Option<f64>,
    /// Mean share of each mention's gold cluster that its predicted cluster has.
    pub b_cubed_recall: Option<f64>,
    /// Pairs of mentions in one cluster.
    pub pairs: Counts,
}

impl Resolution {
    /// Compares names, or nothing if the gold has no canonical names.
    pub fn of(gold: &Gold, predicted: &[Labels], scope: &Scope) -> Option<Self> {
        let mut cells = BTreeMap::<(&str, &str), u64>::new();
        let mut gold_mentions = 0;
        for (document, labels) in gold.documents.iter().zip(predicted) {
            let found: BTreeMap<Span, &str> = labels
                .mentions
                .iter()
                .filter(|m| !m.argument_only)
                .filter_map(|m| Some((m.span, m.entity.as_deref()?)))
                .collect();
            for mention in document.labels.mentions.iter().filter(|m| scope.has_type(m.entity_type)) {
                let Some(entity) = mention.entity.as_deref() else { continue };
                gold_mentions += 1;
                if let Some(found) = found.get(&mention.span) {
                    *cells.entry((entity, found)).or_default() += 1;
                }
            }
        }
        (gold_mentions > 0).then(|| Self::of_cells(gold_mentions, &cells))
    }

    fn of_cells(gold_mentions: u64, cells: &BTreeMap<(&str, &str), u64>) -> Self {
        let (mut rows, mut columns) = (BTreeMap::<&str, u64>::new(), BTreeMap::<&str, u64>::new());
        for (&(gold, found), n) in cells {
            *rows.entry(gold).or_default() += n;
            *columns.entry(found).or_default() += n;
        }
        let mentions: u64 = rows.values().sum();
        let share = |sizes: &BTreeMap<&str, u64>, name: &dyn Fn(&(&str, &str)) -> String| {
            let squares = cells.iter().map(|(key, &n)| {
                let size = sizes.get(name(key).as_str()).copied().unwrap_or(1);
                (n * n) as f64 / size as f64
            });
            (mentions > 0).then(|| squares.sum::<f64>() / mentions as f64)
        };
        let pairs = |n: u64| n * n.saturating_sub(1) / 2;
        let both: u64 = cells.values().map(|&n| pairs(n)).sum();
        Resolution {
            mentions,
            gold_mentions,
            same_name: cells.iter().filter(|((gold, found), _)| gold == found).map(|(_, n)| n).sum(),
            b_cubed_precision: share(&columns, &|key| key.1.to_owned()),
            b_cubed_recall: share(&rows, &|key| key.0.to_owned()),
            pairs: Counts {
                tp: both,
                fp: columns.values().map(|&n| pairs(n)).sum::<u64>() - both,
                fn_: rows.values().map(|&n| pairs(n)).sum::<u64>() - both,
            },
        }
    }

    /// The harmonic mean of B-cubed precision and recall.
    pub fn b_cubed_f1(&self) -> Option<f64> {
        let (p, r) = (self.b_cubed_precision?, self.b_cubed_recall?);
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
        let score = Resolution::of_cells(12, &cells);
        assert!((score.b_cubed_precision.unwrap() - 0.7619).abs() < 1e-4);
        assert_eq!(score.b_cubed_recall, Some(1.0));
        assert_eq!(score.pairs, Counts { tp: 21, fp: 10, fn_: 0 });
    }

    #[test]
    fn nothing_found_is_undefined() {
        let score = Resolution::of_cells(3, &BTreeMap::new());
        assert_eq!((score.b_cubed_precision, score.b_cubed_f1(), score.mentions), (None, None, 0));
    }
}

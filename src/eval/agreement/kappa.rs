//! Cohen's kappa on words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::entity::EntityType;
use crate::eval::bootstrap::{Interval, intervals_of_sums};
use crate::eval::entities::{Name, names};
use crate::eval::gold::Gold;
use crate::eval::labels::Labels;
use crate::eval::scope::Scope;
use crate::text::{Span, words};

/// Cohen's kappa of two people's labels, word by word.
///
/// The items are the words of the texts as [`words`] cuts them: punctuation marks count. The category of a
/// word is the type of the mention that shares at least one character with it (of several, the longest; of
/// equally long ones, the first), or none. Kappa is `(p - e) / (1 - e)`, `p` being the share of words that
/// both put into the same category, and `e` that share if each gave out categories at random, as often as they
/// do: 1 is full agreement, 0 is chance. It is `None` where both put every word into one category.
///
/// See the [example](crate::eval::agreement#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kappa {
    /// How many words there are.
    pub words: u64,
    /// Over all categories, none included.
    pub overall: Option<f64>,
    /// Its 95 % interval over documents.
    pub interval: Option<Interval>,
    /// Each type against all else.
    pub by_type: BTreeMap<EntityType, TypeKappa>,
}

/// Kappa of one type against all else.
///
/// See the [example](crate::eval::agreement#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeKappa {
    /// Words that A puts into it.
    pub a: u64,
    /// Words that B puts into it.
    pub b: u64,
    /// Kappa with two categories: this type, and all else.
    pub kappa: Option<f64>,
    /// Its 95 % interval over documents.
    pub interval: Option<Interval>,
}

impl Kappa {
    /// Compares A's documents with B's labels, one for each of them.
    pub(super) fn of(a: &Gold, b: &[Labels], scope: &Scope) -> Self {
        let types: Vec<EntityType> = scope.entity_types.iter().copied().collect();
        let tables: Vec<Vec<u64>> = a
            .documents
            .iter()
            .zip(b)
            .map(|(document, labels)| {
                let text = &document.article.text;
                let words = words(text, Span::new(0, text.len()));
                let of = |labels: &Labels| categories(&words, names(labels, scope), &types);
                let mut table = vec![0; (types.len() + 1) * (types.len() + 1)];
                for (a, b) in of(&document.labels).into_iter().zip(of(labels)) {
                    table[a * (types.len() + 1) + b] += 1;
                }
                table
            })
            .collect();
        let mut sum = vec![0; (types.len() + 1) * (types.len() + 1)];
        for table in &tables {
            sum.iter_mut().zip(table).for_each(|(sum, n)| *sum += n);
        }
        let figures = |sum: &[u64]| ContingencyTable::of(sum, types.len() + 1).figures();
        let (table, values) = (ContingencyTable::of(&sum, types.len() + 1), figures(&sum));
        let mut intervals = intervals_of_sums(&tables, figures).into_iter();
        Kappa {
            words: table.total,
            overall: values[0],
            interval: intervals.next().flatten(),
            by_type: (1..)
                .zip(types)
                .zip(intervals)
                .map(|((i, entity_type), interval)| {
                    let (a, b) = (table.rows[i], table.columns[i]);
                    (entity_type, TypeKappa { a, b, kappa: values[i], interval })
                })
                .collect(),
        }
    }
}

/// The category of each word: 0 for none, else one more than the index of the type.
fn categories(words: &[Span], mut names: Vec<Name>, types: &[EntityType]) -> Vec<usize> {
    let mut categories = vec![0; words.len()];
    // A later mention overwrites the category of an earlier one.
    names.sort_by_key(|&(span, entity_type)| (span.len(), Reverse(span.start), Reverse(entity_type)));
    for (span, entity_type) in names {
        let first = words.partition_point(|word| word.end <= span.start);
        let end = words.partition_point(|word| word.start < span.end);
        let category = types.iter().position(|&t| t == entity_type).map_or(0, |i| i + 1);
        categories[first..end.max(first)].fill(category);
    }
    categories
}

/// How many words A puts into the category of the row and B into that of the column.
struct ContingencyTable {
    same: Vec<u64>,
    rows: Vec<u64>,
    columns: Vec<u64>,
    total: u64,
}

impl ContingencyTable {
    fn of(cells: &[u64], categories: usize) -> Self {
        let each = || 0..categories;
        ContingencyTable {
            same: each().map(|i| cells[i * categories + i]).collect(),
            rows: each().map(|i| each().map(|j| cells[i * categories + j]).sum()).collect(),
            columns: each().map(|j| each().map(|i| cells[i * categories + j]).sum()).collect(),
            total: cells.iter().sum(),
        }
    }

    /// Kappa over all categories, then of each but the first against all else.
    fn figures(&self) -> Vec<Option<f64>> {
        let share = |n: u64| n as f64 / self.total as f64;
        let same = share(self.same.iter().sum());
        let chance = self.rows.iter().zip(&self.columns).map(|(&a, &b)| share(a) * share(b)).sum();
        let against_all_else = (1..self.same.len()).map(|i| {
            let (a, b) = (share(self.rows[i]), share(self.columns[i]));
            let same = 1.0 - a - b + 2.0 * share(self.same[i]);
            kappa(same, a * b + (1.0 - a) * (1.0 - b))
        });
        [kappa(same, chance)].into_iter().chain(against_all_else).collect()
    }
}

fn kappa(same: f64, chance: f64) -> Option<f64> {
    // A tolerance, because shares do not add up to 1 in the last bit; without words both are NaN.
    (1.0 - chance > 1e-12).then(|| (same - chance) / (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{Loc, Org, Per};

    #[test]
    fn figures_of_a_table_worked_by_hand() {
        // Of 100 words, both say PER of 20, A alone of 5, B alone of 10; the rest has no name.
        let table = ContingencyTable::of(&[65, 10, 5, 20], 2);
        let chance = 0.25 * 0.30 + 0.75 * 0.70;
        let expected = (0.85 - chance) / (1.0 - chance);
        for value in table.figures() {
            assert!((value.unwrap() - expected).abs() < 1e-12);
        }
        assert_eq!(ContingencyTable::of(&[100, 0, 0, 0], 2).figures(), [None, None]);
        assert_eq!(ContingencyTable::of(&[0; 4], 2).figures(), [None, None]);
        assert_eq!(ContingencyTable::of(&[3, 0, 0, 0, 2, 0, 0, 0, 4], 3).figures(), [Some(1.0); 3]);
    }

    #[test]
    fn a_word_has_the_type_of_the_longest_mention_on_it() {
        let text = "The Bank of Spain's Oslo-led man";
        let words = words(text, Span::new(0, text.len()));
        let at = |name: &str| {
            let start = text.find(name).unwrap();
            Span::new(start, start + name.len())
        };
        let names =
            vec![(at("Bank of Spain"), Org), (at("Spain"), Loc), (at("Oslo"), Loc), (at("Oslo-led"), Per)];
        let found: Vec<(&str, usize)> =
            words.iter().map(|w| w.of(text)).zip(categories(&words, names, &[Per, Org, Loc])).collect();
        let expected =
            [("The", 0), ("Bank", 2), ("of", 2), ("Spain", 2), ("'s", 0), ("Oslo-led", 1), ("man", 0)];
        assert_eq!(found, expected);
    }
}

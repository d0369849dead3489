//! How sure a figure is: 95 % bootstrap intervals over documents, and a paired test of two outputs.
//!
//! # Example
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use triplewire::eval::Counts;
//! use triplewire::eval::bootstrap::{DocumentCounts, Figure, Part, differences, intervals};
//! use triplewire::text::EntityType;
//!
//! // Two outputs on the same forty articles. The second one finds a name more in each.
//! let output = |missed: u64| -> Vec<DocumentCounts> {
//!     let persons = |i: u64| Counts { tp: 8 + i % 3 - missed, fp: 1, fn_: missed };
//!     let entities = |i| BTreeMap::from([(EntityType::Per, persons(i))]);
//!     (0..40).map(|i| DocumentCounts { entities: entities(i), ..DocumentCounts::default() }).collect()
//! };
//! let (a, b) = (output(3), output(2));
//! let f1 = Figure::Entities(Part::F1);
//! let interval = intervals(&a)[&f1];
//! assert!(interval.low < interval.high);
//! let difference = differences(&a, &b)[&f1];
//! assert!(difference.a < difference.b && difference.p_value < 0.01);
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::eval::counts::{Counts, Macro};
use crate::eval::relations::Mode;

/// How often documents are resampled. With 1,000 draws an end of an interval moves by about a
/// fiftieth of the interval's length from one seed to another.
const DRAWS: usize = 1000;

/// The seed of the random numbers: the same labels give the same intervals.
const SEED: u64 = 0x7472_6970_6c65;

/// The counts of one document, which is the unit of resampling.
///
/// See the [example](crate::eval::bootstrap#example).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentCounts {
    /// Exact span and type, by type.
    pub entities: BTreeMap<EntityType, Counts>,
    /// Over all labels, by mode.
    pub relations: BTreeMap<Mode, Counts>,
}

/// A headline figure.
///
/// See the [example](crate::eval::bootstrap#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Names, exact, over all types.
    Entities(Part),
    /// F1 of names, exact, mean over types.
    EntitiesMacroF1,
    /// Relations over all labels.
    Relations(Mode, Part),
}

/// Which of the three ratios.
///
/// See the [example](crate::eval::bootstrap#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Part {
    Precision,
    Recall,
    F1,
}

impl Part {
    const ALL: [Part; 3] = [Part::Precision, Part::Recall, Part::F1];

    fn of(self, counts: Counts) -> Option<f64> {
        match self {
            Part::Precision => counts.precision(),
            Part::Recall => counts.recall(),
            Part::F1 => counts.f1(),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Part::Precision => "precision",
            Part::Recall => "recall",
            Part::F1 => "f1",
        }
    }
}

impl Figure {
    /// The path of the figure in the JSON report.
    pub fn name(self) -> String {
        match self {
            Figure::Entities(part) => format!("entities.micro.{}", part.as_str()),
            Figure::EntitiesMacroF1 => "entities.macro.f1".to_owned(),
            Figure::Relations(mode, part) => {
                format!("relations.{}.micro.{}", mode.as_str(), part.as_str())
            }
        }
    }

    fn all() -> impl Iterator<Item = Figure> {
        let entities = Part::ALL.into_iter().map(Figure::Entities);
        let relations = Mode::ALL.into_iter().flat_map(|m| Part::ALL.map(|p| Figure::Relations(m, p)));
        entities.chain([Figure::EntitiesMacroF1]).chain(relations)
    }
}

/// A 95 % interval.
///
/// See the [example](crate::eval::bootstrap#example).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5 % of the draws lie below.
    pub low: f64,
    /// 2.5 % of the draws lie above.
    pub high: f64,
}

/// The intervals of all headline figures that are defined. Fewer than two documents have none.
///
/// See the [example](crate::eval::bootstrap#example).
pub fn intervals(documents: &[DocumentCounts]) -> BTreeMap<Figure, Interval> {
    let table = CountTable::of(&[documents]);
    let mut values = BTreeMap::<Figure, Vec<f64>>::new();
    table.draw(|sums| {
        for (figure, value) in table.figures(&sums[0]) {
            values.entry(figure).or_default().push(value);
        }
    });
    values.into_iter().filter_map(|(figure, values)| Some((figure, interval(values)?))).collect()
}

/// The 95 % intervals of figures made from sums over documents: `rows` are what is summed, one for each
/// document and all of one length; `figures` gives the figures of a sum, always as many, in one order.
/// Fewer than two documents have none.
pub(super) fn intervals_of_sums(
    rows: &[Vec<u64>],
    figures: impl Fn(&[u64]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); figures(&vec![0; width]).len()];
    let mut random = Random(SEED);
    for _ in 0..if rows.len() < 2 { 0 } else { DRAWS } {
        let mut sum = vec![0; width];
        for _ in rows {
            let row = &rows[random.below(rows.len())];
            sum.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
        }
        for (values, value) in values.iter_mut().zip(figures(&sum)) {
            values.extend(value);
        }
    }
    values.into_iter().map(interval).collect()
}

/// How one figure of two outputs on the same documents differs.
///
/// See the [example](crate::eval::bootstrap#example).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Of the first output.
    pub a: f64,
    /// Of the second.
    pub b: f64,
    /// The interval of `b - a` over resampled documents.
    pub interval: Option<Interval>,
    /// How often a difference as large or larger comes up if each document's two outputs are
    /// swapped at random: approximate randomisation, two-sided.
    pub p_value: f64,
}

/// The differences of all headline figures that are defined for both outputs.
///
/// See the [example](crate::eval::bootstrap#example).
pub fn differences(a: &[DocumentCounts], b: &[DocumentCounts]) -> BTreeMap<Figure, Difference> {
    let table = CountTable::of(&[a, b]);
    let whole = table.sum((0..table.rows).map(|row| (row, false)));
    let gaps = |sums: &[Vec<Counts>]| -> BTreeMap<Figure, f64> {
        let of_a: BTreeMap<Figure, f64> = table.figures(&sums[0]).collect();
        let of_b = table.figures(&sums[1]);
        of_b.filter_map(|(figure, b)| Some((figure, b - of_a.get(&figure)?))).collect()
    };
    let observed = gaps(&whole);
    let mut drawn = BTreeMap::<Figure, Vec<f64>>::new();
    table.draw(|sums| {
        for (figure, gap) in gaps(sums) {
            drawn.entry(figure).or_default().push(gap);
        }
    });
    let mut as_large = BTreeMap::<Figure, usize>::new();
    let mut random = Random(SEED);
    for _ in 0..DRAWS {
        let swapped = table.sum((0..table.rows).map(|row| (row, random.next() & 1 == 1)));
        for (figure, gap) in gaps(&swapped) {
            // A tolerance, because sums in another order differ in the last bit.
            let large = observed.get(&figure).is_some_and(|seen| gap.abs() >= seen.abs() - 1e-12);
            *as_large.entry(figure).or_default() += usize::from(large);
        }
    }
    let (of_a, of_b): (BTreeMap<Figure, f64>, BTreeMap<Figure, f64>) =
        (table.figures(&whole[0]).collect(), table.figures(&whole[1]).collect());
    let difference = |figure: Figure| {
        let count = as_large.get(&figure).copied().unwrap_or(0);
        Some(Difference {
            a: *of_a.get(&figure)?,
            b: *of_b.get(&figure)?,
            interval: interval(drawn.remove(&figure).unwrap_or_default()),
            p_value: (count + 1) as f64 / (DRAWS + 1) as f64,
        })
    };
    let mut difference = difference;
    Figure::all().filter_map(|figure| Some((figure, difference(figure)?))).collect()
}

/// The counts of one or two outputs as plain rows: one column for each type, then one for each mode.
struct CountTable {
    rows: usize,
    types: usize,
    outputs: Vec<Vec<Vec<Counts>>>,
}

impl CountTable {
    fn of(outputs: &[&[DocumentCounts]]) -> Self {
        let types: BTreeSet<EntityType> =
            outputs.iter().flat_map(|o| o.iter()).flat_map(|d| d.entities.keys().copied()).collect();
        let row = |document: &DocumentCounts| {
            let entities = types.iter().map(|t| document.entities.get(t));
            let relations = Mode::ALL.iter().map(|mode| document.relations.get(mode));
            entities.chain(relations).map(|counts| counts.copied().unwrap_or_default()).collect()
        };
        CountTable {
            rows: outputs.first().map_or(0, |o| o.len()),
            types: types.len(),
            outputs: outputs.iter().map(|o| o.iter().map(row).collect()).collect(),
        }
    }

    /// Sums over rows; where the flag is set, the rows of the first two outputs change places.
    fn sum(&self, rows: impl Iterator<Item = (usize, bool)>) -> Vec<Vec<Counts>> {
        let mut sums = vec![vec![Counts::default(); self.types + Mode::ALL.len()]; self.outputs.len()];
        for (row, swapped) in rows {
            for (i, output) in self.outputs.iter().enumerate() {
                let to = if swapped { self.outputs.len() - 1 - i } else { i };
                for (sum, counts) in sums[to].iter_mut().zip(&output[row]) {
                    *sum += *counts;
                }
            }
        }
        sums
    }

    /// Draws as many rows as there are, with replacement, once for each resample.
    fn draw(&self, mut see: impl FnMut(&[Vec<Counts>])) {
        if self.rows < 2 {
            return;
        }
        let mut random = Random(SEED);
        for _ in 0..DRAWS {
            see(&self.sum((0..self.rows).map(|_| (random.below(self.rows), false))));
        }
    }

    fn figures(&self, sums: &[Counts]) -> impl Iterator<Item = (Figure, f64)> {
        let (types, modes) = sums.split_at(self.types);
        let micro: Counts = types.iter().copied().sum();
        let macro_f1 = Macro::of(types.iter()).f1;
        Figure::all().filter_map(move |figure| {
            let value = match figure {
                Figure::Entities(part) => part.of(micro),
                Figure::EntitiesMacroF1 => macro_f1,
                Figure::Relations(mode, part) => {
                    part.of(modes.get(mode as usize).copied().unwrap_or_default())
                }
            };
            Some((figure, value?))
        })
    }
}

fn interval(mut values: Vec<f64>) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    let at =
        |share: f64| values.get(((values.len().checked_sub(1)?) as f64 * share).round() as usize).copied();
    Some(Interval { low: at(0.025)?, high: at(0.975)? })
}

/// The random number generator SplitMix64 (Steele and others 2014): small, and good enough to draw documents.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        // The high half of the product: unbiased enough for any number of documents.
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(tp: u64, fp: u64, fn_: u64) -> DocumentCounts {
        DocumentCounts {
            entities: BTreeMap::from([(EntityType::Per, Counts { tp, fp, fn_ })]),
            relations: BTreeMap::new(),
        }
    }

    #[test]
    fn intervals_hold_the_figure_and_shrink_with_more_documents() {
        let some: Vec<DocumentCounts> = (0..20).map(|i| document(8 + i % 5, i % 3, i % 4)).collect();
        let many: Vec<DocumentCounts> = some.iter().cycle().take(2000).cloned().collect();
        let f1 = Figure::Entities(Part::F1);
        let (few, lots) = (intervals(&some)[&f1], intervals(&many)[&f1]);
        let whole: Counts = some.iter().map(|d| d.entities[&EntityType::Per]).sum();
        assert!(few.low < whole.f1().unwrap() && whole.f1().unwrap() < few.high);
        assert!((lots.high - lots.low) * 5.0 < few.high - few.low);
        assert_eq!(intervals(&some)[&f1], few, "the same labels give the same interval");
        assert!(!intervals(&some).contains_key(&Figure::Relations(Mode::Strict, Part::F1)));
    }

    #[test]
    fn one_document_has_no_interval() {
        assert!(intervals(&[document(1, 1, 1)]).is_empty());
    }

    #[test]
    fn a_real_difference_is_told_from_none() {
        let a: Vec<DocumentCounts> = (0..60).map(|i| document(5 + i % 3, 3, 2)).collect();
        let better: Vec<DocumentCounts> = (0..60).map(|i| document(6 + i % 3, 2, 1)).collect();
        let f1 = Figure::Entities(Part::F1);
        let difference = differences(&a, &better)[&f1];
        assert!(difference.b > difference.a && difference.p_value < 0.01, "{difference:?}");
        assert!(difference.interval.unwrap().low > 0.0);
        let mut shuffled = a.clone();
        shuffled.rotate_right(1);
        let none = differences(&a, &shuffled)[&f1];
        assert!(none.p_value > 0.5, "{none:?}");
    }
}

//! Additive counts and the ratios made from them. A ratio with nothing below the line is `None`.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// True positives, false positives and false negatives.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Found, and in the gold.
    pub tp: u64,
    /// Found, but not in the gold.
    pub fp: u64,
    /// In the gold, but not found.
    pub fn_: u64,
}

impl Counts {
    /// The share of the found that is right; `None` if nothing was found.
    pub fn precision(self) -> Option<f64> {
        ratio(self.tp as f64, (self.tp + self.fp) as f64)
    }

    /// The share of the gold that was found; `None` if the gold has nothing.
    pub fn recall(self) -> Option<f64> {
        ratio(self.tp as f64, (self.tp + self.fn_) as f64)
    }

    /// The harmonic mean of the two; `None` if there is neither gold nor anything found.
    pub fn f1(self) -> Option<f64> {
        ratio(2.0 * self.tp as f64, (2 * self.tp + self.fp + self.fn_) as f64)
    }

    /// Whether nothing was counted at all.
    pub fn is_empty(self) -> bool {
        self == Counts::default()
    }
}

impl Add for Counts {
    type Output = Counts;

    fn add(self, other: Counts) -> Counts {
        Counts { tp: self.tp + other.tp, fp: self.fp + other.fp, fn_: self.fn_ + other.fn_ }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        *self = *self + other;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Counts {
        counts.fold(Counts::default(), Add::add)
    }
}

/// Means over types of the figures that are defined.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Macro {
    /// Mean precision over the types of which something was found.
    pub precision: Option<f64>,
    /// Mean recall over the types that the gold has.
    pub recall: Option<f64>,
    /// Mean F1 over the types that the gold has or of which something was found.
    pub f1: Option<f64>,
}

impl Macro {
    /// The means over `types`.
    pub fn of<'a>(types: impl Iterator<Item = &'a Counts> + Clone) -> Self {
        Macro {
            precision: mean(types.clone().filter_map(|c| c.precision())),
            recall: mean(types.clone().filter_map(|c| c.recall())),
            f1: mean(types.filter_map(|c| c.f1())),
        }
    }
}

/// Counts of the SemEval-2013 (and MUC) schemes.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SchemeCounts {
    /// Right.
    pub correct: u64,
    /// Overlaps a gold mention, but is wrong under this scheme.
    pub incorrect: u64,
    /// Overlaps a gold mention, and counts half.
    pub partial: u64,
    /// Gold mentions that nothing was matched to.
    pub missed: u64,
    /// Predictions that were matched to nothing.
    pub spurious: u64,
}

impl SchemeCounts {
    fn credit(self) -> f64 {
        self.correct as f64 + 0.5 * self.partial as f64
    }

    fn predicted(self) -> u64 {
        self.correct + self.incorrect + self.partial + self.spurious
    }

    fn gold(self) -> u64 {
        self.correct + self.incorrect + self.partial + self.missed
    }

    /// Credit over predictions.
    pub fn precision(self) -> Option<f64> {
        ratio(self.credit(), self.predicted() as f64)
    }

    /// Credit over gold mentions.
    pub fn recall(self) -> Option<f64> {
        ratio(self.credit(), self.gold() as f64)
    }

    /// The harmonic mean of the two.
    pub fn f1(self) -> Option<f64> {
        ratio(2.0 * self.credit(), (self.predicted() + self.gold()) as f64)
    }
}

impl AddAssign for SchemeCounts {
    fn add_assign(&mut self, other: SchemeCounts) {
        self.correct += other.correct;
        self.incorrect += other.incorrect;
        self.partial += other.partial;
        self.missed += other.missed;
        self.spurious += other.spurious;
    }
}

fn ratio(above: f64, below: f64) -> Option<f64> {
    (below > 0.0).then(|| above / below)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    ratio(sum, n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_nothing_is_none_and_not_zero() {
        let nothing = Counts::default();
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
        let missed = Counts { fn_: 3, ..Counts::default() };
        assert_eq!((missed.precision(), missed.recall(), missed.f1()), (None, Some(0.0), Some(0.0)));
        let spurious = Counts { fp: 3, ..Counts::default() };
        assert_eq!((spurious.precision(), spurious.recall(), spurious.f1()), (Some(0.0), None, Some(0.0)));
    }

    #[test]
    fn the_macro_average_leaves_undefined_figures_out() {
        let types = [Counts { tp: 1, fp: 1, fn_: 0 }, Counts { tp: 0, fp: 0, fn_: 2 }];
        let mean = Macro::of(types.iter());
        assert_eq!(mean.precision, Some(0.5));
        assert_eq!(mean.recall, Some(0.5));
        assert_eq!(mean.f1, Some((2.0 / 3.0) / 2.0));
    }

    #[test]
    fn half_credit_for_a_partial_match() {
        let counts = SchemeCounts { correct: 1, partial: 1, missed: 2, ..SchemeCounts::default() };
        assert_eq!(counts.precision(), Some(0.75));
        assert_eq!(counts.recall(), Some(0.375));
        assert_eq!(counts.f1(), Some(0.5));
    }
}

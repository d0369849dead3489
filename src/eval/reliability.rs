//! Whether scores mean what they say: of what scores 0.8, is about 80 % right?

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::entities::names;
use crate::eval::gold::Gold;
use crate::eval::labels::Labels;
use crate::eval::relations::{Compared, Mode};
use crate::eval::scope::Scope;

/// Bands of scores: 0 to 0.1, 0.1 to 0.2 and so on.
const BANDS: usize = 10;

/// Predictions whose scores lie in one band.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Band {
    /// How many.
    pub count: u64,
    /// How many of them are in the gold.
    pub right: u64,
    sum: f64,
}

impl Band {
    /// The mean of their scores; `None` if there are none.
    pub fn mean_score(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The share of them that is right; `None` if there are none.
    pub fn precision(&self) -> Option<f64> {
        (self.count > 0).then(|| self.right as f64 / self.count as f64)
    }
}

/// Scores against precision.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reliability {
    bands: [Band; BANDS],
}

impl Reliability {
    /// Of entities: a mention is right if the gold has one of its span and type.
    pub fn of_entities(gold: &Gold, predicted: &[Labels], scope: &Scope) -> Self {
        let mut reliability = Reliability::default();
        for (document, labels) in gold.documents.iter().zip(predicted) {
            let right: BTreeSet<_> = names(&document.labels, scope).into_iter().collect();
            let scores: BTreeMap<_, _> =
                labels.mentions.iter().filter_map(|m| Some(((m.span, m.entity_type), m.score?))).collect();
            for name in names(labels, scope) {
                if let Some(&score) = scores.get(&name) {
                    reliability.add(score, right.contains(&name));
                }
            }
        }
        reliability
    }

    /// Of relations, in strict mode; what several rules say counts once, with the best score.
    pub fn of_relations(gold: &Gold, predicted: &[Labels], scope: &Scope) -> Self {
        let mut reliability = Reliability::default();
        for (document, labels) in gold.documents.iter().zip(predicted) {
            reliability.add_all(&Compared::by_place(document, labels, Mode::Strict, scope));
        }
        reliability
    }

    /// Of triples, each once an article, with the best score.
    pub fn of_triples(gold: &Gold, predicted: &[Labels], scope: &Scope) -> Self {
        let mut reliability = Reliability::default();
        for (document, labels) in gold.documents.iter().zip(predicted) {
            reliability.add_all(&Compared::triples(document, labels, scope));
        }
        reliability
    }

    fn add_all<A: Ord>(&mut self, compared: &Compared<'_, A>) {
        for (key, relations) in &compared.found {
            if let Some(score) = relations.first().and_then(|best| best.score) {
                self.add(score, compared.is_right(key));
            }
        }
    }

    fn add(&mut self, score: f32, right: bool) {
        let score = f64::from(score).clamp(0.0, 1.0);
        let band = &mut self.bands[((score * BANDS as f64) as usize).min(BANDS - 1)];
        band.count += 1;
        band.right += u64::from(right);
        band.sum += score;
    }

    /// The bands that have predictions, each with its lower and upper end.
    pub fn bands(&self) -> impl Iterator<Item = ((f64, f64), &Band)> {
        let end = |i: usize| i as f64 / BANDS as f64;
        let bands = self.bands.iter().enumerate().map(move |(i, band)| ((end(i), end(i + 1)), band));
        bands.filter(|(_, band)| band.count > 0)
    }

    /// The expected calibration error (Naeini et al. 2015, with ten bands of equal width): the mean over all
    /// predictions of the distance between mean score and precision of their band. `None` without any.
    pub fn error(&self) -> Option<f64> {
        let all: u64 = self.bands.iter().map(|band| band.count).sum();
        let sum: f64 = self.bands.iter().map(|band| (band.sum - band.right as f64).abs()).sum();
        (all > 0).then(|| sum / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_the_mean_distance_of_score_and_precision() {
        let mut reliability = Reliability::default();
        assert_eq!(reliability.error(), None);
        // Two that score 0.75 of which one is right, and one that scores 1 and is right.
        for (score, right) in [(0.75, true), (0.75, false), (1.0, true)] {
            reliability.add(score, right);
        }
        assert!((reliability.error().unwrap() - 2.0 / 3.0 * 0.25).abs() < 1e-9);
        let bands: Vec<_> =
            reliability.bands().map(|(_, b)| (b.count, b.mean_score(), b.precision())).collect();
        assert_eq!(bands, [(2, Some(0.75), Some(0.5)), (1, Some(1.0), Some(1.0))]);
    }
}

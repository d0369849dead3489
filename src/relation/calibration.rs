//! From what a relation is found by to a score that says how often such relations are right.
//!
//! A rule's score says how often it is right where names are right. What else tells right from wrong, [`Evidence`]
//! holds; a logistic regression on relations of labelled texts weighs it (Platt 1999, with a few features more). Its
//! weights are data: `rules/calibration.toml`, which `triplewire rules score --calibration` makes.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// What the score of a relation is made from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// The score of the rule.
    pub rule: f32,
    /// What both names are trusted: the product of their scores, a model's put right.
    pub names: f32,
    /// Whether one of them is a pronoun or a description.
    pub anaphor: bool,
    /// Whether the text denies it, doubts it, or has somebody else say it.
    pub unasserted: bool,
    /// Words from the first to the last of what the rule matched; a list of names is one.
    pub distance: usize,
}

/// Features, with the constant.
const FEATURES: usize = 6;

/// How much each feature adds to the log odds of being right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Always.
    pub base: f64,
    /// Times the log odds of the rule's score.
    pub rule: f64,
    /// Times the logarithm of what the names are trusted.
    pub names: f64,
    /// If a name is a pronoun or a description.
    pub anaphor: f64,
    /// If the text does not assert it.
    pub unasserted: f64,
    /// Times the logarithm of the distance and one.
    pub distance: f64,
}

static BUILT_IN: LazyLock<Calibration> = LazyLock::new(|| {
    toml::from_str(include_str!("rules/calibration.toml")).expect("a test reads the weights")
});

/// Without data: about the product of the rule's score and the names'.
const UNKNOWING: Calibration =
    Calibration { base: 0.0, rule: 1.0, names: 1.0, anaphor: 0.0, unasserted: 0.0, distance: 0.0 };

/// What keeps a weight near that of [`UNKNOWING`], in relations that say otherwise. The constant is free, so that
/// the mean score is right.
const STIFFNESS: [f64; FEATURES] = [0.0, 5.0, 5.0, 5.0, 5.0, 5.0];

/// Scores nearer to 0 or 1 are not believed.
const SUREST: f64 = 0.99;

/// More steps than Newton's method ever needs here.
const STEPS: usize = 50;

impl Default for Calibration {
    /// The one that came with the program.
    fn default() -> Self {
        *BUILT_IN
    }
}

impl Calibration {
    /// How often relations with such evidence are right, 0 to 1.
    pub fn score(&self, evidence: &Evidence) -> f32 {
        share(dot(&self.weights(), &features(evidence))) as f32
    }

    /// The weights under which relations that are right (`true`) and wrong are likeliest; each counts as much as
    /// its last number says.
    pub fn fit(relations: &[(Evidence, bool, f64)]) -> Self {
        let prior = UNKNOWING.weights();
        let mut weights = prior;
        for _ in 0..STEPS {
            // Newton's method: the slope of the likelihood, and how it bends.
            let mut slope: [f64; FEATURES] = std::array::from_fn(|i| STIFFNESS[i] * (prior[i] - weights[i]));
            let mut bend = [[0.0; FEATURES]; FEATURES];
            // Where nothing tells the constant, it stays.
            (0..FEATURES).for_each(|i| bend[i][i] = STIFFNESS[i].max(1e-6));
            for (evidence, is_right, count) in relations {
                let x = features(evidence);
                let p = share(dot(&weights, &x));
                for i in 0..FEATURES {
                    slope[i] += count * (f64::from(u8::from(*is_right)) - p) * x[i];
                    for j in 0..FEATURES {
                        bend[i][j] += count * p * (1.0 - p) * x[i] * x[j];
                    }
                }
            }
            let step = solved(bend, slope);
            (0..FEATURES).for_each(|i| weights[i] += step[i]);
            if step.iter().all(|by| by.abs() < 1e-9) {
                break;
            }
        }
        let [base, rule, names, anaphor, unasserted, distance] =
            weights.map(|weight| (weight * 1e3).round() / 1e3);
        Calibration { base, rule, names, anaphor, unasserted, distance }
    }

    /// As the file that is read.
    ///
    /// # Errors
    /// None that can happen in memory.
    pub fn toml(&self) -> Result<String, toml::ser::Error> {
        const ABOUT: &str = "# What makes the score of a relation: `src/relation/calibration.rs`. Made by `triplewire rules score`.\n";
        Ok(format!("{ABOUT}{}", toml::to_string(self)?))
    }

    fn weights(&self) -> [f64; FEATURES] {
        [self.base, self.rule, self.names, self.anaphor, self.unasserted, self.distance]
    }
}

fn features(evidence: &Evidence) -> [f64; FEATURES] {
    let rule = f64::from(evidence.rule).clamp(1.0 - SUREST, SUREST);
    [
        1.0,
        (rule / (1.0 - rule)).ln(),
        f64::from(evidence.names).max(1.0 - SUREST).ln(),
        f64::from(u8::from(evidence.anaphor)),
        f64::from(u8::from(evidence.unasserted)),
        (evidence.distance as f64 + 1.0).ln(),
    ]
}

fn dot(a: &[f64; FEATURES], b: &[f64; FEATURES]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Of log odds the probability.
fn share(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// The solution of linear equations, by Gauss's elimination. The matrix is that of a positive definite form, so
/// that no row need be exchanged.
fn solved(mut matrix: [[f64; FEATURES]; FEATURES], mut right: [f64; FEATURES]) -> [f64; FEATURES] {
    for i in 0..FEATURES {
        let row = matrix[i];
        for k in i + 1..FEATURES {
            let factor = matrix[k][i] / row[i];
            matrix[k].iter_mut().zip(row).for_each(|(cell, above)| *cell -= factor * above);
            right[k] -= factor * right[i];
        }
    }
    for i in (0..FEATURES).rev() {
        let known: f64 = (i + 1..FEATURES).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Evidence =
        Evidence { rule: 0.9, names: 0.9, anaphor: false, unasserted: false, distance: 3 };

    #[test]
    fn the_built_in_weights_trust_a_better_rule_and_better_names_more() {
        let calibration = Calibration::default();
        let score = calibration.score(&PLAIN);
        assert!((0.8..0.95).contains(&score), "{score}");
        for worse in [Evidence { rule: 0.7, ..PLAIN }, Evidence { names: 0.5, ..PLAIN }] {
            assert!(calibration.score(&worse) < score, "{worse:?}");
        }
        for extreme in [0.0, 1.0] {
            let score = calibration.score(&Evidence { rule: extreme, names: extreme, ..PLAIN });
            assert!((0.0..=1.0).contains(&score), "{score}");
        }
    }

    #[test]
    fn without_data_the_score_of_sure_names_is_that_of_the_rule() {
        let calibration = Calibration::fit(&[]);
        assert_eq!(calibration, UNKNOWING);
        assert!((calibration.score(&Evidence { names: 1.0, ..PLAIN }) - 0.9).abs() < 1e-6);
    }

    /// A thousand relations of rules that claim 0.9 and 0.6 where 0.8 and 0.5 are right.
    #[test]
    fn scores_become_what_the_data_say() {
        let mut relations = Vec::new();
        for (rule, right) in [(0.9, 8), (0.6, 5)] {
            let evidence = Evidence { rule, names: 1.0, ..PLAIN };
            relations.extend((0..1000).map(|i| (evidence, i % 10 < right, 1.0)));
        }
        let calibration = Calibration::fit(&relations);
        for (rule, expected) in [(0.9, 0.8), (0.6, 0.5)] {
            let score = calibration.score(&Evidence { rule, names: 1.0, ..PLAIN });
            assert!((score - expected).abs() < 0.01, "{rule}: {score}");
        }
    }

    #[test]
    fn a_relation_told_twice_counts_as_much_as_two() {
        let (wrong, right) = (Evidence { rule: 0.6, ..PLAIN }, Evidence { rule: 0.9, ..PLAIN });
        let whole = [(wrong, false, 1.0), (right, true, 2.0)];
        let halves = [(wrong, false, 0.5), (wrong, false, 0.5), (right, true, 1.0), (right, true, 1.0)];
        assert_eq!(Calibration::fit(&whole), Calibration::fit(&halves));
    }
}

//! Calibration: from the evidence for a relation to a score that says how often such relations are right.
//!
//! The score of a rule is its precision where both names are right. [`Evidence`] holds the other features; a logistic
//! regression on relations of labelled texts weighs them (Platt scaling, Platt 1999, with more than one feature). The
//! log odds of the second reader are weighed on texts that it was not trained on, those of what it alone finds by
//! predicate. The weights are data: `rules/calibration.toml`, which `triplewire rules score --calibration` makes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use itertools::Itertools as _;
use serde::{Deserialize, Serialize};

use crate::relation::Predicate;

/// The features from which the score of a relation is made.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evidence {
    /// The score of the rule.
    pub rule: f32,
    /// How sure both names are: the product of their scores, those of a model corrected.
    pub names: f32,
    /// Whether one of them is a pronoun or a description.
    pub anaphor: bool,
    /// Whether the text denies it, doubts it, or attributes it to a source.
    pub unasserted: bool,
    /// Whether the sentence may be several that have lost their punctuation.
    pub unpunctuated: bool,
    /// Words from the first to the last of what the rule matched; a list of names is one.
    pub distance: usize,
    /// What the second reader alone has found, if it has.
    pub learned: Option<Predicate>,
    /// The log odds of the second reader, if it has read the pair.
    pub second: Option<f32>,
    /// How many relations with the same predicate rules find in the sentence, with a better score, of one of the two
    /// entities and a third: in "Ana Ruiz, head of Acme, met Bo Lee of Zorb" it is not he who leads Acme.
    pub rivals: usize,
    /// Whether the second reader has learned the predicate from a user's own labels.
    pub taught: bool,
}

/// Weights by which evidence becomes log odds of being right.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Of what a rule finds.
    pub rules: RuleWeights,
    /// What the second reader adds to that, if it has read the pair.
    pub checked: CheckWeights,
    /// Of what it alone finds.
    pub learned: LearnedWeights,
    /// What scores less is left out, if the user has not said otherwise.
    pub least: Least,
}

/// How much each feature of a rule's relation adds to the log odds of being right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleWeights {
    /// The constant.
    pub base: f64,
    /// Times the log odds of the rule's score.
    pub rule: f64,
    /// Times the logarithm of [`Evidence::names`].
    pub names: f64,
    /// If a name is a pronoun or a description.
    pub anaphor: f64,
    /// If the text does not assert it.
    pub unasserted: f64,
    /// Times the logarithm of the distance plus one.
    pub distance: f64,
    /// Times the logarithm of [`Evidence::rivals`] plus one.
    pub rivals: f64,
}

/// What the second reader adds to the log odds of a rule's relation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckWeights {
    /// The constant.
    pub base: f64,
    /// Times its own log odds.
    pub second: f64,
}

/// How much each feature of a relation that it alone finds adds to the log odds of being right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedWeights {
    /// The constant.
    pub base: f64,
    /// Times its own log odds.
    pub second: f64,
    /// Times the logarithm of [`Evidence::names`].
    pub names: f64,
    /// If a name is a pronoun or a description.
    pub anaphor: f64,
    /// If the text does not assert it.
    pub unasserted: f64,
    /// Times the logarithm of the distance plus one.
    pub distance: f64,
    /// Times the logarithm of [`Evidence::rivals`] plus one.
    pub rivals: f64,
    /// If it is this predicate: some are found better than their odds say, others worse.
    #[serde(default)]
    pub predicates: BTreeMap<String, f64>,
}

/// The scores below which relations are left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Least {
    /// Of what a rule finds and the second reader has read.
    pub checked: f32,
    /// The same where a sentence may be several that have lost their punctuation: of 110 judged rows of press releases,
    /// many of which have lost it, 3 of the 17 that scored less than 0.6 were right, and 75 of the others.
    pub unpunctuated: f32,
    /// Of what the second reader alone finds.
    pub learned: f32,
}

static BUILT_IN: LazyLock<Calibration> = LazyLock::new(|| {
    toml::from_str(include_str!("rules/calibration.toml")).expect("a test reads the weights")
});

/// The prior: about the product of the scores of rule and names, and the second reader's log odds as they are.
const PRIOR: Calibration = Calibration {
    rules: RuleWeights {
        base: 0.0,
        rule: 1.0,
        names: 1.0,
        anaphor: 0.0,
        unasserted: 0.0,
        distance: 0.0,
        rivals: 0.0,
    },
    checked: CheckWeights { base: 0.0, second: 0.0 },
    learned: LearnedWeights {
        base: 0.0,
        second: 1.0,
        names: 1.0,
        anaphor: 0.0,
        unasserted: 0.0,
        distance: 0.0,
        rivals: 0.0,
        predicates: BTreeMap::new(),
    },
    least: Least { checked: 0.0, unpunctuated: 0.0, learned: 0.5 },
};

/// The strength of the regularisation that holds each weight near that of [`PRIOR`], as a number of relations.
const REGULARISATION: f64 = 5.0;

/// Weights are regularised, constants are not: the mean score shall be right.
const OF_WEIGHTS: fn(usize) -> f64 = |place| if place == 0 { 0.0 } else { REGULARISATION };

/// Rule scores are clamped to this and its complement: their log odds grow without bound.
const SUREST: f64 = 0.99;

/// The second reader's log odds are clamped to this.
const SUREST_ODDS: f64 = 6.0;

/// More steps than Newton's method ever needs here.
const STEPS: usize = 50;

impl Default for Calibration {
    /// The one that came with the program.
    fn default() -> Self {
        BUILT_IN.clone()
    }
}

impl Calibration {
    /// How often relations with such evidence are right, 0 to 1.
    pub fn score(&self, evidence: &Evidence) -> f32 {
        let odds = match (evidence.learned, evidence.second) {
            // No labelled texts calibrate these odds; the regression that makes them is calibrated by itself.
            (Some(_), _) if evidence.taught => dot(&PRIOR.learned.weights(), &of_learned(evidence)),
            (Some(predicate), _) => {
                let own = self.learned.predicates.get(predicate.as_str());
                dot(&self.learned.weights(), &of_learned(evidence)) + own.unwrap_or(&0.0)
            }
            (None, Some(_)) => {
                dot(&self.rules.weights(), &of_rule(evidence))
                    + dot(&self.checked.weights(), &of_check(evidence))
            }
            (None, None) => dot(&self.rules.weights(), &of_rule(evidence)),
        };
        share(odds) as f32
    }

    /// The score below which a relation with such evidence is left out, if the user has not said otherwise.
    pub fn least(&self, evidence: &Evidence) -> f32 {
        match (evidence.learned, evidence.second) {
            (Some(_), _) if evidence.taught => PRIOR.least.learned,
            (Some(_), _) => self.least.learned,
            (None, Some(_)) if evidence.unpunctuated => self.least.unpunctuated,
            (None, Some(_)) => self.least.checked,
            (None, None) => 0.0,
        }
    }

    /// The weights of what rules find under which relations that are right (`true`) and wrong are likeliest; each
    /// counts as much as its last number says. All else stays.
    #[must_use]
    pub fn fit_rules(self, relations: &[(Evidence, bool, f64)]) -> Self {
        let rows = relations.iter().filter(|(evidence, ..)| evidence.learned.is_none());
        let rows: Vec<Row<7>> = rows
            .map(|(evidence, right, count)| Row {
                x: of_rule(evidence),
                fixed: 0.0,
                right: *right,
                count: *count,
            })
            .collect();
        let [base, rule, names, anaphor, unasserted, distance, rivals] =
            fit(PRIOR.rules.weights(), OF_WEIGHTS, &rows);
        let rules = RuleWeights { base, rule, names, anaphor, unasserted, distance, rivals };
        Calibration { rules, ..self }
    }

    /// Likewise the weights of what the second reader says, from texts that it has not learned from.
    #[must_use]
    pub fn fit_second(self, relations: &[(Evidence, bool, f64)]) -> Self {
        let read = || relations.iter().filter(|(evidence, ..)| evidence.second.is_some());
        let checked: Vec<Row<2>> = read()
            .filter(|(evidence, ..)| evidence.learned.is_none())
            .map(|(evidence, right, count)| Row {
                x: of_check(evidence),
                fixed: dot(&self.rules.weights(), &of_rule(evidence)),
                right: *right,
                count: *count,
            })
            .collect();
        let [base, second] = fit(PRIOR.checked.weights(), OF_WEIGHTS, &checked);
        let checked = CheckWeights { base, second };
        let learned = || read().filter_map(|row| Some((row.0.learned?, row)));
        let rows: Vec<Row<7>> = learned()
            .map(|(_, (evidence, right, count))| Row {
                x: of_learned(evidence),
                fixed: 0.0,
                right: *right,
                count: *count,
            })
            .collect();
        let weights = fit(PRIOR.learned.weights(), OF_WEIGHTS, &rows);
        // What the predicates have in common comes first; few are seen often enough to be weighed by themselves.
        let by_predicate = learned().map(|(predicate, (evidence, right, count))| {
            let fixed = dot(&weights, &of_learned(evidence));
            (predicate.to_string(), Row { x: [1.0], fixed, right: *right, count: *count })
        });
        let of_one = |rows: Vec<Row<1>>| fit([0.0], |_| REGULARISATION, &rows)[0];
        let by_predicate = by_predicate.into_group_map().into_iter();
        let predicates = by_predicate.map(|(predicate, rows)| (predicate, of_one(rows))).collect();
        let [base, second, names, anaphor, unasserted, distance, rivals] = weights;
        let learned =
            LearnedWeights { base, second, names, anaphor, unasserted, distance, rivals, predicates };
        Calibration { checked, learned, ..self }
    }

    /// As the file that is read.
    ///
    /// # Errors
    /// None that can happen in memory.
    pub fn toml(&self) -> Result<String, toml::ser::Error> {
        const ABOUT: &str = "# What makes the score of a relation: `src/relation/calibration.rs`. Made by `triplewire rules score`.\n";
        Ok(format!("{ABOUT}{}", toml::to_string(self)?))
    }
}

impl RuleWeights {
    fn weights(&self) -> [f64; 7] {
        [self.base, self.rule, self.names, self.anaphor, self.unasserted, self.distance, self.rivals]
    }
}

impl CheckWeights {
    fn weights(&self) -> [f64; 2] {
        [self.base, self.second]
    }
}

impl LearnedWeights {
    fn weights(&self) -> [f64; 7] {
        [self.base, self.second, self.names, self.anaphor, self.unasserted, self.distance, self.rivals]
    }
}

fn of_rule(evidence: &Evidence) -> [f64; 7] {
    let rule = f64::from(evidence.rule).clamp(1.0 - SUREST, SUREST);
    let [names, anaphor, unasserted, distance, rivals] = of_both(evidence);
    [1.0, libm::log(rule / (1.0 - rule)), names, anaphor, unasserted, distance, rivals]
}

fn of_check(evidence: &Evidence) -> [f64; 2] {
    [1.0, second(evidence)]
}

fn of_learned(evidence: &Evidence) -> [f64; 7] {
    let [names, anaphor, unasserted, distance, rivals] = of_both(evidence);
    [1.0, second(evidence), names, anaphor, unasserted, distance, rivals]
}

fn of_both(evidence: &Evidence) -> [f64; 5] {
    [
        libm::log(f64::from(evidence.names).max(1.0 - SUREST)),
        f64::from(u8::from(evidence.anaphor)),
        f64::from(u8::from(evidence.unasserted)),
        libm::log(evidence.distance as f64 + 1.0),
        libm::log(evidence.rivals as f64 + 1.0),
    ]
}

fn second(evidence: &Evidence) -> f64 {
    f64::from(evidence.second.unwrap_or_default()).clamp(-SUREST_ODDS, SUREST_ODDS)
}

/// A training example of the regression.
struct Row<const N: usize> {
    x: [f64; N],
    /// Log odds that are added without a weight.
    fixed: f64,
    right: bool,
    count: f64,
}

/// The weights of maximum likelihood, regularised towards `prior` as strongly as is said of each place, with three
/// decimals.
fn fit<const N: usize>(prior: [f64; N], stiffness: impl Fn(usize) -> f64, rows: &[Row<N>]) -> [f64; N] {
    let stiffness: [f64; N] = std::array::from_fn(stiffness);
    let mut weights = prior;
    for _ in 0..STEPS {
        // Newton's method: gradient and Hessian of the likelihood.
        let mut slope: [f64; N] = std::array::from_fn(|i| stiffness[i] * (prior[i] - weights[i]));
        let mut bend = [[0.0; N]; N];
        // Without data for the constant it stays.
        (0..N).for_each(|i| bend[i][i] = stiffness[i].max(1e-6));
        for Row { x, fixed, right, count } in rows {
            let p = share(fixed + dot(&weights, x));
            for i in 0..N {
                slope[i] += count * (f64::from(u8::from(*right)) - p) * x[i];
                for j in 0..N {
                    bend[i][j] += count * p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        let step = solved(bend, slope);
        (0..N).for_each(|i| weights[i] += step[i]);
        if step.iter().all(|by| by.abs() < 1e-9) {
            break;
        }
    }
    weights.map(|weight| (weight * 1e3).round() / 1e3)
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The probability that log odds stand for.
pub(super) fn share(odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-odds))
}

/// The solution of linear equations by Gaussian elimination. The matrix is positive definite, so that no pivoting is
/// needed.
fn solved<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for i in 0..N {
        let row = matrix[i];
        for k in i + 1..N {
            let factor = matrix[k][i] / row[i];
            matrix[k].iter_mut().zip(row).for_each(|(cell, above)| *cell -= factor * above);
            right[k] -= factor * right[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Evidence = Evidence {
        rule: 0.9,
        names: 0.9,
        anaphor: false,
        unasserted: false,
        unpunctuated: false,
        distance: 3,
        learned: None,
        second: None,
        rivals: 0,
        taught: false,
    };

    #[test]
    fn the_built_in_weights_trust_a_better_rule_and_better_names_more() {
        let calibration = Calibration::default();
        let score = calibration.score(&PLAIN);
        assert!((0.8..0.95).contains(&score), "{score}");
        let rival = Evidence { rivals: 1, ..PLAIN };
        for worse in [Evidence { rule: 0.7, ..PLAIN }, Evidence { names: 0.5, ..PLAIN }, rival] {
            assert!(calibration.score(&worse) < score, "{worse:?}");
        }
        for extreme in [0.0, 1.0] {
            let score = calibration.score(&Evidence { rule: extreme, names: extreme, ..PLAIN });
            assert!((0.0..=1.0).contains(&score), "{score}");
        }
    }

    #[test]
    fn without_data_the_score_of_sure_names_is_that_of_the_rule() {
        let calibration = PRIOR.fit_rules(&[]);
        assert_eq!(calibration, PRIOR);
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
        let calibration = PRIOR.fit_rules(&relations);
        for (rule, expected) in [(0.9, 0.8), (0.6, 0.5)] {
            let score = calibration.score(&Evidence { rule, names: 1.0, ..PLAIN });
            assert!((score - expected).abs() < 0.01, "{rule}: {score}");
        }
    }

    /// A rule is right eight times in ten; of what the second reader doubts one in two is, and of what it alone finds as
    /// many as it says.
    #[test]
    fn what_the_second_reader_says_counts_as_much_as_it_is_worth() {
        let leads = Predicate::built_in("leads");
        let cases = [(None, 3.0, 0.9), (None, -3.0, 0.5), (leads, 0.0, 0.5), (leads, 2.2, 0.9)];
        let fitted = PRIOR.fit_second(&relations(&cases));
        for (learned, second, expected) in cases {
            let score = fitted.score(&read(learned, second));
            assert!((score - expected).abs() < 0.02, "{learned:?} {second}: {score}");
        }
        assert_eq!(fitted.rules, PRIOR.rules);
        assert!(fitted.least(&read(leads, 0.0)) > fitted.least(&read(None, 0.0)));
    }

    /// It is as sure of two predicates, but right more often about one; of a third nothing is known.
    #[test]
    fn each_predicate_is_as_sure_as_it_was_right() {
        let [leads, works_for, owns] = ["leads", "works_for", "owns"].map(Predicate::built_in);
        let cases = [(leads, 1.0, 0.9), (works_for, 1.0, 0.5)];
        let fitted = PRIOR.fit_second(&relations(&cases));
        for (learned, second, expected) in [cases[0], cases[1], (owns, 1.0, 0.7)] {
            let score = fitted.score(&read(learned, second));
            assert!((score - expected).abs() < 0.03, "{learned:?}: {score}");
        }
        let few: Vec<_> =
            relations(&cases).into_iter().map(|(evidence, right, _)| (evidence, right, 0.01)).collect();
        let shrunk = PRIOR.fit_second(&few);
        let apart =
            |fitted: &Calibration| fitted.score(&read(leads, 1.0)) - fitted.score(&read(works_for, 1.0));
        assert!(apart(&shrunk) < apart(&fitted) / 2.0, "{} {}", apart(&shrunk), apart(&fitted));
    }

    /// What the second reader has read.
    fn read(learned: Option<Predicate>, second: f32) -> Evidence {
        Evidence { rule: 0.8, names: 1.0, distance: 0, learned, second: Some(second), ..PLAIN }
    }

    /// A thousand of each case, of which a share is right.
    fn relations(cases: &[(Option<Predicate>, f32, f32)]) -> Vec<(Evidence, bool, f64)> {
        let of_one = |&(learned, second, share): &(Option<Predicate>, f32, f32)| {
            (0..1000_u16).map(move |i| (read(learned, second), f32::from(i % 10) < share * 10.0 - 0.5, 1.0))
        };
        cases.iter().flat_map(of_one).collect()
    }

    #[test]
    fn a_relation_stated_twice_counts_as_much_as_two() {
        let (wrong, right) = (Evidence { rule: 0.6, ..PLAIN }, Evidence { rule: 0.9, ..PLAIN });
        let whole = [(wrong, false, 1.0), (right, true, 2.0)];
        let halves = [(wrong, false, 0.5), (wrong, false, 0.5), (right, true, 1.0), (right, true, 1.0)];
        assert_eq!(PRIOR.fit_rules(&whole), PRIOR.fit_rules(&halves));
    }
}

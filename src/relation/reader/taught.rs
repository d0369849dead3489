//! What a user's own labels teach the second reader: more rows of its last layer, one for each predicate.

use std::path::Path;

use linfa::Dataset;
use linfa::traits::Fit as _;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::error::{Error, Place, Result};
use crate::relation::schema::Schema;

/// How strongly weights are held near zero, in pairs that say otherwise.
const STIFFNESS: f64 = 1.0;

/// What the reader says of the predicates that it knows is worth so much more to a new one than a number of its hidden
/// layer, which it is made of.
const KNOWN: f32 = 0.5;

/// More steps than are ever needed.
const STEPS: u64 = 500;

/// The classifier of one predicate on the hidden layer: a logistic regression.
///
/// [`lessons`](fn@crate::eval::lessons) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    /// The predicate.
    pub schema: Schema,
    /// Labelled relations that it was learnt from.
    pub examples: usize,
    /// One for each number of the hidden layer.
    pub weights: Vec<f32>,
    /// The log odds of a pair of which nothing is known.
    pub bias: f32,
}

/// The file that `triplewire learn` writes.
///
/// [`lessons`](fn@crate::eval::lessons) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taught {
    /// SHA-256 of the `relations.safetensors` over whose hidden layer the weights are.
    pub reader: String,
    /// In any order, each predicate once.
    pub classifiers: Vec<Classifier>,
}

impl Taught {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is unreadable, or was not made by `triplewire learn`.
    pub fn open(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::io(path, e, "Check the path given with --learned"))?;
        serde_json::from_str(&text).map_err(|_| {
            let problem = "this is no file that `triplewire learn` has made";
            Error::config(Place::file(path), problem, "Make it again with `triplewire learn`")
        })
    }
}

impl Reader {
    /// The same with what labels have taught: a predicate that it knew is read by the new weights.
    ///
    /// # Errors
    /// Why the two do not belong together.
    pub fn with(mut self, taught: &Taught) -> std::result::Result<Self, String> {
        if taught.reader != self.hash {
            return Err("it was learnt with another model".into());
        }
        for Classifier { schema, weights, bias, .. } in &taught.classifiers {
            if weights.len() != self.hidden.rows() {
                return Err(format!(
                    "`{}` has {} weights instead of {}",
                    schema.name,
                    weights.len(),
                    self.hidden.rows()
                ));
            }
            let known = self.predicates.iter().position(|name| *name == schema.name);
            let row = known.unwrap_or(self.predicates.len());
            if known.is_none() {
                self.predicates.push(schema.name.clone());
            }
            self.out.set_row(row, weights, *bias);
            self.taught.insert(schema.name.clone());
        }
        Ok(self)
    }

    /// Weights and bias that tell the pairs of which a predicate holds (`true`) from the others, by their hidden
    /// numbers ([`super::Reading::hidden`]). Nothing if all are alike.
    pub fn learn(&self, pairs: &[(&[f32], bool)]) -> Option<(Vec<f32>, f32)> {
        let hidden = self.hidden.rows();
        let known = self.out.rows();
        let mut x = Array2::<f64>::zeros((pairs.len(), hidden + known));
        for (mut row, (numbers, _)) in x.rows_mut().into_iter().zip(pairs) {
            let odds = self.odds(numbers);
            let all = numbers.iter().copied().chain(odds.iter().map(|odds| KNOWN * odds));
            row.iter_mut().zip(all).for_each(|(cell, number)| *cell = f64::from(number));
        }
        let y: Array1<bool> = pairs.iter().map(|&(_, holds)| holds).collect();
        let regression = LogisticRegression::default().alpha(STIFFNESS).max_iterations(STEPS);
        let fitted = regression.fit(&Dataset::new(x, y)).ok()?;
        // The crate chooses which of the two the odds are of.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let all: Vec<f32> = fitted.params().iter().map(|&weight| (sign * weight) as f32).collect();
        let (mut weights, of_known) = (all[..hidden].to_vec(), &all[hidden..]);
        let mut bias = (sign * fitted.intercept()) as f32;
        for (row, share) in of_known.iter().enumerate() {
            let share = share * KNOWN;
            weights.iter_mut().enumerate().for_each(|(i, weight)| *weight += share * self.out.column(i)[row]);
            bias += share * self.out.bias()[row];
        }
        Some((weights, bias))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::reader::Case;

    fn taught(reader: &Reader, name: &str, weights: Vec<f32>) -> Taught {
        let classifier = Classifier { schema: Schema::named(name), examples: 40, weights, bias: -1.0 };
        Taught { reader: reader.hash().to_owned(), classifiers: vec![classifier] }
    }

    #[test]
    fn what_is_learnt_is_read_beside_what_was_known() {
        let (reader, Case { sentence, names, .. }) = Case::read();
        let before = reader.read(&sentence, &names);
        // Pairs whose first is the subject, and the others.
        let pairs: Vec<(&[f32], bool)> =
            before.iter().cycle().take(60).map(|r| (&r.hidden[..], r.subject < r.object)).collect();
        let (weights, bias) = reader.learn(&pairs).unwrap();
        assert_eq!(reader.learn(&pairs).unwrap(), (weights.clone(), bias), "the same each time");
        let mut lesson = taught(&reader, "comes_first", weights);
        lesson.classifiers[0].bias = bias;
        let known = reader.predicates().len();
        let reader = reader.with(&lesson).unwrap();
        assert_eq!(reader.predicates()[known], "comes_first");
        let after = reader.read(&sentence, &names);
        for (reading, before) in after.iter().zip(&before) {
            assert_eq!(reading.odds[..known], before.odds[..]);
        }
        // Weights drawn at random see little of the order, but something.
        let mean = |comes_first: bool| {
            let of = after.iter().filter(|r| (r.subject < r.object) == comes_first);
            let odds: Vec<f32> = of.map(|r| r.odds[known]).collect();
            odds.iter().sum::<f32>() / odds.len() as f32
        };
        assert!(mean(true) > mean(false), "{} {}", mean(true), mean(false));
    }

    #[test]
    fn a_known_predicate_is_read_anew() {
        let (reader, Case { sentence, names, .. }) = Case::read();
        let known = reader.predicates()[1].clone();
        let lesson = taught(&reader, &known, vec![0.0; reader.hidden.rows()]);
        let count = reader.predicates().len();
        let reader = reader.with(&lesson).unwrap();
        assert_eq!(reader.predicates().len(), count);
        assert!(reader.read(&sentence, &names).iter().all(|r| r.odds[1] == -1.0));
    }

    #[test]
    fn a_file_for_another_model_is_told() {
        let (reader, _) = Case::read();
        let other = Taught { reader: "another".into(), ..taught(&reader, "visits", Vec::new()) };
        assert_eq!(reader.clone().with(&other).unwrap_err(), "it was learnt with another model");
        let short = taught(&reader, "visits", vec![0.0; 3]);
        assert!(reader.with(&short).unwrap_err().starts_with("`visits` has 3 weights instead of"));
    }

    #[test]
    fn where_all_are_alike_there_is_nothing_to_learn() {
        let (reader, Case { sentence, names, .. }) = Case::read();
        let readings = reader.read(&sentence, &names);
        let pairs: Vec<(&[f32], bool)> = readings.iter().map(|r| (&r.hidden[..], true)).collect();
        assert_eq!(reader.learn(&pairs), None);
        assert_eq!(reader.learn(&[]), None);
    }

    #[test]
    fn a_file_goes_round() {
        let (reader, _) = Case::read();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("taught.json");
        let lesson = taught(&reader, "visits", vec![0.1, -2.5e-7, 3.0]);
        std::fs::write(&file, serde_json::to_vec(&lesson).unwrap()).unwrap();
        assert_eq!(Taught::open(&file).unwrap(), lesson);
        std::fs::write(&file, "{}").unwrap();
        assert!(
            Taught::open(&file).unwrap_err().to_string().contains("no file that `triplewire learn` has made")
        );
    }
}

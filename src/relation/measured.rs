//! How often each built-in rule is right, measured on hand labels.
//!
//! `rules/scores.csv` is what `triplewire rules score` prints for labelled news: the counts of each rule,
//! and its precision with the score in its rule file as prior. The scores in that table are those that the
//! built-in rules have; a rule of a user's has the score that its file gives it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(super) const MEASURED: &str = include_str!("rules/scores.csv");

/// A row of the table.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredScore {
    /// The identifier of the rule.
    pub rule: String,
    /// Its relations that the labels have.
    pub right: u64,
    /// Its relations that the labels do not have, in documents labelled for them.
    pub wrong: u64,
    /// The precision, smoothed; three digits.
    pub score: f32,
    /// The fingerprint of the rule when it was measured; empty in a table that has none.
    #[serde(default)]
    pub fingerprint: String,
}

/// Reads such a table.
///
/// # Errors
/// If it is no CSV with these columns.
pub(super) fn read(table: &str) -> Result<Vec<MeasuredScore>, csv::Error> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect()
}

/// The rows of the table of the built-in rules.
pub(super) fn rows() -> Vec<MeasuredScore> {
    read(MEASURED).expect("a test reads the table")
}

/// The scores of the built-in rules that have been measured.
pub(super) fn measured() -> BTreeMap<String, f32> {
    rows().into_iter().map(|row| (row.rule, row.score)).collect()
}

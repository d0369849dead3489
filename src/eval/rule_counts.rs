//! How often each rule is right.

use std::collections::BTreeMap;

use crate::error::{Problem, Result};
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::map::Map;
use crate::eval::predicted::{Predict, by_program};
use crate::eval::relations::Mode;

/// The relations of each rule that `gold` has and has not (strict mode), between the names of the gold. What
/// the gold cannot judge does not count.
///
/// # Errors
/// Those of the program.
pub fn rule_counts(
    gold: &Gold,
    map: Option<&Map>,
    rules: &dyn Predict,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<String, (u64, u64)>> {
    let labels = by_program(gold, map, true, rules, problems, &mut Vec::new())?;
    let mut evaluation = Evaluation::of(gold, labels, map);
    let counts = evaluation.relations.by_rule.remove(&Mode::Strict).unwrap_or_default();
    Ok(counts.into_iter().map(|(rule, c)| (rule, (c.tp, c.fp))).collect())
}

//! How often each rule is right, and what that says of the relations that it finds.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Problem, Result};
use crate::eval::claims::Claim;
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::map::Map;
use crate::eval::predicted::{Predict, by_program};
use crate::relation::{Calibration, Evidence, MeasuredScore, Rule};

/// By rule the relations of it that labels have and have not, where they would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleCounts(BTreeMap<String, (u64, u64)>);

impl RuleCounts {
    /// Right and wrong ones of a rule.
    pub fn of(&self, rule: &str) -> Option<(u64, u64)> {
        self.0.get(rule).copied()
    }

    /// Adds those of other texts.
    pub fn add(&mut self, other: &RuleCounts) {
        for (rule, (right, wrong)) in &other.0 {
            let all = self.0.entry(rule.clone()).or_default();
            *all = (all.0 + right, all.1 + wrong);
        }
    }

    fn count(claims: &[Claim]) -> Self {
        let mut counts = RuleCounts::default();
        for Claim { is_right, tellings } in claims {
            for rule in tellings.iter().map(|(rule, _)| rule).collect::<BTreeSet<_>>() {
                let all = counts.0.entry(rule.clone()).or_default();
                if *is_right { all.0 += 1 } else { all.1 += 1 }
            }
        }
        counts
    }
}

/// The counts of each document of `gold` as `program` labels it between the names of the gold.
///
/// # Errors
/// Those of the program.
pub fn rule_counts(
    gold: &Gold,
    map: Option<&Map>,
    program: &dyn Predict,
    problems: &mut Vec<Problem>,
) -> Result<Vec<RuleCounts>> {
    let labels = by_program(gold, map, true, program, problems, &mut Vec::new())?;
    let claims = Evaluation::of(gold, labels, map).claims(gold);
    Ok(claims.iter().map(|claims| RuleCounts::count(claims)).collect())
}

/// Fits what makes the score of a relation to what `program` finds in the texts of `gold`, names included.
///
/// The score that a rule then has must not know the text that it is looked at in: it is that of the counts of `all`
/// texts but this one. `of_each` are the counts of the documents of `gold`, which are part of `all`.
///
/// # Errors
/// Those of the program.
pub fn calibration(
    gold: &Gold,
    map: Option<&Map>,
    program: &dyn Predict,
    rules: &[Rule],
    (all, of_each): (&RuleCounts, &[RuleCounts]),
    problems: &mut Vec<Problem>,
) -> Result<Calibration> {
    let labels = by_program(gold, map, false, program, problems, &mut Vec::new())?;
    let rules: BTreeMap<&str, &Rule> = rules.iter().map(|rule| (&*rule.id, rule)).collect();
    let mut relations: Vec<(Evidence, bool, f64)> = Vec::new();
    for (claims, here) in Evaluation::of(gold, labels, map).claims(gold).iter().zip(of_each) {
        for Claim { is_right, tellings } in claims {
            for (id, evidence) in tellings {
                let Some(rule) = rules.get(id.as_str()) else { continue };
                let (all, here) = (all.of(id).unwrap_or_default(), here.of(id).unwrap_or_default());
                let score = MeasuredScore::of(rule, all.0 - here.0, all.1 - here.1).score;
                relations.push((
                    Evidence { rule: score, ..*evidence },
                    *is_right,
                    1.0 / tellings.len() as f64,
                ));
            }
        }
    }
    Ok(Calibration::fit(&relations))
}

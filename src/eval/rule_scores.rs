//! Precision of each rule, and the calibration of scores by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Problem, Result};
use crate::eval::claims::Claim;
use crate::eval::evaluation::Evaluation;
use crate::eval::gold::Gold;
use crate::eval::map::Map;
use crate::eval::predicted::{Predict, by_program};
use crate::relation::{Calibration, Evidence, MeasuredScore, Rule};

/// True and false positives by rule, in documents that are labelled for its predicate.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleCounts(BTreeMap<String, (u64, u64)>);

impl RuleCounts {
    /// True and false positives of a rule.
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
/// See the [example](crate::eval#example).
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
/// See the [example](crate::eval#example).
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
    Ok(Calibration::default().fit_rules(&relations))
}

/// The same with what the second reader says, fitted to what `program` finds in texts that it has not learned from.
///
/// See the [example](crate::eval#example).
///
/// # Errors
/// Those of the program.
pub fn calibration_of_second(
    fitted: Calibration,
    unseen: &[Gold],
    program: &dyn Predict,
    problems: &mut Vec<Problem>,
) -> Result<Calibration> {
    let mut relations: Vec<(Evidence, bool, f64)> = Vec::new();
    for gold in unseen {
        let labels = by_program(gold, None, false, program, problems, &mut Vec::new())?;
        for Claim { is_right, tellings } in
            Evaluation::of(gold, labels, None).claims(gold).into_iter().flatten()
        {
            let share = 1.0 / tellings.len() as f64;
            relations.extend(tellings.into_iter().map(|(_, evidence)| (evidence, is_right, share)));
        }
    }
    Ok(fitted.fit_second(&relations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{Org, Per};
    use crate::eval::fixtures::{self, document, labels, relation};
    use crate::eval::{Labels, Relation, Task};
    use crate::relation::RuleSet;

    /// Finds in every text that the first name leads the second, twice.
    struct Eager;

    impl Predict for Eager {
        fn predict(&self, tasks: &[Task<'_>], _: &mut Vec<Problem>) -> Result<Vec<Labels>> {
            let evidence = Some(Evidence { rule: 0.1, names: 1.0, ..Evidence::default() });
            let rule = Some("leads/x".to_owned());
            let found =
                || Relation { evidence, rule: rule.clone(), score: Some(0.1), ..relation(0, "leads", 1) };
            Ok(tasks.iter().map(|_| Labels { relations: vec![found(), found()], ..names() }).collect())
        }
    }

    const TEXT: &str = "Ana runs Acme";

    fn names() -> Labels {
        labels(TEXT, &[("Ana", Per), ("Acme", Org)], &[])
    }

    fn gold(right: usize, wrong: usize) -> Gold {
        let relations = |i: usize| if i < right { vec![relation(0, "leads", 1)] } else { Vec::new() };
        let labels = |i: usize| Labels { relations: relations(i), ..names() };
        fixtures::gold((0..right + wrong).map(|i| document(&i.to_string(), TEXT, labels(i))).collect())
    }

    #[test]
    fn a_relation_told_twice_counts_once() {
        let counts = rule_counts(&gold(1, 1), None, &Eager, &mut Vec::new()).unwrap();
        let of: Vec<_> = counts.iter().map(|counts| counts.of("leads/x").unwrap()).collect();
        assert_eq!(of, [(1, 0), (0, 1)]);
    }

    #[test]
    fn scores_of_sure_names_become_the_precision() {
        let set = RuleSet::of("[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ runs OBJ\"\nscore = 0.9\n");
        let gold = gold(60, 40);
        let of_each = rule_counts(&gold, None, &Eager, &mut Vec::new()).unwrap();
        let mut all = RuleCounts::default();
        of_each.iter().for_each(|counts| all.add(counts));
        let counts = (&all, &of_each[..]);
        let fitted = calibration(&gold, None, &Eager, set.rules(), counts, &mut Vec::new()).unwrap();
        let rule = MeasuredScore::of(&set.rules()[0], 60, 40).score;
        let score = fitted.score(&Evidence { rule, names: 1.0, ..Evidence::default() });
        assert!((score - 0.6).abs() < 0.02, "{score}");
    }
}

//! Makes the table of scores that `measured` reads, from counts on hand labels, and tells which of its rules have been
//! changed since.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::relation::measured::{self, MeasuredScore};
use crate::relation::rule::Rule;

/// How many labelled relations the score in the rule file weighs as much as.
const WEIGHT_OF_PRIOR: f64 = 5.0;

impl MeasuredScore {
    /// The score of a rule of which so many relations were right and wrong.
    pub fn of(rule: &Rule, right: u64, wrong: u64) -> Self {
        let (seen, hits) = ((right + wrong) as f64, right as f64);
        let score = (hits + WEIGHT_OF_PRIOR * f64::from(rule.prior)) / (seen + WEIGHT_OF_PRIOR);
        let score = ((score * 1e3).round() / 1e3) as f32;
        MeasuredScore { rule: rule.id.to_string(), right, wrong, score, fingerprint: fingerprint(rule) }
    }

    /// Whether the rule says something else than when it was measured.
    fn is_stale(&self, rule: &Rule) -> bool {
        self.rule == *rule.id && !self.fingerprint.is_empty() && self.fingerprint != fingerprint(rule)
    }
}

/// Keys of a rule that do not change what it finds.
const SAYS_NOTHING: [&str; 3] = ["score", "yes", "no"];

/// Eight digits of the SHA-256 of what a rule says, however it is spaced and commented.
fn fingerprint(rule: &Rule) -> String {
    let mut says: toml::Table = toml::from_str(&rule.written).unwrap_or_default();
    for rules in says.iter_mut().filter_map(|(_, value)| value.as_array_mut()) {
        for rule in rules.iter_mut().filter_map(toml::Value::as_table_mut) {
            rule.retain(|key, _| !SAYS_NOTHING.contains(&key));
        }
    }
    base16ct::lower::encode_string(&Sha256::digest(says.to_string()))[..8].to_owned()
}

/// The ids of the built-in rules among these whose scores were measured before they were changed.
///
/// See the [example](crate::relation#example).
pub fn stale(rules: &[Rule]) -> BTreeSet<&str> {
    let table = measured::rows();
    let is_stale = |rule: &&Rule| rule.built_in && table.iter().any(|row| row.is_stale(rule));
    rules.iter().filter(is_stale).map(|rule| &*rule.id).collect()
}

/// The table as CSV, in the order of the rules; those that no label says anything about have no row.
///
/// See the [example](crate::relation#example).
///
/// # Errors
/// None that can happen in memory.
pub fn scores_csv(rules: &[Rule], counts: impl Fn(&str) -> Option<(u64, u64)>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for rule in rules {
        if let Some((right, wrong)) = counts(&rule.id) {
            writer.serialize(MeasuredScore::of(rule, right, wrong))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::RuleSet;
    use crate::relation::measured::{MEASURED, read};

    #[test]
    fn the_table_fits_the_rules() {
        let set = RuleSet::built_in();
        let rows = read(MEASURED).unwrap();
        assert!(rows.len() > set.rules().len() / 4, "{} rows", rows.len());
        for row in rows {
            let rule =
                set.rule(&row.rule).unwrap_or_else(|| panic!("{} is no rule: run `rules score`", row.rule));
            let expected = MeasuredScore {
                // Not everybody who changes a rule has labels to measure it again; `rules list` shows that it is due.
                fingerprint: row.fingerprint.clone(),
                ..MeasuredScore::of(rule, row.right, row.wrong)
            };
            assert_eq!(row, expected, "the score in the rule file was changed: run `rules score`");
            assert_eq!(rule.score, row.score);
        }
    }

    #[test]
    fn few_labels_leave_a_score_near_the_prior_and_many_near_the_precision() {
        let set = RuleSet::of(
            "[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ runs OBJ\"\nscore = 0.8\nyes = [\"[PER A] runs [ORG B].\"]\n",
        );
        let rule = &set.rules()[0];
        let table = [((0, 0), 0.8), ((5, 0), 0.9), ((0, 5), 0.4), ((450, 50), 0.899)];
        for ((right, wrong), expected) in table {
            assert_eq!(MeasuredScore::of(rule, right, wrong).score, expected);
        }
        assert_eq!(rule.score, 0.8, "a user's rule keeps its own");
    }

    fn rule(written: &str) -> Rule {
        RuleSet::of(written).rules()[0].clone()
    }

    #[test]
    fn a_score_is_stale_when_the_rule_says_something_else() {
        let written = "[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ runs OBJ\"\nscore = 0.8\n";
        let row = MeasuredScore::of(&rule(written), 3, 1);
        let same = [
            written.to_owned(),
            written.replace("0.8", "0.7"),
            format!("# Why.\n{}# What follows.\n", written.replace(" = ", "=")),
            format!("{written}yes = [\"[PER A] runs [ORG B].\"]\n"),
        ];
        for written in same {
            assert!(!row.is_stale(&rule(&written)), "{written}");
        }
        let others = [
            written.replace("runs", "ran"),
            format!("{written}unless = \"SUBJ not\"\n"),
            format!("{written}granted = true\n"),
        ];
        for written in others {
            assert!(row.is_stale(&rule(&written)), "{written}");
        }
        let of_an_earlier_table = MeasuredScore { fingerprint: String::new(), ..row };
        assert!(!of_an_earlier_table.is_stale(&rule(&written.replace("runs", "ran"))), "it does not say");
    }

    #[test]
    fn the_table_reads_back() {
        let set = RuleSet::built_in();
        let first = &set.rules()[0];
        let table = scores_csv(set.rules(), |id| (*id == *first.id).then_some((3, 1))).unwrap();
        assert_eq!(read(&table).unwrap(), [MeasuredScore::of(first, 3, 1)]);
    }
}

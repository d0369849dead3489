//! Runs the rules' own examples. The names are in brackets; frames need a parser.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Place, Result};
use crate::relation::matcher::ParsedSentence;
use crate::relation::{Bracketed, Matcher, Rule, RuleSet};
use crate::syntax::Sentence;

/// An example that failed.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone)]
pub struct Failure {
    /// The rule.
    pub rule: Arc<str>,
    /// Where the rule is written.
    pub place: Place,
    /// What is wrong.
    pub problem: String,
    /// The example as written.
    pub example: String,
    /// The line that the matcher saw.
    pub line: String,
}

/// The result of checking a rule set.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// How many examples were run.
    pub examples: usize,
    /// Those that failed, in the order of the rules.
    pub failures: Vec<Failure>,
}

/// Runs the examples of every rule for which `wanted` holds, each against its own rule alone. `parse` gives the trees of
/// their sentences.
///
/// See the [example](crate::relation#example).
///
/// # Errors
/// If a pattern is too large to compile, or `parse` fails.
pub fn check(
    set: &RuleSet,
    parse: impl Fn(&Bracketed) -> Result<Vec<Sentence>>,
    wanted: impl Fn(&Rule) -> bool,
) -> Result<Checked> {
    let matcher = Matcher::new(set)?;
    let mut checked = Checked::default();
    for (number, rule) in set.rules().iter().enumerate().filter(|(_, rule)| wanted(rule)) {
        let mut fail = |example: &str, line: String, problem: String| {
            checked.failures.push(Failure {
                rule: rule.id.clone(),
                place: rule.place.clone(),
                problem,
                example: example.to_owned(),
                line,
            });
        };
        for (kind, count) in [("yes", rule.yes.len()), ("no", rule.no.len())] {
            if count == 0 {
                let problem = format!("the rule has no `{kind}` example; add at least one");
                fail("", String::new(), problem);
            }
        }
        for example in &rule.yes {
            let (given, line) = pairs(&matcher, number, &example.text, &parse)?;
            let expected: BTreeSet<String> = example
                .gives
                .iter()
                .map(|pair| pair.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            if given.is_empty() {
                fail(&example.text, line, "the rule must fire here and does not".into());
            } else if !expected.is_empty() && given != expected {
                let problem = format!("expected {}, got {}", list(&expected), list(&given));
                fail(&example.text, line, problem);
            }
        }
        for example in &rule.no {
            let (given, line) = pairs(&matcher, number, example, &parse)?;
            if !given.is_empty() {
                fail(example, line, format!("the rule must not fire here and gives {}", list(&given)));
            }
        }
        checked.examples += rule.yes.len() + rule.no.len();
    }
    Ok(checked)
}

fn list(pairs: &BTreeSet<String>) -> String {
    pairs.iter().cloned().collect::<Vec<_>>().join("; ")
}

/// The pairs that a rule gives in a sentence, and the line it was matched against.
pub(super) fn pairs(
    matcher: &Matcher,
    rule: usize,
    example: &str,
    parse: impl Fn(&Bracketed) -> Result<Vec<Sentence>>,
) -> Result<(BTreeSet<String>, String)> {
    let mut read = Bracketed::sentence(example);
    read.syntax = parse(&read)?;
    let mut found = BTreeSet::new();
    let mut lines = Vec::new();
    matcher.each_sentence(read.document(), |sentence, _| {
        lines.push(matcher.readable(sentence));
        let hits = matcher.hits(sentence, ParsedSentence::of(sentence).as_ref());
        for hit in hits.iter().filter(|hit| hit.rule == rule) {
            found.insert(format!("{} -> {}", read.name_of(hit.subject), read.name_of(hit.object)));
        }
    });
    if lines.is_empty() {
        lines.push("(fewer than two names: nothing to match)".to_owned());
    }
    Ok((found, lines.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EngineChoice, Model};
    use crate::relation::{Predicate, Predicates};
    use std::path::Path;
    use std::sync::LazyLock;

    /// The trees of the bundled model.
    fn parsed(read: &Bracketed) -> Result<Vec<Sentence>> {
        static MODEL: LazyLock<Model> = LazyLock::new(|| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
            Model::open(&folder, EngineChoice::Rten, 1).unwrap()
        });
        let mut read = read.clone();
        read.parse(&MODEL)?;
        Ok(read.syntax)
    }

    #[test]
    fn every_built_in_example_comes_out_as_its_rule_says() {
        let checked = check(&RuleSet::built_in(), parsed, |_| true).unwrap();
        let failures: Vec<String> = checked
            .failures
            .iter()
            .map(|f| format!("{} ({}): {}\n  {}\n  {}", f.rule, f.place, f.problem, f.example, f.line))
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(checked.examples > 100);
    }

    #[test]
    fn every_predicate_has_a_rule() {
        let set = RuleSet::built_in();
        let missing: Vec<_> = Predicates::built_in()
            .all()
            .filter(|p| !set.rules().iter().any(|rule| rule.predicate == *p))
            .map(Predicate::as_str)
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_rules_in_the_manual_work() {
        let manual = include_str!("rules/README.md");
        for (block, examples) in [(1, 2), (2, 3), (3, 2)] {
            let rules = manual.split("```toml").nth(block).and_then(|rest| rest.split("```").next()).unwrap();
            let checked = check(&RuleSet::of(rules), parsed, |_| true).unwrap();
            assert_eq!((checked.examples, checked.failures.len()), (examples, 0), "{:?}", checked.failures);
        }
    }

    #[test]
    fn failing_examples_are_reported() {
        let rules = r#"
[[rule]]
id = "leads/x"
pattern = "SUBJ leads OBJ"
score = 0.9
yes = [
    "[PER A] led [ORG B].",
    { text = "[PER A] leads [ORG B] and [ORG C].", gives = ["A -> B"] },
    { text = "[PER A] leads [ORG B] and [ORG C].", gives = ["A -> C", "A  ->  B"] },
]
no = ["[PER A] leads [ORG B]."]
[[rule]]
id = "leads/y"
pattern = "SUBJ led OBJ"
score = 0.9
"#;
        let problems: Vec<String> = check(&RuleSet::of(rules), parsed, |_| true)
            .unwrap()
            .failures
            .into_iter()
            .map(|f| f.problem)
            .collect();
        assert_eq!(
            problems,
            [
                "the rule must fire here and does not",
                "expected A -> B, got A -> B; A -> C",
                "the rule must not fire here and gives A -> B",
                "the rule has no `yes` example; add at least one",
                "the rule has no `no` example; add at least one",
            ]
        );
    }
}

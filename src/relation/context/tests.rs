use std::sync::LazyLock;

use crate::relation::{Bracketed, Matcher, RuleSet};

/// Rules that fire on most ways to say that somebody met, killed or owns somebody.
const RULES: &str = r#"
[[rule]]
id = "killed/test"
pattern = ["SUBJ ANY{0,5} (kill~ | killing | attack~) (of)? ANY{0,4} OBJ", "killing of OBJ by SUBJ", "OBJ ANY{0,5} killed by SUBJ"]
score = 0.9
[[rule]]
id = "travels_to/test"
pattern = "SUBJ ANY{0,6} (visit~ | visited | travel~ to) OBJ"
score = 0.9
[[rule]]
id = "owns/test"
pattern = ["SUBJ ANY{0,6} (own~ | bought | buy~) OBJ", "OBJ ANY{0,6} (bought | owned) by SUBJ"]
score = 0.9
[[rule]]
id = "opposes/test"
pattern = "SUBJ @aux* accuse~ OBJ"
score = 0.9
[[rule]]
id = "supports/test"
pattern = ["SUBJ @aux* @support OBJ", "SUBJ @aux* (charged | suspected) of aiding OBJ"]
score = 0.9
[[rule]]
id = "leads/title"
granted = true
pattern = ["OBJ/adj president SUBJ", "OBJ leader SUBJ"]
score = 0.9
[[rule]]
id = "located_in/test"
granted = true
pattern = "SUBJ , OBJ ANY"
score = 0.9
[[rule]]
id = "leads/test"
pattern = "SUBJ , ANY{0,3} (president | head) of OBJ"
score = 0.9
[[rule]]
id = "member_of/test"
pattern = "SUBJ ANY{0,4} member of OBJ"
score = 0.9
"#;

/// `expected` is `negated certainty source`, in this order, as far as they differ from
/// "stated by nobody".
fn context_of(text: &str) -> String {
    static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&RuleSet::of(RULES)).unwrap());
    let relations = MATCHER.relations(Bracketed::text(text).document());
    let Some(relation) = relations.last() else { return "no relation".to_owned() };
    let mut words = Vec::new();
    if relation.negated {
        words.push("negated".to_owned());
    }
    if relation.certainty != super::Certainty::Stated {
        words.push(relation.certainty.as_str().to_owned());
    }
    words.extend(relation.attributed_to.iter().map(|name| format!("by {name}")));
    words.join(" ")
}

#[test]
fn contexts_of_a_table() {
    let mut wrong = Vec::new();
    for (number, line) in include_str!("../context_cases.tsv").lines().enumerate().skip(1) {
        let (expected, text) = line.split_once('\t').unwrap();
        let got = context_of(text);
        if got != expected {
            wrong.push(format!("line {}: {text}\n  expected {expected:?}, got {got:?}", number + 1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

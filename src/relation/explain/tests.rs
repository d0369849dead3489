use super::*;
use crate::relation::Bracketed;

const RULES: &str = r#"
[lists]
leader = ["president", "prime minister"]
[[rule]]
id = "leads/x"
pattern = "SUBJ , @leader of OBJ"
score = 0.9
[[rule]]
id = "leads/y"
pattern = ["SUBJ , ANY{0,2} of OBJ", "SUBJ , MOD{0,2} of OBJ"]
score = 0.8
[[rule]]
id = "works_for/x"
pattern = "SUBJ , @leader of OBJ"
score = 0.7
"#;

fn explained(text: &str) -> Vec<PairExplanation> {
    let mut set = RuleSet::default();
    set.add_files(vec![("x.toml".into(), RULES.into())]).unwrap();
    let read = Bracketed::text(text);
    let found = Matcher::new(&set).unwrap().explain(&set, read.document());
    found.into_iter().flat_map(|sentence| sentence.pairs).collect()
}

#[test]
fn the_line_shows_lists_and_roles() {
    let found = explained("[PER Ana Ruiz], prime minister of [LOC Spain] and [LOC Peru], left.");
    assert_eq!(
        found[0].line,
        "⟨SUBJ·PER: Ana Ruiz⟩ , ⟨prime minister·@leader⟩ of ⟨OBJ·LOC: Spain and Peru⟩ , left ."
    );
}

#[test]
fn every_match_says_on_what_and_why_it_is_hidden() {
    let found = explained("[PER Ana Ruiz], president of [LOC Spain], left.");
    let matched: Vec<(&str, &str, Option<&str>)> =
        found[0].matched.iter().map(|m| (m.rule.as_str(), m.on.as_str(), m.hidden.as_deref())).collect();
    assert_eq!(
        matched,
        [
            ("leads/x", "SUBJ , @leader of OBJ", None),
            ("leads/y", "SUBJ , ANY{0,2} of OBJ", Some("leads/x is better and finds the same")),
            ("works_for/x", "SUBJ , @leader of OBJ", Some("leads says more than works_for")),
        ]
    );
    assert_eq!(found[0].matched[0].words, "Ana Ruiz, president of Spain");
}

#[test]
fn a_near_miss_names_the_word() {
    let found = explained("[PER Ana Ruiz], president for [LOC Spain], left.");
    let near = found[0].nearest.as_ref().unwrap();
    assert_eq!((near.failed.as_str(), near.at.as_deref()), ("of", Some("for")));
}

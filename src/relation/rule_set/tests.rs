use super::*;
use crate::relation::{Bracketed, Matcher};

fn read(text: &str) -> Result<RuleSet> {
    let mut set = RuleSet::empty();
    set.add_files(vec![("my.toml".into(), text.into())])?;
    Matcher::new(&set)?;
    Ok(set)
}

const RULE: &str = "\n[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ , @leader of OBJ\"\nscore = 0.9\n\
                    yes = [\"[PER A], president of [ORG B].\"]\nno = [\"[PER A] met [ORG B].\"]\n";

#[test]
fn a_good_file_is_read() {
    let set = read(RULE).unwrap();
    let rule = set.rule("leads/x").unwrap();
    assert_eq!(rule.place, Place::line("my.toml", 3));
    assert_eq!(rule.written, RULE.trim());
    assert_eq!((rule.subject.len(), rule.object.len()), (1, 2));
}

#[test]
fn mistakes_are_named_with_file_line_rule_and_remedy() {
    let change = |from: &str, to: &str| {
        assert!(RULE.contains(from));
        RULE.replace(from, to)
    };
    let table = [
        (
            change("score", "scor"),
            "my.toml, line 5: rule `leads/x`: there is no key `scor` (did you mean `score`?)",
        ),
        (change("score = 0.9\n", ""), "rule `leads/x`: `score` is missing"),
        (change("0.9", "9"), "my.toml, line 5: rule `leads/x`: the score 9"),
        (
            change("0.9", "\"high\""),
            "my.toml, line 5: rule `leads/x`: the text \"high\" stands where a number should",
        ),
        (change("leads/x", "lead/x"), "my.toml, line 3: rule `lead/x`: `lead` is no predicate"),
        (change("leads/x", "leads"), "line 3: rule `leads`: an id is the predicate, a slash and a name"),
        (change("leads/x", "leads/My Rule"), "an id is the predicate"),
        (
            change("@leader", "@boss"),
            "my.toml, line 4: rule `leads/x`: pattern `SUBJ , @boss of OBJ`: there is no list",
        ),
        (
            change("of OBJ", "of OBJ?"),
            "my.toml, line 4: rule `leads/x`: pattern `SUBJ , @leader of OBJ?`: OBJ may be",
        ),
        (change("\"SUBJ , @leader of OBJ\"", "[\n\"SUBJ of OBJ\",\n\"SUBJ (\"\n]"), "my.toml, line 6: rule"),
        (change("\"SUBJ , @leader of OBJ\"", "[]"), "it has no pattern"),
        (change("\"SUBJ , @leader of OBJ\"", "7"), "line 4: rule `leads/x`: expected a text in quotes"),
        (
            change("score", "subject = [\"LOC\"]\nscore"),
            "line 5: rule `leads/x`: `LOC` is no type that leads takes",
        ),
        (
            change("score", "unless = \"the?\"\nscore"),
            "line 5: rule `leads/x`: pattern `the?`: `unless` matches",
        ),
        (change("\"[PER A], president of [ORG B].\"", "{ text = \"\" }"), "expected a sentence in quotes"),
        (format!("{RULE}{RULE}"), "my.toml, line 10: there is a rule `leads/x` already, in my.toml, line 3"),
        (format!("[lists]\nLeader = []\n{RULE}"), "line 2: `Leader` cannot name a word list"),
        (format!("[lists]\nleader = []\n{RULE}"), "line 2: there is a list `leader` already, in lists.toml"),
        (format!("[add_to_lists]\nboss = []\n{RULE}"), "line 2: there is no list `boss` to add to"),
        (format!("[lists]\nboss = [\"@leaders\"]\n{RULE}"), "list `boss` includes `@leaders`"),
        (format!("[list]\nboss = []\n{RULE}"), "line 1: there is no key `list` (did you mean `lists`?)"),
        (format!("[phrases]\nx = \"<y>\"\n{RULE}"), "my.toml, line 2: phrase `x`: there is no phrase `<y>`"),
        (format!("[phrases]\nx = \"@boss\"\n{RULE}"), "line 2: phrase `x`: there is no list `@boss`"),
        (
            format!(
                "[words]\nx = [\"y\", \"@x\"]\n[[frame]]\nid = \"leads/y\"\nverb = [\"@x\"]\nsubject = \"agent\"\n\
                 object = \"patient\"\nscore = 0.9\nyes = [\"[PER A] ran [ORG B].\"]\nno = [\"[PER A] ran.\"]\n{RULE}"
            ),
            "line 4: rule `leads/y`: the list `@x` is in itself",
        ),
        (format!("[cues]\nx = []\n{RULE}"), "line 2: `x` is no list of cues"),
        ("id = ".to_owned(), "my.toml, line 1"),
    ];
    for (text, message) in &table {
        let error = read(text).unwrap_err();
        assert!(error.to_string().contains(message), "{error}\n  for {message}");
        assert!(matches!(error, Error::Config { remedy, .. } if remedy.len() > 5));
    }
}

#[test]
fn a_pattern_too_large_to_be_fast_is_refused() {
    let text = RULE.replace("of OBJ", "((((ANY{50}){50}){50})?) of OBJ");
    let message = read(&text).unwrap_err().to_string();
    assert!(message.starts_with("my.toml, line 3: rule `leads/x`"), "{message}");
    assert!(message.contains("too large") && message.contains("Lower the counts"), "{message}");
}

#[test]
fn a_file_with_an_error_changes_nothing() {
    let mut set = read(RULE).unwrap();
    let before = set.hash();
    let broken = "[lists]\nnew = [\"x\"]\n[[rule]]\nid = 1\n";
    assert!(set.add_files(vec![("b.toml".into(), broken.into())]).is_err());
    assert_eq!(set.hash(), before);
}

#[test]
fn the_hash_is_of_meaning_not_of_layout() {
    let base = read(RULE).unwrap().hash();
    assert_eq!(base.len(), 64);
    assert_eq!(
        read(&RULE.replace("SUBJ , @leader", "SUBJ  ,  @leader").replace("met", "saw")).unwrap().hash(),
        base
    );
    assert_ne!(read(&RULE.replace("0.9", "0.8")).unwrap().hash(), base);
    assert_ne!(read(&format!("[add_to_lists]\nleader = [\"boss\"]\n{RULE}")).unwrap().hash(), base);
}

#[test]
fn a_folder_is_read_as_one_and_a_used_file_may_come_later() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.toml"),
        format!("use = [\"b\"]\n{}", RULE.replace("@leader", "@boss")),
    )
    .unwrap();
    std::fs::write(folder.path().join("b.toml"), "[lists]\nboss = [\"boss\"]\n").unwrap();
    let mut set = RuleSet::empty();
    set.add_path(folder.path()).unwrap();
    assert_eq!(set.rules().len(), 1);
    let empty = tempfile::tempdir().unwrap();
    assert!(set.add_path(empty.path()).unwrap_err().to_string().contains("no .toml file"));
    assert!(set.add_path(&empty.path().join("none.toml")).is_err());
}

/// Files beside the built-in ones.
fn files(files: &[(&str, String)]) -> Result<RuleSet> {
    added(RuleSet::built_in(), files)
}

fn added(mut set: RuleSet, files: &[(&str, String)]) -> Result<RuleSet> {
    set.add_files(files.iter().map(|(path, text)| ((*path).into(), text.clone())).collect())?;
    Matcher::new(&set)?;
    Ok(set)
}

#[test]
fn a_list_or_phrase_belongs_to_its_file_unless_another_uses_it() {
    let rule = |name: &str| {
        let pattern = "<who> , @boss of OBJ";
        format!("[[rule]]\nid = \"leads/{name}\"\npattern = \"{pattern}\"\nscore = 0.9\n")
    };
    let names = |word: &str| format!("[lists]\nboss = [\"{word}\"]\n[phrases]\nwho = \"SUBJ (@boss)?\"\n");
    let alone = |files: &[(&str, String)]| added(RuleSet::empty(), files);
    let set = alone(&[
        ("a.toml", names("honcho") + &rule("a")),
        ("b.toml", names("skipper") + &rule("b")),
        ("c.toml", "use = [\"b\"]\n[add_to_lists]\nboss = [\"helmsman\"]\n".to_owned() + &rule("c")),
    ])
    .unwrap();
    let matcher = Matcher::new(&set).unwrap();
    let found = |word: &str| {
        let read = Bracketed::sentence(&format!("[PER Ana Ruiz], {word} of [ORG Acme], left."));
        let explained = matcher.explain(&set, read.document());
        let matched = explained.iter().flat_map(|s| &s.pairs).flat_map(|pair| &pair.matched);
        let ours = matched.map(|m| m.rule.clone()).filter(|rule| rule.len() == "leads/a".len());
        ours.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("honcho"), "leads/a");
    assert_eq!(found("skipper"), "leads/b leads/c");
    // What a file adds to the list of another, all see that see the list.
    assert_eq!(found("helmsman"), "leads/b leads/c");

    let unused = alone(&[("a.toml", names("honcho")), ("b.toml", rule("b"))]).unwrap_err().to_string();
    assert!(
        unused.contains("there is no phrase `<who>` (a.toml has it: write use = [\"a\"] above)"),
        "{unused}"
    );
    let unknown = alone(&[("a.toml", "\nuse = [\"zz\"]\n".to_owned())]).unwrap_err().to_string();
    assert!(unknown.contains("a.toml, line 2: there is no rule file `zz` to use"), "{unknown}");
    let of_ours = "[add_to_lists]\nsovereign = [\"x\"]\n";
    let unseen = files(&[("a.toml", of_ours.to_owned())]).unwrap_err().to_string();
    assert!(
        unseen.contains("line 2: there is no list `sovereign` to add to (places.toml has it"),
        "{unseen}"
    );
    files(&[("a.toml", format!("use = [\"places\"]\n{of_ours}"))]).unwrap();
}

const SANCTIONED: &str = "[predicate.sanctioned]\nsubject = [\"LOC\", \"ORG\"]\nobject = [\"ORG\", \"PER\"]\n\
                          meaning = \"froze what it has\"\nhides = [\"opposes\"]\n[[rule]]\nid = \"sanctioned/x\"\n\
                          pattern = \"SUBJ froze the assets of OBJ\"\nscore = 0.9\n";

#[test]
fn a_rule_file_defines_predicates() {
    let set = read(SANCTIONED).unwrap();
    let rule = set.rule("sanctioned/x").unwrap();
    assert_eq!((rule.subject.len(), rule.predicate.as_str()), (2, "sanctioned"));
    assert!(set.predicates().named("sanctioned").is_some() && Predicate::built_in("sanctioned").is_none());
    assert_ne!(set.hash(), read(&SANCTIONED.replace("\"opposes\"", "")).unwrap().hash());
    let table = [
        ("sanctioned]", "leads]", "line 1: there is a predicate `leads` already, in predicates.toml, line"),
        ("sanctioned]", "Sanctioned]", "line 1: `Sanctioned` cannot name a predicate"),
        ("sanctioned]", "banned]", "line 7: rule `sanctioned/x`: `sanctioned` is no predicate"),
        ("\"PER\"", "\"PRS\"", "line 1: predicate `sanctioned`: `PRS` is no type"),
        ("\"opposes\"", "\"oppose\"", "line 1: predicate `sanctioned` hides `oppose`, and there is no such"),
        ("meaning", "symmetric = true\nmeaning", "line 1: predicate `sanctioned` is symmetric, but"),
        ("meaning", "means", "there is no key `means`"),
    ];
    for (from, to, message) in table {
        let error = read(&SANCTIONED.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(message), "{error}\n  for {message}");
    }
}

#[test]
fn a_rule_of_the_user_wins_over_a_built_in_one_that_scores_no_better() {
    let read = Bracketed::sentence("[PER Ana Ruiz], president of [ORG Acme], left.");
    let told = |set: &RuleSet| {
        let found = Matcher::new(set).unwrap().relations(read.document());
        let rules: Vec<String> = found.iter().map(|relation| relation.rule.to_string()).collect();
        rules.join(" ")
    };
    let ours = RuleSet::built_in();
    let best = told(&ours);
    let score = ours.rule(&best).unwrap().score;
    let mine = format!("{}/mine", best.split('/').next().unwrap());
    let with = |score: f32| {
        let text =
            format!("[[rule]]\nid = \"{mine}\"\npattern = \"SUBJ , president of OBJ\"\nscore = {score}\n");
        files(&[("my.toml", text)]).unwrap()
    };
    let mut equal = with(score);
    assert_eq!(told(&equal), mine);
    assert_eq!(told(&with(score - 0.01)), best);
    equal.remove(&mine).unwrap();
    assert_eq!(told(&equal), best);
}

//! `rules`, and predicates that a rule file defines.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{extract, rows, triplewire};

const SANCTIONED: &str = r#"
[predicate.sanctioned]
subject = ["LOC", "ORG"]
object = ["LOC", "ORG"]
symmetric = true
meaning = "froze what it has"
hides = ["communicates_with", "opposes"]

[[rule]]
id = "sanctioned/froze"
pattern = "SUBJ froze the assets of OBJ"
score = 0.9
yes = ["[LOC France] froze the assets of [LOC Spain]."]
no = ["[LOC France] froze."]

[[rule]]
id = "communicates_with/froze"
pattern = "SUBJ froze the assets of OBJ"
score = 0.9
yes = ["[LOC France] froze the assets of [LOC Spain]."]
no = ["[LOC France] froze."]
"#;

const TEXT: &str = "France froze the assets of Germany. Germany froze the assets of France.";

fn stdout(command: &mut assert_cmd::Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn rules(folder: &Path) -> String {
    let path = folder.join("my.toml");
    fs::write(&path, SANCTIONED).unwrap();
    path.display().to_string()
}

#[test]
fn explain_prints_the_tree_the_clauses_and_what_is_hidden_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules(folder.path());
    let text = "[LOC France] froze the assets of [LOC Spain].";
    let explain = |json: &[&str]| {
        let mut command = triplewire();
        stdout(command.args(["rules", "explain", "--rules", &rules, text]).args(json))
    };
    let json: Value = serde_json::from_str(&explain(&["--json"])).unwrap();
    let sentence = &json["sentences"][0];
    let words = sentence["words"].as_array().unwrap();
    assert_eq!((&words[0]["form"], &words[1]["lemma"]), (&"France".into(), &"freeze".into()));
    assert_eq!(
        (&words[0]["head"], &words[0]["relation"], &words[1]["head"]),
        (&1.into(), &"nsubj".into(), &Value::Null)
    );
    let clauses = sentence["clauses"].as_array().unwrap();
    let freeze = clauses.iter().find(|clause| clause["lemma"] == "freeze").unwrap();
    let role = |role: &Value| (role["role"].as_str().unwrap().to_owned(), role["words"].clone());
    let roles: Vec<(String, Value)> = freeze["roles"].as_array().unwrap().iter().map(role).collect();
    assert!(roles.contains(&("agent".to_owned(), vec![0].into())), "{freeze}");
    assert_eq!(
        (&sentence["names"][1]["text"], &sentence["names"][1]["type"]),
        (&"Spain".into(), &"LOC".into())
    );
    let pair = &sentence["pairs"][0];
    let matched = pair["matched"].as_array().unwrap();
    let of = |rule: &str| matched.iter().find(|matched| matched["rule"] == rule).unwrap();
    assert_eq!(of("sanctioned/froze")["on"], "SUBJ froze the assets of OBJ");
    assert!(of("sanctioned/froze").get("hidden").is_none());
    assert_eq!(of("communicates_with/froze")["hidden"], "sanctioned says more than communicates_with");
    assert_eq!(json["relations"][0]["predicate"], "sanctioned");

    let text = explain(&[]);
    assert!(text.contains("  hidden   sanctioned says more than communicates_with\n"), "{text}");
    let told = text.lines().find(|line| line.starts_with("=> France sanctioned Spain  (score 0.")).unwrap();
    assert!(told.ends_with(", stated, sanctioned/froze)"), "{text}");
}

#[test]
fn a_predicate_of_a_rule_file_is_known_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules(folder.path());
    let articles = folder.path().join("articles");
    fs::create_dir(&articles).unwrap();
    for article in ["a", "b", "c"] {
        fs::write(articles.join(format!("{article}.txt")), TEXT).unwrap();
    }
    let out = |name: &str| folder.path().join(name);
    let with = ["--rules", &rules, "--predicates", "sanctioned", "--keep-duplicates"];
    extract(&articles, &out("whole"), &with).assert().success();
    let triples = rows(&out("whole/triples.csv"));
    assert_eq!(triples.len(), 1, "symmetric: once for both directions, {triples:?}");
    for shard in ["1", "2"] {
        let shard_of = format!("{shard}/2");
        extract(&articles, &out(shard), &with).args(["--shard", &shard_of]).assert().success();
    }
    let mut merge = triplewire();
    merge.arg("merge").args([out("2"), out("1"), "--out".into(), out("merged"), "--keep-duplicates".into()]);
    merge.assert().success();
    assert_eq!(rows(&out("merged/triples.csv")), triples);

    for tool in ["csv", "brat", "doccano"] {
        let labels = out(tool);
        let mut command = triplewire();
        command
            .arg("label")
            .arg(&articles)
            .args(["--to", tool, "--engine", "rten", "--rules", &rules, "--out"]);
        command.arg(&labels).assert().success();
        let evaluate = |options: &[&str]| {
            let mut command = triplewire();
            command.arg("evaluate").arg("--gold").arg(&labels).args(["--engine", "rten", "--json"]);
            serde_json::from_str::<Value>(&stdout(command.args(options))).unwrap()
        };
        let scores = evaluate(&["--rules", &rules]);
        assert_eq!(scores["relations"]["strict"]["micro"]["f1"], 1.0, "{tool}: {scores}");
        let pred = out("whole").display().to_string();
        let scores = evaluate(&["--pred", &pred]);
        assert_eq!(scores["relations"]["strict"]["micro"]["f1"], 1.0, "{tool}: {scores}");
    }
    let configuration = fs::read_to_string(out("brat").join("annotation.conf")).unwrap();
    assert!(
        configuration.contains("\nsanctioned\tArg1:LOC|ORG|MISC, Arg2:LOC|ORG|MISC, <REL-TYPE>:symmetric\n")
    );

    let list = stdout(triplewire().args(["rules", "list", "--rules", &rules]));
    assert!(list.contains("\nsanctioned/froze "), "{list}");
    let tested = stdout(triplewire().args(["rules", "test", &rules, "--no-default-rules"]));
    assert!(tested.starts_with("4 examples of 2 rules: all as they should be"), "{tested}");
}

#[test]
fn what_holds_a_while_can_be_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    let rule = |name: &str, holds: &str| {
        format!(
            "[predicate.{name}]\nsubject = [\"PER\"]\nobject = [\"PER\"]\nmeaning = \"teaches\"\n{holds}\n\
             [[rule]]\nid = \"{name}/of\"\npattern = \"SUBJ , a former tutor of OBJ\"\nscore = 0.9\n\
             yes = [\"[PER Ana Ruiz], a former tutor of [PER Bo Lee], left.\"]\n\
             no = [\"[PER Ana Ruiz] met [PER Bo Lee].\"]\n\n"
        )
    };
    fs::write(&path, rule("tutors", "holds = \"a_while\"") + &rule("taught", "")).unwrap();
    let text = folder.path().join("a.txt");
    fs::write(&text, "Angela Merkel, a former tutor of Vladimir Putin, left Berlin on Monday.\n").unwrap();
    let out = tempfile::tempdir().unwrap();
    extract(&text, out.path(), &["--rules", path.to_str().unwrap()]).assert().code(0);
    let relations = rows(&out.path().join("relations.csv"));
    let status = |predicate: &str| {
        let found = relations.iter().find(|row| row["predicate"] == predicate);
        found.unwrap_or_else(|| panic!("no {predicate}: {relations:?}"))["status"].clone()
    };
    assert_eq!((status("tutors").as_str(), status("taught").as_str()), ("former", "current"));
}

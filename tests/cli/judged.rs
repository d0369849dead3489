//! `evaluate --judged` and `rules score`: how often relations are right where not everything is labelled.

use std::fs;

use serde_json::{Value, json};

use crate::command::{repository, stderr, triplewire};

const HEADER: &str = "article,subject_start,subject_end,predicate,object_start,object_end,negated,certainty";

/// Judgements of two sources, one with a row that cannot be read, and an output that has some of them.
fn example() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let rows = [
        ",source,rule,judgement,reason",
        "12,0,8,leads,15,19,false,stated,wire,leads/a,right,",
        "12,0,8,leads,25,29,false,stated,wire,leads/a,wrong,a list",
        "13,0,8,owns,15,19,false,stated,web,owns/b,right,",
        "13,0,8,owns,25,29,true,stated,web,owns/b,unsure,",
        "13,0,8,owns,35,39,true,stated,web,owns/b,perhaps,",
    ];
    fs::write(dir.path().join("judged.csv"), format!("{HEADER}{}\n", rows.join("\n"))).unwrap();
    fs::create_dir(dir.path().join("out")).unwrap();
    // The first as it was judged, the third with another certainty.
    let output = "12,0,8,leads,15,19,false,stated\n13,0,8,owns,15,19,false,alleged\n";
    fs::write(dir.path().join("out/relations.csv"), format!("{HEADER}\n{output}")).unwrap();
    dir
}

fn scores(dir: &tempfile::TempDir, args: &[&str]) -> (Value, String) {
    let all = [&["evaluate", "--judged", "judged.csv", "--json"], args].concat();
    let done = triplewire().args(all).current_dir(dir.path()).assert().code(2);
    let output = done.get_output();
    (serde_json::from_slice(&output.stdout).unwrap(), stderr(&done))
}

#[test]
fn judgements_are_counted_by_source_and_rule() {
    let (found, problems) = scores(&example(), &[]);
    assert!(problems.contains("judged.csv, line 6"), "{problems}");
    let counts = |value: &Value| ["right", "wrong", "unsure"].map(|name| value[name].as_u64().unwrap());
    assert_eq!(counts(&found["all"]), [2, 1, 1]);
    assert_eq!(found["all"]["precision"], json!(0.5));
    assert_eq!(counts(&found["by_source"]["web"]), [1, 0, 1]);
    assert_eq!(counts(&found["by_rule"]["leads/a"]), [1, 1, 0]);
}

#[test]
fn what_an_output_no_longer_has_is_left_out_and_counted() {
    let (found, _) = scores(&example(), &["--pred", "out"]);
    assert_eq!((&found["gone"], &found["all"]["right"]), (&json!(3), &json!(1)));
    assert_eq!(found["by_source"].get("web"), None);
}

#[test]
fn judgements_may_have_been_saved_by_a_spreadsheet() {
    let dir = example();
    let file = dir.path().join("judged.csv");
    let saved = fs::read_to_string(&file).unwrap().replace("false", "FALSE").replace("true", "TRUE");
    fs::write(&file, saved).unwrap();
    assert_eq!(scores(&dir, &["--pred", "out"]).0, scores(&example(), &["--pred", "out"]).0);
}

#[test]
fn gold_and_judgements_are_different_things() {
    triplewire().args(["evaluate", "--judged", "a.csv", "--gold", "b.jsonl"]).assert().code(1);
    triplewire().arg("evaluate").assert().code(1);
}

#[test]
fn the_judged_sample_is_whole() {
    let file = repository("tests/judged/relations.csv");
    let done = triplewire().args(["evaluate", "--json", "--judged"]).arg(file).assert().code(0);
    let found: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    for source in ["senate-press", "wikinews"] {
        let tally = &found["by_source"][source];
        let judged: u64 = ["right", "wrong", "unsure"].iter().map(|name| tally[name].as_u64().unwrap()).sum();
        assert_eq!(judged, 100, "{source}");
    }
}

#[test]
fn a_rule_is_scored_by_what_is_labelled() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(dir.path().join(name), content).unwrap();
    write(
        "my.toml",
        "[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ runs OBJ\"\nscore = 0.8\nyes = [\"[PER A] runs [ORG B].\"]\n\
         no = [\"[PER A] met [ORG B].\"]\n",
    );
    let line = |id: u8, relations: &str| {
        format!(
            "{{\"id\": {id}, \"text\": \"Ana Ruiz runs Acme.\", \"entities\": [\
             {{\"id\": 1, \"label\": \"PER\", \"start_offset\": 0, \"end_offset\": 8}}, \
             {{\"id\": 2, \"label\": \"ORG\", \"start_offset\": 14, \"end_offset\": 18}}], \"relations\": [{relations}]}}\n"
        )
    };
    let right = "{\"id\": 1, \"from_id\": 1, \"to_id\": 2, \"type\": \"leads\"}";
    write("gold.jsonl", &[line(1, right), line(2, ""), line(3, right)].concat());
    let args = ["rules", "score", "--no-default-rules", "--rules", "my.toml", "--gold", "gold.jsonl"];
    // The counts, and the fingerprint of the rule as it is.
    let table = |args: &[&str]| {
        let done = triplewire().args(args).current_dir(dir.path()).assert().code(0);
        let table = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        let (counts, fingerprint) = table.trim_end().rsplit_once(',').unwrap();
        (counts.to_owned(), fingerprint.to_owned())
    };
    let (counts, fingerprint) = table(&args);
    // (2 + 5 * 0.8) / (3 + 5)
    assert_eq!(counts, "rule,right,wrong,score,fingerprint\nleads/x,2,1,0.75");
    assert!(!fingerprint.is_empty());

    fs::write(dir.path().join("two.txt"), "1\n2\n").unwrap();
    let fitted = [&args[..], &["--articles", "two.txt", "--calibration", "weights.toml"]].concat();
    // (1 + 5 * 0.8) / (2 + 5)
    let expected = "rule,right,wrong,score,fingerprint\nleads/x,1,1,0.714".to_owned();
    assert_eq!(table(&fitted), (expected, fingerprint));
    let weights: toml::Table = fs::read_to_string(dir.path().join("weights.toml")).unwrap().parse().unwrap();
    let names = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&weights), "checked learned least rules");
    let of_rules = weights["rules"].as_table().unwrap();
    assert_eq!(names(of_rules), "anaphor base distance names rivals rule unasserted");

    let two_maps = [&args[..], &["--map", "a.toml", "--map", "b.toml"]].concat();
    let done = triplewire().args(two_maps).current_dir(dir.path()).assert().code(1);
    assert!(stderr(&done).contains("at most one map for each gold"));
}

//! `agree`: two people's labels of the same texts, in any mixture of formats.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{repository, rows, stderr, triplewire};

const TEXT: &str = "Ana Ruiz leads Acme in Bonn.\r\nÉva Li 😀 works for Acme.\r\n";

/// A folder with the labels of A as CSV and those of B for doccano: B has another type for Bonn, lacks the
/// second Acme and one relation, and a text more; A has one that B lacks.
fn example() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("a/news.txt", TEXT);
    write("a/mine.txt", "Only A has this.");
    write(
        "a/mentions.csv",
        "article,start,end,text,type\nnews,0,8,Ana Ruiz,PER\nnews,15,19,Acme,ORG\nnews,23,27,Bonn,LOC\n\
         news,30,36,Éva Li,PER\nnews,49,53,Acme,ORG\nmine,5,6,A,PER\n",
    );
    write(
        "a/relations.csv",
        "article,subject,predicate,object,subject_start,subject_end,object_start,object_end\n\
         news,Ana Ruiz,leads,Acme,0,8,15,19\nnews,Éva Li,works_for,Acme,30,36,49,53\n",
    );
    let entity = |id: u8, start: u8, end: u8, label: &str| json!({"id": id, "start_offset": start, "end_offset": end, "label": label});
    let news = json!({
        "id": 7,
        // As a browser may give it back: one character less for each line break.
        "text": TEXT.replace("\r\n", "\n"),
        "entities": [entity(1, 0, 8, "PER"), entity(2, 15, 19, "ORG"), entity(3, 23, 27, "ORG"), entity(4, 29, 35, "PER")],
        "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "leads"}],
    });
    write("b.jsonl", &format!("{news}\n{}\n", json!({"id": 8, "text": "Only B has this.", "entities": []})));
    dir
}

fn agree(dir: &Path, args: &[&str]) -> assert_cmd::assert::Assert {
    triplewire().arg("agree").args(args).current_dir(dir).assert()
}

fn scores(dir: &Path, args: &[&str]) -> Value {
    let done = agree(dir, &[args, &["--json"]].concat()).code(0);
    serde_json::from_slice(&done.get_output().stdout).unwrap()
}

#[test]
fn two_formats_are_compared_and_every_disagreement_is_listed() {
    let dir = example();
    let found = scores(dir.path(), &["a", "b.jsonl", "--out", "out"]);
    assert_eq!(found["documents"], 1);
    assert_eq!(found["entities"]["micro"], json!({"f1": 6.0 / 9.0, "both": 3, "only_a": 2, "only_b": 1}));
    assert_eq!(found["entities"]["by_type"]["PER"]["f1"], 1.0);
    assert_eq!(found["relations"]["strict"]["micro"]["f1"], 2.0 / 3.0);
    assert_eq!((&found["only_in_a"], &found["only_in_b"]), (&json!(["mine"]), &json!(["8"])));
    // Of 14 words, A: 4 PER, 2 ORG, 1 LOC, 7 none; B: 4 PER, 2 ORG, 8 none. 12 of them are the same.
    assert_eq!(found["kappa"]["words"], 14);
    let chance = f64::from(4 * 4 + 2 * 2 + 7 * 8) / 196.0;
    let kappa = (12.0 / 14.0 - chance) / (1.0 - chance);
    assert!((found["kappa"]["overall"].as_f64().unwrap() - kappa).abs() < 1e-12, "{}", found["kappa"]);
    assert_eq!(found["kappa"]["by_type"]["PER"], json!({"kappa": 1.0, "words_a": 4, "words_b": 4}));
    assert_eq!(found["kappa"]["by_type"]["LOC"]["kappa"], 0.0);

    let rows = rows(&dir.path().join("out/disagreements.csv"));
    let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["type", "only A", "only A"]);
    assert_eq!((rows[0]["a"].as_str(), rows[0]["b"].as_str()), ("LOC 23-27 Bonn", "ORG 23-27 Bonn"));
    assert_eq!(rows[2]["a"], "PER 30-36 Éva Li | works_for | ORG 49-53 Acme");
    assert_eq!(found["disagreements"], 3);
    let written: Value =
        serde_json::from_slice(&fs::read(dir.path().join("out/agreement.json")).unwrap()).unwrap();
    assert_eq!(written, found);
}

#[test]
fn the_order_of_the_two_does_not_matter() {
    let dir = example();
    let (one, other) = (scores(dir.path(), &["a", "b.jsonl"]), scores(dir.path(), &["b.jsonl", "a"]));
    for figure in ["/entities/micro/f1", "/relations/strict/micro/f1", "/kappa/overall", "/disagreements"] {
        assert_eq!(one.pointer(figure), other.pointer(figure), "{figure}");
    }
    assert_eq!(one["only_in_a"], other["only_in_b"]);
}

#[test]
fn the_tables_are_for_people() {
    let dir = example();
    let done = agree(dir.path(), &["a", "b.jsonl"]).code(0);
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    for part in [
        "Labelled by both: 1 documents (CSV, JSON Lines)",
        "Only A has 1 documents: mine",
        "Cohen's kappa on 14 words",
        "3 disagreements (all of them in disagreements.csv with --out)",
        "- news: type: A: LOC 23-27 Bonn; B: ORG 23-27 Bonn",
        "Only A uses these types at all: LOC (1).",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn labels_agree_with_themselves() {
    let labels = repository("seeds/labels");
    let labels = labels.to_str().unwrap();
    let found = scores(Path::new("."), &[labels, labels]);
    assert_eq!((&found["documents"], &found["disagreements"]), (&json!(10), &json!(0)));
    assert_eq!(found["entities"]["micro"]["f1"], 1.0);
    assert_eq!(found["relations"]["boundary"]["micro"]["f1"], 1.0);
    assert_eq!(found["kappa"]["overall"], 1.0);
    assert_eq!(found["intervals"]["kappa.overall"], json!([1.0, 1.0]));
}

#[test]
fn faulty_labels_and_other_texts_are_told() {
    let dir = example();
    let path = dir.path().join("a/mentions.csv");
    fs::write(&path, fs::read_to_string(&path).unwrap() + "news,90,99,Nobody,PER\n").unwrap();
    let done = agree(dir.path(), &["a", "b.jsonl", "--out", "out"]).code(2);
    assert!(stderr(&done).contains("line 8: article news"), "{}", stderr(&done));
    assert_eq!(rows(&dir.path().join("out/problems.csv"))[0]["skipped"], "true");
    fs::write(dir.path().join("c.jsonl"), "{\"id\": \"news\", \"text\": \"Something else.\"}\n").unwrap();
    let done = agree(dir.path(), &["b.jsonl", "c.jsonl"]).code(1);
    assert!(stderr(&done).contains("not one text in common"), "{}", stderr(&done));
    agree(dir.path(), &["b.jsonl", "nowhere"]).code(1);
}

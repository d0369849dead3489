//! `triplewire learn`: a predicate of one's own, from labelled sentences.

use std::fs;
use std::path::Path;

use assert_cmd::assert::Assert;

use crate::command::{extract, rows, stderr, triplewire};

const PEOPLE: [&str; 15] = [
    "Ana Ruiz",
    "Bo Lind",
    "Cy Marsh",
    "Di Costa",
    "Ed Horn",
    "Flo Baker",
    "Gil Ortega",
    "Hal Novak",
    "Ida Berg",
    "Jan Kovac",
    "Kim Doyle",
    "Leo Brandt",
    "Mia Silva",
    "Ned Fisher",
    "Ola Nilsen",
];

/// Sentences about two people, and whether the first came after the second.
const SENTENCES: [(&str, bool); 8] = [
    ("SUBJ replaced OBJ on Monday.", true),
    ("SUBJ took over from OBJ at the end of the year.", true),
    ("SUBJ, who succeeds OBJ, welcomed the ruling.", true),
    ("The party chose SUBJ to follow OBJ.", true),
    ("SUBJ met OBJ on Monday.", false),
    ("SUBJ, who trusts OBJ, welcomed the ruling.", false),
    ("The party asked SUBJ to call OBJ.", false),
    ("SUBJ thanked OBJ at the end of the year.", false),
];

/// Labels of the first `count` of these, in the format of doccano.
fn write_labels(file: &Path, count: usize) {
    let mut lines = String::new();
    for i in 0..count {
        let (sentence, succeeds) = SENTENCES[i % SENTENCES.len()];
        let (one, other) = (PEOPLE[i % 15], PEOPLE[(i * 7 + 4) % 15]);
        let start = sentence.find("SUBJ").unwrap();
        let text = sentence.replace("SUBJ", one);
        let at = text.find("OBJ").unwrap();
        let text = text.replace("OBJ", other);
        let entities = format!(
            r#"[{{"id": 1, "label": "PER", "start_offset": {start}, "end_offset": {}}},
                {{"id": 2, "label": "PER", "start_offset": {at}, "end_offset": {}}}]"#,
            start + one.len(),
            at + other.len()
        );
        let relations =
            if succeeds { r#"[{"id": 3, "from_id": 1, "to_id": 2, "type": "succeeds"}]"# } else { "[]" };
        let entities = entities.replace('\n', " ");
        lines += &format!(
            "{{\"id\": \"{i}\", \"text\": \"{text}\", \"entities\": {entities}, \"relations\": {relations}}}\n"
        );
    }
    fs::write(file, lines).unwrap();
}

fn learn(labels: &Path, out: &Path, options: &[&str]) -> Assert {
    let [labels, out] = [labels, out].map(|path| path.display().to_string());
    triplewire().args(["learn", "--labels", &labels, "--out", &out]).args(options).assert()
}

#[test]
fn a_predicate_of_ones_own_is_learned_from_sixty_sentences_and_found() {
    let dir = tempfile::tempdir().unwrap();
    let [labels, taught, again] =
        ["labels.jsonl", "taught.json", "again.json"].map(|name| dir.path().join(name));
    write_labels(&labels, 60);
    let assert = learn(&labels, &taught, &[]).code(0);
    let printed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let line = printed.lines().find(|line| line.starts_with("succeeds")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells[1..3], ["32", "120"], "{printed}");
    assert!(cells[5].parse::<f32>().unwrap() > 75.0, "{printed}");
    assert!(printed.contains("1 predicate in "), "{printed}");
    learn(&labels, &again, &["--threads", "1"]).code(0);
    assert_eq!(fs::read(&taught).unwrap(), fs::read(&again).unwrap());

    let [input, out] = ["in", "out"].map(|name| dir.path().join(name));
    fs::create_dir(&input).unwrap();
    fs::write(
        input.join("one.txt"),
        "Pavel Horak replaced Greta Olsen in May. Marta Diaz met Ivo Blum in Oslo.\n",
    )
    .unwrap();
    extract(&input, &out, &["--learned", &taught.display().to_string()]).assert().code(0);
    let found = rows(&out.join("relations.csv"));
    let own: Vec<[&str; 3]> = found
        .iter()
        .filter(|row| row["rule"] == "learned/succeeds")
        .map(|row| ["subject", "predicate", "object"].map(|column| row[column].as_str()))
        .collect();
    assert_eq!(own, [["Pavel Horak", "succeeds", "Greta Olsen"]]);
    assert!(fs::read_to_string(out.join("triples.csv")).unwrap().contains("succeeds"));
}

#[test]
fn too_few_labels_teach_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [labels, taught] = ["labels.jsonl", "taught.json"].map(|name| dir.path().join(name));
    write_labels(&labels, 30);
    let refused = learn(&labels, &taught, &[]).code(1);
    assert!(stderr(&refused).contains("Label at least 20 relations of a predicate"), "{}", stderr(&refused));
    assert!(!taught.exists());
    let refused = learn(&labels, &taught, &["--predicates", "smells_of"]).code(1);
    assert!(
        stderr(&refused).contains("no two names of one sentence are labelled `smells_of`"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn what_cannot_be_used_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let [input, out, taught] = ["in", "out", "taught.json"].map(|name| dir.path().join(name));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("one.txt"), "Pavel Horak replaced Greta Olsen in May.\n").unwrap();
    let learned = taught.display().to_string();
    let refused = |expected: &str| {
        let assert = extract(&input, &out, &["--learned", &learned]).assert().code(1);
        assert!(stderr(&assert).contains(expected), "{}", stderr(&assert));
    };
    refused("Give add, check, both, off, or a file that `triplewire learn` has made");
    fs::write(&taught, "{}").unwrap();
    refused("this is no file that `triplewire learn` has made");
    fs::write(&taught, r#"{"reader": "0", "classifiers": []}"#).unwrap();
    refused("it was learnt with another model");
}

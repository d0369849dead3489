//! The second reader: `--learned`.

use std::fs;

use crate::command::{Row, extract, repository, rows, stderr, triplewire};

/// The first of which no rule knows how to read.
const TEXT: &str = "Marta Diaz had a desk at Acme before she left for Oslo.\n\
                    Acme president Bo Lee met Turkish President Recep Tayyip Erdogan.\n";

fn relations(options: &[&str]) -> Vec<Row> {
    relations_of(TEXT, options)
}

fn relations_of(text: &str, options: &[&str]) -> Vec<Row> {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), text).unwrap();
    extract(input.path(), out.path(), options).assert().code(0);
    rows(&out.path().join("relations.csv"))
}

fn is_learned(row: &&Row) -> bool {
    row["rule"].starts_with("learned/")
}

#[test]
fn it_adds_what_no_rule_finds_where_it_is_asked_to() {
    for (learned, adds) in [("off", false), ("check", false), ("add", true), ("both", true)] {
        let found = relations(&["--learned", learned, "--min-score", "0.3"]);
        let row = found.iter().find(|row| row["rule"] == "learned/works_for");
        assert_eq!(row.is_some(), adds, "{learned}");
        assert_eq!(found.iter().any(|row| is_learned(&row)), adds, "{learned}");
        if let Some(row) = row {
            let told =
                ["subject", "predicate", "object", "certainty", "negated"].map(|column| row[column].as_str());
            assert_eq!(told, ["Marta Diaz", "works_for", "Acme", "stated", "false"]);
        }
        assert!(found.iter().any(|row| row["rule"].starts_with("leads/")), "{learned}");
    }
}

#[test]
fn it_reads_pronouns() {
    const PRONOUN: &str =
        "Ana Ruiz, 44, lost the vote on Monday. She was on the payroll of Acme for ten years.\n";
    let found = relations_of(PRONOUN, &["--min-score", "0.3"]);
    let told = |row: &Row| ["subject", "object", "rule"].map(|column| row[column].clone()).join(" ");
    let told: Vec<String> = found.iter().map(told).collect();
    assert!(told.contains(&"Ana Ruiz Acme learned/works_for".to_owned()), "{told:?}");
}

#[test]
fn nobody_travels_to_where_he_comes_from() {
    const FROM: &str = "Ana Ruiz, who had led the union since 2014, was evacuated on Wednesday afternoon from Tonga's capital, \
                        Nukualofa, to a hospital in Auckland.\n\
                        Bo Lee, the mayor, was airlifted on Friday from the city of Omsk in Siberia to Berlin.\n";
    let found = relations_of(FROM, &[]);
    let travels = found.iter().filter(|row| row["predicate"] == "travels_to");
    let places: Vec<&str> = travels.map(|row| row["object"].as_str()).collect();
    assert_eq!(places, ["Auckland", "Berlin"]);
}

#[test]
fn one_of_its_predicates_can_be_left_out() {
    let all = ["--min-score", "0"];
    let others = |options: &[&str]| {
        let found = relations(&[&all, options].concat());
        assert!(!found.iter().any(|row| row["rule"] == "learned/works_for"), "{options:?}");
        found.iter().filter(is_learned).count()
    };
    assert!(others(&["--without-rule", "learned/works_for"]) > 0);
    assert_eq!(others(&["--predicates", "leads", "--without-rule", "learned/leads"]), 0);
}

#[test]
fn its_doubt_changes_scores_and_no_more() {
    let (off, check) =
        (relations(&["--learned", "off"]), relations(&["--learned", "check", "--min-score", "0"]));
    let without_score =
        |row: &Row| row.iter().filter(|(name, _)| *name != "score").map(|(_, cell)| cell.clone()).collect();
    let cells = |rows: &[Row]| rows.iter().map(without_score).collect::<Vec<Vec<String>>>();
    assert_eq!(cells(&off), cells(&check));
    assert!(off.iter().zip(&check).any(|(off, check)| off["score"] != check["score"]));
}

#[test]
fn explain_tells_what_it_says_of_each_pair() {
    let assert = triplewire()
        .args(["rules", "explain", "[PER Marta Diaz] spent eleven years at [ORG Acme] in [LOC Oslo]."])
        .assert()
        .code(0);
    let printed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let of_pair = printed.split("Marta Diaz -> Acme").nth(1).unwrap();
    assert!(of_pair.lines().any(|line| line.starts_with("  second   works_for 0.")), "{printed}");
}

/// The weights of `tests/reference/reader` beside the bundled model.
#[test]
fn weights_of_another_model_are_told() {
    let [input, out, model] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), TEXT).unwrap();
    for file in ["config.json", "tokenizer.json", "model.toml", "model.onnx"] {
        fs::copy(repository("models/newswire").join(file), model.path().join(file)).unwrap();
    }
    let weights = model.path().join("relations.safetensors");
    fs::copy(repository("tests/reference/reader/relations.safetensors"), &weights).unwrap();
    let folder = model.path().display().to_string();
    let run = |learned: &str| {
        let out = out.path().join(learned);
        extract(input.path(), &out, &["--model", &folder, "--learned", learned]).assert()
    };
    let refused = run("both").code(1);
    for part in ["relations.safetensors reads 12 numbers of each word", "384", "--learned off"] {
        assert!(stderr(&refused).contains(part), "{}", stderr(&refused));
    }
    run("off").code(0);
    fs::write(&weights, "no weights").unwrap();
    assert!(stderr(&run("both").code(1)).contains("this is no safetensors file"));
}

#[test]
fn who_only_announces_aid_does_not_give_it() {
    let explained = |sentence: &str| {
        let done = triplewire().args(["rules", "explain", sentence]).assert().code(0);
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let announced =
        explained("[PER Ana Ruiz] announces a grant of 3 million dollars for [ORG Laguna College].");
    assert!(announced.contains("second   supports") && !announced.contains("=>"), "{announced}");
}

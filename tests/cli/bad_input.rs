//! What bad input gets: a message that names the place and the remedy, and the rest of the run.

use std::fs;
use std::path::Path;

use crate::command::{extract, repository, rows, stderr, triplewire};

const GOOD: &str = "Angela Merkel visited Paris.";

/// Runs on a folder with `files` and one good article; expects `code` and every one of `said`.
fn run(files: &[(&str, &[u8])], args: &[&str], code: i32, said: &[&str]) -> tempfile::TempDir {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("good.txt"), GOOD).unwrap();
    for (name, bytes) in files {
        fs::write(input.path().join(name), bytes).unwrap();
    }
    let assert = extract(input.path(), out.path(), args).arg("--quiet").assert().code(code);
    let errors = stderr(&assert);
    for part in said {
        assert!(errors.contains(part), "{part:?} is not in\n{errors}");
    }
    if code != 1 {
        let mentions = rows(&out.path().join("mentions.csv"));
        assert!(mentions.iter().any(|m| m["article"] == "good"), "the good article is lost");
        assert_eq!(run_record(out.path())["skipped"].as_array().unwrap().is_empty(), code == 0);
    }
    out
}

fn run_record(out: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(out.join("run.json")).unwrap()).unwrap()
}

#[test]
fn empty_and_blank_files_are_skipped() {
    run(&[("empty.txt", b""), ("blank.txt", b" \n\t\n")], &[], 2, &["empty.txt", "blank.txt"]);
}

#[test]
fn other_encodings_are_read_and_said() {
    let out =
        run(&[("latin.txt", b"Fran\xe7ois Hollande visited M\xfcnchen.")], &[], 0, &["latin.txt", "1252"]);
    assert!(rows(&out.path().join("mentions.csv")).iter().any(|m| m["text"] == "François Hollande"));
}

#[test]
fn nul_bytes_do_no_harm() {
    run(&[("nul.txt", b"Angela\0Merkel visited\0 Paris.")], &[], 0, &["nul.txt"]);
}

#[test]
fn broken_table_rows_are_named_by_line() {
    let table = b"id,text\na,Angela Merkel visited Paris.\nb\nc,Barack Obama visited Rome.\n";
    let out = run(&[("t.csv", table)], &[], 2, &["t.csv, line 3"]);
    assert!(rows(&out.path().join("mentions.csv")).iter().any(|m| m["article"] == "c"));
}

#[test]
fn broken_json_lines_are_named_by_line() {
    let lines = b"{\"id\":\"a\",\"text\":\"Angela Merkel visited Paris.\"}\nno json\n{\"id\":\"b\"}\n";
    run(&[("l.jsonl", lines)], &[], 2, &["l.jsonl, line 2", "l.jsonl, line 3"]);
}

#[test]
fn a_table_without_a_text_column_says_how_to_name_it() {
    run(
        &[("t.csv", b"key,story\n1,Angela Merkel visited Paris.\n")],
        &[],
        2,
        &["t.csv", "--text-column", "story"],
    );
}

#[test]
fn duplicate_ids_lose_nothing() {
    let table = b"id,text\na,Angela Merkel visited Paris.\na,Barack Obama visited Rome.\n";
    let out = run(&[("t.csv", table)], &[], 0, &["t.csv, line 3", "a#2"]);
    let mentions = rows(&out.path().join("mentions.csv"));
    assert!(mentions.iter().any(|m| m["article"] == "a#2" && m["text"] == "Barack Obama"));
}

#[test]
fn one_very_long_line_is_read_whole() {
    let mut text = "Angela Merkel visited Paris, and then ".repeat(2_000);
    text.push_str("Barack Obama slept");
    let out = run(&[("long.txt", text.as_bytes())], &[], 0, &[]);
    let mentions = rows(&out.path().join("mentions.csv"));
    let paris = mentions.iter().filter(|m| m["article"] == "long" && m["text"] == "Paris").count();
    assert!(paris > 1_990, "{paris} of 2000");
    assert!(mentions.iter().any(|m| m["text"] == "Barack Obama"));
}

#[test]
fn missing_input_is_an_error() {
    let out = tempfile::tempdir().unwrap();
    let assert = extract(Path::new("no/such/file.txt"), out.path(), &[]).assert().code(1);
    assert!(stderr(&assert).contains("no/such/file.txt"));
}

#[test]
fn an_output_that_cannot_be_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taken");
    fs::write(&file, "").unwrap();
    let assert = extract(&repository("seeds"), &file, &[]).assert().code(1);
    assert!(stderr(&assert).contains("--out"));
}

#[test]
fn a_folder_that_is_no_model_says_what_is_missing() {
    let (model, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let model = model.path().to_str().unwrap();
    let assert = extract(&repository("seeds"), out.path(), &["--model", model]).assert().code(1);
    assert!(stderr(&assert).contains("config.json"), "{}", stderr(&assert));
}

#[test]
fn a_broken_rule_file_is_named_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let table = [
        ("[[rule]]\nid = \"leads/x\"\npatern = \"SUBJ of OBJ\"\n", "patern"),
        (
            "[[rule]]\nid = \"rules_over/x\"\npattern = \"SUBJ of OBJ\"\nscore = 0.5\nyes = []\nno = []\n",
            "rules_over",
        ),
        (
            "[[rule]]\nid = \"leads/x\"\npattern = \"SUBJ (of OBJ\"\nscore = 0.5\nyes = []\nno = []\n",
            "leads/x",
        ),
        (
            "[[rule]]\nid = \"leads/x\"\nsubject = [\"DOG\"]\npattern = \"SUBJ of OBJ\"\nscore = 0.5\nyes = []\nno = []\n",
            "DOG",
        ),
    ];
    for (rule, said) in table {
        let file = folder.path().join("mine.toml");
        fs::write(&file, rule).unwrap();
        let out = folder.path().join("out");
        let rules = file.to_str().unwrap();
        let assert = extract(&repository("seeds"), &out, &["--rules", rules]).assert().code(1);
        let errors = stderr(&assert);
        assert!(errors.contains("mine.toml, line") && errors.contains(said), "{errors}");
    }
}

#[test]
fn wrong_arguments_exit_with_1() {
    triplewire().args(["extract", "--no-such-option"]).assert().code(1);
    triplewire().arg("--help").assert().code(0);
}

#[test]
fn damaged_archives_and_pages_cost_no_other_article() {
    let page = b"<p>Barack Obama visited Rome.</p>";
    let out = run(
        &[
            ("page.html", page),
            ("empty.html", b"<html></html>"),
            ("cut.warc", b"WARC/1.0\r\nWARC-Type: response\r\n"),
            ("bad.parquet", b"PAR1PAR1"),
            ("cut.jsonl.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01"),
        ],
        &[],
        2,
        &["empty.html", "cut.warc, record 1", "bad.parquet", "cut.jsonl.gz"],
    );
    let mentions = rows(&out.path().join("mentions.csv"));
    assert!(mentions.iter().any(|m| m["article"] == "page" && m["text"] == "Barack Obama"));
}

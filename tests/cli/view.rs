//! `view` and `extract --view`: the page is written, and has the result. What it does in a browser is tested in
//! `tests/view`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{extract, rows, stderr, triplewire};

const TEXT: &str =
    "Turkish President Recep Tayyip Erdoğan met NATO chief Jens Stoltenberg in Brussels on Monday.\n";

fn read(page: &Path) -> (String, Value) {
    let html = fs::read_to_string(page).unwrap();
    let (_, data) = html.split_once("id=\"data\">").unwrap();
    let data = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    (html, data)
}

#[test]
fn a_page_beside_the_tables_has_their_triples() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), TEXT).unwrap();
    let assert = extract(input.path(), out.path(), &["--view"]).assert().code(0);
    assert!(String::from_utf8_lossy(&assert.get_output().stdout).contains("view.html"));
    let page = out.path().join("view.html");
    let (html, data) = read(&page);
    let triples = rows(&out.path().join("triples.csv"));
    assert!(!triples.is_empty());
    assert_eq!(data["triples"]["subject"].as_array().unwrap().len(), triples.len());
    assert!(html.contains("default-src 'none'"));

    // The command makes the same page, wherever it writes it.
    let other = tempfile::tempdir().unwrap();
    let elsewhere = other.path().join("page.html");
    triplewire().arg("view").arg(out.path()).arg("--out").arg(&elsewhere).assert().code(0);
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), html);

    // Again over the page, but over nothing else.
    triplewire().arg("view").arg(out.path()).arg("--out").arg(&elsewhere).assert().code(0);
    let notes = other.path().join("notes.html");
    fs::write(&notes, "<!doctype html>").unwrap();
    let refused = triplewire().arg("view").arg(out.path()).arg("--out").arg(&notes).assert().code(1);
    assert!(stderr(&refused).contains("no page of `view`"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(&notes).unwrap(), "<!doctype html>");

    // A page of an earlier run would pass for this one's.
    fs::write(input.path().join("one.txt"), "Nothing happened.\n").unwrap();
    extract(input.path(), out.path(), &["--overwrite"]).assert().code(0);
    assert_eq!(read(&page).1["triples"]["subject"], Value::Array(Vec::new()));
}

#[test]
fn what_is_no_result_makes_no_page() {
    let folder = tempfile::tempdir().unwrap();
    for missing in [folder.path().to_path_buf(), folder.path().join("nowhere")] {
        let assert = triplewire().arg("view").arg(&missing).assert().code(1);
        assert!(stderr(&assert).contains("extract"), "{}", stderr(&assert));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let refused = extract(folder.path(), Path::new("-"), &["--view"]).assert().code(1);
    assert!(stderr(&refused).contains("--view"));
}

#[test]
fn a_file_of_somebody_elses_is_left_alone() {
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), TEXT).unwrap();
    let page = out.path().join("view.html");
    fs::write(&page, "mine").unwrap();
    // It is told before the run, not after it.
    let refused = stderr(&extract(input.path(), out.path(), &["--view"]).assert().code(1));
    assert!(refused.contains("no page of `view`"), "{refused}");
    assert!(!out.path().join("triples.csv").exists());
    extract(input.path(), out.path(), &[]).assert().code(0);
    assert_eq!(fs::read_to_string(&page).unwrap(), "mine");
}

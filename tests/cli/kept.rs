//! Nothing is lost: what is in a folder stays there unless somebody says that it may go.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use predicates::str::contains;

use crate::command::{extract, rows, stderr, triplewire};

const GOOD: &str = "Angela Merkel visited Paris.";
const OTHER: &str = "Barack Obama visited Rome.";

/// The files of a folder and what is in them.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let content = if entry.path().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            (entry.file_name().to_string_lossy().into_owned(), content)
        })
        .collect()
}

/// A folder with a table of one article, and with the result of it.
fn finished() -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("wire.csv"), folder.path().join("out"));
    fs::write(&input, format!("id,text\na,{GOOD}\n")).unwrap();
    extract(&input, &out, &["--quiet"]).assert().success();
    (folder, input, out)
}

#[test]
fn a_finished_result_stays_unless_it_is_to_be_replaced() {
    let (folder, input, out) = finished();
    let before = files(&out);
    let other = folder.path().join("other.csv");
    fs::write(&other, format!("id,text\nb,{OTHER}\n")).unwrap();
    let refused = stderr(&extract(&other, &out, &[]).assert().code(1));
    for part in ["holds a finished result", "wire.csv", "other.csv", "--overwrite"] {
        assert!(refused.contains(part), "{refused}");
    }
    for (args, what) in [
        (&["--max-article-size", "5000"][..], "--max-article-size"),
        (&["--no-default-rules"], "the hash of the rules"),
        (&["--text-column", "text"], "--text-column"),
        (&["--keep-duplicates"], "--keep-duplicates"),
    ] {
        let assert = extract(&input, &out, args).assert().code(1);
        assert!(stderr(&assert).contains(what), "{}", stderr(&assert));
    }
    assert_eq!(files(&out), before);
    let lines = format!("{{\"text\": \"{OTHER}\"}}\n");
    let piped = extract(Path::new("-"), &out, &[]).write_stdin(lines).assert().code(1);
    assert!(stderr(&piped).contains("holds a finished result"), "{}", stderr(&piped));
    assert_eq!(files(&out), before);
    extract(&input, &out, &["--quiet", "--threads", "1"]).assert().success();
    extract(&other, &out, &["--quiet", "--overwrite"]).assert().success();
    assert!(rows(&out.join("mentions.csv")).iter().any(|row| row["text"] == "Barack Obama"));
}

#[test]
fn a_run_that_can_read_nothing_is_an_error_and_changes_nothing() {
    let (folder, input, out) = finished();
    let before = files(&out);
    for args in [&["--text-column", "body"][..], &["--text-column", "body", "--overwrite"]] {
        let assert = extract(&input, &out, args).assert().code(1);
        assert!(stderr(&assert).contains("--text-column"), "{}", stderr(&assert));
        assert_eq!(files(&out), before);
    }
    // Nor does it leave a folder behind.
    let new = folder.path().join("new");
    let assert = extract(&input, &new, &["--text-column", "body"]).assert().code(1);
    assert!(stderr(&assert).contains("nothing to extract from"), "{}", stderr(&assert));
    assert!(!new.exists());
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "id,text\n").unwrap();
    let assert = extract(&empty, &new, &[]).assert().code(1);
    assert!(stderr(&assert).contains("nothing to extract from"), "{}", stderr(&assert));
    assert!(!new.exists());
}

#[test]
fn arguments_are_checked_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("a.txt"), folder.path().join("out"));
    fs::write(&input, GOOD).unwrap();
    for args in [
        &["--rules", "no-such-file.toml"][..],
        &["--without-rule", "no/such-rule"],
        &["--aliases", "none.csv"],
        &["--model", "no-such-model"],
        &["--predicates", "leeds"],
    ] {
        extract(&input, &out, args).assert().code(1);
        assert!(!out.exists(), "{args:?}");
    }
}

#[test]
fn no_threads_and_no_folder_are_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.txt");
    fs::write(&input, GOOD).unwrap();
    let assert = extract(&input, &folder.path().join("out"), &["--threads", "0"]).assert().code(1);
    assert!(stderr(&assert).contains("give a whole number from 1"), "{}", stderr(&assert));
    let assert = extract(&input, &input.join("out"), &[]).assert().code(1);
    let errors = stderr(&assert);
    assert!(errors.contains("A file stands where a folder has to be"), "{errors}");
    assert!(!errors.contains("os error") && !errors.contains("disk space"), "{errors}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_not_a_full_disk() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (input, locked) = (folder.path().join("a.txt"), folder.path().join("locked"));
    fs::write(&input, GOOD).unwrap();
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may do everything may write there, too.
    if fs::write(locked.join("probe"), "").is_ok() {
        return;
    }
    for out in [locked.clone(), locked.join("out")] {
        let assert = extract(&input, &out, &[]).assert().code(1);
        let errors = stderr(&assert);
        assert!(errors.contains("Choose a folder that you may write to"), "{errors}");
        assert!(!errors.contains("disk space") && !errors.contains("os error"), "{errors}");
    }
}

#[test]
fn lines_of_json_may_be_asked_for_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.txt");
    fs::write(&input, GOOD).unwrap();
    let assert = extract(&input, Path::new("-"), &["--format", "jsonl"]).assert().success();
    assert!(assert.get_output().stdout.starts_with(b"{\"id\""));
}

#[test]
fn exports_are_made_of_a_result_and_refuse_what_is_none() {
    let (folder, _, out) = finished();
    let run = |args: &[&str]| triplewire().arg("export").arg(&out).args(args).assert();
    run(&["--to", "xlsx"]).success().stdout(contains("result.xlsx"));
    run(&["--to", "xlsx"]).code(1).stderr(contains("--overwrite"));
    run(&["--to", "sqlite", "--quiet", "--only", "PER,LOC"]).success().stdout("");
    run(&["--to", "gexf", "--only", "Nobody"])
        .code(1)
        .stderr(contains("no entity of this result is called `Nobody`"));
    assert!(!out.join("result.gexf").exists());
    let none = folder.path().join("none");
    triplewire()
        .arg("export")
        .arg(&none)
        .args(["--to", "gexf"])
        .assert()
        .code(1)
        .stderr(contains("no such folder"));
    // The result itself is not among what is read next.
    extract(folder.path(), &out, &["--quiet", "--overwrite"]).assert().success();
}

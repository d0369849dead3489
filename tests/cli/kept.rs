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
    // There is nothing to go on with.
    extract(&other, &out, &["--resume"]).assert().code(1);
    for (args, what) in [
        (&["--max-article-size", "5000"][..], "--max-article-size"),
        (&["--no-default-rules"], "the rules are others now"),
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
    assert!(stderr(&assert).contains("--threads 0: give a whole number from 1"), "{}", stderr(&assert));
    let assert = extract(&input, &input.join("out"), &[]).assert().code(1);
    let errors = stderr(&assert);
    assert!(errors.contains("a file stands where a folder has to be"), "{errors}");
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

#[test]
fn a_merge_replaces_only_what_it_may() {
    let (folder, _, out) = finished();
    let before = files(&out);
    let other = folder.path().join("other.csv");
    fs::write(&other, format!("id,text\nb,{OTHER}\nc,{GOOD}\n")).unwrap();
    let shards = ["1/2", "2/2"].map(|shard| (shard, folder.path().join(&shard[..1])));
    for (shard, to) in &shards {
        extract(&other, to, &["--quiet", "--shard", shard]).assert().success();
    }
    let merge = |args: &[&str]| {
        let mut command = triplewire();
        command
            .args(["merge", "--quiet", "--out"])
            .arg(&out)
            .args(shards.each_ref().map(|it| &it.1))
            .args(args);
        command.assert()
    };
    let refused = stderr(&merge(&[]).code(1));
    for part in ["holds a finished result", "wire.csv", "other.csv", "--overwrite"] {
        assert!(refused.contains(part), "{refused}");
    }
    // Arguments come first.
    merge(&["--overwrite", "--only", "no-such-list.txt"]).code(1);
    assert_eq!(files(&out), before);
    merge(&["--overwrite"]).success();
    assert!(rows(&out.join("mentions.csv")).iter().any(|row| row["text"] == "Barack Obama"));
    // The same again is no other result.
    merge(&[]).success();
    fs::create_dir(out.join(".triplewire")).unwrap();
    merge(&["--overwrite"]).code(1).stderr(contains("unfinished run"));
}

#[test]
fn a_place_for_files_is_looked_at_before_the_work() {
    let (folder, input, out) = finished();
    let taken = input.to_str().unwrap();
    let labels = folder.path().join("labels");
    fs::create_dir(&labels).unwrap();
    fs::write(labels.join("a.txt"), GOOD).unwrap();
    fs::write(labels.join("mentions.csv"), "article,start,end,text,type\na,0,13,Angela Merkel,PER\n")
        .unwrap();
    let [labels, result] = [&labels, &out].map(|path| path.to_str().unwrap());
    for args in [
        &["label", taken, "--to", "csv"][..],
        &["evaluate", "--gold", labels],
        &["agree", labels, labels],
        &["export", result, "--to", "parquet"],
    ] {
        let assert = triplewire().args(args).args(["--out", taken]).assert().code(1);
        let errors = stderr(&assert);
        assert!(errors.contains("a file stands where a folder has to be"), "{args:?}: {errors}");
        assert!(assert.get_output().stdout.is_empty(), "{args:?}");
    }
    for args in [
        &["learn", "--labels", labels, "--out"][..],
        &["export", result, "--to", "xlsx", "--out"],
        &["names", result, "--out"],
        &["view", result, "--out"],
        &["rules", "score", "--gold", labels, "--calibration"],
    ] {
        let assert = triplewire().args(args).arg(labels).assert().code(1);
        let errors = stderr(&assert);
        assert!(errors.contains("a folder of that name is there"), "{args:?}: {errors}");
        assert!(assert.get_output().stdout.is_empty(), "{args:?}");
    }
}

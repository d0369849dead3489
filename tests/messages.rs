//! What the program says, as its users read it: `messages/*.trycmd` are commands with what is printed.
//!
//! They run in a copy of `messages/fixtures`. After a wanted change, run `TRYCMD=overwrite cargo test --test messages` and read
//! what `git diff` says.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}

/// The files below a folder and what is in them.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// Words that only programmers know, or that the system and the crates say.
const FOR_PROGRAMMERS: [&str; 19] = [
    "os error",
    "No such file",
    "Is a directory",
    "File exists",
    "Broken pipe",
    "Permission denied",
    "invalid digit",
    "number too",
    "non-zero type",
    "EOF",
    "deserialize",
    "usize",
    "f64",
    "u64",
    "Some(",
    "panicked",
    "unexpected argument",
    "expected one of",
    "unknown field",
];

#[test]
fn everything_is_said_as_it_was_read_and_approved() {
    let folder = tempfile::tempdir().unwrap();
    copy(&repository("tests/messages/fixtures"), folder.path());
    let before = files(folder.path());
    copy(&repository("seeds"), &folder.path().join("seeds"));
    // Commands run where the test runs.
    std::env::set_current_dir(folder.path()).unwrap();
    let cases = trycmd::TestCases::new();
    cases.register_bin("triplewire", Path::new(env!("CARGO_BIN_EXE_triplewire")));
    // As wide as where there is no terminal.
    cases.env("COLUMNS", "100").case(repository("tests/messages/*.trycmd")).run();
    for name in ["seeds", "result-of-seeds"] {
        fs::remove_dir_all(folder.path().join(name)).unwrap();
    }
    assert!(files(folder.path()) == before, "an error has left or changed something");
}

#[test]
fn nothing_is_said_for_programmers() {
    let mut errors = 0;
    for file in fs::read_dir(repository("tests/messages")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|it| it != "trycmd") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('$')) {
            let word = FOR_PROGRAMMERS.iter().find(|word| line.contains(**word));
            assert_eq!(word, None, "{}: {line}", path.display());
            if line.starts_with("error: ") {
                errors += 1;
                let has_a_remedy = line.contains(". ") || line.contains(": give ") || line.contains("? ");
                assert!(line.ends_with('.') && has_a_remedy, "{}: {line}", path.display());
            }
        }
    }
    assert!(errors >= 60, "{errors} errors");
}

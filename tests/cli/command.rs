//! Running the program and reading what it wrote.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A row of a CSV file by column name.
pub type Row = BTreeMap<String, String>;

/// The program, without arguments yet.
pub fn triplewire() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("triplewire"))
}

/// `triplewire extract INPUT --out OUT --engine rten ARGS...`
pub fn extract(input: &Path, out: &Path, args: &[&str]) -> Command {
    let mut command = triplewire();
    command.arg("extract").arg(input).arg("--out").arg(out).args(["--engine", "rten"]).args(args);
    command
}

/// A file or folder of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The rows of a CSV file.
pub fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    reader.deserialize().map(|row| row.unwrap_or_else(|e| panic!("{}: {e}", file.display()))).collect()
}

/// The header of a CSV file.
pub fn header(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().next().unwrap_or_default().to_owned()
}

/// What the program wrote on standard error.
pub fn stderr(assert: &assert_cmd::assert::Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// Whether any triple of `triples.csv` has these names, and is asserted.
pub fn has_triple(out: &Path, subject: &str, predicate: &str, object: &str) -> bool {
    rows(&out.join("triples.csv")).iter().any(|row| {
        row["subject"] == subject
            && row["predicate"] == predicate
            && row["object"] == object
            && row["negated"] == "false"
    })
}

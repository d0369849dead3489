//! The bundled articles give the rows that were read and approved.
//!
//! Scores are left out and a few rows may differ, so that a change of the arithmetic alone needs no new
//! approval. After a wanted change, run the test with `TRIPLEWIRE_BLESS=1`, read what `git
//! diff tests/golden` shows, and commit it.

use std::collections::BTreeSet;
use std::fs;

use crate::command::{extract, repository, rows};

const FILES: [(&str, &[&str]); 3] = [
    ("mentions", &["article", "start", "end", "text", "type", "entity"]),
    (
        "relations",
        &["article", "subject", "predicate", "object", "negated", "certainty", "attributed_to", "rule"],
    ),
    (
        "triples",
        &[
            "subject",
            "subject_type",
            "predicate",
            "object",
            "object_type",
            "articles",
            "evidence",
            "negated",
            "subject_id",
            "object_id",
        ],
    ),
];

/// Share of rows that may differ from the approved ones.
const TOLERANCE: f64 = 0.03;

#[test]
fn seeds_give_the_approved_rows() {
    let out = tempfile::tempdir().unwrap();
    extract(&repository("seeds"), out.path(), &["--quiet"]).assert().code(0);
    for (name, columns) in FILES {
        let line =
            |row: crate::command::Row| columns.iter().map(|c| row[*c].clone()).collect::<Vec<_>>().join("\t");
        let found: BTreeSet<String> =
            rows(&out.path().join(format!("{name}.csv"))).into_iter().map(line).collect();
        let golden = repository(&format!("tests/golden/{name}.tsv"));
        if std::env::var_os("TRIPLEWIRE_BLESS").is_some() {
            fs::create_dir_all(golden.parent().unwrap()).unwrap();
            let text: String = found.iter().map(|line| format!("{line}\n")).collect();
            fs::write(&golden, text).unwrap();
        }
        let text = fs::read_to_string(&golden).unwrap();
        let approved: BTreeSet<String> = text.lines().map(str::to_owned).collect();
        let differ: Vec<&String> = approved.symmetric_difference(&found).collect();
        let share = differ.len() as f64 / approved.len() as f64;
        assert!(share <= TOLERANCE, "{name}: {share:.3} of the rows differ: {differ:#?}");
    }
}

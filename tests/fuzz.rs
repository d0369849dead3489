//! What the fuzz targets check, on their seeds and on the cases in which they found something; see
//! `tests/fuzz/README.md`.

#![allow(clippy::expect_used)]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[path = "fuzz/check.rs"]
mod check;

/// Runs `target` on every file of its folder, and on pieces of them.
fn run(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/cases").join(name);
    let mut cases = 0;
    for file in fs::read_dir(&folder).expect("a folder for each target") {
        let path = file.expect("a readable folder").path();
        let data = fs::read(&path).expect("a readable case");
        cases += 1;
        let cuts = [data.len(), data.len() * 2 / 3, data.len() / 3];
        for cut in cuts {
            let outcome = catch_unwind(|| target(&data[..cut]));
            assert!(outcome.is_ok(), "{} fails, cut after {cut} bytes", path.display());
        }
    }
    assert!(cases > 0, "{} is empty", folder.display());
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(stringify!($name), check::$name);
            }
        )*

        #[test]
        fn every_target_has_a_test() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/targets");
            for file in fs::read_dir(folder).expect("a folder of targets") {
                let path = file.expect("a readable folder").path();
                let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
                assert!([$(stringify!($name)),*].contains(&&*stem), "{stem} is not in tests/fuzz.rs");
            }
        }
    };
}

targets! {
    txt csv json jsonl html eml mbox docx pdf xlsx xls ods parquet warc
    gold_jsonl gold_conll gold_label_studio gold_brat
    rule_pattern rule_file spans decoder
}

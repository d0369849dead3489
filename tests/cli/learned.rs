//! The second reader, which the bundled models do not have.

use std::fs;

use crate::command::{extract, repository, stderr, triplewire};

const TEXT: &str = "Acme president Bo Lee met Turkish President Recep Tayyip Erdogan.\n";

#[test]
fn a_model_without_one_finds_the_same_whatever_is_asked_of_it() {
    let [input, out] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), TEXT).unwrap();
    let relations = |learned: &str| {
        let out = out.path().join(learned);
        let options = ["--learned", learned, "--without-rule", "learned/works_for"];
        extract(input.path(), &out, &options).assert().code(0);
        fs::read_to_string(out.join("relations.csv")).unwrap()
    };
    let off = relations("off");
    assert!(off.contains("leads/"), "{off}");
    assert_eq!(off, relations("both"));
    let unknown = ["--without-rule", "learned/smells_of"];
    let refused = extract(input.path(), &out.path().join("x"), &unknown).assert().code(1);
    assert!(stderr(&refused).contains("there is no rule `learned/smells_of`"), "{}", stderr(&refused));
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
    let info = triplewire().args(["model", "info", &folder]).assert().code(0);
    let info = String::from_utf8(info.get_output().stdout.clone()).unwrap();
    assert!(info.contains("yes: a second reader of 29 predicates"), "{info}");
    let run = |learned: &str| {
        let out = out.path().join(learned);
        extract(input.path(), &out, &["--model", &folder, "--learned", learned]).assert()
    };
    let refused = run("both").code(1);
    for part in ["relations.safetensors reads 12 numbers of each word", "the model gives 0", "--learned off"]
    {
        assert!(stderr(&refused).contains(part), "{}", stderr(&refused));
    }
    run("off").code(0);
    fs::write(&weights, "no weights").unwrap();
    assert!(stderr(&run("both").code(1)).contains("this is no safetensors file"));
}

//! `model info`: what a folder holds and what is missing.

use std::fs;

use crate::command::{repository, triplewire};

/// What is said about the tiny BERT with another set of files. Of the files of `without`, those that
/// are there are left out; the files of `with` are there, with some content.
fn info(without: &[&str], with: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors", "model.onnx"] {
        if !without.contains(&file) {
            fs::copy(repository("tests/reference/bert").join(file), folder.path().join(file)).unwrap();
        }
    }
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a"].join("\n");
    for file in with.iter().chain(["vocab.txt"].iter().filter(|file| !without.contains(file))) {
        fs::write(folder.path().join(file), &words).unwrap();
    }
    let output = triplewire().args(["model", "info"]).arg(folder.path()).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text.replace(&folder.path().display().to_string(), "FOLDER"))
}

#[test]
fn everything_that_is_missing_is_said_with_what_to_do() {
    type Case<'a> = (&'a [&'a str], &'a [&'a str], i32, &'a [&'a str]);
    let table: [Case; 7] = [
        (&[], &[], 0, &["tokenizer    6 tokens", "weights      FOLDER/model.onnx, 0.1 MB", "yes, in fp32"]),
        (
            &["vocab.txt"],
            &[],
            1,
            &[
                "no tokenizer.json and no vocab.txt",
                "AutoTokenizer.from_pretrained",
                "FOLDER/model.onnx, 0.1 MB",
            ],
        ),
        // One missing file does not hide another.
        (
            &["vocab.txt", "model.onnx"],
            &[],
            1,
            &[
                "no tokenizer.json and no vocab.txt",
                "no model.onnx",
                "optimum-cli export onnx --task token-classification --model FOLDER FOLDER",
            ],
        ),
        (
            &["model.safetensors"],
            &[],
            0,
            &["engine       rust-bert\nweights      FOLDER/model.onnx", "yes, in fp32"],
        ),
        (
            &["model.safetensors", "model.onnx"],
            &["model.onnx"],
            1,
            &["it is damaged or cut off", "optimum-cli export onnx --task token-classification"],
        ),
        (
            &["model.safetensors", "model.onnx"],
            &["pytorch_model.bin"],
            1,
            &[
                "pytorch_model.bin, which no engine reads",
                "AutoModelForTokenClassification",
                "no, as said above",
            ],
        ),
        (
            &["model.safetensors", "model.onnx"],
            &["model.safetensors.index.json"],
            1,
            &["weights are in several files", "max_shard_size"],
        ),
    ];
    for (without, with, code, said) in table {
        let (got, text) = info(without, with);
        assert_eq!(got, Some(code), "{text}");
        for part in said {
            assert!(text.contains(part), "without {without:?}: {part:?} is not in\n{text}");
        }
    }
}

#[test]
fn the_models_beside_the_program_come_before_those_where_it_was_built() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().canonicalize().unwrap();
    // As an archive is unpacked.
    let built = assert_cmd::cargo::cargo_bin!("triplewire");
    let program = here.join("unpacked").join(built.file_name().unwrap());
    let model = here.join("unpacked/models/newswire");
    fs::create_dir_all(&model).unwrap();
    // Copies of a program that is executed at once are busy now and then, links are not.
    fs::hard_link(built, &program).or_else(|_| fs::copy(built, &program).map(drop)).unwrap();
    for file in ["config.json", "model.onnx", "tokenizer.json"] {
        fs::copy(repository("models/newswire").join(file), model.join(file)).unwrap();
    }
    let said = |program: &std::path::Path| {
        let output = std::process::Command::new(program)
            .args(["model", "info", "newswire"])
            .current_dir(&here)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let expected = format!("folder       {}", model.display());
    assert!(said(&program).contains(&expected), "{}", said(&program));
    #[cfg(unix)]
    {
        let link = here.join("triplewire");
        std::os::unix::fs::symlink(&program, &link).unwrap();
        assert!(said(&link).contains(&expected), "{}", said(&link));
    }
}

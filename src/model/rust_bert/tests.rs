//! Against the reference logits in `tests/reference`, which `make.py` there got from Hugging Face.

use std::path::Path;

use super::RustBertEngine;
use crate::error::Error;
use crate::model::engine::{Batch, Engine, Precision};
use crate::model::folder::ModelFolder;
use crate::model::reference::{ARCHITECTURES, Reference, folder};

fn open(folder: &Path, precision: Precision, workers: usize) -> crate::Result<RustBertEngine> {
    RustBertEngine::open(&ModelFolder::open(folder)?, precision, workers)
}

fn architecture(name: &str, precision: Precision, workers: usize) -> (RustBertEngine, Reference) {
    let reference = Reference::read(&folder(name).join("reference.json"));
    let engine = open(&folder(name), precision, workers).unwrap();
    (engine, reference)
}

#[test]
fn every_architecture_scores_as_hugging_face_does() {
    for (precision, tolerance) in [(Precision::Full, 1e-4), (Precision::Fastest, 0.1)] {
        let distances = ARCHITECTURES.map(|name| {
            let (engine, reference) = architecture(name, precision, 1);
            (name, reference.distance(&engine.label_scores(&reference.batch()).unwrap()))
        });
        assert!(distances.iter().all(|&(_, distance)| distance < tolerance), "{precision:?}: {distances:?}");
    }
}

/// Of a folder without safetensors the weights in its ONNX file are the same, or too few to go on with.
#[test]
fn weights_of_a_graph_score_as_those_of_the_checkpoint() {
    for name in ARCHITECTURES {
        let copy = tempfile::tempdir().unwrap();
        for file in ["config.json", "model.onnx"] {
            std::fs::copy(folder(name).join(file), copy.path().join(file)).unwrap();
        }
        let (engine, reference) = architecture(name, Precision::Full, 1);
        let expected = engine.label_scores(&reference.batch()).unwrap();
        match open(copy.path(), Precision::Full, 1) {
            Ok(engine) => assert_eq!(engine.label_scores(&reference.batch()).unwrap(), expected, "{name}"),
            Err(error) => {
                let error = error.to_string();
                assert!(name != "bert" && error.contains("Use `--engine rten`"), "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_window_scores_the_same_alone_and_in_a_batch() {
    for name in ARCHITECTURES {
        let (engine, reference) = architecture(name, Precision::Full, 1);
        let batched = engine.label_scores(&reference.batch()).unwrap();
        for row in 0..reference.rows {
            let row_of = |ids: &[i64]| ids[row * reference.width..][..reference.width].to_vec();
            let width = row_of(&reference.attention_mask).iter().sum::<i64>() as usize;
            let alone = engine.label_scores(&Batch {
                rows: 1,
                width,
                input_ids: row_of(&reference.input_ids)[..width].to_vec(),
                attention_mask: vec![1; width],
                token_type_ids: row_of(&reference.token_type_ids)[..width].to_vec(),
            });
            let alone = alone.unwrap();
            for token in 0..width {
                for (a, b) in alone.token(0, token).iter().zip(batched.token(row, token)) {
                    assert!((a - b).abs() < 1e-4, "{name}, row {row}, token {token}: {a} alone, {b} batched");
                }
            }
        }
    }
}

#[test]
fn more_threads_than_workers_get_the_same_scores() {
    let (engine, reference) = architecture("bert", Precision::Full, 2);
    let expected = engine.label_scores(&reference.batch()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(engine.label_scores(&reference.batch()).unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn the_bundled_model_scores_as_hugging_face_does() {
    let reference = Reference::read(&folder("newswire.json"));
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
    let full = open(&model, Precision::Full, 1).unwrap();
    let distance = reference.distance(&full.label_scores(&reference.batch()).unwrap());
    assert!(distance < 1e-4, "fp32: {distance}");

    let fastest = open(&model, Precision::Fastest, 1).unwrap();
    let distance = reference.distance(&fastest.label_scores(&reference.batch()).unwrap());
    assert!(distance < 0.2, "{}: {distance}", fastest.precision());
}

/// An error without its remedy, which is that of every engine.
fn told(error: &Error) -> String {
    let said = error.to_string();
    let (what, _) = said.split_once(". Use another with --engine").expect("there is a remedy");
    what.to_owned()
}

#[test]
fn inputs_that_the_model_cannot_take_are_errors() {
    let (engine, reference) = architecture("bert", Precision::Full, 1);
    let error = |change: &dyn Fn(&mut Batch)| {
        let mut batch = reference.batch();
        change(&mut batch);
        told(&engine.label_scores(&batch).unwrap_err())
    };
    assert_eq!(
        error(&|batch| batch.input_ids[1] = 60),
        "engine rust-bert: token 60 from the tokenizer, but the model knows those below 60"
    );
    assert_eq!(
        error(&|batch| batch.token_type_ids[1] = 5),
        "engine rust-bert: token type 5, but the model knows those below 5"
    );
    let wide = Batch {
        rows: 1,
        width: 41,
        input_ids: vec![1; 41],
        attention_mask: vec![1; 41],
        token_type_ids: vec![0; 41],
    };
    assert_eq!(
        told(&engine.label_scores(&wide).unwrap_err()),
        "engine rust-bert: a window of 41 tokens, but the model has 40 positions"
    );
}

#[test]
fn a_panic_of_libtorch_is_an_error_and_leaves_the_network_in_the_pool() {
    let (engine, _) = architecture("bert", Precision::Full, 1);
    let error = engine.networks.with(|_| panic!("Torch({:?})", "out of memory")).unwrap_err();
    assert_eq!(told(&error), "engine rust-bert: Torch(\"out of memory\")");
    assert_eq!(engine.networks.with(|_| 1).unwrap(), 1);
}

/// A copy of the tiny BERT to spoil.
fn spoilt(spoil: impl FnOnce(&Path)) -> String {
    let copy = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(folder("bert").join(file), copy.path().join(file)).unwrap();
    }
    spoil(copy.path());
    let error = open(copy.path(), Precision::Full, 1).err().unwrap().to_string();
    error.replace(&format!("{}/", copy.path().display()), "")
}

fn edit_config(folder: &Path, key: &str, value: serde_json::Value) {
    let path = folder.join("config.json");
    let mut config: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    config[key] = value;
    std::fs::write(path, config.to_string()).unwrap();
}

/// Rewrites the weights without those whose name has `part` in it.
fn drop_weights(folder: &Path, part: &str) {
    let path = folder.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let kept = weights.tensors().into_iter().filter(|(name, _)| !name.contains(part));
    std::fs::write(path, safetensors::serialize(kept, None).unwrap()).unwrap();
}

#[test]
fn folders_that_do_not_fit_are_named_with_the_remedy() {
    let weights = |folder: &Path| folder.join("model.safetensors");
    let cases = [
        (
            spoilt(|folder| std::fs::remove_file(weights(folder)).unwrap()),
            ["model.safetensors", "model folder"],
        ),
        (
            spoilt(|folder| {
                std::fs::write(weights(folder), "version https://git-lfs.github.com/spec/v1").unwrap()
            }),
            ["no safetensors file", "git lfs pull"],
        ),
        (
            spoilt(|folder| {
                let bytes = std::fs::read(weights(folder)).unwrap();
                std::fs::write(weights(folder), &bytes[..bytes.len() - 10]).unwrap();
            }),
            ["bytes instead of", "Copy or download the file again"],
        ),
        (
            spoilt(|folder| {
                std::fs::remove_file(weights(folder)).unwrap();
                std::fs::write(folder.join("model.onnx"), "no graph at all").unwrap();
            }),
            ["model.onnx: this is no ONNX file", "Export the model again"],
        ),
        (spoilt(|folder| drop_weights(folder, "classifier")), ["no token-classification head", "fine-tuned"]),
        (
            spoilt(|folder| edit_config(folder, "id2label", serde_json::json!({"0": "O", "1": "B-PER"}))),
            ["it gives 5 labels, but config.json names 2 (`id2label`)", "saved with these weights"],
        ),
        (
            spoilt(|folder| drop_weights(folder, "layer.1.attention")),
            ["it lacks 10 of the weights", "`bert.encoder.layer.1.attention.output.LayerNorm.bias`"],
        ),
        (
            spoilt(|folder| edit_config(folder, "intermediate_size", 25.into())),
            [
                "`bert.encoder.layer.0.intermediate.dense.bias` has the shape [24]",
                "config.json asks for [25]",
            ],
        ),
        (
            spoilt(|folder| edit_config(folder, "model_type", "gpt2".into())),
            ["config.json", "model_type `gpt2`"],
        ),
        (spoilt(|folder| edit_config(folder, "hidden_act", "snake".into())), ["config.json", "`snake`"]),
        (
            spoilt(|folder| edit_config(folder, "num_attention_heads", 3.into())),
            ["config.json", "3 attention heads"],
        ),
        (
            spoilt(|folder| edit_config(folder, "vocab_size", 0.into())),
            ["config.json", "no sensible `vocab_size`"],
        ),
    ];
    for (message, parts) in cases {
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

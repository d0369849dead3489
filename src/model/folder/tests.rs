use super::*;
use crate::model::engine_kind::EngineKind;
use std::fs;

const CONFIG: &str = r#"{"id2label": {"0": "O", "1": "B-PER", "2": "I-PER"}, "model_type": "bert",
                             "vocab_size": 12, "max_position_embeddings": 64, "type_vocab_size": 2}"#;
const VOCAB: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n##b\ncafe\nu\n.\ns\nNATO\n";

/// Names and contents.
type Files<'a> = Vec<(&'a str, &'a str)>;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

#[test]
fn labels_come_in_the_order_of_their_numbers() {
    let many: Vec<String> = (0..12)
        .map(|i| format!("\"{i}\": \"{}\"", if i == 0 { "O".into() } else { format!("B-t{i}") }))
        .collect();
    let config = format!("{{\"id2label\": {{{}}}}}", many.join(", "));
    let folder = folder(&[("config.json", &config)]);
    let opened = ModelFolder::open(folder.path()).unwrap();
    assert_eq!(opened.labels[10], Label::parse("B-t10"));
    assert_eq!(opened.labels[2], Label::parse("B-t2"));
}

#[test]
fn a_folder_without_model_toml_has_defaults() {
    let folder = folder(&[("config.json", CONFIG)]);
    let opened = ModelFolder::open(folder.path()).unwrap();
    assert_eq!((opened.window, opened.positions, opened.pad_id()), (64, 64, 0));
    assert_eq!((opened.token_types, opened.temperature), (TokenTypes::Segment, 1.0));
    assert_eq!(opened.labelled_pieces, LabelledPieces::First);
    assert_eq!(opened.name, folder.path().file_name().unwrap().to_str().unwrap());
}

#[test]
fn roberta_has_fewer_positions_than_its_table() {
    let config = CONFIG.replace("\"bert\"", "\"xlm-roberta\"").replace("64", "514");
    let opened = ModelFolder::open(folder(&[("config.json", &config)]).path()).unwrap();
    assert_eq!((opened.positions, opened.window, opened.pad_id()), (512, 128, 1));
}

#[test]
fn errors_name_the_file_and_the_remedy() {
    let named = |toml: &'static str| vec![("config.json", CONFIG), ("model.toml", toml)];
    let id2label = |labels: &'static str| vec![("config.json", labels)];
    let table: Vec<(Files, &[&str])> = vec![
        (vec![], &["config.json: no such file", "tokenizer.json"]),
        (vec![("config.json", "{\"id2label\"")], &["config.json: it ends in the middle", "Fetch"]),
        (id2label("{}"), &["config.json: no id2label", "token-classification"]),
        (id2label(r#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#), &["only LABEL_0", "Use a token"]),
        (id2label(r#"{"id2label": {"0": "O", "2": "B-PER"}}"#), &["2 labels", "the id 2"]),
        (id2label(r#"{"id2label": {"0": "PER", "1": "LOC"}}"#), &["has no O"]),
        (id2label(r#"{"id2label": {"0": "O"}}"#), &["no label but O"]),
        (
            id2label(
                r#"{"id2label": {"0": "O", "1": "B-PER", "2": "pos:NOUN", "3": "rel:obj", "4": "dep:0"}}"#,
            ),
            &["1 pos:, 1 rel:, 1 dep: and 0 head:", "dep: as often as head:"],
        ),
        (named("name = \"x\"\nwindows = 3"), &["model.toml, line 2", "windows", "The keys are name"]),
        (named("token_types = \"case\""), &["model.toml, line 1", "case", "letter-case"]),
        (
            named("token_types = \"letter-case\""),
            &["needs a model with 5 token types", "type_vocab_size = 2"],
        ),
        (named("window = 65"), &["model.toml: window = 65", "64 positions", "64 at most"]),
        (named("window = 3"), &["window = 3", "16 or more"]),
        (named("temperature = 0.0"), &["model.toml: temperature = 0", "0.1 or more", "10 at most"]),
        (named("temperature = nan"), &["temperature = NaN"]),
    ];
    for (files, expected) in table {
        let folder = folder(&files);
        let error = ModelFolder::open(folder.path()).unwrap_err().to_string();
        for part in expected {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
    }
    let error = ModelFolder::open(Path::new("no/such/folder")).unwrap_err().to_string();
    assert!(error.contains("model no/such/folder: no such folder"), "{error}");
}

#[test]
fn missing_weights_name_the_engine_that_has_them() {
    let empty = folder(&[("config.json", CONFIG)]);
    let opened = ModelFolder::open(empty.path()).unwrap();
    let error = opened.weights(EngineKind::Rten).unwrap_err().to_string();
    assert!(error.contains("no model.onnx, the weights that the engine rten reads"), "{error}");
    let error = opened.weights(EngineKind::RustBert).unwrap_err().to_string();
    assert!(error.contains("no model.safetensors and no model.onnx"), "{error}");
    let onnx_only = folder(&[("config.json", CONFIG), ("model.onnx", "x")]);
    let opened = ModelFolder::open(onnx_only.path()).unwrap();
    assert!(opened.weights(EngineKind::RustBert).unwrap().ends_with("model.onnx"));
    // SHA-256 of the letter x.
    assert!(opened.hash(EngineKind::Rten).unwrap().starts_with("2d711642b726b04401627ca9fbac32f5"));
    let libtorch_only = folder(&[("config.json", CONFIG), ("model.safetensors", "x")]);
    let error =
        ModelFolder::open(libtorch_only.path()).unwrap().weights(EngineKind::Rten).unwrap_err().to_string();
    assert!(error.contains("rust-bert"), "{error}");
}

#[test]
fn a_vocabulary_makes_a_tokenizer_that_lowers_as_it_should() {
    let ids = |files: &[(&str, &str)], text: &str| {
        let folder = folder(&[&[("config.json", CONFIG), ("vocab.txt", VOCAB)], files].concat());
        let tokenizer = ModelFolder::open(folder.path()).unwrap().tokenizer().unwrap();
        tokenizer.encode(text, true).unwrap().get_ids().to_vec()
    };
    // The vocabulary has capitals, so it is cased unless the configuration says otherwise.
    assert_eq!(ids(&[], "NATO Ab café"), [2, 11, 1, 1, 3]);
    let lower = ("tokenizer_config.json", r#"{"do_lower_case": true}"#);
    assert_eq!(ids(&[lower], "Ab Café U.S. [SEP]").len(), 12);
    assert_eq!(ids(&[lower], "Ab Café U.S.")[..4], [2, 4, 6, 7]);
    let cased = ("tokenizer_config.json", r#"{"do_lower_case": false, "strip_accents": true}"#);
    assert_eq!(ids(&[cased], "NATO café"), [2, 11, 7, 3]);
}

#[test]
fn tokenizers_that_do_not_fit_are_refused() {
    let error = |files: &[(&str, &str)]| {
        let folder = folder(files);
        ModelFolder::open(folder.path()).unwrap().tokenizer().unwrap_err().to_string()
    };
    assert!(error(&[("config.json", CONFIG)]).contains("no tokenizer.json and no vocab.txt"));
    assert!(error(&[("config.json", CONFIG), ("tokenizer.json", "{}")]).contains("it is no tokenizer"));
    let longer = format!("{VOCAB}more\n");
    let fits_not = error(&[("config.json", CONFIG), ("vocab.txt", &longer)]);
    assert!(fits_not.contains("it has 13 tokens, and the model of config.json 12"), "{fits_not}");
    let no_unknown = VOCAB.replace("[UNK]", "x");
    assert!(error(&[("config.json", CONFIG), ("vocab.txt", &no_unknown)]).contains("no [UNK]"));
    let roberta = CONFIG.replace("\"bert\"", "\"roberta\"");
    assert!(error(&[("config.json", &roberta), ("vocab.txt", VOCAB)]).contains("more than a list of words"));
}

#[test]
fn scores_must_be_as_many_as_labels() {
    let folder = folder(&[("config.json", CONFIG)]);
    let opened = ModelFolder::open(folder.path()).unwrap();
    let error = opened.check_outputs(&opened.onnx(), 9).unwrap_err().to_string();
    assert!(error.contains("it scores 9 labels, and config.json names 3"), "{error}");
}

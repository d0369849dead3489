//! What a model folder must hold: an ordinary Hugging Face token-classification folder.
//!
//! `config.json` names the labels, `tokenizer.json` (or `vocab.txt`) the vocabulary,
//! `model.safetensors` or `model.onnx` holds the weights. An optional `model.toml` says what those
//! files cannot; see [`ModelFolder::open`].

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Tokenizer};

use crate::error::{Error, Place, Result, words};
use crate::model::engine_kind::EngineKind;
use crate::model::labels::Label;
use crate::model::outputs::Outputs;

/// What goes into `token_type_ids`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenTypes {
    /// Zero everywhere, as for a single segment.
    #[default]
    Segment,
    /// The letter case of the token's pre-token: 0 no letter, 1 lower, 2 Capitalised or a single
    /// capital, 3 ALL CAPS, 4 mixed.
    LetterCase,
}

/// Which pieces of a word carry its label, and with that what counts as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelledPieces {
    /// The first piece of each word, as in most models of the Hugging Face hub. Words are those of
    /// [`crate::text::words`], which come close to the tokens of hand-labelled corpora.
    #[default]
    First,
    /// Every piece. Words are maximal runs of letters and digits, and every other character by
    /// itself, so that a mention may begin or end at any punctuation mark.
    Every,
}

/// An opened model folder: its configuration and where its files are.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    path: PathBuf,
    /// The labels of names, in the order of their scores.
    pub labels: Vec<Label>,
    /// What all scores of a token mean, those of `labels` among them.
    pub outputs: Outputs,
    /// What `token_type_ids` carry.
    pub token_types: TokenTypes,
    /// Which pieces of a word carry its label.
    pub labelled_pieces: LabelledPieces,
    /// Longest window in tokens, special tokens included.
    pub window: usize,
    /// What logits are divided by before they become the scores of mentions.
    pub temperature: f32,
    /// The name in `model.toml`, else the folder's own.
    pub name: String,
    /// The licence in `model.toml`.
    pub licence: Option<String>,
    /// The architecture, as `config.json` names it: `bert`, `roberta`; empty if it does not.
    pub model_type: String,
    /// How many tokens the model has positions for, special tokens included.
    pub positions: usize,
    pad_id: u32,
    vocab_size: Option<usize>,
}

/// `config.json`, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Config {
    id2label: Option<BTreeMap<String, String>>,
    #[serde(default)]
    model_type: String,
    pad_token_id: Option<i64>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    vocab_size: Option<usize>,
}

/// `model.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extras {
    name: Option<String>,
    licence: Option<String>,
    window: Option<usize>,
    temperature: Option<f32>,
    token_types: Option<TokenTypes>,
    labelled_pieces: Option<LabelledPieces>,
}

/// `tokenizer_config.json`, as far as a `vocab.txt` needs it.
#[derive(Debug, Default, Deserialize)]
struct TokenizerConfig {
    do_lower_case: Option<bool>,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: Option<bool>,
}

/// The window of a model whose `model.toml` says nothing.
const DEFAULT_WINDOW: usize = 128;
/// Below this a window holds no context worth the name.
const SHORTEST_WINDOW: usize = 16;
/// Below this, and above its inverse, scores say nothing any more.
const LOWEST_TEMPERATURE: f32 = 0.1;
/// Ids of [`TokenTypes::LetterCase`].
const LETTER_CASES: usize = 5;

const HOW_TO_GET_A_FOLDER: &str = "A model folder holds config.json, tokenizer.json, and model.safetensors or \
                                   model.onnx; `triplewire model list` shows the models at hand";

impl ModelFolder {
    /// Reads `config.json` and, if there, `model.toml`. Weights and tokenizer are not opened.
    ///
    /// `model.toml` may set
    ///
    /// | key | value | default |
    /// |---|---|---|
    /// | `name` | how outputs call the model | the folder's name |
    /// | `licence` | an SPDX identifier | none |
    /// | `window` | longest window in tokens, special tokens included | 128, or fewer if the model has fewer positions |
    /// | `temperature` | what logits are divided by before they become scores of mentions, so that a score says how often such a mention is right; what is found stays the same | 1 |
    /// | `token_types` | `"segment"` or `"letter-case"`, see [`TokenTypes`] | `"segment"` |
    /// | `labelled_pieces` | `"first"` or `"every"`, see [`LabelledPieces`] | `"first"` |
    ///
    /// and nothing else.
    ///
    /// # Errors
    /// If the folder or `config.json` is missing or cannot be understood, if the labels say
    /// nothing (`LABEL_0`), or if `model.toml` has an unknown key or asks for what the model lacks.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let problem = if path.exists() { "not a folder" } else { "no such folder" };
            return Err(Error::model(path, problem, HOW_TO_GET_A_FOLDER));
        }
        let config = read_config(&path.join("config.json"))?;
        let extras = read_extras(&path.join("model.toml"))?;
        let (outputs, labels) = outputs(&path.join("config.json"), config.id2label.as_ref())?;
        let positions = positions(&config);
        let window = window(path, extras.window, positions)?;
        let temperature = temperature(path, extras.temperature)?;
        let token_types = extras.token_types.unwrap_or_default();
        let types = config.type_vocab_size.unwrap_or(0);
        if token_types == TokenTypes::LetterCase && types < LETTER_CASES {
            return Err(Error::model(
                path.join("model.toml"),
                format!(
                    "token_types = \"letter-case\" needs a model with {LETTER_CASES} token types, and \
                     config.json says type_vocab_size = {types}"
                ),
                "Remove token_types unless the model was trained with letter cases",
            ));
        }
        let folder_name = || {
            let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            full.file_name().map_or_else(|| "model".to_owned(), |n| n.to_string_lossy().into_owned())
        };
        Ok(ModelFolder {
            path: path.to_owned(),
            labels,
            outputs,
            token_types,
            labelled_pieces: extras.labelled_pieces.unwrap_or_default(),
            window,
            temperature,
            name: extras.name.unwrap_or_else(folder_name),
            licence: extras.licence,
            pad_id: pad_id(&config),
            model_type: config.model_type,
            positions,
            vocab_size: config.vocab_size,
        })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the libtorch weights are, or would be.
    pub fn safetensors(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// Where the ONNX graph is, or would be: `model.onnx`, or `onnx/model.onnx` as on the hub.
    pub fn onnx(&self) -> PathBuf {
        let hub_style = self.path.join("onnx").join("model.onnx");
        let here = self.path.join("model.onnx");
        if !here.is_file() && hub_style.is_file() { hub_style } else { here }
    }

    /// The weights that an engine reads: `rten` those in `model.onnx`, `rust-bert` those in `model.safetensors`
    /// and, where that is missing, also those in `model.onnx`.
    ///
    /// # Errors
    /// If they are not there; the message says which engine has its weights in this folder.
    pub fn weights(&self, engine: EngineKind) -> Result<PathBuf> {
        let (safetensors, onnx) = (self.safetensors(), self.onnx());
        if engine == EngineKind::RustBert && safetensors.is_file() {
            return Ok(safetensors);
        }
        if onnx.is_file() {
            return Ok(onnx);
        }
        let export = format!(
            "`optimum-cli export onnx --task token-classification --model {0} {0}`",
            self.path.display()
        );
        let remedy = if safetensors.is_file() && cfg!(feature = "rust-bert") {
            format!("It has model.safetensors: use `--engine rust-bert`, or export it to ONNX ({export})")
        } else if safetensors.is_file() {
            format!(
                "It has model.safetensors, which the engine rust-bert runs: build with it (`make build`), or \
                 export the model to ONNX (in Python's optimum, {export})"
            )
        } else if self.path.join("pytorch_model.bin").is_file() {
            "It has pytorch_model.bin, which no engine reads: convert it (in Python, \
             `AutoModelForTokenClassification.from_pretrained(folder).save_pretrained(folder)`)"
                .to_owned()
        } else if self.path.join("model.safetensors.index.json").is_file() {
            "Its weights are in several files: save them as one (in Python, \
             `AutoModelForTokenClassification.from_pretrained(folder).save_pretrained(folder, \
             max_shard_size=\"100GB\")`)"
                .to_owned()
        } else {
            HOW_TO_GET_A_FOLDER.to_owned()
        };
        let files = match engine {
            EngineKind::RustBert => "model.safetensors and no model.onnx",
            EngineKind::Rten => "model.onnx",
        };
        Err(Error::model(
            &self.path,
            format!("no {files}, the weights that the engine {} reads", engine.name()),
            remedy,
        ))
    }

    /// The SHA-256 of the weights that an engine reads, in hexadecimal.
    ///
    /// # Errors
    /// If the weights are not there or cannot be read.
    pub fn hash(&self, engine: EngineKind) -> Result<String> {
        sha256(&self.weights(engine)?)
    }

    /// Checks that a model gives as many scores for a token as `config.json` names.
    pub(crate) fn check_outputs(&self, weights: &Path, outputs: usize) -> Result<()> {
        if outputs == self.outputs.count {
            return Ok(());
        }
        Err(Error::model(
            weights,
            format!("it scores {outputs} labels, and config.json names {}", self.outputs.count),
            "Take config.json and the weights from the same model",
        ))
    }

    /// The padding token's id.
    pub fn pad_id(&self) -> u32 {
        self.pad_id
    }

    /// The tokenizer, with its own padding and truncation switched off. Text that looks like a
    /// special token (`[SEP]`) is plain text to it.
    ///
    /// # Errors
    /// If `tokenizer.json` (or `vocab.txt`) is missing, broken, or larger than the model's
    /// vocabulary.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let (file, vocab) = (self.path.join("tokenizer.json"), self.path.join("vocab.txt"));
        let (file, mut tokenizer) = if file.is_file() {
            let read = Tokenizer::from_file(&file).map_err(|_| {
                Error::model(&file, "it is no tokenizer", "Fetch the file again from the model's source")
            })?;
            (file, read)
        } else if vocab.is_file() {
            let built = self.tokenizer_of_vocabulary(&vocab)?;
            (vocab, built)
        } else {
            return Err(Error::model(
                &self.path,
                "no tokenizer.json and no vocab.txt",
                "Fetch tokenizer.json from the model's source, or make it (in Python, \
                 `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`)",
            ));
        };
        tokenizer.with_padding(None);
        tokenizer.set_encode_special_tokens(true);
        let broken = |e: tokenizers::Error| {
            Error::model(
                &file,
                format!("the tokenizer fails: {}", words::plain(&e.to_string())),
                "Fetch the file again from the model's source",
            )
        };
        tokenizer.with_truncation(None).map_err(broken)?;
        let size = tokenizer.get_vocab_size(true);
        if let Some(room) = self.vocab_size.filter(|&room| room < size) {
            return Err(Error::model(
                &file,
                format!("it has {size} tokens, and the model of config.json {room}"),
                "Take both files from the same model",
            ));
        }
        // A vocabulary without its unknown token fails on the first odd character, so try one here.
        for probe in ["a", "\u{10FFFD}"] {
            tokenizer.encode(probe, true).map_err(broken)?;
        }
        Ok(tokenizer)
    }

    /// BERT's own tokenizer from its list of word pieces.
    fn tokenizer_of_vocabulary(&self, vocab: &Path) -> Result<Tokenizer> {
        const WORD_PIECE_MODELS: [&str; 8] =
            ["", "bert", "convbert", "distilbert", "electra", "mobilebert", "nezha", "squeezebert"];
        if !WORD_PIECE_MODELS.contains(&self.model_type.as_str()) {
            return Err(Error::model(
                vocab,
                format!("a {} model needs more than a list of words", self.model_type),
                "Fetch tokenizer.json from the model's source, or make it (in Python, \
                 `AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`)",
            ));
        }
        let broken =
            |problem: String| Error::model(vocab, problem, "Fetch the file again from the model's source");
        let config_file = self.path.join("tokenizer_config.json");
        let config: TokenizerConfig = match fs::read_to_string(&config_file) {
            Ok(json) => serde_json::from_str(&json).map_err(|e| no_json(&config_file, &e))?,
            Err(_) => TokenizerConfig::default(),
        };
        let words = WordPiece::read_file(&vocab.to_string_lossy())
            .map_err(|_| broken("it is no list of words".to_owned()))?;
        // Upper-case letters are of use only to a tokenizer that keeps them.
        let has_capitals = fs::read_to_string(vocab)
            .map_err(|e| Error::io(vocab, e, "Make the file readable"))?
            .lines()
            .any(|word| !word.starts_with('[') && word.chars().any(char::is_uppercase));
        let id = |token: &str| {
            words.get(token).copied().ok_or_else(|| broken(format!("no {token} in the vocabulary")))
        };
        let special = (("[SEP]".to_owned(), id("[SEP]")?), ("[CLS]".to_owned(), id("[CLS]")?));
        id("[UNK]")?;
        let model = WordPiece::builder()
            .vocab(words)
            .unk_token("[UNK]".to_owned())
            .build()
            .map_err(|_| broken("no tokenizer can be made of it".to_owned()))?;
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_normalizer(Some(BertNormalizer::new(
            true,
            config.tokenize_chinese_chars.unwrap_or(true),
            config.strip_accents,
            config.do_lower_case.unwrap_or(!has_capitals),
        )));
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
        tokenizer.with_post_processor(Some(BertProcessing::new(special.0, special.1)));
        let names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        let known: Vec<AddedToken> = names
            .iter()
            .filter(|name| tokenizer.token_to_id(name).is_some())
            .map(|name| AddedToken::from(*name, true))
            .collect();
        tokenizer.add_special_tokens(&known);
        Ok(tokenizer)
    }
}

fn no_json(file: &Path, error: &serde_json::Error) -> Error {
    Error::model(file, words::json(error), "Fetch the file again from the model's source")
}

fn read_config(file: &Path) -> Result<Config> {
    let bytes = fs::read(file).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => {
            Error::model(file, "no such file", format!("It comes with every model. {HOW_TO_GET_A_FOLDER}"))
        }
        _ => Error::io(file, e, "Make the file readable"),
    })?;
    serde_json::from_slice(&bytes).map_err(|e| no_json(file, &e))
}

fn read_extras(file: &Path) -> Result<Extras> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Extras::default()),
        Err(e) => return Err(Error::io(file, e, "Make the file readable, or remove it")),
    };
    toml::from_str(&text).map_err(|e| {
        let line = e.span().map_or(1, |s| 1 + text[..s.start].matches('\n').count() as u64);
        Error::config(
            Place::line(file, line),
            words::toml(&e),
            "The keys are name, licence, window, temperature, token_types (\"segment\" or \"letter-case\") and \
             labelled_pieces (\"first\" or \"every\")",
        )
    })
}

fn outputs(file: &Path, id2label: Option<&BTreeMap<String, String>>) -> Result<(Outputs, Vec<Label>)> {
    let wrong = |problem: String| {
        Error::model(
            file,
            problem,
            "Use a token-classification model whose config.json names its labels in id2label, such as \
             \"0\": \"O\", \"1\": \"B-PER\"",
        )
    };
    let names = match id2label {
        Some(names) if !names.is_empty() => names,
        _ => return Err(wrong("no id2label".into())),
    };
    let mut by_id = vec![None; names.len()];
    for (id, name) in names {
        let slot = id.parse::<usize>().ok().and_then(|id| by_id.get_mut(id));
        match slot {
            Some(slot) if slot.is_none() => *slot = Some(name),
            _ => return Err(wrong(format!("id2label has {} labels, and one has the id {id}", names.len()))),
        }
    }
    let names: Vec<&String> = by_id.into_iter().flatten().collect();
    if names.iter().all(|name| name.starts_with("LABEL_")) {
        return Err(wrong("id2label has only LABEL_0, LABEL_1 and so on, which say nothing".into()));
    }
    let (outputs, labels) = Outputs::read(&names).map_err(wrong)?;
    if !labels.contains(&Label::Outside) {
        return Err(wrong("id2label has no O, the label of words outside of names".into()));
    }
    if labels.iter().all(|&label| label == Label::Outside) {
        return Err(wrong("id2label has no label but O".into()));
    }
    Ok((outputs, labels))
}

/// Tokens that the model has positions for. The RoBERTa family counts positions from the padding
/// id plus one, so it has two fewer than its table is long.
fn positions(config: &Config) -> usize {
    let table = config.max_position_embeddings.unwrap_or(512);
    if is_roberta(&config.model_type) { table.saturating_sub(pad_id(config) as usize + 1) } else { table }
}

fn is_roberta(model_type: &str) -> bool {
    const FAMILY: [&str; 9] = [
        "roberta",
        "xlm-roberta",
        "xlm-roberta-xl",
        "camembert",
        "roberta-prelayernorm",
        "data2vec-text",
        "longformer",
        "mpnet",
        "xmod",
    ];
    FAMILY.contains(&model_type)
}

fn pad_id(config: &Config) -> u32 {
    let usual = if is_roberta(&config.model_type) { 1 } else { 0 };
    config.pad_token_id.and_then(|id| u32::try_from(id).ok()).unwrap_or(usual)
}

fn window(path: &Path, asked: Option<usize>, positions: usize) -> Result<usize> {
    if let Some(asked) = asked.filter(|&asked| asked > positions || asked < SHORTEST_WINDOW) {
        return Err(Error::model(
            path.join("model.toml"),
            format!("window = {asked}, and the model has {positions} positions"),
            format!("Set window to {SHORTEST_WINDOW} or more, and {positions} at most"),
        ));
    }
    let window = asked.unwrap_or_else(|| DEFAULT_WINDOW.min(positions));
    if window < SHORTEST_WINDOW {
        return Err(Error::model(
            path.join("config.json"),
            format!("max_position_embeddings leaves room for {window} tokens"),
            "Use a model that reads longer texts",
        ));
    }
    Ok(window)
}

fn temperature(path: &Path, asked: Option<f32>) -> Result<f32> {
    match asked {
        Some(asked) if !(LOWEST_TEMPERATURE..=1.0 / LOWEST_TEMPERATURE).contains(&asked) => {
            Err(Error::model(
                path.join("model.toml"),
                format!("temperature = {asked}"),
                format!(
                    "Set temperature to {LOWEST_TEMPERATURE} or more, and {} at most",
                    1.0 / LOWEST_TEMPERATURE
                ),
            ))
        }
        asked => Ok(asked.unwrap_or(1.0)),
    }
}

fn sha256(file: &Path) -> Result<String> {
    let failed = |e| Error::io(file, e, "Make the file readable");
    let mut source = fs::File::open(file).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match source.read(&mut buffer).map_err(failed)? {
            0 => break,
            n => hash.update(&buffer[..n]),
        }
    }
    Ok(base16ct::lower::encode_string(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let error = ModelFolder::open(libtorch_only.path())
            .unwrap()
            .weights(EngineKind::Rten)
            .unwrap_err()
            .to_string();
        assert!(error.contains("rust-bert"), "{error}");
    }

    #[test]
    fn a_vocabulary_makes_a_tokenizer_that_lowers_as_it_should() {
        let ids = |files: &[(&str, &str)], text: &str| {
            let folder = folder(&[&[("config.json", CONFIG), ("vocab.txt", VOCAB)], files].concat());
            let tokenizer = ModelFolder::open(folder.path()).unwrap().tokenizer().unwrap();
            tokenizer.encode(text, true).unwrap().get_ids().to_vec()
        };
        // The vocabulary has capitals, so it is cased unless somebody says otherwise.
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
        assert!(
            error(&[("config.json", &roberta), ("vocab.txt", VOCAB)]).contains("more than a list of words")
        );
    }

    #[test]
    fn scores_must_be_as_many_as_labels() {
        let folder = folder(&[("config.json", CONFIG)]);
        let opened = ModelFolder::open(folder.path()).unwrap();
        let error = opened.check_outputs(&opened.onnx(), 9).unwrap_err().to_string();
        assert!(error.contains("it scores 9 labels, and config.json names 3"), "{error}");
    }
}

//! `config.json` and `model.toml`: what a model's files say of it, checked.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Place, Result, words};
use crate::model::labels::Label;
use crate::model::outputs::Outputs;

/// What goes into `token_type_ids`.
///
/// See the [example](crate::model#example).
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
///
/// See the [example](crate::model#example).
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

/// `config.json`, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    pub(super) id2label: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) model_type: String,
    pub(super) pad_token_id: Option<i64>,
    pub(super) max_position_embeddings: Option<usize>,
    pub(super) type_vocab_size: Option<usize>,
    pub(super) vocab_size: Option<usize>,
}

/// `model.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extras {
    pub(super) name: Option<String>,
    pub(super) licence: Option<String>,
    pub(super) window: Option<usize>,
    pub(super) temperature: Option<f32>,
    pub(super) token_types: Option<TokenTypes>,
    pub(super) labelled_pieces: Option<LabelledPieces>,
}

/// The window where `model.toml` names none: what fits most sentences with their neighbours.
const DEFAULT_WINDOW: usize = 128;
/// A shorter window holds too little context.
const SHORTEST_WINDOW: usize = 16;
/// Below this, and above its inverse, all scores come out alike.
const LOWEST_TEMPERATURE: f32 = 0.1;
/// Ids of [`TokenTypes::LetterCase`].
const LETTER_CASES: usize = 5;

/// The remedy where a folder or a file of it is missing.
pub(super) const HOW_TO_GET_A_FOLDER: &str = "A model folder holds config.json, tokenizer.json, and model.safetensors or \
                                   model.onnx; `triplewire model list` shows the models at hand";

/// That a file is broken JSON.
pub(super) fn no_json(file: &Path, error: &serde_json::Error) -> Error {
    Error::model(file, words::json(error), "Fetch the file again from the model's source")
}

pub(super) fn read_config(file: &Path) -> Result<Config> {
    let bytes = fs::read(file).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => {
            Error::model(file, "no such file", format!("It comes with every model. {HOW_TO_GET_A_FOLDER}"))
        }
        _ => Error::io(file, e, "Make the file readable"),
    })?;
    serde_json::from_slice(&bytes).map_err(|e| no_json(file, &e))
}

/// `model.toml`, which need not be there.
pub(super) fn read_extras(file: &Path) -> Result<Extras> {
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

/// What the scores of a token mean, by the labels of `config.json`.
pub(super) fn outputs(
    file: &Path,
    id2label: Option<&BTreeMap<String, String>>,
) -> Result<(Outputs, Vec<Label>)> {
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
pub(super) fn positions(config: &Config) -> usize {
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

/// The id of the padding token.
pub(super) fn pad_id(config: &Config) -> u32 {
    let usual = if is_roberta(&config.model_type) { 1 } else { 0 };
    config.pad_token_id.and_then(|id| u32::try_from(id).ok()).unwrap_or(usual)
}

/// The window that `model.toml` asks for, if the model has as many positions.
pub(super) fn window(path: &Path, asked: Option<usize>, positions: usize) -> Result<usize> {
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

/// What logits are divided by.
pub(super) fn temperature(path: &Path, asked: Option<f32>) -> Result<f32> {
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

/// What `token_type_ids` carry; letter cases need a model that has learned them.
pub(super) fn token_types(path: &Path, asked: Option<TokenTypes>, config: &Config) -> Result<TokenTypes> {
    let asked = asked.unwrap_or_default();
    let types = config.type_vocab_size.unwrap_or(0);
    if asked == TokenTypes::LetterCase && types < LETTER_CASES {
        return Err(Error::model(
            path.join("model.toml"),
            format!(
                "token_types = \"letter-case\" needs a model with {LETTER_CASES} token types, and \
                 config.json says type_vocab_size = {types}"
            ),
            "Remove token_types unless the model was trained with letter cases",
        ));
    }
    Ok(asked)
}

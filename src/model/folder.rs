//! What a model folder must hold: an ordinary Hugging Face token-classification folder.
//!
//! `config.json` names the labels, `tokenizer.json` (or `vocab.txt`) the vocabulary,
//! `model.safetensors` or `model.onnx` holds the weights. An optional `model.toml` says what those
//! files cannot; see [`ModelFolder::open`].

mod config;
mod tokenizer;
mod weights;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::labels::Label;
use crate::model::outputs::Outputs;
use config::HOW_TO_GET_A_FOLDER;

pub use config::{LabelledPieces, TokenTypes};

/// An opened model folder: its configuration and where its files are.
///
/// See the [example](crate::model#example).
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
        let config = config::read_config(&path.join("config.json"))?;
        let extras = config::read_extras(&path.join("model.toml"))?;
        let (outputs, labels) = config::outputs(&path.join("config.json"), config.id2label.as_ref())?;
        let positions = config::positions(&config);
        let window = config::window(path, extras.window, positions)?;
        let temperature = config::temperature(path, extras.temperature)?;
        let token_types = config::token_types(path, extras.token_types, &config)?;
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
            pad_id: config::pad_id(&config),
            model_type: config.model_type,
            positions,
            vocab_size: config.vocab_size,
        })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
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
}

#[cfg(test)]
mod tests;

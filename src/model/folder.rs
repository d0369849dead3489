//! What a model folder must hold: an ordinary Hugging Face token-classification folder.

use std::path::{Path, PathBuf};

use tokenizers::Tokenizer;

use crate::entity::EntityType;
use crate::error::{Error, Result};

/// The part of a label before its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelPrefix {
    /// `B-`: first token of a mention.
    Begin,
    /// `I-`: inside a mention (IOB1 models use it for the first token too).
    Inside,
    /// `E-` or `L-`: last token.
    End,
    /// `S-` or `U-`: the only token.
    Single,
    /// A bare type, without any prefix.
    Bare,
}

/// One entry of `id2label`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// `O`: no mention.
    Outside,
    /// A token of a mention.
    Mention(LabelPrefix, EntityType),
}

/// What goes into `token_type_ids`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenTypes {
    /// Zero everywhere, as for a single segment.
    #[default]
    Segment,
    /// The letter case of the token's pre-token: 0 no letter, 1 lower, 2 Capitalised or a single
    /// capital, 3 ALL CAPS, 4 mixed.
    LetterCase,
}

/// An opened model folder: its configuration and where its files are.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    path: PathBuf,
    /// The labels in the order of the scores.
    pub labels: Vec<Label>,
    /// What `token_type_ids` carry.
    pub token_types: TokenTypes,
    /// Longest window in tokens, special tokens included.
    pub window: usize,
}

impl ModelFolder {
    /// Reads `config.json` and `model.toml`.
    pub fn open(path: &Path) -> Result<Self> {
        let _ = Error::model(path, "", "");
        todo!("model folder")
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the libtorch weights are, or would be.
    pub fn safetensors(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// Where the ONNX graph is, or would be.
    pub fn onnx(&self) -> PathBuf {
        self.path.join("model.onnx")
    }

    /// The padding token's id.
    pub fn pad_id(&self) -> u32 {
        0
    }

    /// The tokenizer, with its own padding and truncation switched off.
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        todo!("tokenizer")
    }
}

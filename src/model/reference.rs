//! The reference logits in `tests/reference`, which `make.py` there got from Hugging Face, for the
//! tests of both engines.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::engine::{Batch, Scores};

/// The folders of tiny checkpoints.
pub(crate) const ARCHITECTURES: [&str; 7] =
    ["bert", "distilbert", "roberta", "xlm-roberta", "electra", "deberta-v2", "deberta-v3"];

/// A padded batch and its scores.
#[derive(Deserialize)]
pub(crate) struct Reference {
    pub(crate) rows: usize,
    pub(crate) width: usize,
    pub(crate) labels: usize,
    pub(crate) input_ids: Vec<i64>,
    pub(crate) attention_mask: Vec<i64>,
    pub(crate) token_type_ids: Vec<i64>,
    /// Of the tokens only, without the padding.
    pub(crate) logits: Vec<f32>,
}

impl Reference {
    /// Reads a file that `make.py` wrote.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What the model was given.
    pub(crate) fn batch(&self) -> Batch {
        Batch {
            rows: self.rows,
            width: self.width,
            input_ids: self.input_ids.clone(),
            attention_mask: self.attention_mask.clone(),
            token_type_ids: self.token_type_ids.clone(),
        }
    }

    /// The largest difference between the scores of a token and its reference.
    pub(crate) fn distance(&self, scores: &Scores) -> f32 {
        assert_eq!(scores.labels, self.labels);
        let tokens = (0..self.rows * self.width).filter(|&i| self.attention_mask[i] == 1);
        let scores = tokens.flat_map(|i| scores.token(i / self.width, i % self.width));
        let pairs: Vec<_> = scores.zip(&self.logits).collect();
        assert_eq!(pairs.len(), self.logits.len());
        pairs.iter().map(|(a, b)| (*a - *b).abs()).fold(0.0, f32::max)
    }
}

/// A file or folder of `tests/reference`.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name)
}

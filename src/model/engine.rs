//! What every engine does: a padded batch of token ids in, label scores out.

use crate::error::Result;
use crate::model::engine_kind::EngineKind;
use crate::model::window::Window;

/// A padded batch; each array is row-major, `rows * width` long.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone)]
pub struct Batch {
    /// Number of windows.
    pub rows: usize,
    /// Tokens of the longest window.
    pub width: usize,
    /// Token ids, padded with the tokenizer's padding id.
    pub input_ids: Vec<i64>,
    /// 1 for a token, 0 for padding.
    pub attention_mask: Vec<i64>,
    /// Segment or letter-case ids (see [`crate::model::TokenTypes`]); 0 in the padding.
    pub token_type_ids: Vec<i64>,
}

impl Batch {
    /// Pads `windows` to their longest.
    pub fn of(windows: &[&Window], pad_id: u32) -> Self {
        let rows = windows.len();
        let width = windows.iter().map(|w| w.ids.len()).max().unwrap_or(0);
        let mut batch = Batch {
            rows,
            width,
            input_ids: vec![i64::from(pad_id); rows * width],
            attention_mask: vec![0; rows * width],
            token_type_ids: vec![0; rows * width],
        };
        for (row, window) in windows.iter().enumerate() {
            let start = row * width;
            for (i, (&id, &kind)) in window.ids.iter().zip(&window.token_types).enumerate() {
                batch.input_ids[start + i] = i64::from(id);
                batch.attention_mask[start + i] = 1;
                batch.token_type_ids[start + i] = i64::from(kind);
            }
        }
        batch
    }
}

/// Unnormalised label scores (logits), row-major: `rows * width * labels` values.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Number of windows.
    pub rows: usize,
    /// Tokens per window, padding included.
    pub width: usize,
    /// Labels per token, in the order of the folder's `id2label`.
    pub labels: usize,
    /// The values.
    pub values: Vec<f32>,
}

impl Scores {
    /// The scores of the labels for one token.
    pub fn token(&self, row: usize, token: usize) -> &[f32] {
        let start = (row * self.width + token) * self.labels;
        &self.values[start..start + self.labels]
    }

    /// The scores of the labels `columns` for the first `width` tokens of one row.
    pub(crate) fn of_columns(&self, row: usize, width: usize, columns: &[usize]) -> Scores {
        let token = |token| columns.iter().map(move |&column| self.token(row, token)[column]);
        Scores { rows: 1, width, labels: columns.len(), values: (0..width).flat_map(token).collect() }
    }
}

/// Something that runs a token-classification model. Shared by all workers.
///
/// See the [example](crate::model#example).
pub trait Engine: Send + Sync {
    /// Which it is.
    fn kind(&self) -> EngineKind;

    /// What the numbers are computed in, for people: `bf16 on the CPU`, `int8`.
    fn precision(&self) -> String;

    /// Scores of every label for every token of the batch. May be called by many threads at once.
    ///
    /// # Errors
    /// If the engine fails; the batch is then lost as a whole.
    fn label_scores(&self, batch: &Batch) -> Result<Scores>;
}

/// What an engine computes in, where it can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// The fastest that this machine has and that a model stands.
    Fastest,
    /// fp32.
    Full,
}

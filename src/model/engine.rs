//! The engine trait: a padded batch of token ids in, label scores out.

use crate::error::Result;
use crate::model::folder::ModelFolder;
use crate::model::window::Window;

/// A padded batch; each array is row-major, `rows * width` long.
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

    /// One `Scores` of one row for each window, without padding.
    pub(crate) fn split(&self, windows: &[&Window]) -> Vec<Scores> {
        let one = |(row, window): (usize, &&Window)| {
            let (start, width) = (row * self.width * self.labels, window.ids.len());
            let values = self.values[start..start + width * self.labels].to_vec();
            Scores { rows: 1, width, labels: self.labels, values }
        };
        windows.iter().enumerate().map(one).collect()
    }
}

/// Something that runs a token-classification model. Shared by all workers.
pub trait Engine: Send + Sync {
    /// `rust-bert` or `rten`.
    fn name(&self) -> &'static str;

    /// What the numbers are computed in, for people: `bf16 on the CPU`, `int8`.
    fn precision(&self) -> String;

    /// Scores of every label for every token of the batch. May be called by many threads at once.
    ///
    /// # Errors
    /// If the engine fails; the batch is then lost as a whole.
    fn label_scores(&self, batch: &Batch) -> Result<Scores>;
}

/// Which engine the user asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum EngineChoice {
    /// rust-bert if it is built in and the folder has its weights, else rten.
    #[default]
    Auto,
    /// libtorch through rust-bert: `model.safetensors`.
    RustBert,
    /// The same in fp32, where rust-bert alone would use bf16 or fp16.
    RustBertFp32,
    /// Pure Rust: `model.onnx`, by the crate rten or, for BERT in int8 with AVX-512 VNNI, by our own kernels.
    Rten,
}

/// What an engine computes in, where it can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    /// The fastest that this machine has and that a model stands.
    Fastest,
    /// fp32.
    Full,
}

/// Opens the chosen engine on a folder.
pub(crate) fn open(folder: &ModelFolder, choice: EngineChoice, workers: usize) -> Result<Box<dyn Engine>> {
    match choice {
        EngineChoice::Auto if cfg!(feature = "rust-bert") && folder.safetensors().is_file() => {
            open_rust_bert(folder, Precision::Fastest, workers)
        }
        EngineChoice::Auto | EngineChoice::Rten => open_onnx(folder),
        EngineChoice::RustBert => open_rust_bert(folder, Precision::Fastest, workers),
        EngineChoice::RustBertFp32 => open_rust_bert(folder, Precision::Full, workers),
    }
}

/// By our own kernels, where there are some for this model and processor.
fn open_onnx(folder: &ModelFolder) -> Result<Box<dyn Engine>> {
    #[cfg(target_arch = "x86_64")]
    if let Some(network) = super::int8::Int8Bert::open(folder, &folder.weights("rten")?) {
        return Ok(Box::new(network));
    }
    Ok(Box::new(super::rten::RtenEngine::open(folder)?))
}

#[cfg(feature = "rust-bert")]
fn open_rust_bert(folder: &ModelFolder, precision: Precision, workers: usize) -> Result<Box<dyn Engine>> {
    Ok(Box::new(super::rust_bert::RustBertEngine::open(folder, precision, workers)?))
}

#[cfg(not(feature = "rust-bert"))]
fn open_rust_bert(_: &ModelFolder, _: Precision, _: usize) -> Result<Box<dyn Engine>> {
    Err(crate::Error::Usage(
        "this build has no rust-bert engine. Build it with `make build`, or use `--engine rten`".into(),
    ))
}

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

    /// The scores of the labels `columns` for the first `width` tokens of one row.
    pub(crate) fn of_columns(&self, row: usize, width: usize, columns: &[usize]) -> Scores {
        let token = |token| columns.iter().map(move |&column| self.token(row, token)[column]);
        Scores { rows: 1, width, labels: columns.len(), values: (0..width).flat_map(token).collect() }
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
    /// The fastest one here: rust-bert with a GPU, or in bf16 where our kernels cannot run; else rten.
    #[default]
    Auto,
    /// libtorch through rust-bert: `model.safetensors`, or the weights in `model.onnx`.
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

/// An engine, and why it was taken, for people.
pub(crate) struct Chosen {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) reason: &'static str,
}

/// Opens the chosen engine on a folder.
pub(crate) fn open(folder: &ModelFolder, choice: EngineChoice, workers: usize) -> Result<Chosen> {
    let engine = match choice {
        EngineChoice::Auto => return open_fastest(folder, workers),
        EngineChoice::Rten => open_onnx(folder)?,
        EngineChoice::RustBert => open_rust_bert(folder, Precision::Fastest, workers)?,
        EngineChoice::RustBertFp32 => open_rust_bert(folder, Precision::Full, workers)?,
    };
    Ok(Chosen { engine, reason: "asked for with --engine" })
}

/// What is fastest here without a loss of quality: on every processor that was measured our int8 kernels were
/// two to five times as fast as libtorch in bf16, which in turn is faster than int8 or fp32 without them.
fn open_fastest(folder: &ModelFolder, workers: usize) -> Result<Chosen> {
    let rust_bert =
        |reason| open_rust_bert(folder, Precision::Fastest, workers).map(|engine| Chosen { engine, reason });
    let has_onnx = folder.onnx().is_file();
    if has_gpu()
        && let Ok(chosen) = rust_bert("a GPU is there")
    {
        return Ok(chosen);
    }
    if has_onnx && let Some(engine) = open_kernels(folder)? {
        return Ok(Chosen { engine, reason: "our kernels for int8 run on this processor" });
    }
    if has_fast_bf16()
        && let Ok(chosen) = rust_bert("our kernels for int8 cannot run here, and this processor has bf16")
    {
        return Ok(chosen);
    }
    if has_onnx || !folder.safetensors().is_file() {
        let reason = match cfg!(feature = "rust-bert") {
            true => "there is no GPU and no bf16, with which rust-bert would be faster",
            false => "it is the only engine of this build",
        };
        return Ok(Chosen { engine: open_onnx(folder)?, reason });
    }
    rust_bert("the model has no model.onnx, which rten would need")
}

/// By our own kernels, where there are some for this model and processor.
fn open_onnx(folder: &ModelFolder) -> Result<Box<dyn Engine>> {
    if let Some(engine) = open_kernels(folder)? {
        return Ok(engine);
    }
    Ok(Box::new(super::rten::RtenEngine::open(folder)?))
}

#[cfg(target_arch = "x86_64")]
fn open_kernels(folder: &ModelFolder) -> Result<Option<Box<dyn Engine>>> {
    let network = super::int8::Int8Bert::open(folder, &folder.weights("rten")?);
    Ok(network.map(|network| Box::new(network) as Box<dyn Engine>))
}

#[cfg(not(target_arch = "x86_64"))]
fn open_kernels(_: &ModelFolder) -> Result<Option<Box<dyn Engine>>> {
    Ok(None)
}

#[cfg(feature = "rust-bert")]
fn open_rust_bert(folder: &ModelFolder, precision: Precision, workers: usize) -> Result<Box<dyn Engine>> {
    Ok(Box::new(super::rust_bert::RustBertEngine::open(folder, precision, workers)?))
}

#[cfg(feature = "rust-bert")]
use super::rust_bert::{has_fast_bf16, has_gpu};

#[cfg(not(feature = "rust-bert"))]
fn open_rust_bert(_: &ModelFolder, _: Precision, _: usize) -> Result<Box<dyn Engine>> {
    Err(crate::Error::Usage(
        "this build has no rust-bert engine. Build it with `make build`, or use `--engine rten`".into(),
    ))
}

#[cfg(not(feature = "rust-bert"))]
fn has_gpu() -> bool {
    false
}

#[cfg(not(feature = "rust-bert"))]
fn has_fast_bf16() -> bool {
    false
}

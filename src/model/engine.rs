//! The engine trait: a padded batch of token ids in, label scores out.

use triplewire_kernels::{Backend, Kernels};

use crate::error::{Error, Result};
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
    /// Pure Rust: `model.onnx`, by our own kernels if it is BERT in int8, else by the crate rten.
    Rten,
    /// The crate rten in any case, to compare our kernels with.
    #[value(hide = true)]
    RtenGraph,
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
    pub(crate) reason: String,
}

/// The environment variable that names the back end of our kernels.
const KERNELS: &str = "TRIPLEWIRE_KERNELS";

/// The fastest kernels on this processor, or those that [`KERNELS`] asks for.
fn kernels() -> Result<Kernels> {
    let Some(name) = std::env::var_os(KERNELS) else { return Ok(Kernels::fastest()) };
    let asked = name.to_str().and_then(|name| name.parse().ok()).and_then(Kernels::of);
    asked.ok_or_else(|| {
        let here: Vec<&str> = Backend::here().into_iter().map(Backend::name).collect();
        Error::Usage(format!(
            "{KERNELS} is {name:?}, and this processor has {}. Name one of these, or unset the variable",
            here.join(", ")
        ))
    })
}

/// Opens the chosen engine on a folder.
pub(crate) fn open(folder: &ModelFolder, choice: EngineChoice, workers: usize) -> Result<Chosen> {
    let kernels = kernels()?;
    let engine = match choice {
        EngineChoice::Auto => return open_fastest(folder, kernels, workers),
        EngineChoice::Rten => open_onnx(folder, kernels)?,
        EngineChoice::RtenGraph => open_graph(folder)?,
        EngineChoice::RustBert => open_rust_bert(folder, Precision::Fastest, workers)?,
        EngineChoice::RustBertFp32 => open_rust_bert(folder, Precision::Full, workers)?,
    };
    Ok(Chosen { engine, reason: "asked for with --engine".to_owned() })
}

/// What is fastest here without a loss of quality: on every processor that was measured our int8 kernels were
/// two to five times as fast as libtorch in bf16, which in turn is faster than int8 or fp32 without them.
fn open_fastest(folder: &ModelFolder, kernels: Kernels, workers: usize) -> Result<Chosen> {
    let rust_bert = |reason: &str| {
        let engine = open_rust_bert(folder, Precision::Fastest, workers)?;
        Ok::<_, Error>(Chosen { engine, reason: reason.to_owned() })
    };
    let (has_onnx, has_gpu, has_bf16) = (folder.onnx().is_file(), has_gpu(), has_fast_bf16());
    if has_gpu && let Ok(chosen) = rust_bert("a GPU is there") {
        return Ok(chosen);
    }
    if has_onnx && let Some(engine) = open_kernels(folder, kernels)? {
        let reason = format!("our kernels for int8 run this model, here with {}", kernels.backend());
        return Ok(Chosen { engine, reason });
    }
    if has_bf16 && let Ok(chosen) = rust_bert("our kernels for int8 do not run this model, and bf16 is fast")
    {
        return Ok(chosen);
    }
    if !has_onnx && folder.safetensors().is_file() {
        return rust_bert("the model has no model.onnx, which rten would need");
    }
    let reason = if !cfg!(feature = "rust-bert") {
        "it is the only engine of this build"
    } else if has_gpu || has_bf16 {
        "rust-bert cannot run this model"
    } else {
        "there is no GPU and no bf16, with which rust-bert would be faster"
    };
    Ok(Chosen { engine: open_graph(folder)?, reason: reason.to_owned() })
}

/// By our own kernels, if they run this model.
fn open_onnx(folder: &ModelFolder, kernels: Kernels) -> Result<Box<dyn Engine>> {
    if let Some(engine) = open_kernels(folder, kernels)? {
        return Ok(engine);
    }
    open_graph(folder)
}

/// By the crate rten.
fn open_graph(folder: &ModelFolder) -> Result<Box<dyn Engine>> {
    Ok(Box::new(super::rten::RtenEngine::open(folder)?))
}

fn open_kernels(folder: &ModelFolder, kernels: Kernels) -> Result<Option<Box<dyn Engine>>> {
    let network = super::int8::Int8Bert::open(folder, &folder.weights("rten")?, kernels);
    Ok(network.map(|network| Box::new(network) as Box<dyn Engine>))
}

#[cfg(feature = "rust-bert")]
fn open_rust_bert(folder: &ModelFolder, precision: Precision, workers: usize) -> Result<Box<dyn Engine>> {
    Ok(Box::new(super::rust_bert::RustBertEngine::open(folder, precision, workers)?))
}

#[cfg(feature = "rust-bert")]
use super::rust_bert::{has_fast_bf16, has_gpu};

#[cfg(not(feature = "rust-bert"))]
fn open_rust_bert(_: &ModelFolder, _: Precision, _: usize) -> Result<Box<dyn Engine>> {
    Err(Error::Usage(
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::model::reference;

    const HAS_RUST_BERT: bool = cfg!(feature = "rust-bert");

    /// The engine that `auto` takes for a folder, and why.
    fn taken(folder: &Path) -> (&'static str, String) {
        let chosen = open(&ModelFolder::open(folder).unwrap(), EngineChoice::Auto, 1).unwrap();
        (chosen.engine.name(), chosen.reason)
    }

    /// Some files of the tiny BERT, with another `config.json` if one is given.
    fn tiny(files: &[&str], config: Option<&str>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in ["config.json"].iter().chain(files) {
            std::fs::copy(reference::folder("bert").join(file), folder.path().join(file)).unwrap();
        }
        if let Some(config) = config {
            std::fs::write(folder.path().join("config.json"), config).unwrap();
        }
        folder
    }

    #[test]
    fn kernels_are_taken_where_no_gpu_is_faster() {
        let bundled = Path::new("models/newswire");
        let folder = ModelFolder::open(bundled).unwrap();
        assert!(open_kernels(&folder, Kernels::fastest()).unwrap().is_some());
        let (engine, reason) = taken(bundled);
        if has_gpu() {
            assert_eq!((engine, &*reason), ("rust-bert", "a GPU is there"));
        } else {
            let backend = Kernels::fastest().backend();
            let expected = format!("our kernels for int8 run this model, here with {backend}");
            assert_eq!((engine, reason), ("rten", expected));
        }
        let asked_for = open(&folder, EngineChoice::Rten, 1).unwrap();
        assert_eq!((asked_for.engine.name(), &*asked_for.reason), ("rten", "asked for with --engine"));
        assert_eq!(asked_for.engine.precision(), "int8 by token");
        let graph = open(&folder, EngineChoice::RtenGraph, 1).unwrap();
        assert_eq!((graph.engine.name(), &*graph.engine.precision()), ("rten", "int8"));
    }

    #[test]
    fn without_kernels_rust_bert_is_taken_where_it_is_faster() {
        let expected = if has_gpu() {
            ("rust-bert", "a GPU is there")
        } else if has_fast_bf16() {
            ("rust-bert", "our kernels for int8 do not run this model, and bf16 is fast")
        } else if HAS_RUST_BERT {
            ("rten", "there is no GPU and no bf16, with which rust-bert would be faster")
        } else {
            ("rten", "it is the only engine of this build")
        };
        let (engine, reason) = taken(&reference::folder("bert"));
        assert_eq!((engine, &*reason), expected);
        let unknown = tiny(
            &["model.onnx"],
            Some(
                r#"{"model_type": "new", "id2label": {"0": "O", "1": "B-A", "2": "I-A", "3": "B-B", "4": "I-B"}}"#,
            ),
        );
        let (engine, reason) = taken(unknown.path());
        assert_eq!(engine, "rten");
        assert_eq!(reason == "rust-bert cannot run this model", has_gpu() || has_fast_bf16(), "{reason}");
    }

    #[test]
    fn what_has_no_graph_needs_rust_bert() {
        let folder = tiny(&["model.safetensors"], None);
        if HAS_RUST_BERT {
            assert_eq!(taken(folder.path()).0, "rust-bert");
        } else {
            let folder = ModelFolder::open(folder.path()).unwrap();
            let error = open(&folder, EngineChoice::Auto, 1).err().unwrap().to_string();
            assert!(error.contains("no rust-bert engine") && error.contains("make build"), "{error}");
        }
        let folder = tiny(&[], None);
        let error = open(&ModelFolder::open(folder.path()).unwrap(), EngineChoice::Auto, 1);
        let error = error.err().unwrap().to_string();
        assert!(error.contains("no model.onnx"), "{error}");
    }
}

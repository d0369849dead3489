//! Which engine runs a model here: the one asked for, or the fastest.

use triplewire_kernels::{Backend, Kernels};

use crate::error::{Error, Result};
use crate::model::engine::{Engine, Precision};
use crate::model::engine_kind::EngineKind;
use crate::model::folder::ModelFolder;
use crate::model::int8::Int8Bert;
use crate::model::rten::RtenEngine;
#[cfg(feature = "rust-bert")]
use crate::model::rust_bert::{RustBertEngine, has_fast_bf16, has_gpu};

/// Which engine the user asked for.
///
/// [`Model`](crate::model::Model) has an example.
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

impl From<EngineKind> for EngineChoice {
    fn from(kind: EngineKind) -> Self {
        match kind {
            EngineKind::RustBert => EngineChoice::RustBert,
            EngineKind::Rten => EngineChoice::Rten,
        }
    }
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
    Ok(Box::new(RtenEngine::open(folder)?))
}

fn open_kernels(folder: &ModelFolder, kernels: Kernels) -> Result<Option<Box<dyn Engine>>> {
    let network = Int8Bert::open(folder, &folder.weights(EngineKind::Rten)?, kernels);
    Ok(network.map(|network| Box::new(network) as Box<dyn Engine>))
}

#[cfg(feature = "rust-bert")]
fn open_rust_bert(folder: &ModelFolder, precision: Precision, workers: usize) -> Result<Box<dyn Engine>> {
    Ok(Box::new(RustBertEngine::open(folder, precision, workers)?))
}

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
    use EngineKind::{Rten, RustBert};

    const HAS_RUST_BERT: bool = cfg!(feature = "rust-bert");

    /// The engine that `auto` takes for a folder, and why.
    fn taken(folder: &Path) -> (EngineKind, String) {
        let chosen = open(&ModelFolder::open(folder).unwrap(), EngineChoice::Auto, 1).unwrap();
        (chosen.engine.kind(), chosen.reason)
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
            assert_eq!((engine, &*reason), (RustBert, "a GPU is there"));
        } else {
            let backend = Kernels::fastest().backend();
            let expected = format!("our kernels for int8 run this model, here with {backend}");
            assert_eq!((engine, reason), (Rten, expected));
        }
        let asked_for = open(&folder, EngineChoice::Rten, 1).unwrap();
        assert_eq!((asked_for.engine.kind(), &*asked_for.reason), (Rten, "asked for with --engine"));
        assert_eq!(asked_for.engine.precision(), "int8 by token");
        let graph = open(&folder, EngineChoice::RtenGraph, 1).unwrap();
        assert_eq!((graph.engine.kind(), &*graph.engine.precision()), (Rten, "int8"));
    }

    #[test]
    fn without_kernels_rust_bert_is_taken_where_it_is_faster() {
        let expected = if has_gpu() {
            (RustBert, "a GPU is there")
        } else if has_fast_bf16() {
            (RustBert, "our kernels for int8 do not run this model, and bf16 is fast")
        } else if HAS_RUST_BERT {
            (Rten, "there is no GPU and no bf16, with which rust-bert would be faster")
        } else {
            (Rten, "it is the only engine of this build")
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
        assert_eq!(engine, Rten);
        assert_eq!(reason == "rust-bert cannot run this model", has_gpu() || has_fast_bf16(), "{reason}");
    }

    #[test]
    fn what_has_no_graph_needs_rust_bert() {
        let folder = tiny(&["model.safetensors"], None);
        if HAS_RUST_BERT {
            assert_eq!(taken(folder.path()).0, RustBert);
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

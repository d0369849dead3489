//! The weights of a model folder: where they are, and what to do where they are not.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::model::engine_kind::EngineKind;
use crate::model::folder::ModelFolder;
use crate::model::folder::config::HOW_TO_GET_A_FOLDER;

impl ModelFolder {
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
        let files = match engine {
            EngineKind::RustBert => "model.safetensors and no model.onnx",
            EngineKind::Rten => "model.onnx",
        };
        Err(Error::model(
            &self.path,
            format!("no {files}, the weights that the engine {} reads", engine.name()),
            self.remedy(),
        ))
    }

    /// How to come by weights that an engine reads.
    fn remedy(&self) -> String {
        let safetensors = self.safetensors();
        let export = format!(
            "`optimum-cli export onnx --task token-classification --model {0} {0}`",
            self.path.display()
        );
        if safetensors.is_file() && cfg!(feature = "rust-bert") {
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
        }
    }

    /// The SHA-256 of the weights that an engine reads, in hexadecimal.
    ///
    /// # Errors
    /// If the weights are not there or cannot be read.
    pub fn hash(&self, engine: EngineKind) -> Result<String> {
        sha256(&self.weights(engine)?)
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

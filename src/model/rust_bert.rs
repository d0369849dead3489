//! The libtorch engine. The only file that imports `rust_bert` and `tch`.

use crate::error::Result;
use crate::model::engine::{Batch, Engine, Scores};
use crate::model::folder::ModelFolder;

/// A checkpoint run by libtorch.
pub(crate) struct RustBertEngine {}

impl RustBertEngine {
    /// Loads `model.safetensors` for `workers` threads at once.
    pub(crate) fn open(_: &ModelFolder, _workers: usize) -> Result<Self> {
        todo!("rust-bert")
    }
}

impl Engine for RustBertEngine {
    fn name(&self) -> &'static str {
        "rust-bert"
    }

    fn precision(&self) -> String {
        todo!("rust-bert")
    }

    fn label_scores(&self, _: &Batch) -> Result<Scores> {
        todo!("rust-bert")
    }
}

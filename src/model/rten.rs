//! The pure-Rust engine. The only file that imports `rten`.

use crate::error::Result;
use crate::model::engine::{Batch, Engine, Scores};
use crate::model::folder::ModelFolder;

/// An ONNX graph run by rten.
pub(crate) struct RtenEngine {}

impl RtenEngine {
    /// Loads `model.onnx`.
    pub(crate) fn open(_: &ModelFolder) -> Result<Self> {
        todo!("rten")
    }
}

impl Engine for RtenEngine {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn precision(&self) -> String {
        todo!("rten")
    }

    fn label_scores(&self, _: &Batch) -> Result<Scores> {
        todo!("rten")
    }
}

//! The signature that all networks stand behind.

use rust_bert::RustBertError;
use tch::{Kind, Tensor};

/// A batch on its device; each tensor is rows x width.
pub(super) struct Inputs {
    pub(super) ids: Tensor,
    /// 1 for a token, 0 for padding.
    pub(super) mask: Tensor,
    pub(super) token_types: Tensor,
    /// What the network computes in.
    pub(super) kind: Kind,
}

/// A token classifier.
pub(super) trait Network: Send {
    /// Label scores: rows x width x labels.
    fn logits(&self, inputs: &Inputs) -> Result<Tensor, RustBertError>;
}

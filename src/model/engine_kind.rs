//! The engines, as users name them.

/// An engine that runs a model.
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// libtorch through the crate rust-bert.
    RustBert,
    /// ONNX without a native library: by our own kernels, or by the crate rten.
    Rten,
}

impl EngineKind {
    /// Both, in the order in which they are listed.
    pub const ALL: [EngineKind; 2] = [EngineKind::RustBert, EngineKind::Rten];

    /// What the command line and `run.json` call it.
    pub fn name(self) -> &'static str {
        match self {
            EngineKind::RustBert => "rust-bert",
            EngineKind::Rten => "rten",
        }
    }
}

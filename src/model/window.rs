//! Sentences to token windows.

use tokenizers::Tokenizer;

use crate::model::folder::ModelFolder;
use crate::text::Span;

/// A run of tokens that goes through the model at once: whole sentences where they fit, else an
/// overlapping piece of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Token ids, special tokens included.
    pub ids: Vec<u32>,
    /// `token_type_ids`, one for each token.
    pub token_types: Vec<u8>,
    /// The bytes of the article's text that each token stands for; `None` for special tokens.
    pub spans: Vec<Option<Span>>,
    /// For each token the number of its word (pre-token) within the article; `None` for special
    /// tokens. Tokens of one word share a number also across overlapping windows.
    pub words: Vec<Option<usize>>,
}

/// Packs sentences into windows of at most `folder.window` tokens.
pub(crate) fn windows(_: &Tokenizer, _: &ModelFolder, _: &str, _: &[Span]) -> Vec<Window> {
    todo!("windows")
}

//! Text and positions in it. No stage below this one does arithmetic on offsets of its own.

mod article;
mod sentence;
mod span;
mod word;

pub use article::Article;
pub use sentence::{LONGEST as LONGEST_SENTENCE, is_unpunctuated, sentences};
pub use span::{CodePoints, Span};
pub use word::words;

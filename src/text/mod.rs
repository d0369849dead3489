//! Text, positions in it, and when it was published. No stage below this one does arithmetic on offsets of its own.

mod article;
mod count;
mod date;
mod digest;
mod hash;
mod sentence;
mod span;
mod table;
mod word;

pub use article::Article;
pub(crate) use count::counted;
pub(crate) use date::month_number;
pub use date::{Date, DayOrder, Unread};
pub use digest::Digest;
pub(crate) use hash::hash64;
pub use sentence::{LONGEST as LONGEST_SENTENCE, is_unpunctuated, sentences};
pub use span::{CodePoints, Span};
pub(crate) use table::Table;
pub use word::words;

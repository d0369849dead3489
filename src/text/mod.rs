//! Text, positions in it, and when it was published. No stage below this one does arithmetic on offsets of its own.

mod article;
mod count;
mod date;
mod digest;
mod hash;
mod line;
mod name;
pub(crate) mod persons;
mod sentence;
mod span;
mod table;
mod word;

pub use article::Article;
pub(crate) use count::counted;
pub(crate) use date::month_number;
pub use date::{Date, DayOrder, Unread};
pub use digest::Digest;
pub(crate) use hash::{hash_of_bytes, hash64};
pub(crate) use line::one_line;
pub use name::{EntityType, RawMention};
pub use sentence::{LONGEST as LONGEST_SENTENCE, is_unpunctuated, sentences};
pub use span::{CodePoints, Span};
pub(crate) use table::Table;
pub use word::words;

//! Text, positions in it, and when it was published. No stage below this one does arithmetic on offsets of its own.
//!
//! # Example
//!
//! ```
//! use triplewire::text::{CodePoints, Date, DayOrder, EntityType, Unread, is_unpunctuated, sentences, words};
//!
//! let text = "Zoë Ruiz leads Acme. She was born in Lisbon.";
//! let found = sentences(text);
//! assert_eq!(found[1].of(text), "She was born in Lisbon.");
//! let of_first: Vec<&str> = words(text, found[0]).into_iter().map(|word| word.of(text)).collect();
//! assert_eq!(of_first, ["Zoë", "Ruiz", "leads", "Acme", "."]);
//! // The program counts bytes and its files code points: `ë` is two of the one and one of the other.
//! assert_eq!((found[1].start, CodePoints::new(text).of_span(found[1])), (22, (21, 44)));
//! assert!(is_unpunctuated("Mr Ruiz told the board of the trust that it was over and left"));
//!
//! let day = Date::read("Friday, March 29th, 2019", None);
//! assert_eq!(day.map(|day| day.to_string()), Ok("2019-03-29".to_owned()));
//! // Either number may be the day, unless it is known which comes first.
//! assert!(matches!(Date::read("03/04/2019", None), Err(Unread::Unclear { .. })));
//! assert_eq!(Date::read("03/04/2019", Some(DayOrder::DayFirst)).ok(), Date::new(2019, Some(4), Some(3)));
//!
//! assert_eq!(EntityType::named("person"), EntityType::Per);
//! ```

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

//! From mentions to real-world entities.
//!
//! [`resolve`] is the way in. In the order an article goes through them: `clean` cuts off what
//! models swallow, `recognise` adds the names of the tables in `aliases`, `dates` adds dates, `link`
//! joins what names the same entity (`namesakes` tells places apart that are called alike), `anaphors` finds what `pronouns` ("she"), `descriptions` ("the Turkish
//! president"), `things` ("the company") and `its` ("it") mean, by what names are `introduced` as in the sentences'
//! `trees`. How two spellings are compared is the business of `fold` alone.

mod mention;

mod across;
mod alias_row;
mod aliases;
mod anaphor;
mod anaphors;
mod clean;
mod compound;
mod dates;
mod decisions;
mod descriptions;
mod fold;
mod groups;
mod introduced;
mod its;
mod junk;
mod kinds;
mod link;
mod names;
mod namesakes;
mod person;
mod pronouns;
mod quotes;
mod recognise;
mod spelling;
mod split;
mod things;
mod trees;

pub(crate) use across::{Corpus, Joins, KnownNames};
pub use aliases::{Aliases, is_country};
pub(crate) use anaphors::is_anaphor;
pub(crate) use dates::{MONTH, dates};
pub use decisions::{Asked, Decision};
pub(crate) use fold::key as folded;
pub(crate) use its::is_neuter;
pub use mention::{Argument, Entity, Mention, Names, Origin, Reason};
pub use names::{clean_name, resolve, resolve_given};
pub(crate) use pronouns::{is_first, is_pronoun};

pub use crate::text::EntityType;

#[cfg(test)]
mod tests;

//! From mentions to real-world entities.
//!
//! [`resolve`] is the entry point. Its stages in order: `clean` cuts off what models include by mistake, `recognise`
//! adds the names of the tables in `aliases`, `dates` adds dates, `link` joins mentions of one entity (`namesakes`
//! tells places of one name apart), and `anaphors` resolves `pronouns` ("she"), `descriptions` ("the Turkish
//! president"), `things` ("the company") and `its` ("it") by the sentences' `trees` and by how names are `introduced`.
//! All comparisons of spellings are in `fold`.

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

//! From mentions to real-world entities.
//!
//! [`resolve`] is the way in. In the order an article goes through them: `clean` cuts off what
//! models swallow, `recognise` adds the names of the tables in `aliases`, `dates` adds dates, `link`
//! joins what names the same entity, `pronouns` and
//! `descriptions` find whom "she" and "the Turkish president" mean. How two spellings are compared is the business of
//! `fold` alone.

mod mention;

mod aliases;
mod clean;
mod dates;
mod descriptions;
mod fold;
mod link;
mod names;
mod pronouns;
mod recognise;

pub use aliases::Aliases;
pub use mention::{Entity, EntityType, Mention, Origin};
pub use names::{Names, clean_name, resolve, resolve_given};
pub(crate) use pronouns::is_pronoun;

/// Whether a text stands for a person without being a name: `she`, `the Turkish president`.
pub(crate) fn is_anaphor(text: &str) -> bool {
    pronouns::is_pronoun(text) || descriptions::is_description(text)
}

#[cfg(test)]
mod tests;

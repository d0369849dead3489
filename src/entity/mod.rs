//! From mentions to real-world entities.
//!
//! [`resolve`] is the entry point. Its stages in order: `clean` cuts off what models include by mistake, `recognise`
//! adds the names of the tables in `aliases`, `dates` adds dates, `link` joins mentions of one entity (`namesakes`
//! tells places of one name apart), and `anaphors` resolves `pronouns` ("she"), `descriptions` ("the Turkish
//! president"), `things` ("the company") and `its` ("it") by the sentences' `trees` and by how names are `introduced`.
//! All comparisons of spellings are in `fold`.
//!
//! # Example
//!
//! ```
//! use triplewire::entity::{Aliases, Argument, Asked, EntityType, clean_name, is_country, resolve};
//! use triplewire::text::{RawMention, Span, sentences};
//!
//! let mut aliases = Aliases::built_in();
//! let text = "Ana Ruiz runs Acme. Ruiz said she would go.";
//! // As a model finds them.
//! let found = [(0, 8, EntityType::Per), (14, 18, EntityType::Org), (20, 24, EntityType::Per)];
//! let found = found.map(|(start, end, entity_type)| {
//!     RawMention { span: Span::new(start, end), entity_type, score: 0.99 }
//! });
//! let names = resolve(&aliases, text, &sentences(text), &[], found.to_vec());
//! assert_eq!(names.entities[0].name, "Ana Ruiz");
//! assert_eq!(names.mentions[2].entity, 0, "her surname names her too");
//! let she = names.argument(Argument::Anaphor(0));
//! assert_eq!((she.span.of(text), she.entity), ("she", 0));
//! println!("{}: {}", she.span.of(text), names.reasons[0]);
//!
//! let name = "the Bolt Bank.";
//! let clean = clean_name(&aliases, name, Span::new(0, name.len()), EntityType::Org);
//! assert_eq!(clean.map(|span| span.of(name)), Some("Bolt Bank"));
//! assert!(is_country("Peru") && !is_country("Lima"));
//!
//! // A table of your own.
//! let folder = tempfile::tempdir()?;
//! let table = folder.path().join("names.csv");
//! std::fs::write(&table, "entity,alias,type,rule\nAcme Holding,Acme,ORG,same\n")?;
//! aliases.add_file(&table)?;
//! let decision = &aliases.decisions()[0];
//! assert_eq!((decision.asked, decision.alias.as_str()), (Asked::Same, "Acme"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
pub(crate) use aliases::is_sovereign;
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

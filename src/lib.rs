//! Triplewire turns news articles into a spreadsheet of who is connected to whom.
//!
//! An article passes through these stages, one module each, in this order. Below they are declared in the order in which
//! they may know each other: each imports only from those before it. `docs/architecture.md` has the whole map.
//!
//! 1. [`input`] reads files of any supported format and yields [`text::Article`]s as a stream.
//! 2. [`text`] has the types that all stages know, and cuts an article into sentences and words. Every position is a
//!    [`text::Span`] of bytes into the article's own text; only the output converts them to code points.
//! 3. [`model`] packs sentences into token windows, runs them through a transformer with one of
//!    two engines, and decodes label scores into [`text::RawMention`]s.
//! 4. [`syntax`] chooses words, parts of speech and the tree of a sentence by the scores of the same run.
//! 5. [`entity`] decides which mentions name the same real-world entity.
//! 6. [`relation`] matches rules against sentences and yields [`relation::Relation`]s with their
//!    evidence, negation, certainty and source.
//! 7. [`story`] finds the articles that repeat the story of an earlier one.
//! 8. [`pipeline`] runs 2 to 6 on many articles in parallel and keeps their order.
//! 9. [`output`] writes the rows of every file; a story counts once in those that count.
//! 10. [`export`] reads what `output` wrote and makes other tools' files of it.
//! 11. [`view`] makes a page of it to explore in a browser.
//! 12. [`eval`] compares extractions with hand labels.
//! 13. [`cli`] is the command line: one file per subcommand.
//!
//! The stages use [`error`], which says what can go wrong, and [`timings`], which measures the stages; those that write
//! files use `system`, which knows what operating systems do differently.
//!
//! # Example
//!
//! What the command `extract` does, for one text:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use triplewire::entity::Aliases;
//! use triplewire::model::{EngineChoice, Model};
//! use triplewire::pipeline::{Knowledge, Pipeline};
//! use triplewire::relation::{Learned, Matcher, Reader, RuleSet};
//! use triplewire::text::Article;
//!
//! let folder = Path::new("models/newswire");
//! let model = Model::open(folder, EngineChoice::Auto, 2)?;
//! let mut matcher = Matcher::new(&RuleSet::built_in())?;
//! if let Some(reader) = Reader::in_folder(folder)? {
//!     matcher = matcher.with_reader(reader, Learned::Both);
//! }
//! let knowledge = Knowledge { aliases: Aliases::built_in(), matcher };
//! let pipeline = Pipeline::new(model, knowledge, 2)?;
//!
//! let text = "Ana Ruiz, the president of Acme, was born in Lisbon.";
//! let article = Article { id: "1".into(), text: text.into(), ..Article::default() };
//! let found = pipeline.extract_one(article)?;
//! for relation in &found.relations {
//!     let subject = found.names.argument(relation.subject).entity;
//!     let object = found.names.argument(relation.object).entity;
//!     let entities = &found.names.entities;
//!     println!("{} {} {}", entities[subject].name, relation.predicate, entities[object].name);
//! }
//! # Ok::<(), triplewire::Error>(())
//! ```
//!
//! Further examples: files instead of one text at [`Pipeline::run`](pipeline::Pipeline::run), names alone at
//! [`Model`](model::Model), rules of your own at [`RuleSet::add_path`](relation::RuleSet::add_path), files for other
//! tools at [`export()`](export::export), scores against hand labels at [`Evaluation`](eval::Evaluation).

pub mod error;
mod system;
pub mod timings;

pub mod text;

pub mod input;

pub mod model;

pub mod syntax;

pub mod entity;

pub mod relation;

pub mod story;

pub mod pipeline;

pub mod output;

pub mod export;

pub mod view;

pub mod eval;

pub mod cli;

pub use error::{Error, Result};

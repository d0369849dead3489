//! Comparison with hand labels.
//!
//! 1. [`gold`] reads the labels, in whatever format they are, and reports what does not fit.
//! 2. [`by_program`] or [`from_files`] gives the predictions for the same texts.
//! 3. A [`Map`] puts the predictions in the terms of the gold; the [`Scope`] says what it can judge.
//! 4. An [`Evaluation`] holds additive counts, from which [`report`] makes figures, [`bootstrap`] says how
//!    sure they are, and [`errors`] lists the errors; [`html`] shows all of it on a page.
//!
//! An [`agreement`] compares two people's labels by the same means.
//! [`suggestions`] learns rules from the same labels, [`rule_counts`] counts how often each is right, and
//! [`calibration`] what that says of a relation.
//! [`lessons`] teach the second reader predicates.
//! [`Judgements`] are a person's decisions on an output whose texts are not labelled.
//!
//! No score depends on how predictions are made: the program comes in as a [`Predict`].
//!
//! # Example
//!
//! Rules alone, on names that people have labelled. The whole program is at [`Evaluation`].
//!
//! ```
//! use triplewire::entity::Aliases;
//! use triplewire::eval::{Evaluation, Mode, by_program, gold, rule_counts};
//! use triplewire::pipeline::Knowledge;
//! use triplewire::relation::{Matcher, RuleSet};
//!
//! let labels = serde_json::json!({
//!     "text": "Ana Ruiz is the president of Acme.",
//!     "entities": [
//!         {"id": 1, "label": "PER", "start_offset": 0, "end_offset": 8},
//!         {"id": 2, "label": "ORG", "start_offset": 29, "end_offset": 33}
//!     ],
//!     "relations": [{"from_id": 1, "to_id": 2, "type": "leads"}]
//! });
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("labels.jsonl");
//! std::fs::write(&file, labels.to_string())?;
//! let gold = gold::read(&file, &[])?;
//!
//! let program = Knowledge { aliases: Aliases::built_in(), matcher: Matcher::new(&RuleSet::built_in())? };
//! let (mut problems, mut notes) = (Vec::new(), Vec::new());
//! let found = by_program(&gold, None, true, &program, &mut problems, &mut notes)?;
//! let evaluation = Evaluation::of(&gold, found, None);
//! assert_eq!(evaluation.entities.micro().f1(), Some(1.0));
//! assert_eq!(evaluation.relations.micro(Mode::Strict).recall(), Some(1.0));
//! let counts = rule_counts(&gold, None, &program, &mut problems)?;
//! assert_eq!((counts.len(), problems.len()), (1, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod agreement;
mod attributes;
pub mod bootstrap;
mod claims;
mod counts;
mod entities;
pub mod errors;
mod evaluation;
#[cfg(test)]
mod fixtures;
pub mod gold;
pub mod html;
mod judged;
mod labels;
mod lessons;
mod map;
mod predicted;
mod relations;
mod reliability;
pub mod report;
mod resolution;
mod rule_scores;
mod scope;
mod suggestions;
mod triples;

pub use attributes::AttributeScore;
pub use bootstrap::DocumentCounts;
pub use counts::{Counts, Macro, SchemeCounts};
pub use entities::{EntityScore, Scheme};
pub use evaluation::Evaluation;
pub use gold::Gold;
pub use judged::{Judgements, Tally};
pub use labels::{Attributes, Document, Labels, Mention, Relation};
pub use lessons::{LEAST_EXAMPLES, Lesson, lessons};
pub use map::Map;
pub use predicted::{OnGivenNames, Predict, Task, by_program, from_files};
pub use relations::{Mode, RelationScore};
pub use reliability::{Band, Reliability};
pub use resolution::{Clusters, Resolution};
pub use rule_scores::{RuleCounts, calibration, calibration_of_second, rule_counts};
pub use scope::Scope;
pub use suggestions::suggestions;

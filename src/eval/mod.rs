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

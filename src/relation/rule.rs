//! Rules as rule files write them. `rules/README.md` describes rule files.

use std::sync::Arc;

use crate::entity::EntityType;
use crate::error::Place;
use crate::relation::frame::Frame;
use crate::relation::pattern::Node;
use crate::relation::schema::Predicate;

/// One rule as written in a rule file.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone)]
pub struct Rule {
    /// `predicate/name`, unique.
    pub id: Arc<str>,
    /// What it finds.
    pub predicate: Predicate,
    /// The types its subject may have.
    pub subject: Vec<EntityType>,
    /// The types its object may have.
    pub object: Vec<EntityType>,
    /// How often it is right, 0 to 1: of a built-in rule as measured, where it has been.
    pub score: f32,
    /// The score in its file: the better of two rules that find the same relation counts, and the measured
    /// scores are those of relations found so.
    pub prior: f32,
    /// The patterns, any of which is enough; none if the rule is a frame.
    pub patterns: Vec<Pattern>,
    /// What it asks of a clause, if it is a frame.
    pub(crate) frame: Option<Frame>,
    /// Patterns that keep the rule from firing.
    pub unless: Vec<Pattern>,
    /// Whether what it finds is taken for granted, as "Spanish President Ana Ruiz" is in "officials
    /// said Spanish President Ana Ruiz fell": no source, denial or doubt around it is about it.
    pub granted: bool,
    /// Whether only punctuation keeps it from joining the end of a sentence with the start of the
    /// next. It is then left out where a text has lost its punctuation.
    pub punctuated: bool,
    /// Sentences in which it must fire.
    pub yes: Vec<YesExample>,
    /// Sentences in which it must not fire.
    pub no: Vec<String>,
    /// Where it is written.
    pub place: Place,
    /// The rule as it stands in the file.
    pub written: String,
    /// Whether it came with the program.
    pub(crate) built_in: bool,
}

/// A pattern as written and as understood.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// As understood.
    pub(crate) node: Arc<Node>,
}

/// A sentence in which a rule must fire.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone)]
pub struct YesExample {
    /// The sentence, with its names in brackets.
    pub text: String,
    /// Exactly these pairs, as `subject -> object`; if none are given, at least one pair.
    pub gives: Vec<String>,
}

//! What is compared: documents with labels, made by hand or by a program.

use std::collections::BTreeSet;

use crate::entity::EntityType;
use crate::error::Place;
use crate::relation::{Certainty, Evidence, Status};
use crate::text::{Article, Date, Span};

/// A labelled name. Hand labels have no score.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// Its type.
    pub entity_type: EntityType,
    /// The canonical name of its entity, where that is known.
    pub entity: Option<String>,
    /// The program's probability.
    pub score: Option<f32>,
    /// Whether it is here only as the argument of a relation, and is not to be scored as a name.
    pub argument_only: bool,
}

impl Mention {
    /// A mention of which only place and type are known.
    pub fn new(span: Span, entity_type: EntityType) -> Self {
        Mention { span, entity_type, entity: None, score: None, argument_only: false }
    }
}

/// The attributes of a relation; `None` where its labels give none.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes {
    /// How the text puts it.
    pub certainty: Option<Certainty>,
    /// Whether it is still so.
    pub status: Option<Status>,
    /// When it happened or began; `Some(None)` if the text does not say.
    pub event_date: Option<Option<Date>>,
}

/// A labelled relation between two mentions of the same document.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relation {
    /// Index of the subject among the document's mentions.
    pub subject: usize,
    /// The label: a predicate of ours, or whatever the gold calls it.
    pub predicate: String,
    /// Index of the object among the document's mentions.
    pub object: usize,
    /// Whether the text denies it.
    pub negated: bool,
    /// Its attributes.
    pub attributes: Attributes,
    /// The program's score.
    pub score: Option<f32>,
    /// What that score is made from.
    pub evidence: Option<Evidence>,
    /// The rule that found it.
    pub rule: Option<String>,
    /// Whether only the entities of its arguments are known and not where they stand: the text has a pronoun or
    /// a description there, or the labels give no places. The mentions are then any of these entities.
    pub by_entity: bool,
    /// Whether careful readers could differ on it: it need not be found, and may be.
    pub optional: bool,
    /// How the text puts it, where labels say so: with both names, a description or a pronoun.
    pub via: Option<String>,
    /// The words that state it, where they are given.
    pub sentence: Option<String>,
}

/// All labels of one document.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// In any order; gold readers sort them by place.
    pub mentions: Vec<Mention>,
    /// In any order.
    pub relations: Vec<Relation>,
}

/// A document labelled by hand.
///
/// See the [example](crate::eval#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its text and identifier.
    pub article: Article,
    /// The file it comes from, and the line where one line is one document.
    pub place: Place,
    /// The labels.
    pub labels: Labels,
    /// The only relation types for which this document was labelled; `None` for all.
    pub annotated_types: Option<BTreeSet<String>>,
}

//! Mentions, entities, and what is found of both in an article.

use std::fmt;

use crate::text::{EntityType, Span};

/// Who found a mention.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The model.
    Model,
    /// The alias table, where the model missed the name, cut it or doubted its type; or an acronym
    /// that the article introduces in brackets. The score is then a constant (0.8 to 0.9), unless
    /// only the type was changed.
    Aliases,
    /// The date recogniser.
    Dates,
    /// An anaphor, not a name; see [`Names::anaphors`](crate::entity::Names::anaphors).
    Anaphor,
    /// Hand labels.
    Given,
}

/// A name in the text.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// The part that names the entity: `Boston` in `Boston-based`; most often all of it.
    pub name: Span,
    /// Index of the sentence it lies in.
    pub sentence: usize,
    /// The type of the mention: `MISC` for `Turkish`, although its entity is the place Turkey.
    pub entity_type: EntityType,
    /// Probability that this is a mention of this type, 0 to 1.
    pub score: f32,
    /// Who found it.
    pub origin: Origin,
    /// Index of its entity in the article's entities.
    pub entity: usize,
    /// Whether it is an adjective or noun made from a country's name (`Turkish`, `Turks`).
    pub demonym: bool,
}

/// Something in the world that an article names, once or many times.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Stable across runs: derived from the type and the canonical name. It begins with a letter, so that no
    /// spreadsheet takes it for a number.
    pub id: String,
    /// The canonical name.
    pub name: String,
    /// The type of the entity.
    pub entity_type: EntityType,
    /// Its id elsewhere, by the tables of names: a Wikidata id, or one of the user's own.
    pub external_id: Option<String>,
}

/// Why an anaphor has its antecedent.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is the only candidate nearby.
    Only,
    /// It is the subject nearest before, or of the sentence before.
    Subject,
    /// It is the speaker.
    Speaks,
    /// It is the subject after it in the sentence.
    Following,
    /// The article mentions it far more often than the other candidates.
    Chief,
    /// They are the names of the list before.
    Listed,
    /// It is the antecedent of the pronoun before.
    GoesOn,
    /// The article introduced it with that noun.
    Introduced(String),
    /// Its name contains or implies that noun.
    Named(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Only => f.write_str("the only one near"),
            Reason::Subject => f.write_str("the subject before"),
            Reason::Speaks => f.write_str("who speaks"),
            Reason::Following => f.write_str("the subject behind"),
            Reason::Chief => f.write_str("what the article is mostly about"),
            Reason::Listed => f.write_str("the list before"),
            Reason::GoesOn => f.write_str("as the pronoun before"),
            Reason::Introduced(noun) => write!(f, "introduced as {noun}"),
            Reason::Named(noun) => write!(f, "a {noun} by its name"),
        }
    }
}

/// An argument of a relation.
///
/// See the [example](crate::entity#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// An index into [`Names::mentions`].
    Mention(usize),
    /// An index into [`Names::anaphors`].
    Anaphor(usize),
}

impl Argument {
    /// Its index into [`Names::mentions`], if it is a name.
    pub fn mention(self) -> Option<usize> {
        match self {
            Argument::Mention(i) => Some(i),
            Argument::Anaphor(_) => None,
        }
    }

    /// The name, pronoun or description that it is among those of an article.
    ///
    /// # Panics
    /// If it is not one of them.
    pub fn among<'a>(self, mentions: &'a [Mention], anaphors: &'a [Mention]) -> &'a Mention {
        match self {
            Argument::Mention(i) => &mentions[i],
            Argument::Anaphor(i) => &anaphors[i],
        }
    }
}

/// An article's mentions, each with its entity. [How to print relations with them](crate#example).
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// In text order, not overlapping.
    pub mentions: Vec<Mention>,
    /// The distinct entities, in order of their first mention.
    pub entities: Vec<Entity>,
    /// The resolved pronouns and descriptions ("the minister", "the company"), in text order. They are no names: they
    /// are not counted, and serve only as arguments of relations.
    pub anaphors: Vec<Mention>,
    /// Why each of them has its antecedent.
    pub reasons: Vec<Reason>,
    /// The names that a user drops, folded, in order, each once.
    pub dropped: Vec<String>,
}

impl Names {
    /// The name, pronoun or description that is an argument.
    ///
    /// # Panics
    /// If the article has no such argument.
    pub fn argument(&self, argument: Argument) -> &Mention {
        argument.among(&self.mentions, &self.anaphors)
    }
}

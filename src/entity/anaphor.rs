//! An anaphor, and what its resolvers share.

use std::collections::BTreeSet;

use crate::entity::introduced::Introductions;
use crate::entity::mention::{Mention, Names, Origin, Reason};
use crate::entity::quotes::Quotes;
use crate::entity::trees::Trees;
use crate::text::Span;

/// The precision of anaphora resolution, about.
const SCORE: f32 = 0.85;

/// A pronoun or description, and why it means what it does.
#[derive(Debug, Clone)]
pub(super) struct Anaphor {
    pub(super) mention: Mention,
    pub(super) reason: Reason,
}

/// An article in which anaphors are resolved.
pub(super) struct Article<'a> {
    pub(super) text: &'a str,
    pub(super) sentences: &'a [Span],
    pub(super) names: &'a Names,
    pub(super) trees: Trees,
    pub(super) introductions: Introductions,
    pub(super) quotes: Quotes,
}

impl Article<'_> {
    /// Whether a word is part of a name.
    pub(super) fn is_in_name(&self, word: Span) -> bool {
        let at = self.names.mentions.partition_point(|m| m.span.end <= word.start);
        self.names.mentions.get(at).is_some_and(|m| m.span.overlaps(word))
    }
}

/// A mention that stands for `person` at another place.
pub(super) fn anaphor(person: &Mention, span: Span, sentence: usize) -> Mention {
    Mention {
        span,
        name: span,
        sentence,
        score: person.score * SCORE,
        origin: Origin::Anaphor,
        ..person.clone()
    }
}

/// The last of these mentions, if all name one person.
pub(super) fn only_person<'n>(persons: &[&'n Mention]) -> Option<&'n Mention> {
    let distinct: BTreeSet<usize> = persons.iter().map(|m| m.entity).collect();
    persons.last().copied().filter(|_| distinct.len() == 1)
}

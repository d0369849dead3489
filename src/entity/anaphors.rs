//! What stands for a person without being a name: pronouns and descriptions.

use std::collections::BTreeSet;

use crate::entity::descriptions::{descriptions, is_description};
use crate::entity::pronouns::{is_pronoun, pronouns};
use crate::entity::{Mention, Names, Origin};
use crate::text::Span;

/// How often an anaphor means whom it seems to mean.
const SCORE: f32 = 0.85;

/// The anaphors of an article whose person is known, in text order. Their entity is that person; their score is
/// that of the name, less a doubt.
pub(super) fn anaphors(text: &str, sentences: &[Span], names: &Names) -> Vec<Mention> {
    let mut found = pronouns(text, sentences, names);
    found.extend(descriptions(text, sentences, names));
    found.sort_by_key(|m| m.span);
    found
}

/// Whether a text stands for a person without being a name: `she`, `the Turkish president`.
pub(crate) fn is_anaphor(text: &str) -> bool {
    is_pronoun(text) || is_description(text)
}

/// What stands for `person` at another place.
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

/// The anaphors of a text and whom they mean, as `She = Ana Ruiz`. Its names are those of `known` that are not part of
/// a longer word.
#[cfg(test)]
pub(super) fn meanings(text: &str, known: &[(&str, crate::entity::EntityType)]) -> String {
    let raw = known.iter().flat_map(|&(name, entity_type)| {
        let mention = move |at| crate::model::RawMention {
            span: Span::new(at, at + name.len()),
            entity_type,
            score: 0.99,
        };
        let whole = move |&(at, _): &(usize, &str)| !text[at + name.len()..].starts_with(char::is_alphabetic);
        text.match_indices(name).filter(whole).map(move |(at, _)| mention(at))
    });
    let sentences = crate::text::sentences(text);
    let names = crate::entity::resolve(&crate::entity::Aliases::built_in(), text, &sentences, raw.collect());
    let shown = |m: &Mention| format!("{} = {}", m.span.of(text), names.entities[m.entity].name);
    names.anaphors.iter().map(shown).collect::<Vec<_>>().join("; ")
}

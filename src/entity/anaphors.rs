//! What stands for a name without being one: pronouns and descriptions.

use std::collections::BTreeSet;
use std::fmt;

use crate::entity::descriptions::{descriptions, is_description};
use crate::entity::groups::groups;
use crate::entity::introduced::Introductions;
use crate::entity::its::{is_neuter, its};
use crate::entity::pronouns::{is_first, is_pronoun, pronouns};
use crate::entity::quotes::Quotes;
use crate::entity::things::things;
use crate::entity::trees::Trees;
use crate::entity::{Mention, Names, Origin, kinds};
use crate::syntax::Sentence;
use crate::text::Span;

/// How often an anaphor means whom it seems to mean.
const SCORE: f32 = 0.85;

/// Why a pronoun or description means what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is the only one near that it can mean.
    Only,
    /// It is the subject nearest before, or of the sentence before.
    Subject,
    /// It is who speaks.
    Speaks,
    /// It is the subject that the sentence comes to.
    Following,
    /// It is what the article speaks of far more often than of anything else near.
    Chief,
    /// They are the names of the list before.
    Listed,
    /// The sentence goes on about whom the pronoun before meant.
    GoesOn,
    /// The article introduced it with that noun.
    Introduced(String),
    /// Its name has that noun, or says that it is one.
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

/// A pronoun or description, and why it means what it does.
#[derive(Debug, Clone)]
pub(super) struct Anaphor {
    pub(super) mention: Mention,
    pub(super) reason: Reason,
}

/// What is known of an article when anaphors are looked for.
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

/// The anaphors of an article whose meaning is known, in text order. Their entity is what they mean; their score is
/// that of the name, less a doubt.
pub(super) fn anaphors(text: &str, sentences: &[Span], syntax: &[Sentence], names: &Names) -> Vec<Anaphor> {
    if names.mentions.is_empty() {
        return Vec::new();
    }
    let trees = Trees::of(text, sentences.len(), syntax, names);
    let introductions = Introductions::of(names, &trees, sentences.len());
    let quotes = Quotes::of(text, sentences);
    let article = Article { text, sentences, names, trees, introductions, quotes };
    let mut described = things(&article);
    // What both find is told by its post.
    let of_posts = descriptions(text, sentences, names);
    described.retain(|found| {
        let at = of_posts.partition_point(|post| post.mention.span.end <= found.mention.span.start);
        !of_posts.get(at).is_some_and(|post| post.mention.span.overlaps(found.mention.span))
    });
    described.extend(of_posts);
    described.sort_by_key(|found| found.mention.span);
    let mut found = pronouns(&article, &described);
    found.extend(its(&article, &described));
    found.extend(described);
    found.sort_by_key(|found| found.mention.span);
    let of_lists = groups(&article, &found);
    found.extend(of_lists);
    found.sort_by_key(|found| found.mention.span);
    found
}

/// Whether a text stands for something without being a name: `she`, `its`, `the Turkish president`, `the company`.
pub(crate) fn is_anaphor(text: &str) -> bool {
    let lower = text.to_lowercase();
    let noun = lower.strip_prefix("the ").and_then(|rest| rest.rsplit(' ').next());
    let is_epithet = |rest: &str| {
        rest.ends_with("-year-old") || rest.starts_with(char::is_uppercase) && !rest.contains(' ')
    };
    let rest = text.strip_prefix("the ").or_else(|| text.strip_prefix("The "));
    is_pronoun(text)
        || is_neuter(&lower)
        || is_first(text)
        || lower.starts_with("both ")
        || lower.starts_with("the two ")
        || is_description(text)
        || rest.is_some_and(is_epithet)
        || noun.is_some_and(|noun| kinds::type_of(noun).is_some())
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
    let names =
        crate::entity::resolve(&crate::entity::Aliases::built_in(), text, &sentences, &[], raw.collect());
    let shown = |m: &Mention| format!("{} = {}", m.span.of(text), names.entities[m.entity].name);
    names.anaphors.iter().map(shown).collect::<Vec<_>>().join("; ")
}

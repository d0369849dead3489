//! Anaphors: pronouns and descriptions.

use crate::entity::anaphor::{Anaphor, Article};
use crate::entity::descriptions::{descriptions, is_description};
use crate::entity::groups::groups;
use crate::entity::introduced::Introductions;
use crate::entity::its::{is_neuter, its};
use crate::entity::pronouns::{is_first, is_pronoun, pronouns};
use crate::entity::quotes::Quotes;
use crate::entity::things::things;
use crate::entity::trees::Trees;
use crate::entity::{Names, kinds};
use crate::syntax::Sentence;
use crate::text::Span;

impl Names {
    /// Finds the anaphors anew. Without trees (`syntax`) only those of persons are found.
    pub fn find_anaphors(&mut self, text: &str, sentences: &[Span], syntax: &[Sentence]) {
        let found = anaphors(text, sentences, syntax, self);
        (self.anaphors, self.reasons) = found.into_iter().map(|found| (found.mention, found.reason)).unzip();
    }
}

/// The resolved anaphors of an article, in text order. Each has the entity of its antecedent, and a lower score.
fn anaphors(text: &str, sentences: &[Span], syntax: &[Sentence], names: &Names) -> Vec<Anaphor> {
    if names.mentions.is_empty() {
        return Vec::new();
    }
    let trees = Trees::of(text, sentences.len(), syntax, names);
    let introductions = Introductions::of(names, &trees, sentences.len());
    let quotes = Quotes::of(text, sentences);
    let article = Article { text, sentences, names, trees, introductions, quotes };
    let mut described = things(&article);
    // Where both find one, that of the post is kept.
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

/// Whether a text can be an anaphor: `she`, `its`, `the Turkish president`, `the company`.
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

/// The resolved anaphors of a text, as `She = Ana Ruiz`. Its names are those of `known` that are whole words.
#[cfg(test)]
pub(super) fn meanings(text: &str, known: &[(&str, crate::entity::EntityType)]) -> String {
    let raw = known.iter().flat_map(|&(name, entity_type)| {
        let mention = move |at| crate::text::RawMention {
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
    let shown =
        |m: &crate::entity::Mention| format!("{} = {}", m.span.of(text), names.entities[m.entity].name);
    names.anaphors.iter().map(shown).collect::<Vec<_>>().join("; ")
}

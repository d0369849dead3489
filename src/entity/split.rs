//! Splits mentions of several names: `Ana Ruiz/Bo Lee`, `Acme Fund and Zorin Fund`, a list of people without commas.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::fold::key;
use crate::entity::recognise::Found;
use crate::text::Span;

/// From so many words on, a person's name is a list.
const LIST: usize = 6;

/// Splits mentions of several names that the article or the tables have on their own.
pub(super) fn split(aliases: &Aliases, text: &str, mentions: Vec<Found>) -> Vec<Found> {
    let is_joined = |m: &&Found| m.span.of(text).contains(['/', '&']) || m.span.of(text).contains(" and ");
    let mut alone: BTreeSet<String> = BTreeSet::new();
    if mentions.iter().any(|m| is_joined(&m)) {
        alone = mentions.iter().filter(|m| !is_joined(m)).map(|m| key(m.span.of(text))).collect();
    }
    let surnames = surnames(text, &mentions);
    let mut out = Vec::with_capacity(mentions.len());
    for mention in mentions {
        let parts = match two_surnames(text, &mention, &surnames) {
            Some(both) => both.to_vec(),
            None => parts(aliases, text, &mention, &alone),
        };
        out.extend(parts.into_iter().map(|span| Found { span, ..mention.clone() }));
    }
    out
}

/// The full names with each surname.
fn surnames<'t>(text: &'t str, mentions: &[Found]) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
    let mut bearers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for mention in mentions.iter().filter(|m| m.entity_type == EntityType::Per) {
        let name = mention.span.of(text);
        if let Some((_, last)) = name.rsplit_once(char::is_whitespace) {
            bearers.entry(last).or_default().insert(name);
        }
    }
    bearers
}

/// `Ruiz Lind` where the article names `Ana Ruiz` and `Bo Lind`.
fn two_surnames(text: &str, mention: &Found, surnames: &BTreeMap<&str, BTreeSet<&str>>) -> Option<[Span; 2]> {
    if mention.entity_type != EntityType::Per {
        return None;
    }
    let name = mention.span.of(text);
    let (first, last) = name.split_once(char::is_whitespace)?;
    let last = last.trim_start();
    let others = |word: &str| surnames.get(word).is_some_and(|of| of.iter().any(|other| *other != name));
    let both = !last.contains(char::is_whitespace) && first != last && others(first) && others(last);
    let (start, end) = (mention.span.start, mention.span.end);
    both.then(|| [Span::new(start, start + first.len()), Span::new(end - last.len(), end)])
}

fn parts(aliases: &Aliases, text: &str, mention: &Found, alone: &BTreeSet<String>) -> Vec<Span> {
    let name = mention.span.of(text);
    let known = |name: &str| !aliases.written_like(name, &key(name)).is_empty();
    let is_name = |span: &Span| {
        let name = span.of(text);
        name.starts_with(char::is_uppercase) && (alone.contains(&key(name)) || known(name))
    };
    for (between, least) in [("/", 1), (" and ", 2), (" & ", 2)] {
        if !name.contains(between) || known(name) {
            continue;
        }
        let spans = spans(mention.span, name, between, text);
        let long = |span: &Span| span.of(text).split_whitespace().count() >= least;
        if spans.len() > 1 && spans.iter().all(|span| is_name(span) && long(span)) {
            return spans;
        }
    }
    if mention.entity_type == EntityType::Per { people(text, mention.span) } else { vec![mention.span] }
}

/// The parts between the places where `between` matches.
fn spans(whole: Span, name: &str, between: &str, text: &str) -> Vec<Span> {
    let mut start = whole.start;
    let parts = name.split(between).map(|part| {
        let span = Span::new(start, start + part.len());
        start += part.len() + between.len();
        span.trimmed(text)
    });
    parts.filter(|span| !span.is_empty()).collect()
}

/// A list of people: split at wide gaps, or a long one of capitalised words into pairs of given name and surname.
fn people(text: &str, whole: Span) -> Vec<Span> {
    let name = whole.of(text);
    let mut words: Vec<Span> = Vec::new();
    for word in name.split_whitespace() {
        let from = words.last().map_or(whole.start, |last: &Span| last.end);
        let Some(at) = text[from..whole.end].find(word) else { return vec![whole] };
        words.push(Span::new(from + at, from + at + word.len()));
    }
    let gap = |pair: &[Span]| &text[pair[0].end..pair[1].start];
    let is_wide = |gap: &str| gap.chars().count() > 1 || gap.contains(['\n', '\t']);
    // A line break may be a wrapped line: it splits only two full names.
    let cuts: Vec<usize> =
        words.windows(2).zip(1..).filter(|(pair, _)| is_wide(gap(pair))).map(|(_, at)| at).collect();
    if words.len() >= 4 && !cuts.is_empty() {
        let ends: Vec<usize> = cuts.iter().copied().chain([words.len()]).collect();
        let starts: Vec<usize> = [0].into_iter().chain(cuts).collect();
        let runs: Vec<(usize, usize)> = starts.into_iter().zip(ends).collect();
        let is_name = |start: usize, end: usize| {
            let at = |word: usize| words[word].of(text).starts_with(char::is_uppercase);
            end - start >= 2 && at(start) && at(end - 1)
        };
        if runs.iter().all(|&(start, end)| is_name(start, end)) {
            return runs
                .into_iter()
                .map(|(start, end)| Span::new(words[start].start, words[end - 1].end))
                .collect();
        }
    }
    let plain = |word: &Span| {
        let word = word.of(text);
        word.chars().count() > 2
            && word.starts_with(char::is_uppercase)
            && word.chars().all(char::is_alphabetic)
    };
    if words.len() >= LIST && words.len().is_multiple_of(2) && words.iter().all(plain) {
        return words.chunks(2).map(|pair| Span::new(pair[0].start, pair[1].end)).collect();
    }
    vec![whole]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_a_table() {
        for (name, expected) in [
            ("Ana Ruiz", vec!["Ana Ruiz"]),
            ("Ana Ruiz  Bo Lind", vec!["Ana Ruiz", "Bo Lind"]),
            ("Ana Ruiz\nMax Lind\nEva Holm", vec!["Ana Ruiz", "Max Lind", "Eva Holm"]),
            ("Ana Ruiz Max Lind Eva Holm", vec!["Ana Ruiz", "Max Lind", "Eva Holm"]),
            ("Ana Maria\nRuiz", vec!["Ana Maria\nRuiz"]),
            ("Ana Ruiz )\nin 1951", vec!["Ana Ruiz )\nin 1951"]),
            ("Ana Maria de la Cruz Ruiz", vec!["Ana Maria de la Cruz Ruiz"]),
        ] {
            let found = people(name, Span::new(0, name.len()));
            assert_eq!(found.iter().map(|span| span.of(name)).collect::<Vec<_>>(), expected);
        }
    }
}

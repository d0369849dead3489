//! Whom "he" and "she" mean, where the text leaves no doubt.
//!
//! A pronoun of the third person singular means the only person whom its sentence names before it; if that names
//! none, the only one of the sentence before, or of the one before that. Where two are named, it means neither, and
//! who was "she" before, or "Ms.", is not "he". A sentence that begins with a pronoun, before any person's name, is about
//! the person meant, and the same pronoun goes on with it ("She studied under Bo Lind. She left."), known or not.
//! Inside quotation marks somebody else speaks, and pronouns mean nothing here. Pronouns are no names: they are
//! arguments of relations and nothing else.

use std::collections::BTreeMap;

use crate::entity::anaphors::{anaphor, only_person};
use crate::entity::{EntityType, Mention, Names};
use crate::text::{Span, words};

/// Sentences before the one of a pronoun in which is looked for whom it means.
const SENTENCES_BEFORE: usize = 2;

const PRONOUNS: [&str; 5] = ["he", "him", "his", "she", "her"];

/// Whether a word is such a pronoun.
pub(crate) fn is_pronoun(word: &str) -> bool {
    PRONOUNS.iter().any(|pronoun| word.eq_ignore_ascii_case(pronoun))
}

/// The pronouns of an article whose person is known, in text order. Their entity is that person; their score is
/// that of the name, less a doubt.
pub(super) fn pronouns(text: &str, sentences: &[Span], names: &Names) -> Vec<Mention> {
    let persons: Vec<&Mention> =
        names.mentions.iter().filter(|m| m.entity_type == EntityType::Per && !m.demonym).collect();
    if persons.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    // Whether a person is "she", once that is known.
    let mut is_she: BTreeMap<usize, bool> =
        persons.iter().filter_map(|m| Some((m.entity, is_lady(&text[..m.span.start])?))).collect();
    // The first "he" and the first "she" of a sentence: where it starts, and whom it means.
    let mut first: BTreeMap<(usize, bool), (usize, Option<&Mention>)> = BTreeMap::new();
    let mut quoted = false;
    for (number, &sentence) in sentences.iter().enumerate() {
        // A paragraph of a press release seldom closes what the last one opened.
        if text[..sentence.start].trim_end_matches([' ', '\t']).ends_with('\n') {
            quoted = false;
        }
        for span in words(text, sentence) {
            match span.of(text) {
                "\"" => quoted = !quoted,
                "“" | "``" => quoted = true,
                "”" | "''" => quoted = false,
                word if !quoted && is_pronoun(word) => {
                    let she = !word.starts_with(['h', 'H']) || word.eq_ignore_ascii_case("her");
                    let inside_name = names.mentions.iter().any(|m| m.span.overlaps(span));
                    if inside_name {
                        continue;
                    }
                    let first_at = |at| first.get(&(at, she)).copied();
                    let person = meant(&persons, number, span, first_at)
                        .filter(|p| *is_she.entry(p.entity).or_insert(she) == she);
                    found.extend(person.map(|person| anaphor(person, span, number)));
                    first.entry((number, she)).or_insert((span.start, person));
                }
                _ => {}
            }
        }
    }
    found
}

/// The last mention of the person whom a pronoun means. `first_at` tells of a sentence where its first pronoun of that
/// kind starts, and whom that means.
fn meant<'a>(
    persons: &[&'a Mention],
    sentence: usize,
    pronoun: Span,
    first_at: impl Fn(usize) -> Option<(usize, Option<&'a Mention>)>,
) -> Option<&'a Mention> {
    let found = (sentence.saturating_sub(SENTENCES_BEFORE)..=sentence).rev().find_map(|at| {
        let first = persons.partition_point(|m| m.sentence < at);
        let here = persons[first..].iter().take_while(|m| m.sentence == at && m.span.end <= pronoun.start);
        let here: Vec<&Mention> = here.copied().collect();
        match (first_at(at), here.first()) {
            (Some((start, person)), name) if name.is_none_or(|name| start < name.span.start) => Some(person),
            (_, Some(_)) => Some(only_person(&here)),
            _ => None,
        }
    });
    found.flatten()
}

/// Whether a title before a name says that its bearer is "she".
fn is_lady(before: &str) -> Option<bool> {
    let title = before.trim_end().trim_end_matches('.').rsplit(|c: char| !c.is_alphabetic()).next()?;
    match title {
        "Mr" => Some(false),
        "Mrs" | "Ms" | "Miss" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::entity::EntityType::{Org, Per};
    use crate::entity::anaphors::meanings;
    use crate::entity::{Aliases, EntityType, resolve};
    use crate::model::RawMention;
    use crate::text::{Span, sentences};

    #[test]
    fn pronouns_of_a_table() {
        let known = [("Ana Ruiz", Per), ("Bo Lind", Per), ("Ruiz", Per), ("Acme", Org)];
        let table = [
            ("Ana Ruiz left. She runs Acme.", "She = Ana Ruiz"),
            (
                "Ana Ruiz said she would go. It rained. Her firm, Acme, paid.",
                "she = Ana Ruiz; Her = Ana Ruiz",
            ),
            ("Ana Ruiz runs Acme. Ruiz said she would go.", "she = Ana Ruiz"),
            // Two could be meant, or nobody near.
            ("Ana Ruiz met Bo Lind. He left.", ""),
            ("Bo Lind left. Ana Ruiz said she knew.", "she = Ana Ruiz"),
            ("Bo Lind left. It rained. It snowed. He fell.", ""),
            ("He fell. Bo Lind left.", ""),
            // Somebody else speaks.
            ("Bo Lind left. \"He runs Acme,\" she said.", "she = Bo Lind"),
            ("Bo Lind left. “He runs Acme.” That is all.", ""),
            ("Acme left. He fell.", ""),
            ("Ana Ruiz left. She fell. He knew.", "She = Ana Ruiz"),
            // The sentence goes on about the same person.
            (
                "Ana Ruiz left. She met Bo Lind. She fell. She told Bo Lind that she knew.",
                "She = Ana Ruiz; She = Ana Ruiz; She = Ana Ruiz; she = Ana Ruiz",
            ),
            ("Ana Ruiz met Ruiz Lind and Bo Lind. She studied with Bo Lind. She left.", ""),
            ("Mr. Bo Lind left. She fell. He knew.", "He = Bo Lind"),
            ("Ms. Bo Lind left. She fell. He knew.", "She = Bo Lind"),
        ];
        for (text, expected) in table {
            assert_eq!(meanings(text, &known), expected, "{text}");
        }
    }

    #[test]
    fn a_pronoun_counts_as_no_name() {
        let text = "Ana Ruiz left. She runs Acme.";
        let raw = vec![RawMention { span: Span::new(0, 8), entity_type: EntityType::Per, score: 0.99 }];
        let names = resolve(&Aliases::built_in(), text, &sentences(text), raw);
        assert_eq!((names.mentions.len(), names.entities.len(), names.anaphors.len()), (1, 1, 1));
        assert_eq!(names.argument(1).span.of(text), "She");
        assert!(names.anaphors[0].score < names.mentions[0].score);
    }
}

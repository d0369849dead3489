//! Where subject and object stand in the sentence of a relation.
//!
//! The table gives their places in the article, and not where the sentence begins there. Of all places where it could
//! begin, both being whole words then, that one is taken which puts the most telling words at them.

use std::ops::Range;

use crate::export::result::Relation;

/// Subject and object in the sentence, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Where the subject stands.
    pub subject: Range<usize>,
    /// Where the object stands.
    pub object: Range<usize>,
}

/// Finds both; nothing if the sentence has not got them, as where somebody has edited the table.
pub fn marked(relation: &Relation) -> Option<Marked> {
    let chars: Vec<(usize, char)> = relation.sentence.char_indices().collect();
    let (subject, object) =
        ((relation.subject_start, relation.subject_end), (relation.object_start, relation.object_end));
    let first = subject.0.min(object.0);
    let last = subject.1.max(object.1);
    let room = (chars.len() as u64).checked_sub(last.checked_sub(first)?)?;
    let byte = |at: usize| chars.get(at).map_or(relation.sentence.len(), |&(byte, _)| byte);
    let mut best: Option<(u32, Marked)> = None;
    // Where the first of them stands in the sentence.
    for at in 0..=room {
        let place = |(start, end): (u64, u64)| -> Option<Range<usize>> {
            let (start, end) = ((start - first + at) as usize, end.checked_sub(first)? + at);
            is_whole(&chars, start, end as usize).then(|| byte(start)..byte(end as usize))
        };
        let (Some(subject), Some(object)) = (place(subject), place(object)) else { continue };
        let likely = likeness(&relation.sentence[subject.clone()], &relation.subject)
            + likeness(&relation.sentence[object.clone()], &relation.object);
        if best.as_ref().is_none_or(|(most, _)| likely > *most) {
            best = Some((likely, Marked { subject, object }));
        }
    }
    best.map(|(_, marked)| marked)
}

/// Whether these characters are some words, and no part of one.
fn is_whole(chars: &[(usize, char)], start: usize, end: usize) -> bool {
    let at = |i: usize| chars.get(i).map(|&(_, c)| c);
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let before = start.checked_sub(1).and_then(at);
    let (Some(first), Some(last)) = (at(start), end.checked_sub(1).and_then(at)) else { return false };
    let splits = |a: Option<char>, b: Option<char>| is_word(a) && is_word(b);
    start < end
        && !first.is_whitespace()
        && !last.is_whitespace()
        && !splits(before, Some(first))
        && !splits(Some(last), at(end))
}

/// How much words in a text look as if they meant the one of that name.
fn likeness(said: &str, name: &str) -> u32 {
    if said == name {
        return 5;
    }
    let (said_low, name_low) = (said.to_lowercase(), name.to_lowercase());
    let shared = |a: &str, b: &str| {
        a.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() > 1 && b.contains(word))
    };
    if said_low == name_low || name_low.contains(&said_low) || said_low.contains(&name_low) {
        4
    } else if shared(&said_low, &name_low) {
        3
    } else if said.starts_with(char::is_uppercase) || PRONOUNS.contains(&said_low.as_str()) {
        // An acronym, a country for its people, another name; or "he".
        2
    } else {
        u32::from(DETERMINERS.iter().any(|it| said_low.starts_with(it)))
    }
}

const PRONOUNS: [&str; 16] = [
    "he", "him", "his", "she", "her", "hers", "it", "its", "they", "them", "their", "i", "my", "me", "we",
    "our",
];

/// With what a description begins.
const DETERMINERS: [&str; 4] = ["the ", "his ", "her ", "its "];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::result::ResultFolder;
    use crate::export::sample;
    use crate::output::Style;

    /// Subject and object as they stand in the sentence; the places count from `shift`.
    fn found(
        sentence: &str,
        subject: (&str, &str),
        object: (&str, &str),
        shift: u64,
    ) -> Option<(String, String)> {
        let folder = sample::written(Style::default());
        let result = ResultFolder::open(folder.path()).unwrap();
        let mut relation = result.relations().unwrap().next().unwrap().unwrap();
        let place = |said: &str| {
            let start = sentence[..sentence.find(said).unwrap()].chars().count() as u64 + shift;
            (start, start + said.chars().count() as u64)
        };
        (relation.subject_start, relation.subject_end) = place(subject.0);
        (relation.object_start, relation.object_end) = place(object.0);
        (relation.subject, relation.object) = (subject.1.to_owned(), object.1.to_owned());
        relation.sentence = sentence.to_owned();
        marked(&relation).map(|at| (sentence[at.subject].to_owned(), sentence[at.object].to_owned()))
    }

    #[test]
    fn subject_and_object_are_found_wherever_the_sentence_begins() {
        for shift in [0, 7, 4000] {
            for (sentence, subject, object) in [
                ("Ana Ruiz leads Acme.", ("Ana Ruiz", "Ana Ruiz"), ("Acme", "Acme")),
                ("Then – “in Lima” – Ruiz led the firm Acme.", ("Ruiz", "Ana Ruiz"), ("Acme", "Acme Ltd")),
                (
                    "On Monday the Turkish president Ana Ruiz left.",
                    ("Ana Ruiz", "Ana Ruiz"),
                    ("Turkish", "Turkey"),
                ),
                ("To all she was the head of it.", ("she", "Ana Ruiz"), ("it", "Acme")),
                ("😀 Acme's Bo met Acme's Ana.", ("Bo", "Bo"), ("Ana", "Ana")),
            ] {
                let expected = (subject.0.to_owned(), object.0.to_owned());
                assert_eq!(found(sentence, subject, object, shift), Some(expected), "{sentence}");
            }
        }
    }

    #[test]
    fn what_is_not_in_the_sentence_is_not_found() {
        let folder = sample::written(Style::default());
        let result = ResultFolder::open(folder.path()).unwrap();
        let mut relation = result.relations().unwrap().next().unwrap().unwrap();
        relation.sentence = "No.".to_owned();
        assert_eq!(marked(&relation), None);
    }
}

//! Descriptions by a post: "the president", "the Turkish foreign minister".
//!
//! The antecedent is the only person whom the article has introduced with that post before ("Turkish President Recep
//! Tayyip Erdogan", "Ana Ruiz, the president of Acme,"). With two such persons, or another country, it is unresolved.

use crate::entity::anaphor::{Anaphor, anaphor, only_person};
use crate::entity::{EntityType, Mention, Names, Reason};
use crate::text::persons::{self, Mark};
use crate::text::{Span, words};

/// Words before a former post.
const FORMER: [&str; 2] = ["former", "late"];
const EX: &str = "ex-";

/// At most so many words between a name and the post in its apposition: "Ana Ruiz, the long-serving Turkish
/// president,".
const WORDS_OF_APPOSITION: usize = 5;

/// A person introduced with a post.
struct Introduced {
    post: String,
    /// The country or organisation, if the text names it.
    of: Option<usize>,
    former: bool,
    /// Index of the mention.
    person: usize,
}

/// A word or a name.
#[derive(Clone, Copy)]
struct Item {
    span: Span,
    mention: Option<usize>,
}

/// The resolved descriptions of an article, in text order.
pub(super) fn descriptions(text: &str, sentences: &[Span], names: &Names) -> Vec<Anaphor> {
    let mut introduced: Vec<Introduced> = Vec::new();
    let mut found = Vec::new();
    for (number, &sentence) in sentences.iter().enumerate() {
        let first = names.mentions.partition_point(|m| m.sentence < number);
        let count = names.mentions[first..].iter().take_while(|m| m.sentence == number).count();
        if count == 0 && introduced.is_empty() {
            continue;
        }
        let reader = Reader { text, names, items: items(text, sentence, names, first..first + count) };
        for at in 0..reader.items.len() {
            introduced.extend(reader.introduced(at));
            let Some((span, description)) = reader.description(at) else { continue };
            let Some(person) = meant(&introduced, &description, names) else { continue };
            let reason = Reason::Introduced(description.post);
            found.push(Anaphor { mention: anaphor(person, span, number), reason });
        }
    }
    found
}

/// Whether a text reads as such a description: `the Turkish president`.
pub(super) fn is_description(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.starts_with("the ") && persons::all(Mark::Post).any(|post| lower.ends_with(&format!(" {post}")))
}

/// Whether a noun is the last word of a post.
pub(super) fn is_post(noun: &str) -> bool {
    persons::all(Mark::Post).any(|post| post.rsplit([' ', '-']).next() == Some(noun))
}

/// The words and names of a sentence.
fn items(text: &str, sentence: Span, names: &Names, within: std::ops::Range<usize>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = sentence.start;
    for number in within {
        let span = names.mentions[number].span;
        items.extend(
            words(text, Span::new(at, span.start)).into_iter().map(|span| Item { span, mention: None }),
        );
        items.push(Item { span, mention: Some(number) });
        at = span.end;
    }
    items.extend(
        words(text, Span::new(at, sentence.end)).into_iter().map(|span| Item { span, mention: None }),
    );
    items
}

/// The last mention of the only person that a description fits.
fn meant<'n>(introduced: &[Introduced], description: &Introduced, names: &'n Names) -> Option<&'n Mention> {
    let fits = |one: &&Introduced| {
        one.former == description.former
            && is_called(&one.post, &description.post)
            && (description.of.is_none() || one.of == description.of)
    };
    let persons: Vec<&Mention> =
        introduced.iter().filter(fits).map(|one| &names.mentions[one.person]).collect();
    only_person(&persons)
}

/// Whether `called` is short for a post: the interior minister is "the minister", the vice president is not "the
/// president".
fn is_called(post: &str, called: &str) -> bool {
    let short = |full: &str| called == full && post.split(' ').any(|word| word == full);
    post == called
        || short("secretary") && !post.starts_with("shadow")
        || short("minister") && !post.ends_with("prime minister") && !post.starts_with("shadow")
}

/// A sentence in which posts are looked for.
struct Reader<'a> {
    text: &'a str,
    names: &'a Names,
    items: Vec<Item>,
}

impl Reader<'_> {
    /// The word at a place in lower case, unless it is a name.
    fn word(&self, at: usize) -> Option<String> {
        let item = self.items.get(at).filter(|item| item.mention.is_none())?;
        Some(item.span.of(self.text).to_lowercase())
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.word(at).is_some_and(|found| found == word)
    }

    /// The person named at a place.
    fn person(&self, at: usize) -> Option<usize> {
        let number = self.items.get(at)?.mention?;
        let mention = &self.names.mentions[number];
        (mention.entity_type == EntityType::Per && !mention.demonym).then_some(number)
    }

    /// The state, organisation or place named at a place.
    fn whole(&self, at: usize) -> Option<usize> {
        let mention = &self.names.mentions[self.items.get(at)?.mention?];
        let is_whole = mention.demonym || matches!(mention.entity_type, EntityType::Org | EntityType::Loc);
        is_whole.then_some(mention.entity)
    }

    /// The longest post that ends before `end`: its start and its words.
    fn post_before(&self, end: usize) -> Option<(usize, String)> {
        if self.is(end.checked_sub(1)?, ".") {
            let short = self.word(end.checked_sub(2)?)?;
            return Some((end - 2, persons::post_of(&short)?.to_owned()));
        }
        let (start, post) = (1..=3)
            .rev()
            .filter_map(|length| Some((end.checked_sub(length)?, length)))
            .find_map(|(start, length)| {
                let words: Option<Vec<String>> = (start..start + length).map(|at| self.word(at)).collect();
                let words = words?.join(" ");
                let post = words.strip_prefix(EX).unwrap_or(&words).to_owned();
                persons::is(&post, Mark::Post).then_some((start, post))
            })?;
        // "Shadow chancellor", "shadow home secretary": not the chancellor.
        let shadow = (start.saturating_sub(2)..start).rev().find(|&at| self.is(at, "shadow"));
        if let Some(shadow) = shadow {
            return Some((shadow, format!("shadow {post}")));
        }
        // "Trade Minister", "the trade minister".
        let qualifier = start
            .checked_sub(1)
            .and_then(|at| self.word(at))
            .filter(|word| matches!(post.as_str(), "minister" | "secretary") && is_qualifier(word));
        Some(match qualifier {
            Some(word) => (start - 1, format!("{word} {post}")),
            None => (start, post),
        })
    }

    /// What precedes a post: the country or organisation, whether it is a former post, and where it all starts.
    fn before_post(&self, start: usize) -> (Option<usize>, bool, usize) {
        let is_ex = self.word(start).is_some_and(|word| word.starts_with(EX));
        let mut start = start;
        let mut of = None;
        if let Some(before) = start.checked_sub(1) {
            let possessive =
                self.word(before).is_some_and(|word| matches!(word.as_str(), "'s" | "’s" | "'" | "’"));
            let name = if possessive { before.checked_sub(1) } else { Some(before) };
            if let Some((name, whole)) = name.and_then(|at| Some((at, self.whole(at)?))) {
                (start, of) = (name, Some(whole));
            }
        }
        let former = start
            .checked_sub(1)
            .filter(|&at| self.word(at).is_some_and(|word| FORMER.contains(&word.as_str())));
        (of, is_ex || former.is_some(), former.unwrap_or(start))
    }

    /// The posts with which the person named at a place is introduced.
    fn introduced(&self, at: usize) -> Vec<Introduced> {
        let Some(person) = self.person(at) else { return Vec::new() };
        let before = self.post_before(at).map(|(start, post)| {
            let (of, former, _) = self.before_post(start);
            Introduced { post, of, former, person }
        });
        before.into_iter().chain(self.in_apposition(at, person)).collect()
    }

    /// "Ana Ruiz, the Turkish president," and "Ana Ruiz, president of Acme,".
    fn in_apposition(&self, at: usize, person: usize) -> Option<Introduced> {
        if !self.is(at + 1, ",") {
            return None;
        }
        let end = (at + 3..=at + 3 + WORDS_OF_APPOSITION)
            .find(|&end| [",", "of", "at", "for", "."].iter().any(|word| self.is(end, word)))?;
        let (start, post) = self.post_before(end)?;
        let (mut of, former, start) = self.before_post(start);
        // Only "the" and adjectives may precede it.
        let plain =
            (at + 2..start).all(|at| self.word(at).is_some_and(|word| word.chars().all(char::is_alphabetic)));
        let starts_so = start == at + 2 || self.is(at + 2, "the");
        if of.is_none() && !self.is(end, ",") {
            let name = if self.is(end + 1, "the") { end + 2 } else { end + 1 };
            of = self.whole(name);
        }
        (plain && starts_so).then_some(Introduced { post, of, former, person })
    }

    /// The description that starts at a place, unresolved.
    fn description(&self, at: usize) -> Option<(Span, Introduced)> {
        // An apposition: "Ana Ruiz, formerly the president".
        const WHEN: [&str; 6] = ["formerly", "once", "previously", "now", "then", "currently"];
        let when = usize::from(at > 0 && WHEN.iter().any(|word| self.is(at - 1, word)));
        let comma = at.saturating_sub(1 + when);
        let is_apposition = comma >= 1 && self.is(comma, ",") && self.person(comma - 1).is_some();
        if !self.is(at, "the") || is_apposition {
            return None;
        }
        // The longest post wins: "the secretary of state" is not "the secretary".
        let (end, post) = (at + 2..=at + 6).rev().find_map(|end| {
            let (start, post) = self.post_before(end)?;
            let (of, former, start) = self.before_post(start);
            (start == at + 1).then_some((end, Introduced { post, of, former, person: 0 }))
        })?;
        // "The president of Peru" and "the President Ana Ruiz" are no anaphors.
        let is_named = self.items.get(end).is_some_and(|next| next.mention.is_some());
        let is_abbreviated = self.is(end - 1, ".");
        // "The president and chief executive of Acme" is one person.
        let is_also = self.is(end, "and")
            && (end + 2..=end + 5).any(|to| self.post_before(to).is_some_and(|(start, _)| start == end + 1));
        if self.is(end, "of") || self.is(end, "from") || is_named || is_abbreviated || is_also {
            return None;
        }
        Some((Span::new(self.items[at].span.start, self.items[end - 1].span.end), post))
    }
}

/// Whether a word before "minister" says which one.
fn is_qualifier(word: &str) -> bool {
    const OTHERS: [&str; 12] =
        ["the", "a", "an", "his", "her", "their", "its", "new", "then", "former", "late", "and"];
    word.chars().all(char::is_alphabetic) && word.len() > 2 && !OTHERS.contains(&word)
}

#[cfg(test)]
mod tests {
    use crate::entity::EntityType::{Loc, Misc, Org, Per};
    use crate::entity::anaphors::meanings;

    #[test]
    fn descriptions_of_a_table() {
        let known = [
            ("Ana Ruiz", Per),
            ("Bo Lind", Per),
            ("Acme", Org),
            ("Peru", Loc),
            ("Turkish", Misc),
            ("French", Misc),
        ];
        let table = [
            (
                "Turkish President Ana Ruiz left. The Turkish president met Bo Lind.",
                "The Turkish president = Ana Ruiz",
            ),
            ("Turkish President Ana Ruiz left. On Friday the president slept.", "the president = Ana Ruiz"),
            ("Sen. Ana Ruiz met Bo Lind. The senator slept.", "The senator = Ana Ruiz"),
            (
                "Ana Ruiz, the president of Acme, left. The president's wife slept.",
                "The president = Ana Ruiz",
            ),
            ("Ana Ruiz, Peru's long serving trade minister, left.", ""),
            ("Ana Ruiz, Peru's trade minister, left. The minister slept.", "The minister = Ana Ruiz"),
            (
                "Peru's Trade Minister Ana Ruiz left. The trade minister slept.",
                "The trade minister = Ana Ruiz",
            ),
            (
                "Former President Ana Ruiz left. The former president slept.",
                "The former president = Ana Ruiz",
            ),
            ("Ex-president Ana Ruiz left. The former president slept.", "The former president = Ana Ruiz"),
            (
                "Secretary of State Ana Ruiz left. The secretary of state slept.",
                "The secretary of state = Ana Ruiz",
            ),
            // Another person, or ambiguous.
            ("Turkish President Ana Ruiz left. The French president slept.", ""),
            ("Turkish President Ana Ruiz met French President Bo Lind. The president slept.", ""),
            (
                "Turkish President Ana Ruiz met French President Bo Lind. The French president slept.",
                "The French president = Bo Lind",
            ),
            ("Former President Ana Ruiz left. The president slept.", ""),
            ("Shadow chancellor Ana Ruiz left. The chancellor slept.", ""),
            ("Shadow trade minister Ana Ruiz left. The minister slept.", ""),
            (
                "Shadow chancellor Ana Ruiz left. The shadow chancellor slept.",
                "The shadow chancellor = Ana Ruiz",
            ),
            ("Vice President Ana Ruiz left. The president slept.", ""),
            ("Prime Minister Ana Ruiz left. The minister slept.", ""),
            ("Ana Ruiz left. The president slept.", ""),
            ("The president slept. President Ana Ruiz left.", ""),
            ("President Ana Ruiz left. The president of Peru slept.", ""),
            ("President Ana Ruiz left. Bo Lind, formerly the president, slept.", ""),
            ("President Ana Ruiz left. The president and chief executive of Acme slept.", ""),
            ("President Ana Ruiz left. The president and a dog slept.", "The president = Ana Ruiz"),
            ("Sen. Ana Ruiz left. The senator from Peru slept.", ""),
            ("President Ana Ruiz left. Bo Lind, the president of Acme, slept. The president left.", ""),
            ("Turkish President Ana Ruiz, the president of Acme, left.", ""),
        ];
        for (text, expected) in table {
            assert_eq!(meanings(text, &known), expected, "{text}");
        }
    }

    #[test]
    fn what_reads_as_a_description() {
        for (text, expected) in [
            ("the Turkish president", true),
            ("The minister", true),
            ("the war", false),
            ("president", false),
        ] {
            assert_eq!(super::is_description(text), expected, "{text}");
        }
    }
}

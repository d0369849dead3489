//! Where subject and object stand in the sentence of a relation.
//!
//! Tables give places in the article, and the sentence as a text. The names that `mentions.csv` has in the same sentence
//! tell where it begins: there all of them stand where they should. Where it has none, as in a sentence of pronouns only,
//! or where the tables were edited, it begins where both places are whole words that look most like what they
//! mean.
//!
//! # Example
//!
//! ```
//! # use triplewire::{entity, input, output, pipeline, relation, text};
//! # let read = relation::Bracketed::text("[PER Ana Ruiz] is the president of [ORG Acme].");
//! # let rules = relation::RuleSet::built_in();
//! # let relations = relation::Matcher::new(&rules)?.relations(read.document());
//! # let names = entity::Names { mentions: read.mentions, entities: read.entities, ..Default::default() };
//! # let article = text::Article { id: "a".into(), text: read.text, ..Default::default() };
//! # let (sentences, syntax, left_out) = (read.sentences, Vec::new(), 0);
//! # let found = pipeline::Extraction { article, sentences, syntax, names, relations, left_out };
//! # let folder = tempfile::tempdir()?;
//! # let mut writer = output::Output::open(folder.path(), input::Shard::WHOLE, false)?;
//! # writer.add(&pipeline::Delivery::Extraction(Box::new(found)))?;
//! # let run = output::Run { complete: true, ..Default::default() };
//! # writer.tables(output::Making::new(rules.predicates()))?.name(&run)?;
//! # writer.close(true)?;
//! use std::collections::HashMap;
//!
//! use triplewire::export::marked::{Marked, Marks};
//! use triplewire::export::result::{ResultFolder, number_of};
//!
//! // The folder that `triplewire extract --out` wrote.
//! let result = ResultFolder::open(folder.path())?;
//! let mut places = HashMap::new();
//! for (place, article) in (0..).zip(result.articles()?) {
//!     places.insert(number_of(&article?.article), place);
//! }
//! let mut marks = Marks::new(&result, &places)?;
//! for relation in result.relations()? {
//!     let relation = relation?;
//!     let begin = marks.begin(&relation)?;
//!     let marked = begin.and_then(|begin| Marked::of(&relation, begin)).expect("its sentence has both");
//!     assert_eq!(relation.sentence[marked.subject], relation.subject);
//!     assert_eq!(relation.sentence[marked.object], relation.object);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::cmp::Reverse;
use std::collections::HashMap;
use std::iter::Peekable;
use std::ops::{Range, RangeInclusive};

use crate::error::Result;
use crate::export::result::{Mention, Relation, ResultFolder, Rows, number_of};

/// Subject and object in the sentence, in bytes.
///
/// See the [example](crate::export::marked#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Where the subject stands.
    pub subject: Range<usize>,
    /// Where the object stands.
    pub object: Range<usize>,
}

impl Marked {
    /// In the sentence of a relation that begins there in the article; see [`Marks::begin`].
    pub fn of(relation: &Relation, begin: u64) -> Option<Self> {
        let sentence = &relation.sentence;
        let byte = |point: u64| {
            let at = usize::try_from(point.checked_sub(begin)?).ok()?;
            let ends = sentence.char_indices().map(|(byte, _)| byte).chain([sentence.len()]);
            ends.into_iter().nth(at)
        };
        // Edited tables may have anything.
        let within = |(start, end)| Some(byte(start)?..byte(end)?).filter(|place| !place.is_empty());
        let [subject, object] = places(relation).map(within);
        Some(Marked { subject: subject?, object: object? })
    }
}

/// The places of subject and object in the article.
fn places(relation: &Relation) -> [(u64, u64); 2] {
    [(relation.subject_start, relation.subject_end), (relation.object_start, relation.object_end)]
}

/// A name of an article: where it starts, in code points, and its text.
type Name<'a> = (u64, &'a str);

/// How many names are tried to find where the sentence begins; the others confirm it.
const TRIED: usize = 8;

/// Characters of the longest sentence that is looked through: what is longer is a text without punctuation.
const LONGEST: usize = 10_000;

/// Finds marks in the sentences of one relation after another. The tables have articles in one order, so that each is read
/// once.
///
/// See the [example](crate::export::marked#example).
pub struct Marks<'a> {
    /// None if there is no table of mentions.
    mentions: Option<Peekable<Rows<Mention>>>,
    articles: &'a HashMap<u64, u32>,
    article: String,
    of_article: Vec<Mention>,
}

impl<'a> Marks<'a> {
    /// `articles` are the places of the articles in their table, by their numbers.
    ///
    /// # Errors
    /// If the table of mentions cannot be read.
    pub fn new(result: &ResultFolder, articles: &'a HashMap<u64, u32>) -> Result<Self> {
        let mentions = result.has_mentions().then(|| result.mentions()).transpose()?.map(Iterator::peekable);
        Ok(Marks { mentions, articles, article: String::new(), of_article: Vec::new() })
    }

    /// Where in the article the sentence of a relation begins, in code points, if it can be found. It is of the same
    /// article as the last one or of a later one.
    ///
    /// # Errors
    /// If the table of mentions cannot be read.
    pub fn begin(&mut self, relation: &Relation) -> Result<Option<u64>> {
        if self.article != relation.article {
            self.go_to(&relation.article)?;
        }
        let length = relation.sentence.chars().count() as u64;
        let (first, last) = (
            relation.subject_start.min(relation.object_start),
            relation.subject_end.max(relation.object_end),
        );
        // Names stand in the order of the text.
        let near = self.of_article.partition_point(|it| it.start + length < last);
        let in_sentence = self.of_article[near..]
            .iter()
            .take_while(|it| it.start < first + length)
            .filter(|it| it.sentence == relation.sentence);
        let names: Vec<Name> = in_sentence.map(|it| (it.start, it.text.as_str())).collect();
        Ok(begin(relation, &names))
    }

    fn go_to(&mut self, article: &str) -> Result<()> {
        let place = |id: &str| self.articles.get(&number_of(id)).copied();
        let wanted = place(article);
        self.article = article.to_owned();
        self.of_article.clear();
        let Some(mentions) = &mut self.mentions else { return Ok(()) };
        while let Some(row) = mentions.next_if(|row| match row {
            Ok(row) => place(&row.article) <= wanted,
            Err(_) => true,
        }) {
            let row = row?;
            if row.article == article {
                self.of_article.push(row);
            }
        }
        Ok(())
    }
}

/// Where the sentence of a relation with these names begins.
fn begin(relation: &Relation, names: &[Name]) -> Option<u64> {
    let points: Vec<char> = relation.sentence.chars().take(LONGEST + 1).collect();
    if points.len() > LONGEST {
        return None;
    }
    by_names(&points, names, places(relation)).or_else(|| by_words(&points, relation))
}

/// From where to where the sentence can begin, so that it covers both places.
fn begins(points: &[char], places: [(u64, u64); 2]) -> RangeInclusive<u64> {
    let first = places[0].0.min(places[1].0);
    let last = places[0].1.max(places[1].1);
    last.saturating_sub(points.len() as u64)..=first
}

/// Where it begins if most names shall stand where they should; of equals the first place.
fn by_names(points: &[char], names: &[Name], places: [(u64, u64); 2]) -> Option<u64> {
    let names: Vec<(u64, Vec<char>)> =
        names.iter().map(|&(start, name)| (start, name.chars().collect())).collect();
    let stands = |begin: u64, (start, name): &(u64, Vec<char>)| {
        start
            .checked_sub(begin)
            .is_some_and(|at| points.get(at as usize..).is_some_and(|it| it.starts_with(name)))
    };
    let possible = begins(points, places);
    let tried = names.iter().take(TRIED).filter(|(_, name)| !name.is_empty()).flat_map(|(start, name)| {
        let places = points.windows(name.len()).enumerate().filter(move |(_, it)| it == name);
        places.filter_map(move |(at, _)| start.checked_sub(at as u64))
    });
    tried
        .filter(|begin| possible.contains(begin))
        .map(|begin| (names.iter().filter(|name| stands(begin, name)).count(), begin))
        .max_by_key(|&(fits, begin)| (fits, Reverse(begin)))
        .map(|(_, begin)| begin)
}

/// Where it begins if both places shall be whole words that look as much as can be like what they mean; none if that is so
/// in several ways.
fn by_words(points: &[char], relation: &Relation) -> Option<u64> {
    let places = places(relation);
    let words = |begin: u64, (start, end): (u64, u64)| {
        let (start, end) = ((start - begin) as usize, (end.checked_sub(begin)?) as usize);
        is_whole(points, start, end).then(|| points[start..end].iter().collect::<String>())
    };
    let likely = begins(points, places).filter_map(|begin| {
        let [subject, object] = places.map(|place| words(begin, place));
        Some((likeness(&subject?, &relation.subject) + likeness(&object?, &relation.object), begin))
    });
    let likely: Vec<(u32, u64)> = likely.collect();
    let most = likely.iter().map(|&(likeness, _)| likeness).max()?;
    let mut best = likely.iter().filter(|(likeness, _)| *likeness == most);
    best.next().filter(|_| best.next().is_none()).map(|&(_, begin)| begin)
}

/// Whether these characters are some words, and no part of one.
fn is_whole(points: &[char], start: usize, end: usize) -> bool {
    let at = |i: usize| points.get(i).copied();
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
    use crate::export::sample;
    use crate::output::Style;

    fn relation(sentence: &str, names: [&str; 2], places: [(u64, u64); 2]) -> Relation {
        let folder = sample::written(Style::default());
        let result = ResultFolder::open(folder.path()).unwrap();
        let mut relation = result.relations().unwrap().next().unwrap().unwrap();
        relation.sentence = sentence.to_owned();
        [relation.subject, relation.object] = names.map(str::to_owned);
        (relation.subject_start, relation.subject_end) = places[0];
        (relation.object_start, relation.object_end) = places[1];
        relation
    }

    /// Subject and object as they stand in the sentence, which has these names.
    fn marked<'s>(
        sentence: &'s str,
        names: &[Name],
        called: [&str; 2],
        places: [(u64, u64); 2],
    ) -> Option<[&'s str; 2]> {
        let relation = relation(sentence, called, places);
        let marked = Marked::of(&relation, begin(&relation, names)?)?;
        Some([&sentence[marked.subject], &sentence[marked.object]])
    }

    #[test]
    fn names_tell_where_the_sentence_begins() {
        let sentence = "😀 Ana met Bo, and Bo met Ana.";
        // It begins at 100; the second Bo is at 118, the second Ana at 125.
        let names = [(102, "Ana"), (110, "Bo"), (118, "Bo"), (125, "Ana")];
        let relation = relation(sentence, ["Bo", "Ana"], [(118, 120), (125, 128)]);
        assert_eq!(begin(&relation, &names), Some(100));
        let marked = Marked::of(&relation, 100).unwrap();
        assert_eq!((&sentence[marked.subject], &sentence[marked.object.clone()]), ("Bo", "Ana"));
        assert_eq!(marked.object.end, sentence.len() - 1);
    }

    #[test]
    fn pronouns_are_marked_by_the_names_around_them() {
        let found = marked("He met Bo.", &[(47, "Bo")], ["Ana", "Bo"], [(40, 42), (47, 49)]);
        assert_eq!(found, Some(["He", "Bo"]));
    }

    #[test]
    fn of_two_sentences_of_the_same_words_the_right_one_is_taken() {
        let names = [(0, "Ana"), (8, "Bo"), (50, "Ana"), (58, "Bo")];
        for begin in [0, 50] {
            let places = [(begin, begin + 3), (begin + 8, begin + 10)];
            assert_eq!(marked("Ana met Bo.", &names, ["Ana", "Bo"], places), Some(["Ana", "Bo"]));
        }
    }

    #[test]
    fn where_there_is_no_name_words_tell_it_wherever_the_sentence_begins() {
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
                ("Yesterday he met her.", ("he", "Bo"), ("her", "Ana")),
            ] {
                let place = |said: &str| {
                    let start = sentence[..sentence.find(said).unwrap()].chars().count() as u64 + shift;
                    (start, start + said.chars().count() as u64)
                };
                let found = marked(sentence, &[], [subject.1, object.1], [place(subject.0), place(object.0)]);
                assert_eq!(found, Some([subject.0, object.0]), "{sentence}");
            }
        }
        // "We met the" or "or see him".
        let two_ways = marked("We met the man, or see him and.", &[], ["Ana", "Bo"], [(50, 52), (57, 60)]);
        assert_eq!(two_ways, None);
    }

    #[test]
    fn what_cannot_be_marked_is_not() {
        let called = ["Ana", "Bo"];
        assert_eq!(marked("", &[(5, "")], called, [(0, 2), (7, 10)]), None);
        assert_eq!(marked("Ana.", &[(0, "Ana")], called, [(0, 3), (90, 92)]), None);
        assert_eq!(marked(&"Ana met Bo. ".repeat(1000), &[(0, "Ana")], called, [(0, 3), (8, 10)]), None);
    }
}

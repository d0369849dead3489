//! Where subject and object stand in the sentence of a relation.
//!
//! Tables give places in the article, and the sentence as a text. The names that `mentions.csv` has in the same sentence
//! tell where it begins: there all of them stand where they should. Where it has none, only pronouns, words may tell it.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use itertools::Itertools as _;

/// A name of an article: where it starts, in code points, and its text.
pub(super) type Name<'a> = (u64, &'a str);

/// Where a mark begins in a sentence and how long it is, in units of UTF-16, by which browsers count.
pub(super) type Mark = (u32, u32);

/// How many names are tried to find where the sentence begins; the others confirm it.
const TRIED: usize = 8;

/// Characters of the longest sentence that is looked through: what is longer is a text without punctuation.
const LONGEST: usize = 10_000;

/// The marks of the places of an article, each from its start to its end, in a sentence with these names. None if it cannot be
/// told where the sentence begins.
pub(super) fn marks(sentence: &str, names: &[Name], places: [(u64, u64); 2]) -> Option<[Mark; 2]> {
    let points: Vec<char> = sentence.chars().take(LONGEST + 1).collect();
    if points.len() > LONGEST {
        return None;
    }
    let begin = by_names(&points, names, places).or_else(|| by_words(&points, places))?;
    let units = |from: usize, to: usize| points[from..to].iter().map(|it| it.len_utf16() as u32).sum();
    Some(places.map(|(start, end)| {
        let (start, end) = ((start - begin) as usize, (end - begin) as usize);
        (units(0, start), units(start, end))
    }))
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

/// Where it begins if both places shall be whole words, as pronouns are; none if that can be in several ways.
fn by_words(points: &[char], places: [(u64, u64); 2]) -> Option<u64> {
    let is_letter =
        |at: Option<usize>| at.and_then(|at| points.get(at)).is_some_and(|it| it.is_alphanumeric());
    let is_word = |begin: u64, (start, end): (u64, u64)| {
        let (start, end) = ((start - begin) as usize, (end - begin) as usize);
        start < end
            && is_letter(Some(start))
            && is_letter(Some(end - 1))
            && !is_letter(start.checked_sub(1))
            && !is_letter(Some(end))
    };
    begins(points, places)
        .filter(|&begin| places.iter().all(|&place| is_word(begin, place)))
        .exactly_one()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_where_the_sentence_begins() {
        let sentence = "😀 Ana met Bo, and Bo met Ana.";
        // It begins at 100; the second Bo is at 118, the second Ana at 125.
        let names = [(102, "Ana"), (110, "Bo"), (118, "Bo"), (125, "Ana")];
        let marked = marks(sentence, &names, [(118, 120), (125, 128)]).unwrap();
        assert_eq!(marked, [(19, 2), (26, 3)]);
    }

    #[test]
    fn pronouns_are_marked_by_the_names_around_them() {
        let marked = marks("He met Bo.", &[(47, "Bo")], [(40, 42), (47, 49)]);
        assert_eq!(marked, Some([(0, 2), (7, 2)]));
    }

    #[test]
    fn of_two_sentences_of_the_same_words_the_right_one_is_taken() {
        let names = [(0, "Ana"), (8, "Bo"), (50, "Ana"), (58, "Bo")];
        for begin in [0, 50] {
            let marked = marks("Ana met Bo.", &names, [(begin, begin + 3), (begin + 8, begin + 10)]);
            assert_eq!(marked, Some([(0, 3), (8, 2)]));
        }
    }

    #[test]
    fn where_there_is_no_name_words_tell_it_if_they_can() {
        assert_eq!(marks("Yesterday he met her.", &[], [(50, 52), (57, 60)]), Some([(10, 2), (17, 3)]));
        // "We met the" or "or see him".
        assert_eq!(marks("We met the man, or see him and.", &[], [(50, 52), (57, 60)]), None);
    }

    #[test]
    fn what_cannot_be_marked_is_not() {
        assert_eq!(marks("", &[(5, "")], [(0, 2), (7, 10)]), None);
        assert_eq!(marks("Ana.", &[(0, "Ana")], [(0, 3), (90, 92)]), None);
        assert_eq!(marks(&"Ana met Bo. ".repeat(1000), &[(0, "Ana")], [(0, 3), (8, 10)]), None);
    }
}

//! Where subject and object stand in the sentence of a relation.
//!
//! Tables give places in the article, and the sentence as a text. The names that `mentions.csv` has in the same sentence
//! tell where it begins: there all of them stand where they should.

/// A name of an article: where it starts, in code points, and its text.
pub(super) type Name<'a> = (u64, &'a str);

/// Where a mark begins in a sentence and how long it is, in units of UTF-16, by which browsers count.
pub(super) type Mark = (u32, u32);

/// How many names are tried to find where the sentence begins; the others confirm it.
const TRIED: usize = 8;

/// The marks of the places of an article, each from its start to its end, in a sentence with these names. None if the names do
/// not tell where it begins, as where it has none but pronouns.
pub(super) fn marks(sentence: &str, names: &[Name], places: [(u64, u64); 2]) -> Option<[Mark; 2]> {
    let points: Vec<char> = sentence.chars().collect();
    let length = points.len() as u64;
    let first = places.iter().map(|it| it.0).min()?;
    let last = places.iter().map(|it| it.1).max()?;
    let near = || names.iter().filter(|(start, _)| *start < first + length && start + length > last);
    let stands = |begin: u64, &(start, name): &Name| {
        let at = start.checked_sub(begin).map(|it| it as usize);
        at.is_some_and(|at| {
            at <= points.len() && name.chars().eq(points[at..].iter().copied().take(name.chars().count()))
        })
    };
    let begins = near().take(TRIED).flat_map(|&(start, name)| {
        sentence
            .match_indices(name)
            .filter_map(move |(byte, _)| start.checked_sub(sentence[..byte].chars().count() as u64))
    });
    let covers = |begin: &u64| *begin <= first && last <= begin + length;
    let begin = begins
        .filter(covers)
        .map(|begin| (near().filter(|name| stands(begin, name)).count(), begin))
        // Of equals the first one, so that the choice does not depend on the order of candidates.
        .max_by_key(|&(fits, begin)| (fits, std::cmp::Reverse(begin)))?
        .1;
    let units = |from: usize, to: usize| points[from..to].iter().map(|it| it.len_utf16() as u32).sum();
    Some(places.map(|(start, end)| {
        let (start, end) = ((start - begin) as usize, (end - begin) as usize);
        (units(0, start), units(start, end))
    }))
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
    fn without_a_name_nothing_is_marked() {
        assert_eq!(marks("He met her.", &[], [(0, 2), (7, 10)]), None);
        assert_eq!(marks("", &[(5, "")], [(0, 2), (7, 10)]), None);
    }
}

//! Words for persons: titles, posts, what they do. `persons.tsv` has them in small letters, with their marks.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::sync::LazyLock;

use strum::EnumString;

/// What can be known of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumString)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Mark {
    /// It stands before a person's name and is not part of it. What many people bear as part of their name (Pope, King,
    /// Prince, Sheikh, Mullah) is no such title.
    Title,
    /// It is no name where it stands alone.
    Alone,
    /// An abbreviation before a name, hardly ever the last word of a sentence.
    Short,
    /// A post whose holder is called by it. Those with "minister" and "secretary" may have a word more in front ("interior
    /// minister"), which need not be here.
    Post,
    /// A title that only one person of a country or place has at a time.
    Sole,
    /// A noun for a person. "Chief" and "chair" are persons more often than not.
    Person,
    /// A noun for a woman.
    She,
    /// A noun for a man.
    He,
    /// What stands before the name of a man.
    Mr,
    /// What stands before the name of a woman.
    Ms,
}

/// A line of the table, or its form with a full stop.
#[derive(Default)]
struct Word {
    marks: Vec<Mark>,
    post: Option<&'static str>,
}

static WORDS: LazyLock<BTreeMap<String, Word>> = LazyLock::new(|| {
    let mut words = BTreeMap::new();
    for line in lines() {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap_or_default();
        let (word, marks, with_stop, post) = (next(), next(), next(), next());
        let read = |marks: &str| marks.split(' ').filter_map(|mark| Mark::from_str(mark).ok()).collect();
        let post = Some(post).filter(|post| !post.is_empty());
        words.insert(word.to_owned(), Word { marks: read(marks), post });
        words.insert(format!("{word}."), Word { marks: read(with_stop), post: None });
    }
    words
});

/// Of each mark its words, in order.
static BY_MARK: LazyLock<BTreeMap<Mark, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by_mark: BTreeMap<Mark, Vec<&str>> = BTreeMap::new();
    for (text, word) in WORDS.iter() {
        word.marks.iter().for_each(|&mark| by_mark.entry(mark).or_default().push(text));
    }
    by_mark
});

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("persons.tsv").lines().skip(1)
}

/// Whether a word in small letters has a mark.
pub(crate) fn is(word: &str, mark: Mark) -> bool {
    WORDS.get(word).is_some_and(|word| word.marks.contains(&mark))
}

/// Whether a word that has a capital at its start, and only there, has a mark.
pub(crate) fn is_in_capital(word: &str, mark: Mark) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && !letters.any(char::is_uppercase)
        && is(&word.to_lowercase(), mark)
}

/// The words that have a mark.
pub(crate) fn all(mark: Mark) -> impl Iterator<Item = &'static str> {
    BY_MARK.get(&mark).into_iter().flatten().copied()
}

/// The post that an abbreviation without its full stop stands for: `senator` for `sen`.
pub(crate) fn post_of(short: &str) -> Option<&'static str> {
    WORDS.get(short)?.post
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_once_in_order_and_with_known_marks() {
        let words: Vec<&str> = lines().filter_map(|line| line.split('\t').next()).collect();
        assert!(words.is_sorted_by(|a, b| a < b), "{words:?}");
        for line in lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            assert!((2..=4).contains(&cells.len()), "{line}");
            let marks = cells[1..].iter().take(2).flat_map(|marks| marks.split_whitespace());
            assert!(marks.clone().next().is_some(), "{line}");
            marks.for_each(|mark| assert!(mark.parse::<Mark>().is_ok(), "{line}"));
            assert!(cells.get(3).is_none_or(|post| is(post, Mark::Post)), "{line}");
        }
    }

    #[test]
    fn marks_of_a_table() {
        assert!(is("sgt.", Mark::Title) && is("lt. gen.", Mark::Title) && !is("lt. gen", Mark::Title));
        assert!(
            is_in_capital("Mr", Mark::Mr) && !is_in_capital("MR", Mark::Mr) && !is_in_capital("mr", Mark::Mr)
        );
        assert_eq!((post_of("sen"), post_of("sen."), post_of("rep")), (Some("senator"), None, None));
        assert!(all(Mark::Post).any(|post| post == "vice president"));
    }
}

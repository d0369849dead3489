//! Persons' names: their words, and which two may be of one person.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::entity::fold::key;

/// The words of a person's name: without the Arabic article, `Jr.` and the like.
pub(crate) fn parts(surface: &str) -> Vec<String> {
    let spaced = surface.replace('.', ". ");
    let mut parts: Vec<String> = Vec::new();
    for word in spaced.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–')) {
        let part = key(word);
        if !part.is_empty() {
            parts.push(part);
        }
    }
    let all = parts.len();
    let mut kept: Vec<String> = parts
        .into_iter()
        .enumerate()
        .filter(|(i, part)| !(i + 1 < all && matches!(part.as_str(), "al" | "el")))
        .map(|(_, part)| part)
        .collect();
    while kept.len() > 1
        && kept.last().is_some_and(|p| matches!(p.as_str(), "jr" | "sr" | "ii" | "iii" | "iv"))
    {
        kept.pop();
    }
    kept
}

/// Whether a name has more than a surname. `Browne-Jorgensen` is a surname.
pub(crate) fn is_full_name(surface: &str) -> bool {
    surface.contains(|c: char| c.is_whitespace() || c == '.')
}

/// Whether `full` is a fuller name of `short`: the same last word, and the other words of `short` in order among those
/// of `full`, or as initials.
pub(crate) fn is_fuller(full: &[String], short: &[String]) -> bool {
    let (Some((full_last, full_first)), Some((short_last, short_first))) =
        (full.split_last(), short.split_last())
    else {
        return false;
    };
    if full_last != short_last || full == short {
        return false;
    }
    let letters = |parts: &[String]| parts.iter().map(String::len).sum::<usize>();
    if full.len() < short.len() || (full.len() == short.len() && letters(full) <= letters(short)) {
        return false;
    }
    let mut rest = full_first.iter();
    short_first.iter().all(|part| {
        let initial = part.chars().count() == 1;
        rest.any(|word| {
            word == part || (initial && word.starts_with(part.as_str())) || same_given(word, part)
        })
    })
}

/// Whether two given names are forms of one: `Bill` and `William`.
pub(crate) fn same_given(a: &str, b: &str) -> bool {
    full_given(a) == full_given(b)
}

/// The full form of a given name, or the name itself.
pub(crate) fn full_given(name: &str) -> &str {
    static FULL: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
        let lines = include_str!("given_names.csv").lines().skip(1);
        lines.filter_map(|line| line.split_once(',')).map(|(full, short)| (short, full)).collect()
    });
    FULL.get(name).copied().unwrap_or(name)
}

/// Whether two names may be of one person: the same surname, and compatible given names. A surname alone is compatible
/// with any.
pub(crate) fn may_be(a: &[String], b: &[String]) -> bool {
    let (Some((a_last, a_given)), Some((b_last, b_given))) = (a.split_last(), b.split_last()) else {
        return false;
    };
    let alike = match (a_given.first(), b_given.first()) {
        (Some(x), Some(y)) => {
            let initial = |x: &str, y: &str| x.chars().count() == 1 && y.starts_with(x);
            same_given(x, y) || initial(x, y) || initial(y, x)
        }
        _ => true,
    };
    a_last == b_last && alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_of_one_person() {
        for (a, b, expected) in [
            ("Bill Ruiz", "William Ruiz", true),
            ("W. Ruiz", "William Ruiz", true),
            ("Ruiz", "William Ruiz", true),
            ("Bo Ruiz", "William Ruiz", false),
            ("Bill Ruiz", "William Lopez", false),
        ] {
            assert_eq!(may_be(&parts(a), &parts(b)), expected, "{a}, {b}");
        }
    }

    #[test]
    fn no_short_name_is_of_two() {
        let mut seen = BTreeMap::new();
        for line in include_str!("given_names.csv").lines().skip(1) {
            let (full, short) = line.split_once(',').unwrap();
            assert_eq!(key(full), full);
            assert_eq!(seen.insert(short, full), None, "{short}");
        }
        assert!(seen.values().all(|full| !seen.contains_key(full)), "a full name is short for no other");
    }
}

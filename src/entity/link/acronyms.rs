//! Acronyms: those that an article introduces in brackets, and initials.

use crate::entity::EntityType;
use crate::entity::fold::{is_upper_word, key};
use crate::entity::link::forms::bare;
use crate::entity::recognise::Found;

/// Limit of words of a name for a word made of their beginnings.
const MOST_WORDS: usize = 10;

/// Limit of bytes of an acronym in brackets.
const LONGEST_ACRONYM: usize = 20;

/// Pairs of a name and an acronym, one after the other in brackets: `Kurdistan Workers' Party (PKK)`, `PKK (Kurdistan
/// Workers' Party)`.
pub(in crate::entity) fn bracketed(text: &str, mentions: &[Found]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (i, pair) in mentions.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let opens =
            matches!(text[first.span.end..second.span.start].trim(), "(" | "[" | "('s" | "’s (" | "'s (");
        let closes = text[second.span.end..].starts_with([')', ']', ',', ';']);
        if !opens || !closes || first.sentence != second.sentence {
            continue;
        }
        let (a, b) = (bare(first.span.of(text)), bare(second.span.of(text)));
        let types = (first.entity_type, second.entity_type);
        if is_introduction(a, b, types) {
            pairs.push((i, i + 1));
        } else if is_introduction(b, a, types) {
            pairs.push((i + 1, i));
        }
    }
    pairs
}

/// Whether `short` is an acronym that can stand for `long`. Its letters are the initials of `long`,
/// or, for the acronym of a foreign name (`PKK`), at least one is, between two organisations.
fn is_introduction(long: &str, short: &str, types: (EntityType, EntityType)) -> bool {
    use EntityType::{Date, Misc, Org, Per};
    if long.split_whitespace().count() < 2 {
        return false;
    }
    if matches!(types.0, Per | Date) || matches!(types.1, Per | Date) {
        return false;
    }
    let alike = matches!(types, (Org | Misc, Org | Misc));
    if !is_acronym(short) {
        return alike && is_blend(long, short);
    }
    if has_initials(long, short) {
        return true;
    }
    // Only organisations have acronyms of a foreign name: `Mass Spectrometry (ZooMS)` are two.
    alike && shares_initial(long, short) && (types.0 == Org || types.1 == Org)
}

/// Whether a word is made of the beginnings of others, starting with the first: `Interpol`.
fn is_blend(long: &str, short: &str) -> bool {
    fn fits(words: &[String], rest: &str, used: usize) -> bool {
        if rest.is_empty() {
            return used > 1;
        }
        let Some((word, others)) = words.split_first() else { return false };
        let shared = word.chars().zip(rest.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
        let mut taken = 0;
        shared
            .fold(Vec::new(), |mut ends, len| {
                taken += len;
                ends.push(taken);
                ends
            })
            .into_iter()
            .any(|end| fits(others, &rest[end..], used + 1))
            || (used > 0 && fits(others, rest, used))
    }
    let words: Vec<String> = key(long).split(' ').take(MOST_WORDS).map(str::to_owned).collect();
    let short_enough = (4..=LONGEST_ACRONYM).contains(&short.len()) && short.chars().all(char::is_alphabetic);
    short_enough && short.starts_with(char::is_uppercase) && fits(&words, &key(short), 0)
}

/// One word of 2 to 10 letters and digits, most of them capitals: `PKK`, `BfV`, `DHKP-C`.
pub(in crate::entity) fn is_acronym(word: &str) -> bool {
    let (mut large, mut small, mut other) = (0, 0, 0);
    for c in word.chars() {
        if c.is_uppercase() {
            large += 1;
        } else if c.is_lowercase() {
            small += 1;
        } else if c.is_whitespace() {
            return false;
        } else {
            other += 1;
        }
    }
    (2..=10).contains(&(large + small)) && large >= 2 && large > small && other <= large
}

/// The initials of `name`: of all words, and of those that are not small words like `of`.
pub(in crate::entity) fn initials(name: &str) -> [String; 2] {
    const SMALL: &[&str] =
        &["of", "the", "for", "and", "in", "on", "to", "de", "du", "des", "la", "le", "del"];
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/'))
        .filter(|w| !w.is_empty())
        .collect();
    let of = |small: bool| {
        words
            .iter()
            .filter(|w| small || !SMALL.contains(&w.to_lowercase().as_str()))
            .filter_map(|w| key(w).chars().next())
            .collect::<String>()
    };
    [of(true), of(false)]
}

fn has_initials(long: &str, short: &str) -> bool {
    initials(long).contains(&letters(short))
}

/// The letters of an acronym, as initials are written.
pub(in crate::entity) fn letters(acronym: &str) -> String {
    key(acronym).chars().filter(|c| *c != ' ').collect()
}

fn shares_initial(long: &str, short: &str) -> bool {
    let [all, _] = initials(long);
    key(short).chars().any(|c| c != ' ' && all.contains(c))
}

/// The span of an acronym in brackets after an organisation's name, if no mention covers it.
pub(in crate::entity) fn missed_acronym<'t>(text: &'t str, mention: &Found) -> Option<&'t str> {
    if mention.entity_type != EntityType::Org {
        return None;
    }
    let long = bare(mention.span.of(text));
    let inside = text[mention.span.end..].trim_start_matches([' ', '\n']).strip_prefix('(')?;
    let inside = &inside[..inside.floor_char_boundary(LONGEST_ACRONYM + 1)];
    let (word, _) = inside.split_once([')', ',', ';'])?;
    let fits =
        word.len() <= LONGEST_ACRONYM && is_introduction(long, word, (EntityType::Org, EntityType::Org));
    // Without a mention of the model the letters must agree better.
    (fits && (has_initials(long, word) || (is_upper_word(word) && long.split_whitespace().count() >= 3)))
        .then_some(word)
}

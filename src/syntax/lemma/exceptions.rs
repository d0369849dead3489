//! The words that the rules get wrong, as a table.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::syntax::lemma::spelling::{is_vowel, vowel_groups};

/// Its first lines explain its format.
pub(super) const TSV: &str = include_str!("../lemma_exceptions.tsv");

pub(super) static EXCEPTIONS: LazyLock<Exceptions> = LazyLock::new(|| Exceptions::read(TSV));

/// Base forms by inflected form.
pub(super) type BaseForms = HashMap<Box<str>, Box<str>>;

/// The exceptions, by part of speech; adverbs are looked up as adjectives after their own table.
#[derive(Default)]
pub(super) struct Exceptions {
    pub(super) verb: BaseForms,
    pub(super) noun: BaseForms,
    pub(super) adj: BaseForms,
    pub(super) adv: BaseForms,
    pub(super) propn: BaseForms,
}

impl Exceptions {
    fn read(lines: &str) -> Self {
        let mut tables = Self::default();
        for (kind, base, form) in forms(lines) {
            let table = match kind {
                "verb" => &mut tables.verb,
                "noun" => &mut tables.noun,
                "adj" => &mut tables.adj,
                "adv" => &mut tables.adv,
                _ => &mut tables.propn,
            };
            table.entry(form.into()).or_insert_with(|| base.into());
        }
        tables
    }
}

/// The part of speech, the base form and the inflected form of every entry that `lines` stand for.
pub(super) fn forms(lines: &str) -> Vec<(&str, String, String)> {
    let mut found = Vec::new();
    for line in lines.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (kind, bases) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let (pos, how) = kind.split_once('-').unwrap_or((kind, ""));
        if how.is_empty() {
            let inflected = columns.next().unwrap_or_default();
            let prefixes = columns.next().unwrap_or_default().split(' ').filter(|prefix| !prefix.is_empty());
            for prefix in prefixes.chain([""]) {
                for form in inflected.split(' ') {
                    found.push((pos, [prefix, bases].concat(), [prefix, form].concat()));
                }
            }
            continue;
        }
        for base in bases.split(' ') {
            found.extend(regular_forms(pos, how, base).into_iter().map(|form| (pos, base.to_owned(), form)));
        }
    }
    found
}

/// The inflected forms of `base` that a list of kind `pos`-`how` stands for.
fn regular_forms(pos: &str, how: &str, base: &str) -> Vec<String> {
    let without_e = base.strip_suffix('e').unwrap_or(base);
    let add = |stem: &str, endings: &[&str]| endings.iter().map(|end| [stem, end].concat()).collect();
    let doubled = || [base, base.get(base.len() - 1..).unwrap_or_default()].concat();
    let plural = if base.ends_with(['s', 'x', 'z']) || base.ends_with("ch") || base.ends_with("sh") {
        "es"
    } else {
        "s"
    };
    match (pos, how) {
        ("verb", "regular") => vec![
            [base, plural].concat(),
            [without_e, "ed"].concat(),
            [without_e, "ing"].concat(),
            [base, "ing"].concat(),
        ],
        ("verb", "double") => add(&doubled(), &["ed", "ing"]),
        ("noun" | "propn", "regular") => add(base, &[plural]),
        ("adj", "regular") => match base.as_bytes() {
            [stem @ .., b'y'] if !stem.ends_with(b"e") => {
                add(&base[..base.len() - 1], &["ier", "iest", "yer", "yest"])
            }
            // `bigger`, but `newer`, `cheaper` and `fuller`.
            [.., b, v, b'b' | b'd' | b'g' | b'm' | b'n' | b'p' | b't']
                if is_vowel(*v) && !is_vowel(*b) && vowel_groups(base.as_bytes()) == 1 =>
            {
                add(&doubled(), &["er", "est"])
            }
            _ => add(without_e, &["er", "est"]),
        },
        _ => vec![base.to_owned()],
    }
}

//! How rules see a word: folded to small letters, with its stem, told apart from punctuation.

use std::borrow::Cow;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

use crate::text::{Span, words};

/// A word or a punctuation mark of a pattern or a word list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lexeme {
    Word(String),
    Punct(String),
}

/// Cuts a piece of a pattern or list as sentences are cut.
pub(crate) fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut found = Vec::new();
    let mut word_end = None;
    for span in words(text, Span::new(0, text.len())) {
        let form = span.of(text);
        // `gov.` is `gov`: the full stop of an abbreviation is not spelled in sentences either.
        if form == "." && word_end == Some(span.start) {
            continue;
        }
        if is_punct(form) {
            found.push(Lexeme::Punct(fold(form).into_owned()));
        } else {
            word_end = Some(span.end);
            found.push(Lexeme::Word(fold(form).into_owned()));
        }
    }
    found
}

/// Whether a word of the text is punctuation: everything without a letter or digit, and `'s`.
pub(crate) fn is_punct(form: &str) -> bool {
    matches!(form, "'s" | "’s" | "'S" | "’S") || !form.chars().any(char::is_alphanumeric)
}

/// The form under which a word is compared: small letters, straight quotes, one kind of long dash,
/// no full stop at the end.
pub(crate) fn fold(form: &str) -> Cow<'_, str> {
    if form.is_ascii() && !form.bytes().any(|b| b.is_ascii_uppercase() || matches!(b, b'.' | b'`')) {
        return Cow::Borrowed(form);
    }
    let folded: String = form
        .chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' | '«' | '»' | '„' | '`' => '"',
            '–' | '―' => '—',
            '‐' | '‑' => '-',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    match folded.trim_end_matches('.') {
        "" => Cow::Owned(folded),
        word if word.len() == folded.len() => Cow::Owned(folded),
        word => Cow::Owned(word.to_owned()),
    }
}

/// The Snowball stem of a folded word.
pub(crate) fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// The words and stems that rules and lists speak of, numbered.
#[derive(Debug, Default, Clone)]
pub(crate) struct Vocabulary {
    words: HashMap<String, u32>,
    stems: HashMap<String, u32>,
}

impl Vocabulary {
    /// The number of a word (or punctuation mark), given to it if it has none.
    pub(crate) fn add_word(&mut self, word: &str) -> u32 {
        add(&mut self.words, word)
    }

    /// The number of a stem, given to it if it has none.
    pub(crate) fn add_stem(&mut self, stem: &str) -> u32 {
        add(&mut self.stems, stem)
    }

    /// The number of a folded word.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    /// The number of the stem of a folded word.
    pub(crate) fn stem_of(&self, word: &str) -> Option<u32> {
        if self.stems.is_empty() {
            return None;
        }
        self.stems.get(Stemmer::create(Algorithm::English).stem(word).as_ref()).copied()
    }

    /// The number of a stem.
    pub(crate) fn stem(&self, stem: &str) -> Option<u32> {
        self.stems.get(stem).copied()
    }

    /// How many words there are.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// How many stems there are.
    pub(crate) fn stems(&self) -> usize {
        self.stems.len()
    }
}

fn add(numbers: &mut HashMap<String, u32>, key: &str) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(key.to_owned()).or_insert(next)
}

/// Whether a folded word is a number.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        || matches!(
            word,
            "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "eight"
                | "nine"
                | "ten"
                | "eleven"
                | "twelve"
                | "dozen"
                | "dozens"
                | "hundred"
                | "hundreds"
                | "thousand"
                | "thousands"
                | "several"
                | "million"
        )
}
